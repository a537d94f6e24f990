package conformance

import (
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// callOps are the operations on servers. Those with ! end the process where the
// others have exit(R) as their result.
var callOps = map[string]operation{
	"call":  call,
	"call!": call,
	"cast":  cast,
	"stop":  stop,
	"stop!": stop,
	"reply": reply,
}

// standard is the time limit of a call, in milliseconds, where none is given.
const standard = 5000

func call(a *actor, s *Step) string {
	if result, _ := a.nowhere(s.Args[0]); s.Verb == "call" && result != "" {
		return result
	}
	return a.withAddr(s.Args[0], func(to coppice.Addr) string {
		answer, err := a.ask(to, a.term(s, 1), s.limit(2, standard))
		if err != nil {
			return a.refused(s, err)
		}
		return answer.trace()
	})
}

// ask calls a server with a term.
func (a *actor) ask(to coppice.Addr, what Term, limit int) (answer Term, err error) {
	q := question{a.lane, what, limit == infinite}
	a.waiting(limit, func(p *coppice.Process) {
		if answersLater(what) {
			answer, err = genserver.Call(p, to, askLater{question: q})
		} else {
			answer, err = genserver.Call(p, to, ask{question: q})
		}
	})
	return answer, a.unanswered(to, err)
}

// askNow is ask for a wait without a limit that keeps a block from settling.
func (a *actor) askNow(to coppice.Addr, what Term) (answer Term, err error) {
	return genserver.Call(a.p.WithoutTimeout(), to, ask{question: question{a.lane, what, true}})
}

// refused gives the result of a call that failed, or ends the process if it is
// one of those that are not caught.
func (a *actor) refused(s *Step, err error) string {
	if s.Verb[len(s.Verb)-1] == '!' {
		a.p.Exit(err)
	}
	if e, ok := err.(*coppice.CallError); ok {
		return a.run.exit(e)
	}
	return "error(" + err.Error() + ")"
}

func cast(a *actor, s *Step) string {
	if result, _ := a.nowhere(s.Args[0]); result != "" {
		return ""
	}
	return a.withAddr(s.Args[0], func(to coppice.Addr) string {
		_ = genserver.Cast(a.p, to, a.term(s, 1))
		return ""
	})
}

func stop(a *actor, s *Step) string {
	if result, _ := a.nowhere(s.Args[0]); s.Verb == "stop" && result != "" {
		return result
	}
	return a.withAddr(s.Args[0], func(to coppice.Addr) string {
		reason := coppice.Normal
		if len(s.Args) > 1 {
			reason = reasonOf(a.term(s, 1))
		}
		var err error
		limit := s.limit(2, infinite)
		a.waiting(limit, func(p *coppice.Process) { err = a.stop(p, to, reason, limit) })
		if err != nil {
			return a.refused(s, err)
		}
		return "ok"
	})
}

func reply(a *actor, s *Step) string {
	key := a.term(s, 0).String()
	to, ok := a.deferred[key]
	if !ok {
		return "no such request"
	}
	delete(a.deferred, key)
	to.Send(a.term(s, 1))
	return "ok"
}

// timerOps are the operations on timers.
var timerOps = map[string]operation{
	"send_after": sendAfter,
	"cancel":     cancel,
	"read":       read,
}

func sendAfter(a *actor, s *Step) string {
	if t, err := parseTarget(s.Args[0]); err == nil && t.form == byEntry {
		panic(crash("badarg")) // a timer takes a process or a name
	}
	return a.withAddr(s.Args[0], func(to coppice.Addr) string {
		if s.number(1) < 0 {
			panic(crash("badarg"))
		}
		t, err := coppice.SendAfter(a.p, to, milliseconds(s.number(1)), a.sendable(a.term(s, 2)))
		if err != nil {
			return failed(err)
		}
		label := s.As
		if label == "" {
			label = "timer"
		}
		a.run.books.labelTimer(label, t)
		return ""
	})
}

func cancel(a *actor, s *Step) string {
	return active(a.run.books.timer(s.Args[0]), (*coppice.Timer).Cancel)
}

func read(a *actor, s *Step) string {
	return active(a.run.books.timer(s.Args[0]), (*coppice.Timer).Left)
}

// active tells whether a timer, which may be none, has time left.
func active(t *coppice.Timer, left func(*coppice.Timer) (time.Duration, bool)) string {
	if t != nil {
		if _, ok := left(t); ok {
			return "active"
		}
	}
	return "false"
}
