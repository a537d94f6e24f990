package conformance

import (
	"fmt"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/sys"
)

// sysOps are the operations of module sys.
var sysOps = map[string]operation{
	"suspend": onServer(1, func(a *actor, p *coppice.Process, _ *Step, to coppice.Addr) (string, error) {
		err := sys.Suspend(p, to)
		if who := a.run.books.of(coppice.Whereis(p, to)); err == nil && who != nil {
			who.place.Store(int32(hung))
		}
		return "ok", err
	}),
	"resume": onServer(1, func(a *actor, p *coppice.Process, _ *Step, to coppice.Addr) (string, error) {
		if who := a.run.books.of(coppice.Whereis(p, to)); who != nil {
			who.place.CompareAndSwap(int32(hung), int32(anywhere))
		}
		return "ok", sys.Resume(p, to)
	}),
	"state": onServer(1, func(_ *actor, p *coppice.Process, _ *Step, to coppice.Addr) (string, error) {
		state, err := sys.State(p, to)
		return fmt.Sprint(state), err
	}),
	"replace": onServer(2, func(a *actor, p *coppice.Process, s *Step, to coppice.Addr) (string, error) {
		value := a.term(s, 1)
		return "ok", sys.Replace(p, to, func(w *worker) *worker { w.value = value; return w })
	}),
}

// onServer makes an operation of a request to a server, of which argument i is
// the time limit.
func onServer(i int, f func(*actor, *coppice.Process, *Step, coppice.Addr) (string, error)) operation {
	return func(a *actor, s *Step) string {
		if result, _ := a.nowhere(s.Args[0]); result == badArgument {
			return "exit(" + badArgument + ")" // module sys catches
		} else if result != "" {
			return result
		}
		return a.withAddr(s.Args[0], func(to coppice.Addr) (result string) {
			a.waiting(s.limit(i, standard), func(p *coppice.Process) {
				var err error
				if a.run.kindOf(coppice.Whereis(p, to)) == Proc {
					_, err = coppice.Request(p, to, asksSystem{}) // it is one message like another there
				} else {
					result, err = f(a, p, s, to)
				}
				switch {
				case err == sys.ErrNotReplaceable: // what replaces the state of a worker crashes there
					result = "error(ErlangError)"
				case err != nil:
					result = a.refused(s, err)
				}
			})
			return result
		})
	}
}

// asksSystem is what a plain process gets of a request of module sys.
type asksSystem struct{}

// StateView is what a worker shows of itself.
func (w *worker) StateView() any { return w.value.trace() }
