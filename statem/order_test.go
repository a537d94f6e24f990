package statem_test

import (
	"context"
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/statem"
	"github.com/seed-7832d3a3/coppice/sys"
)

// order has scripts for machines, each with the rule that it is about, and the
// trace of OTP's own gen_statem. A trace has an entry for each call of a
// handler: state<from for OnEnter, state.event for a cast, state+event for what
// was inserted, and state!event for a time-out.
//
// The scripts of random.txt were made by testdata/oracle.exs, which also checks
// both files against OTP.
//
//go:embed testdata/order.txt
var order string

//go:embed testdata/random.txt
var random string

// A script says what a scripted machine does: for each state and event the
// actions of the first time, the second, and so on.
type script struct {
	rule   string
	state  string
	start  []string // actions of the constructor
	events map[string][][]string
	drive  [][]string
	want   string
}

func scripts(t *testing.T) (all []script) {
	for block := range strings.SplitSeq(order+"\n"+strings.TrimSpace(random), "\n\n") {
		s := script{events: map[string][][]string{}}
		for line := range strings.SplitSeq(block, "\n") {
			words := strings.Fields(line)
			switch words[0] {
			case "#":
				s.rule = strings.TrimPrefix(line, "# ")
			case "start":
				s.state, s.start = words[1], words[2:]
			case "send", "wait", "early", "late":
				s.drive = append(s.drive, words)
			case "want":
				s.want = strings.TrimPrefix(line, "want ")
			default:
				key, actions, ok := strings.Cut(line, ":")
				if !ok {
					t.Fatalf("cannot read %q", line)
				}
				for step := range strings.SplitSeq(actions, "|") {
					s.events[key] = append(s.events[key], strings.Fields(step))
				}
			}
		}
		all = append(all, s)
	}
	return all
}

type (
	scripted struct {
		script
		trace []string
	}
	event   string // cast
	insert  string // inserted
	expired string // a time-out
	trace   struct{ genserver.Returns[[]string] }
)

func newScripted(p *coppice.Process, s script) (*scripted, error) {
	statem.Next(p, s.state)
	act(p, s.start)
	return &scripted{script: s}, nil
}

func act(p *coppice.Process, actions []string) {
	for _, action := range actions {
		words := strings.Split(action, ":")
		switch words[0] {
		case "next":
			statem.Next(p, words[1])
		case "repeat":
			statem.Repeat(p)
		case "postpone":
			statem.Postpone(p)
		case "insert":
			statem.Insert(p, insert(words[1]))
		case "set":
			ms, _ := strconv.Atoi(words[2])
			statem.SetTimeout(p, timeoutName(words[1]), time.Duration(ms)*time.Millisecond, expired(words[3]))
		case "update":
			statem.UpdateTimeout(p, timeoutName(words[1]), expired(words[2]))
		case "cancel":
			statem.CancelTimeout(p, timeoutName(words[1]))
		}
	}
}

func timeoutName(word string) statem.TimeoutName {
	switch word {
	case "state":
		return statem.StateTimeout
	case "event":
		return statem.EventTimeout
	}
	return statem.TimeoutName(word)
}

func (s *scripted) step(p *coppice.Process, sep, what, key string) error {
	s.trace = append(s.trace, statem.Current(p)+sep+what)
	key = statem.Current(p) + " " + key
	if steps := s.events[key]; len(steps) > 0 {
		s.events[key] = steps[1:]
		act(p, steps[0])
	}
	return nil
}

func (s *scripted) event(p *coppice.Process, e event) error {
	return s.step(p, ".", string(e), string(e))
}

func (s *scripted) insert(p *coppice.Process, e insert) error {
	return s.step(p, "+", string(e), string(e))
}

func (s *scripted) expired(p *coppice.Process, e expired) error {
	return s.step(p, "!", string(e), string(e))
}

func (s *scripted) enter(p *coppice.Process, from string) error { return s.step(p, "<", from, "enter") }

func (s *scripted) read(*coppice.Process, trace) ([]string, error) { return slices.Clone(s.trace), nil }

func scriptedHandlers() []statem.Handler[*scripted] {
	return []statem.Handler[*scripted]{
		statem.OnCast((*scripted).event),
		statem.OnInternal((*scripted).insert),
		statem.OnTimeout((*scripted).expired),
		statem.OnEnter((*scripted).enter),
		statem.OnCall((*scripted).read),
	}
}

// The same machine in both of gen_statem's callback modes.
var modes = map[string]*statem.Definition[*scripted, script]{
	"handle_event": statem.Define(newScripted, scriptedHandlers()...),
	"state_functions": statem.Define(newScripted,
		statem.State("a", scriptedHandlers()...),
		statem.State("b", scriptedHandlers()...),
		statem.State("c", scriptedHandlers()...)),
}

func TestOrderOfEventsAsInOTP(t *testing.T) {
	for mode, definition := range modes {
		for _, s := range scripts(t) {
			t.Run(mode+"/"+s.rule, func(t *testing.T) {
				bubble(t, func(t *testing.T, n *coppice.Node) {
					ref, err := definition.Start(n, s)
					if err != nil {
						t.Fatal(err)
					}
					for _, words := range s.drive {
						drive(n, ref, words)
					}
					got, err := genserver.Call(n, ref, trace{})
					if strings.Join(got, " ") != s.want || err != nil {
						t.Errorf("%v, %v\nwant %v", got, err, s.want)
					}
				})
			})
		}
	}
}

// drive sends to a suspended machine, so that all is in its mailbox at once.
func drive(ctx context.Context, ref coppice.Addr, words []string) {
	if words[0] == "wait" {
		pause(words[1])
		return
	}
	must(sys.Suspend(ctx, ref))
	events := words[1:]
	if words[0] == "late" {
		pause(words[1])
	}
	if words[0] != "send" {
		events = events[1:]
	}
	for _, e := range events {
		must(genserver.Cast(ctx, ref, event(e)))
	}
	if words[0] == "early" {
		pause(words[1])
	}
	must(sys.Resume(ctx, ref))
	synctest.Wait()
}

// pause lets the time of the bubble go on.
func pause(ms string) {
	n, _ := strconv.Atoi(ms)
	time.Sleep(time.Duration(n) * time.Millisecond)
	synctest.Wait()
}
