package conformance

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// An actor is a process of the scenario, or the driver.
type actor struct {
	run   *run
	lane  lane
	pid   coppice.PID
	place atomic.Int32 // a place

	// What follows belongs to the process itself.
	p        *coppice.Process                 // set where it executes steps
	deferred map[string]genserver.Reply[Term] // calls that wait for the verb reply
	leaving  error                            // set by the verb return
	tasks    map[coppice.Ref]bool             // those that it has started

	keepsNone bool // it is a supervisor that has a child without a process, see templateStarter
}

// A place is where a process is, as far as the library cannot know. See
// run.idle.
type place int32

const (
	anywhere place = iota
	loop           // it waits for its next message
	blocked        // in an operation that waits without a time limit
	hung           // it reads no messages
)

// in has f run with the process in a place.
func (a *actor) in(where place, f func()) {
	before := a.place.Swap(int32(where))
	defer a.place.Store(before)
	f()
}

// hang waits for ever and reads no messages.
func (a *actor) hang() {
	a.in(hung, func() {
		a.p.ReceiveMatch(func(coppice.Message) bool { return false }, -1)
	})
}

// nap lets time pass.
func (a *actor) nap(ms int) {
	if ms < 0 {
		panic(crash("timeout_value"))
	}
	a.p.Sleep(milliseconds(ms))
}

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// emit traces an event of the process.
func (a *actor) emit(text string) { a.run.write(a.p, a.lane, text) }

// say traces what happens to the process.
func (a *actor) say(what string, more ...string) {
	a.emit(strings.Join(append([]string{what, a.lane.String()}, more...), " "))
}

// perform executes a step.
func (a *actor) perform(s *Step) {
	a.run.pause(a.p.Sleep)
	text := a.run.ops[s.Verb](a, s)
	if _, quiet := s.Options["quiet"]; text == "" || quiet {
		return
	}
	if a.lane == driverLane {
		a.emit("= " + text)
		return
	}
	a.emit(a.lane.String() + " = " + text)
}

// term is argument i of a step, with the processes that it names as they are
// now.
func (a *actor) term(s *Step, i int) Term { return a.run.resolve(s.term(i)) }

func (r *run) resolve(t Term) Term {
	return resolve(t, func(name string) (string, bool) {
		if who := r.books.find(name); who != nil {
			return who.lane.String(), true
		}
		return "", false
	})
}

// unknown is the result of a step whose target was never started.
const unknown = "unknown"

// addr is where the target can be reached, or nil if it was never started.
func (a *actor) addr(text string) coppice.Addr {
	t, err := parseTarget(text)
	if err != nil {
		return nil
	}
	switch t.form {
	case bySelf:
		return a.pid
	case byRegistered:
		return coppice.Name(t.name)
	case byEntry:
		return a.run.entry(t.name, t.key)
	}
	if who := a.run.books.get(t.name, t.inc); who != nil {
		return who.pid
	}
	return nil
}

// nowhere is the result of a step whose target cannot even be looked for, with
// what that does to the process where it is not caught; or nothing.
func (a *actor) nowhere(target string) (result string, raise func()) {
	t, err := parseTarget(target)
	d := a.run.scenario.Defs[t.name]
	if err != nil || t.form != byEntry || d == nil {
		return "", nil
	}
	if d.Kind == PartSup {
		if _, err := a.run.partitionsOf(d).Count(a.p); err != nil {
			reason := noPartitions(d.Name)
			return "exit(" + reason.Error() + ")", func() { a.p.Exit(reason) }
		}
		if _, err := a.run.entry(t.name, t.key).Whereis(a.p); err == nil {
			return "", nil
		} // else the partition has never been started, and so is not in Elixir's table
	} else if d.Kind == Registry && !a.run.unusable(a.p, d, t.key) {
		return "", nil
	}
	return badArgument, func() { panic(crash("badarg")) }
}

// withAddr executes f with the address of a target. It ends the process where
// nobody can be looked for.
func (a *actor) withAddr(target string, f func(coppice.Addr) string) string {
	if _, raise := a.nowhere(target); raise != nil {
		raise()
	}
	to := a.addr(target)
	if to == nil {
		return unknown
	}
	return f(to)
}

// withPID executes f with the process of a target. Nobody is registered under a
// name: that is unknown too.
func (a *actor) withPID(target string, f func(coppice.PID) string) string {
	return a.withAddr(target, func(to coppice.Addr) string {
		pid := coppice.Whereis(a.p, to)
		if pid.IsZero() {
			return unknown
		}
		return f(pid)
	})
}

// name is by what a process is known.
func (r *run) name(pid coppice.PID) string {
	switch a := r.books.of(pid); {
	case pid.IsZero():
		return "nil"
	case a == nil || a == r.reaper:
		return "pid"
	default:
		return a.lane.String()
	}
}

// message gives the text of a message.
func (r *run) message(m coppice.Message) string {
	if m.Kind() == coppice.CastMsg {
		return "{$gen_cast," + r.body(m.Body) + "}"
	}
	return r.body(m.Body)
}

func (r *run) body(body any) string {
	switch b := body.(type) {
	case Term:
		return b.trace()
	case coppice.Exited:
		return fmt.Sprintf("{EXIT,%s,%s}", r.name(b.PID), r.reason(b.Reason))
	case coppice.Down:
		who := r.name(b.PID)
		switch {
		case b.Name != "":
			who = "@" + b.Name
		case b.PID.IsZero(): // an entry that is not there: Elixir monitors the name nil
			who = "@nil"
		}
		return fmt.Sprintf("{DOWN,%s,%s,%s}", r.books.label(b.Ref), who, r.reason(b.Reason))
	case coppice.Aliased:
		return fmt.Sprintf("{%s,%s}", r.books.label(b.Ref), r.body(b.Body))
	case genserver.Timeout:
		return "timeout"
	}
	if text, ok := r.heard(body); ok {
		return text
	}
	return fmt.Sprintf("%v", body)
}

// proc is the body of a plain process. Its parent sends it its actor first.
func (r *run) proc(p *coppice.Process) error {
	m, _ := p.ReceiveMatch(func(m coppice.Message) bool { _, ok := m.Body.(*actor); return ok }, -1)
	a := m.Body.(*actor)
	a.p = p
	if r.scenario.Defs[a.lane.name].Trap {
		p.TrapExit(true)
	}
	m.From().Reply(nil, nil)
	for a.leaving == nil {
		a.place.Store(int32(loop))
		m, _ := p.ReceiveMatch(func(m coppice.Message) bool { return !a.ofTask(m) }, -1)
		a.place.Store(int32(anywhere))
		if o, ok := m.Body.(order); ok {
			a.perform(o.step)
			continue
		}
		a.say("info", r.plainly(m))
	}
	return a.leaving
}
