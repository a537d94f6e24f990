package supervisor_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A caller calls when it starts or when it ends, and notes what came of it.
type caller struct {
	starts, ends func(p *coppice.Process) error
	told         *outcomes
}

type outcomes struct {
	mu   sync.Mutex // guards errs
	errs []error
}

func (o *outcomes) add(err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.errs = append(o.errs, err)
	return err
}

func newCaller(p *coppice.Process, c caller) (*caller, error) {
	p.TrapExit(true)
	if c.starts == nil {
		return &c, nil
	}
	return &c, c.told.add(c.starts(p))
}

func (c *caller) terminate(p *coppice.Process, _ error) error {
	if c.ends != nil {
		_ = c.told.add(c.ends(p))
	}
	return nil
}

func (*caller) crash(*coppice.Process, end) error { return errors.New("crash") }

var callers = genserver.Define(newCaller, genserver.OnTerminate((*caller).terminate), genserver.OnCast((*caller).crash))

// spec is the child c of a supervisor, which has time enough.
func (c caller) spec(id string) supervisor.ChildSpec {
	return supervisor.ChildSpec{ID: id, Start: callers.With(c), Shutdown: supervisor.Within(time.Minute)}
}

// A child that calls its supervisor while that waits for it, for its start or
// its end, waits in vain: it is told so at once, and the supervisor goes on.
func TestCirclesThroughASupervisor(t *testing.T) {
	const sup = coppice.Name("sup")
	count := func(p *coppice.Process) error { _, err := supervisor.Count(p.WithoutTimeout(), sup); return err }
	startChild := func(p *coppice.Process) error {
		_, err := supervisor.StartChild(p.WithoutTimeout(), sup, caller{}.spec("other"))
		return err
	}
	byAnother := func(p *coppice.Process) error {
		_, err := genserver.Call(p.WithoutTimeout(), coppice.Name("another"), relaying{relay: relay{count}})
		return err
	}
	starts := func(n *coppice.Node, spec supervisor.Spec) error {
		_, err := supervisor.New(spec, supervisor.Name(sup)).Start(n)
		return err
	}
	dynamic := func(n *coppice.Node) error {
		_, err := (&supervisor.Dynamic[supervisor.ChildSpec]{Options: []supervisor.Option{supervisor.Name(sup)}}).Start(n)
		return err
	}
	starting := func(f func(n *coppice.Node, c caller) error) func(*coppice.Node, *outcomes, func(*coppice.Process) error) error {
		return func(n *coppice.Node, o *outcomes, call func(*coppice.Process) error) error {
			return f(n, caller{starts: call, told: o})
		}
	}
	ending := func(f func(n *coppice.Node, c caller) error) func(*coppice.Node, *outcomes, func(*coppice.Process) error) error {
		return func(n *coppice.Node, o *outcomes, call func(*coppice.Process) error) error {
			return f(n, caller{ends: call, told: o})
		}
	}
	for name, run := range map[string]func(*coppice.Node, *outcomes, func(*coppice.Process) error) error{
		"the start of all": starting(func(n *coppice.Node, c caller) error {
			if err := starts(n, supervisor.Spec{Children: []supervisor.ChildSpec{c.spec("c")}}); err == nil {
				return errors.New("the supervisor has started")
			}
			return nil
		}),
		"a start by hand": starting(func(n *coppice.Node, c caller) error {
			if err := starts(n, supervisor.Spec{}); err != nil {
				return err
			}
			if _, err := supervisor.StartChild(n, sup, c.spec("c")); !errors.Is(err, coppice.CallingSelf) {
				return errors.Join(errors.New("the child has started"), err)
			}
			return nil
		}),
		"a start by hand of a dynamic": starting(func(n *coppice.Node, c caller) error {
			if err := dynamic(n); err != nil {
				return err
			}
			if _, err := supervisor.StartChild(n, sup, c.spec("c")); !errors.Is(err, coppice.CallingSelf) {
				return errors.Join(errors.New("the child has started"), err)
			}
			return nil
		}),
		"the end of one": ending(func(n *coppice.Node, c caller) error {
			if err := starts(n, supervisor.Spec{Children: []supervisor.ChildSpec{caller{}.spec("a"), c.spec("c")}}); err != nil {
				return err
			}
			return supervisor.TerminateChild(n, sup, "c")
		}),
		"the end of all": ending(func(n *coppice.Node, c caller) error {
			if err := starts(n, supervisor.Spec{Children: []supervisor.ChildSpec{caller{}.spec("a"), c.spec("c")}}); err != nil {
				return err
			}
			return coppice.Stop(n, sup, coppice.Shutdown)
		}),
		"a restart of all": ending(func(n *coppice.Node, c caller) error {
			err := starts(n, supervisor.Spec{Strategy: supervisor.OneForAll, Children: []supervisor.ChildSpec{
				{ID: "a", Start: callers.With(caller{}, genserver.Name(coppice.Name("a")))}, c.spec("c"),
			}})
			if err != nil {
				return err
			}
			_ = genserver.Cast(n, coppice.Name("a"), end{})
			synctest.Wait()
			return nil
		}),
		"the end of one of a dynamic": ending(func(n *coppice.Node, c caller) error {
			if err := dynamic(n); err != nil {
				return err
			}
			pid, err := supervisor.StartChild(n, sup, c.spec("c"))
			if err != nil {
				return err
			}
			return supervisor.TerminateChild(n, sup, pid)
		}),
		"the end of a dynamic": ending(func(n *coppice.Node, c caller) error {
			if err := dynamic(n); err != nil {
				return err
			}
			for _, one := range []caller{c, {}, c} {
				if _, err := supervisor.StartChild(n, sup, one.spec("c")); err != nil {
					return err
				}
			}
			return coppice.Stop(n, sup, coppice.Shutdown)
		}),
	} {
		for how, call := range map[string]func(*coppice.Process) error{"asks": count, "starts a child": startChild, "through another": byAnother} {
			t.Run(name+", "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					found := &outcomes{}
					n := coppice.NewNode(coppice.Options{FindCircles: true, Logger: slog.New(slog.DiscardHandler), OnReport: func(r coppice.Report) {
						if c, ok := r.(*coppice.CircleReport); ok {
							_ = found.add(c.Circle)
						}
					}})
					if _, err := relays.Start(n, struct{}{}, genserver.Name(coppice.Name("another"))); err != nil {
						t.Fatal(err)
					}
					told, began := &outcomes{}, time.Now()
					if err := run(n, told, call); err != nil {
						t.Error(err)
					}
					if took := time.Since(began); took != 0 {
						t.Errorf("it took %v", took)
					}
					if len(told.errs) == 0 || len(found.errs) < len(told.errs) {
						t.Errorf("the children were told %v, found were %v", told.errs, found.errs)
					}
					for _, err := range told.errs {
						if circle := new(coppice.CircleError); !errors.As(err, &circle) {
							t.Errorf("a child was told %v", err)
						}
					}
					n.Stop(context.Background())
				})
			})
		}
	}
}

// A relay does what it is asked.
type relay struct{ do func(*coppice.Process) error }

type relaying struct {
	genserver.Returns[int]
	relay
}

var relays = genserver.Define(
	func(*coppice.Process, struct{}) (*relay, error) { return &relay{}, nil },
	genserver.OnCall(func(_ *relay, p *coppice.Process, m relaying) (int, error) { return 0, m.do(p) }),
)

// There is no circle where the supervisor waits for another child, nor where the
// call is answered before the supervisor begins to wait.
func TestNoCircleThroughASupervisor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const sup = coppice.Name("sup")
		n := coppice.NewNode(coppice.Options{FindCircles: true, Logger: slog.New(slog.DiscardHandler), OnReport: func(r coppice.Report) {
			if c, ok := r.(*coppice.CircleReport); ok {
				t.Errorf("a false alarm: %v", c)
			}
		}})
		told := &outcomes{}
		slow := caller{told: told, ends: func(p *coppice.Process) error { p.Sleep(time.Second); return nil }}
		asks := caller{told: told, ends: func(p *coppice.Process) error {
			_, err := genserver.Call(p, coppice.Name("another"), relaying{relay: relay{func(*coppice.Process) error { return nil }}})
			return err
		}}
		// It has asked before its end begins, and it is the other's that is waited for.
		waits := caller{told: told, starts: func(p *coppice.Process) error {
			_, err := coppice.Spawn(p, func(q *coppice.Process) error {
				_, err := supervisor.Count(q, sup)
				return err
			})
			return err
		}}
		_, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
			{ID: "another", Start: relays.With(struct{}{}, genserver.Name(coppice.Name("another")))},
			waits.spec("waits"), slow.spec("slow"), asks.spec("asks"),
		}}, supervisor.Name(sup)).Start(n)
		if err != nil {
			t.Fatal(err)
		}
		if err := coppice.Stop(n, sup, coppice.Shutdown); err != nil {
			t.Error(err)
		}
		for _, err := range told.errs {
			if err != nil {
				t.Error(err)
			}
		}
		n.Stop(context.Background())
	})
}
