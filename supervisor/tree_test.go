package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// TestParentDies: a supervisor ends with its parent, whatever the reason, and
// stops its children.
func TestParentDies(t *testing.T) {
	for _, reason := range []error{coppice.Normal, coppice.Shutdown, errAbnormal} {
		inWorld(t, func(w *world) {
			sups := make(chan coppice.PID)
			parent, _ := coppice.Spawn(w.n, func(p *coppice.Process) error {
				sup, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{w.child("a"), w.child("b")}}).StartLink(p)
				if err != nil {
					return err
				}
				sups <- sup
				p.Receive()
				return reason
			})
			sup := <-sups
			w.took()
			check(t, "reason", w.reasonOf(sup, func() { _ = coppice.Send(w.n, parent, "end") }), reason)
			w.expect("stop b, stop a")
		})
	}
}

// TestExitFromStranger: a supervisor traps exits, and only its parent's is an
// order.
func TestExitFromStranger(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Children: []supervisor.ChildSpec{w.child("a")}})
		stranger, _ := coppice.Spawn(w.n, func(p *coppice.Process) error { return coppice.Exit(p, sup, errAbnormal) })
		_, _ = coppice.Await(w.n, stranger)
		check(t, "tree", w.tree(sup), "a")
	})
}

// TestKilledSupervisor: its children end by their links, those that do not trap
// at once.
func TestKilledSupervisor(t *testing.T) {
	for _, dynamic := range []bool{false, true} {
		inWorld(t, func(w *world) {
			sup := w.start(&supervisor.Dynamic[supervisor.ChildSpec]{})
			if !dynamic {
				sup = w.start(supervisor.New(supervisor.Spec{}))
			}
			_, _ = supervisor.StartChild(w.n, sup, w.child("a", "bare"))
			_, _ = supervisor.StartChild(w.n, sup, w.child("b"))
			check(t, "reason", w.reasonOf(w.pid("a"), func() { _ = coppice.Exit(w.n, sup, coppice.Kill) }), coppice.Killed)
			_, _ = coppice.Await(w.n, w.pid("b"))
			w.expect("start a, start b, stop b")
		})
	}
}

// TestKilledWhileStopping: the children of a supervisor that is killed while it
// waits for one of them end by their links as well.
func TestKilledWhileStopping(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Children: []supervisor.ChildSpec{
			w.child("a"), w.child("b", time.Hour, supervisor.Infinity),
		}})
		ctx, cancel := context.WithTimeout(w.n, time.Second)
		defer cancel()
		if err := supervisor.Stop(ctx, sup, nil); !errors.Is(err, coppice.Timeout) {
			t.Errorf("Stop = %v", err)
		}
		_ = coppice.Exit(w.n, sup, coppice.Kill)
		_, _ = coppice.Await(w.n, w.pid("a"))
		_, _ = coppice.Await(w.n, w.pid("b"))
		w.expect("stop a, stop b")
	})
}

// TestRequestsAtTheEnd: a request that reaches a supervisor while it stops its
// children is not answered, and fails as soon as it has ended.
func TestRequestsAtTheEnd(t *testing.T) {
	for _, dynamic := range []bool{false, true} {
		inWorld(t, func(w *world) {
			sup := w.start(&supervisor.Dynamic[supervisor.ChildSpec]{})
			if !dynamic {
				sup = w.start(supervisor.New(supervisor.Spec{}))
			}
			answers := make(chan error, 1)
			late := w.child("a", func(*coppice.Process) {
				go func() {
					_, err := supervisor.StartChild(w.n, sup, w.child("late"))
					answers <- err
				}()
			}, time.Second)
			_, _ = supervisor.StartChild(w.n, sup, late)
			_, _ = supervisor.StartChild(w.n, sup, w.child("b", 2*time.Second))
			_ = supervisor.Stop(w.n, sup, coppice.Shutdown)
			var failed *coppice.CallError
			if err := <-answers; !errors.As(err, &failed) {
				t.Errorf("StartChild = %v", err)
			}
			check(t, "starts", w.starts["late"], 0)
		})
	}
}

// TestUnlinkedChild: a child that has unlinked itself is stopped all the same.
func TestUnlinkedChild(t *testing.T) {
	for _, dynamic := range []bool{false, true} {
		inWorld(t, func(w *world) {
			sup := w.start(&supervisor.Dynamic[supervisor.ChildSpec]{})
			if !dynamic {
				sup = w.start(supervisor.New(supervisor.Spec{}))
			}
			for _, id := range []string{"alive", "dead"} {
				_, _ = supervisor.StartChild(w.n, sup, w.child(id, supervisor.Temporary))
				_, err := genserver.Call(w.n, w.pid(id), ask{f: func(p *coppice.Process) string {
					return fmt.Sprint(p.Unlink(sup))
				}})
				check(t, "Unlink", err, nil)
			}
			w.ends(sup, "dead", "normal") // which the supervisor does not hear of
			w.took()
			check(t, "Stop", supervisor.Stop(w.n, sup, nil), nil)
			w.expect("stop alive")
			check(t, "reports", strings.Join(w.told(), "; "), "shutdown_error dead: noproc; ")
		})
	}
}

// TestStopOfTheDead: the reason why a child had ended is known even if its
// supervisor is about to stop it before it has heard of that.
func TestStopOfTheDead(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Children: []supervisor.ChildSpec{
			w.child("a"), w.child("b"), w.child("c", func(p *coppice.Process) {
				_ = coppice.Exit(p, w.pid("a"), coppice.Kill)
				_, _ = coppice.Await(p, w.pid("a"))
			}),
		}})
		_ = supervisor.Stop(w.n, sup, nil)
		w.expect("stop c, stop b")
		check(t, "reports", strings.Join(w.told(), "; "), "shutdown_error a: killed; ")
	})
}

// TestDecisions is what the reports say of each end.
func TestDecisions(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.start(supervisor.New(supervisor.Spec{AutoShutdown: supervisor.AnySignificant, Children: []supervisor.ChildSpec{
			w.child("p"), w.child("t", supervisor.Transient), w.child("x", supervisor.Temporary),
			w.child("s", supervisor.Temporary, "significant"), w.child("odd", errAbnormal),
		}}, supervisor.Name(coppice.Name("sup"))))
		if len(w.progress) != 5 || w.progress[1].Child != "t" || w.progress[1].ChildPID != w.pid("t") ||
			w.progress[1].Supervisor != sup || w.progress[1].Name != "sup" {
			t.Errorf("progress: %v", w.progress)
		}
		p := w.pid("p")
		w.ends(sup, "p", "normal")
		w.ends(sup, "t", "normal") // as wanted: no report
		w.ends(sup, "x", "abnormal")
		_ = coppice.Send(w.n, sup, 7)
		w.settle(sup)
		r := w.reports[0]
		if r.Supervisor != sup || r.Name != "sup" || r.Child != "p" || r.ChildPID != p || r.Restart != 1 || r.Intensity != 3 || r.At != time.Now() {
			t.Errorf("report: %#v", r)
		}
		w.ends(sup, "s", "abnormal")
		check(t, "reports", strings.Join(w.told(), "\n"), strings.Join([]string{
			"child_terminated p: normal; restart 1 of 3 in 5s",
			"child_terminated x: abnormal; is not restarted",
			"unexpected_msg : unexpected message of type int; it is dropped",
			"child_terminated s: abnormal; ends, as the child was significant",
			"shutdown_error odd: abnormal; ",
		}, "\n"))
	})
}

// TestUnexpected: neither a message nor a request of the wrong kind harms a
// supervisor.
func TestUnexpected(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, sup := range []coppice.PID{
			w.start(supervisor.New(supervisor.Spec{})), w.start(&supervisor.Dynamic[supervisor.ChildSpec]{}),
		} {
			_ = coppice.Send(w.n, sup, "what")
			_, err := genserver.Call(w.n, sup, ask{})
			var refused *genserver.NotAcceptedError
			if !errors.As(err, &refused) {
				t.Errorf("a foreign call: %v", err)
			}
			check(t, "tree", w.tree(sup), "")
		}
	})
}

// TestBody: what a function returns is the reason of its process.
func TestBody(t *testing.T) {
	body := func(*coppice.Process) error { return nil }
	serve := func(f func(context.Context) error) supervisor.Starter { return supervisor.Serve(f) }
	for _, test := range []struct {
		start   supervisor.Starter
		restart supervisor.Restart
		again   bool
	}{
		{supervisor.Body(body), supervisor.Permanent, true},
		{supervisor.Body(body), supervisor.Transient, false},
		{serve(func(context.Context) error { return nil }), supervisor.Transient, false},
		{serve(func(context.Context) error { return errAbnormal }), supervisor.Transient, true},
		{serve(func(context.Context) error { panic("told to") }), supervisor.Transient, true},
		{serve(func(context.Context) error { panic("told to") }), supervisor.Temporary, false},
	} {
		inWorld(t, func(w *world) {
			began := make(chan coppice.PID, 10)
			first := true
			once := starterFunc(func(ctx context.Context) (coppice.PID, error) {
				start := test.start
				if !first {
					start = supervisor.Body(func(p *coppice.Process) error { p.Receive(); return nil })
				}
				first = false
				pid, err := start.StartLink(ctx)
				began <- pid
				return pid, err
			})
			sup := w.start(supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
				{ID: "a", Start: once, Restart: test.restart},
			}}))
			<-began
			synctest.Wait()
			n, _ := supervisor.Count(w.n, sup)
			check(t, "active", n.Active == 1, test.again)
		})
	}
}

type key struct{}

// TestServe: the context ends when the child is told to, and carries values; a
// function that does not heed it is killed.
func TestServe(t *testing.T) {
	for _, heeds := range []bool{true, false} {
		inWorld(t, func(w *world) {
			free := make(chan struct{})
			ctx := context.WithValue(w.n, key{}, "value")
			sup, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{{
				ID: "a", Start: supervisor.Serve(func(ctx context.Context) error {
					w.note("%v", ctx.Value(key{}))
					if heeds {
						<-ctx.Done()
						w.note("%v", context.Cause(ctx))
						return ctx.Err()
					}
					<-free
					return nil
				})}}}).Start(ctx)
			check(t, "error", err, nil)
			began := time.Now()
			_ = supervisor.Stop(w.n, sup, nil)
			if heeds {
				w.expect("value, shutdown")
				check(t, "time", time.Since(began), 0)
				check(t, "reports", len(w.reports), 0)
			} else {
				w.expect("value")
				check(t, "time", time.Since(began), 5*time.Second)
				check(t, "reports", strings.Join(w.told(), "; "), "shutdown_error a: killed; ")
			}
			close(free)
		})
	}
}

// TestManyStatic is that neither the start nor the stop of a Supervisor is
// quadratic, nor its end after all its children have been killed.
func TestManyStatic(t *testing.T) {
	children := 10_000
	if testing.Short() {
		children = 1_000
	}
	for _, kill := range []bool{false, true} {
		inWorld(t, func(w *world) {
			sup := w.start(supervisor.New(supervisor.Spec{Children: many(children)}))
			all, _ := supervisor.Children(w.n, sup)
			check(t, "children", len(all), children)
			if kill {
				for _, c := range all {
					_ = coppice.Exit(w.n, c.PID, coppice.Kill)
				}
				_, _ = coppice.Await(w.n, sup)
			} else {
				_ = supervisor.Stop(w.n, sup, nil)
			}
			check(t, "processes", w.left(), 0)
		})
	}
}
