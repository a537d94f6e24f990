package statem_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/statem"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/sys"
)

// A lab is a machine for experiments: what a handler does is in the message.
type lab struct {
	enter func(l *lab, p *coppice.Process, from string) error
	end   func(p *coppice.Process, reason error) error
	hold  statem.Reply[int]
	until time.Time // how long its caller waits
}

type (
	step = func(l *lab, p *coppice.Process) error
	ask  struct { // a call
		genserver.Returns[int]
		do func(l *lab, p *coppice.Process) (int, error)
	}
	holds struct { // a call that is answered by what comes later
		genserver.Returns[int]
	}
	tell struct{ do step } // a cast
	wait struct{ do step } // a time-out
	only struct{}          // a cast that only b accepts
)

var errCrash = errors.New("crash")

func newLab(p *coppice.Process, prepare func(*lab, *coppice.Process) error) (*lab, error) {
	l := &lab{}
	if prepare == nil {
		return l, nil
	}
	return l, prepare(l, p)
}

func (l *lab) ask(p *coppice.Process, m ask) (int, error) { return m.do(l, p) }
func (l *lab) tell(p *coppice.Process, m tell) error      { return m.do(l, p) }
func (l *lab) wait(p *coppice.Process, m wait) error      { return m.do(l, p) }
func (l *lab) only(*coppice.Process, only) error          { return nil }

func (l *lab) holds(p *coppice.Process, _ holds, r statem.Reply[int]) error {
	l.hold = r
	l.until, _ = p.ForCaller().Deadline()
	return nil
}

func (l *lab) postpones(p *coppice.Process, _ holds) (int, error) {
	statem.Postpone(p)
	return -1, nil
}

func (l *lab) entered(p *coppice.Process, from string) error {
	if l.enter == nil {
		return nil
	}
	return l.enter(l, p, from)
}

func (l *lab) terminate(p *coppice.Process, reason error) error {
	if l.end == nil {
		return nil
	}
	return l.end(p, reason)
}

var labs = statem.Define(newLab,
	statem.State("a", statem.OnCall((*lab).postpones)),
	statem.State("b", statem.OnCallLater((*lab).holds), statem.OnCast((*lab).only)),
	statem.OnCall((*lab).ask),
	statem.OnCast((*lab).tell),
	statem.OnTimeout((*lab).wait),
	statem.OnEnter((*lab).entered),
	statem.OnTerminate((*lab).terminate),
	statem.Replaceable[*lab](),
)

func start(t *testing.T, n *coppice.Node, prepare func(*lab, *coppice.Process) error, options ...statem.Option) statem.Ref[*lab] {
	t.Helper()
	ref, err := labs.Start(n, prepare, options...)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func next(state string) tell {
	return tell{func(_ *lab, p *coppice.Process) error { statem.Next(p, state); return nil }}
}

// current asks a machine for its state, and so shows that it lives.
func current(n *coppice.Node, ref coppice.Addr) (state string) {
	_, err := genserver.Call(n, ref, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
		state = statem.Current(p)
		return 0, nil
	}})
	if err != nil {
		return err.Error()
	}
	return state
}

func TestItBeginsInTheFirstStateListed(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		if got := current(n, start(t, n, nil)); got != "a" {
			t.Errorf("state %q", got)
		}
		ref := start(t, n, func(_ *lab, p *coppice.Process) error { statem.Next(p, "b"); return nil })
		if got := current(n, ref); got != "b" {
			t.Errorf("state %q", got)
		}
	})
}

func TestACallIsPostponedAndAnsweredLater(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(t, n, nil)
		pending := genserver.SendRequest(n, ref, holds{})
		must(genserver.Cast(n, ref, next("b")))
		must(genserver.Cast(n, ref, tell{func(l *lab, _ *coppice.Process) error { l.hold.Send(7); return nil }}))
		if v, err := pending.Wait(n); v != 7 || err != nil {
			t.Error(v, err)
		}
	})
}

// A call that was postponed is handled for its own caller, and not for that of
// the event which has brought the machine to it.
func TestAPostponedCallHasItsCaller(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(t, n, nil)
		began := time.Now()
		go func() {
			ctx, cancel := context.WithTimeout(n, time.Second)
			defer cancel()
			_, _ = genserver.Call(ctx, ref, holds{})
		}()
		synctest.Wait()
		_, err := genserver.Call(n, ref, ask{do: func(_ *lab, p *coppice.Process) (int, error) { statem.Next(p, "b"); return 0, nil }})
		must(err)
		_, err = genserver.Call(n, ref, ask{do: func(l *lab, _ *coppice.Process) (int, error) {
			if left := l.until.Sub(began); left != time.Second {
				t.Errorf("its caller waits for %v", left)
			}
			return 0, nil
		}})
		must(err)
	})
}

func TestAPostponedCallEndsWithTheMachine(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(t, n, nil)
		pending := genserver.SendRequest(n, ref, holds{})
		must(coppice.Stop(n, ref, coppice.Shutdown))
		if _, err := pending.Wait(n); reasonOf(err) != coppice.Shutdown {
			t.Error(err)
		}
	})
}

func TestTheReplyOfAStopComesBeforeTerminate(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		hold := make(chan struct{})
		ref := start(t, n, func(l *lab, _ *coppice.Process) error {
			l.end = func(_ *coppice.Process, reason error) error { <-hold; return nil }
			return nil
		})
		v, err := genserver.Call(n, ref, ask{do: func(*lab, *coppice.Process) (int, error) {
			return 3, statem.Stop(coppice.Shutdown)
		}})
		if v != 3 || err != nil {
			t.Error(v, err)
		}
		close(hold)
		if reason, _ := coppice.Await(n, ref.PID()); reason != coppice.Shutdown && reason != coppice.NoProc {
			t.Error(reason)
		}
	})
}

func TestStopNoReply(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(t, n, nil)
		_, err := genserver.Call(n, ref, ask{do: func(*lab, *coppice.Process) (int, error) {
			return 3, statem.StopNoReply(coppice.Shutdown)
		}})
		if reasonOf(err) != coppice.Shutdown {
			t.Error(err)
		}
	})
}

func TestTheErrorOfACallIsPartOfTheReply(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(t, n, nil)
		_, err := genserver.Call(n, ref, ask{do: func(*lab, *coppice.Process) (int, error) { return 0, errCrash }})
		if err != errCrash || current(n, ref) != "a" {
			t.Error(err)
		}
	})
}

// As in gen_statem, a crash in the enter call finds the machine in the state
// that it comes from, and a stop there in the one that it comes to.
func TestTerminateIsToldTheState(t *testing.T) {
	for _, c := range []struct {
		name   string
		enter  func() error // OnEnter of b
		reason error
		want   string
	}{
		{"after a change", func() error { return nil }, errCrash, "b crash"},
		{"stop in OnEnter", func() error { return errCrash }, nil, "b crash"},
		{"crash in OnEnter", func() error { panic(errCrash) }, nil, "a panic: crash"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubbleWith(t, nil, func(t *testing.T, n *coppice.Node, r *reports) {
				var got string
				ref := start(t, n, func(l *lab, _ *coppice.Process) error {
					l.enter = func(_ *lab, p *coppice.Process, from string) error {
						if statem.Current(p) == "b" {
							return c.enter()
						}
						return nil
					}
					l.end = func(p *coppice.Process, reason error) error {
						got = fmt.Sprint(statem.Current(p), " ", reason)
						return nil
					}
					return nil
				})
				must(genserver.Cast(n, ref, next("b")))
				must(genserver.Cast(n, ref, tell{func(*lab, *coppice.Process) error { return c.reason }}))
				crashes := r.all()
				if got != c.want || len(crashes) != 1 {
					t.Errorf("%q, want %q; %v", got, c.want, crashes)
				}
				if v := fmt.Sprintf("%+v", crashes[0].State); !strings.Contains(v, `State:"`+c.want[:1]) {
					t.Errorf("the report shows %s", v)
				}
			})
		})
	}
}

func TestStartReturnsBeforeOnEnter(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		hold := make(chan struct{})
		ref := start(t, n, func(l *lab, _ *coppice.Process) error {
			l.enter = func(*lab, *coppice.Process, string) error { <-hold; return nil }
			return nil
		})
		close(hold)
		if got := current(n, ref); got != "a" {
			t.Error(got)
		}
	})
}

func TestTheConstructorFails(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		for _, want := range []error{errCrash, statem.Ignore} {
			_, err := labs.Start(n, func(*lab, *coppice.Process) error { return want }, statem.Name(coppice.Name("m")))
			if err != want || coppice.Whereis(n, coppice.Name("m")) != (coppice.PID{}) {
				t.Errorf("%v, want %v", err, want)
			}
		}
	})
}

func TestWhatIsNotAccepted(t *testing.T) {
	var log strings.Builder
	bubbleWith(t, &log, func(t *testing.T, n *coppice.Node, r *reports) {
		ref := start(t, n, nil)
		_, err := genserver.Call(n, ref, trace{})
		var refused *genserver.NotAcceptedError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), "lab in the state a") {
			t.Errorf("call: %v", err)
		}
		must(coppice.Send(n, ref, 42))
		synctest.Wait()
		if got := current(n, ref); got != "a" {
			t.Errorf("info: %v", got)
		}
		must(genserver.Cast(n, ref, only{}))
		crashes := r.all()
		if len(crashes) != 1 || !errors.As(crashes[0].Reason, &refused) || refused.How != "cast" {
			t.Errorf("cast: %v", crashes)
		}
	})
	if !strings.Contains(log.String(), "does not accept the info int") {
		t.Errorf("log: %s", log.String())
	}
}

func TestMisuseCrashesTheMachine(t *testing.T) {
	inEnter := func(f func(p *coppice.Process)) func(l *lab, p *coppice.Process) error {
		return func(l *lab, _ *coppice.Process) error {
			l.enter = func(_ *lab, p *coppice.Process, _ string) error { f(p); return nil }
			return nil
		}
	}
	for want, prepare := range map[string]func(*lab, *coppice.Process) error{
		"Next is called in OnEnter":      inEnter(func(p *coppice.Process) { statem.Next(p, "b") }),
		"Postpone is called in OnEnter":  inEnter(statem.Postpone),
		"Insert is called in OnEnter":    inEnter(func(p *coppice.Process) { statem.Insert(p, 1) }),
		`has no state "c"; it has: a, b`: func(_ *lab, p *coppice.Process) error { statem.Next(p, "c"); return nil },
		"Postpone is called in the cons": func(_ *lab, p *coppice.Process) error { statem.Postpone(p); return nil },
		"statem_test.lab in the state a does not accept the internal int": func(_ *lab, p *coppice.Process) error {
			statem.Insert(p, 1)
			return nil
		},
	} {
		bubbleWith(t, nil, func(t *testing.T, n *coppice.Node, r *reports) {
			_, _ = labs.Start(n, prepare)
			crashes := r.all()
			if len(crashes) != 1 || !strings.Contains(crashes[0].Reason.Error(), want) {
				t.Errorf("%v, want %s", crashes, want)
			}
		})
	}
}

// A difference from OTP 25, which loses track of this one and gives the machine
// its timer's message as an info.
func TestATimeoutOfZeroIsSetAnewBeforeItCame(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		s := script{state: "a", events: map[string][][]string{
			"a go": {{"set:t:0:1", "insert:i"}},
			"a i":  {{"set:t:10:2"}},
		}}
		ref, err := modes["handle_event"].Start(n, s)
		must(err)
		must(genserver.Cast(n, ref, event("go")))
		pause("20")
		if got, _ := genserver.Call(n, ref, trace{}); strings.Join(got, " ") != "a<a a.go a+i a!2" {
			t.Error(got)
		}
	})
}

func TestASupervisorRestartsItWithNewData(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		_, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
			{ID: "m", Start: labs.With(nil, statem.Name(coppice.Name("m")))},
		}}).Start(n)
		must(err)
		m := coppice.Name("m")
		must(genserver.Cast(n, m, next("b")))
		must(genserver.Cast(n, m, tell{func(*lab, *coppice.Process) error { return errCrash }}))
		synctest.Wait()
		if got := current(n, m); got != "a" {
			t.Error(got)
		}
	})
}

func TestSysWithAMachine(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		s := script{state: "a", events: map[string][][]string{
			"a x": {{"postpone", "set:t:1000:1"}}, "a go": {{"next:b", "insert:i"}},
		}}
		ref, err := modes["state_functions"].Start(n, s)
		must(err)
		events, err := sys.Trace(n, ref, sys.Limit{Events: 8})
		must(err)
		must(genserver.Cast(n, ref, event("x")))
		synctest.Wait()
		state, err := sys.State(n, ref)
		v, ok := state.(statem.View)
		if !ok || v.State != "a" || v.Postponed != 1 || !slices.Equal(v.Timeouts, []statem.TimeoutName{"t"}) {
			t.Errorf("%+v, %v", state, err)
		}
		must(genserver.Cast(n, ref, event("go")))
		var got []string
		for e := range events {
			got = append(got, fmt.Sprintf("%v %v %s>%s", e.What, e.Message, e.State, e.Next))
		}
		want := []string{
			"in x a>", "postpone x a>a", "set timer 1 a>",
			"in go a>", "consume go a>b", "in i b>", "consume i b>b", "consume x b>b",
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q\nwant %q", got, want)
		}
	})
}

func TestReplaceOfAMachine(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(t, n, nil)
		to := func(state string) error {
			return sys.Replace(n, ref, func(s statem.Snapshot[*lab]) statem.Snapshot[*lab] {
				s.State = state
				return s
			})
		}
		if err := to("b"); err != nil || current(n, ref) != "b" {
			t.Error(err, current(n, ref))
		}
		var panicked *coppice.PanicError
		if err := to("nowhere"); !errors.As(err, &panicked) || current(n, ref) != "b" {
			t.Error(err, current(n, ref))
		}
	})
}

func TestATrappingMachineEndsWithItsParent(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ended := make(chan error, 1)
		parent, err := coppice.Spawn(n, func(p *coppice.Process) error {
			_, err := labs.StartLink(p, func(l *lab, p *coppice.Process) error {
				p.TrapExit(true)
				l.end = func(_ *coppice.Process, reason error) error { ended <- reason; return nil }
				statem.SetTimeout(p, "long", time.Hour, wait{})
				return nil
			})
			must(err)
			p.Receive()
			return nil
		})
		must(err)
		synctest.Wait()
		must(coppice.Exit(context.WithoutCancel(n), parent, errCrash))
		if reason := <-ended; reason != errCrash {
			t.Error(reason)
		}
	})
}
