package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// TestRestart is every strategy with every kind of child and every end.
func TestRestart(t *testing.T) {
	effects := map[supervisor.Strategy]string{
		supervisor.OneForOne:  "start b",
		supervisor.OneForAll:  "stop c, stop a, start a, start b, start c",
		supervisor.RestForOne: "stop c, start b, start c",
	}
	for strategy, effect := range effects {
		for _, restart := range []supervisor.Restart{supervisor.Permanent, supervisor.Transient, supervisor.Temporary} {
			for _, e := range ends {
				t.Run(fmt.Sprintf("%v/%v/%s", strategy, restart, e.how), func(t *testing.T) {
					inWorld(t, func(w *world) {
						sup := w.supervise(supervisor.Spec{Strategy: strategy, Children: []supervisor.ChildSpec{
							w.child("a"), w.child("b", restart), w.child("c"),
						}})
						w.ends(sup, "b", e.how)
						want, tree := "", "a b- c"
						switch {
						case restart == supervisor.Permanent, restart == supervisor.Transient && e.abnormal:
							want, tree = effect, "a b c"
						case restart == supervisor.Temporary:
							tree = "a c"
						}
						w.expect(want)
						check(t, "tree", w.tree(sup), tree)
					})
				})
			}
		}
	}
}

// TestStartAndStop is the order of both, and that the end of a supervisor is
// the one that it was told.
func TestStartAndStop(t *testing.T) {
	detail := &coppice.ShutdownError{Detail: "done"}
	for _, reason := range []error{nil, coppice.Shutdown, detail, errAbnormal} {
		inWorld(t, func(w *world) {
			sup := w.start(supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
				w.child("a"), w.child("b"), w.child("c"),
			}}))
			w.expect("start a, start b, start c")
			if err := supervisor.Stop(w.n, sup, reason); err != nil {
				t.Errorf("Stop(%v) = %v", reason, err)
			}
			w.expect("stop c, stop b, stop a")
		})
	}
}

func TestTemporaryChildrenAreNotTakenAlong(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Strategy: supervisor.OneForAll, Children: []supervisor.ChildSpec{
			w.child("a", supervisor.Temporary), w.child("b"), w.child("c", supervisor.Transient),
		}})
		w.ends(sup, "c", "normal")
		w.ends(sup, "b", "abnormal")
		w.expect("stop a, start b, start c") // c had ended and is started too
		check(t, "tree", w.tree(sup), "b c")
	})
}

func TestStateIsBuiltAnew(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Children: []supervisor.ChildSpec{w.child("a")}})
		before := w.pid("a")
		w.ends(sup, "a", "killed")
		if w.pid("a") == before || coppice.Alive(before) || !coppice.Alive(w.pid("a")) {
			t.Error("want a new process")
		}
	})
}

// TestShutdown is how long each child may take to end.
func TestShutdown(t *testing.T) {
	const s = time.Second
	for _, test := range []struct {
		shutdown supervisor.Shutdown
		takes    time.Duration
		events   string
		after    time.Duration
	}{
		{supervisor.BrutalKill, 1, "", 0},
		{supervisor.Within(2 * s), s, "stop a", s},
		{supervisor.Within(2 * s), 3 * s, "", 2 * s},
		{supervisor.Within(0), s, "", 0},
		{supervisor.Infinity, 1000 * s, "stop a", 1000 * s},
		{supervisor.Shutdown{}, 4 * s, "stop a", 4 * s},
		{supervisor.Shutdown{}, 6 * s, "", 5 * s},
	} {
		for _, dynamic := range []bool{false, true} {
			t.Run(fmt.Sprintf("%v/%v/%v", test.shutdown, test.takes, dynamic), func(t *testing.T) {
				inWorld(t, func(w *world) {
					spec := w.child("a", test.shutdown, test.takes)
					var sup coppice.PID
					if dynamic {
						sup = w.start(&supervisor.Dynamic[supervisor.ChildSpec]{})
						_, _ = supervisor.StartChild(w.n, sup, spec)
					} else {
						sup = w.start(supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{spec}}))
					}
					w.took()
					began := time.Now()
					if err := supervisor.Stop(w.n, sup, nil); err != nil {
						t.Error(err)
					}
					w.expect(test.events)
					check(t, "time", time.Since(began), test.after)
				})
			})
		}
	}
}

// TestShutdownTimesAddUp: a Supervisor stops its children one by one, each with
// its own time.
func TestShutdownTimesAddUp(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Children: []supervisor.ChildSpec{
			w.child("a", supervisor.Within(3*time.Second), 2*time.Second),
			w.child("b", supervisor.Within(time.Second), time.Hour),
			w.child("c", supervisor.Infinity, 10*time.Second),
		}})
		began := time.Now()
		_ = supervisor.Stop(w.n, sup, nil)
		w.expect("stop c, stop a")
		check(t, "time", time.Since(began), 13*time.Second)
	})
}

// TestStuckChild is code that heeds nothing: its process is killed, and the
// supervisor goes on.
func TestStuckChild(t *testing.T) {
	inWorld(t, func(w *world) {
		free := make(chan struct{})
		stuck := supervisor.Body(func(*coppice.Process) error { <-free; return nil })
		sup := w.supervise(supervisor.Spec{Strategy: supervisor.OneForAll, Children: []supervisor.ChildSpec{
			w.child("a"), {ID: "stuck", Start: stuck, Shutdown: supervisor.Within(time.Second)},
		}})
		began := time.Now()
		w.ends(sup, "a", "abnormal")
		w.expect("start a")
		check(t, "time", time.Since(began), time.Second)
		check(t, "tree", w.tree(sup), "a stuck")
		time.Sleep(2 * time.Second)
		check(t, "zombies", w.zombiesSeen(), 1)
		w.stuck = 2
		report := w.n.Stop(context.Background())
		if len(report.Stuck) != 2 || !strings.Contains(report.Stuck[0].Stack, "TestStuckChild") {
			t.Errorf("stuck: %v, want the code of both", report.Stuck)
		}
		close(free)
	})
}

// TestStartFails: those that had started are stopped, and the error tells all.
func TestStartFails(t *testing.T) {
	for i, id := range []string{"a", "b", "c"} {
		inWorld(t, func(w *world) {
			w.fails(id, errAbnormal)
			pid, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
				w.child("a"), w.child("b"), w.child("c"),
			}}).Start(w.n)
			w.expect([]string{
				"fail a",
				"start a, fail b, stop a",
				"start a, start b, fail c, stop b, stop a",
			}[i])
			var shutdown *coppice.ShutdownError
			if !errors.As(err, &shutdown) || !pid.IsZero() {
				t.Fatalf("Start = %v, %v; want a *ShutdownError", pid, err)
			}
			failed, ok := shutdown.Detail.(*supervisor.StartError)
			if !ok || failed.ID != id || failed.Reason != errAbnormal || !errors.Is(failed, errAbnormal) {
				t.Errorf("detail = %#v", shutdown.Detail)
			}
			check(t, "reports", strings.Join(w.told(), "; "), "start_error "+id+": abnormal; the supervisor does not start")
		})
	}
}

func TestIgnore(t *testing.T) {
	inWorld(t, func(w *world) {
		w.fails("a", coppice.Ignore)
		w.fails("b", coppice.Ignore)
		sup := w.supervise(supervisor.Spec{Children: []supervisor.ChildSpec{
			w.child("a"), w.child("b", supervisor.Temporary), w.child("c"),
		}})
		check(t, "tree", w.tree(sup), "a- c")
		w.fails("c", coppice.Ignore)
		w.ends(sup, "c", "abnormal")
		check(t, "tree", w.tree(sup), "a- c-")
		if pid, err := supervisor.RestartChild(w.n, sup, "a"); err != nil || pid != w.pid("a") {
			t.Errorf("RestartChild = %v, %v", pid, err)
		}
		w.fails("d", coppice.Ignore)
		if pid, err := supervisor.StartChild(w.n, sup, w.child("d")); err != nil || !pid.IsZero() {
			t.Errorf("StartChild of one that ignores = %v, %v", pid, err)
		}
		check(t, "tree", w.tree(sup), "a c- d-")
	})
}

// TestRetry: a restart that fails is tried again within the limit, and in
// between the supervisor answers.
func TestRetry(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{
			Restarts: supervisor.AtMost(5, time.Second),
			Children: []supervisor.ChildSpec{w.child("a"), w.child("b")},
		})
		w.fails("a", errAbnormal, errAbnormal)
		w.ends(sup, "a", "abnormal")
		for w.tree(sup) != "a b" { // each of these is answered between two tries, or after the last
		}
		w.expect("fail a, fail a, start a")
		check(t, "reports", strings.Join(w.told(), " | "), strings.Join([]string{
			"child_terminated a: abnormal; restart 1 of 5 in 1s",
			"start_error a: abnormal; tries again",
			"start_error a: abnormal; tries again",
		}, " | "))
	})
}

// TestWhileRestarting is what a child can be asked for while its restart fails.
// Its tries take turns with the calls.
func TestWhileRestarting(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{
			Restarts: supervisor.AtMost(1_000_000, time.Hour),
			Children: []supervisor.ChildSpec{w.child("a")},
		})
		w.breaks("a")
		w.ends(sup, "a", "abnormal")
		for w.tree(sup) != "a?" {
		}
		_, err := supervisor.RestartChild(w.n, sup, "a")
		check(t, "RestartChild", err, supervisor.ErrRestarting)
		check(t, "DeleteChild", supervisor.DeleteChild(w.n, sup, "a"), supervisor.ErrRestarting)
		_, err = supervisor.StartChild(w.n, sup, w.child("a"))
		check(t, "StartChild", err, supervisor.ErrAlreadyPresent)
		n, _ := supervisor.Count(w.n, sup)
		check(t, "Count", n, supervisor.Counts{Specs: 1, Workers: 1})
		check(t, "TerminateChild", supervisor.TerminateChild(w.n, sup, "a"), nil)
		w.took()
		check(t, "tree", w.tree(sup), "a-")
		w.expect("") // the retry is called off
	})
}

// TestIntensity is the limit itself: that many are allowed, and one that is a
// period old counts to the instant.
func TestIntensity(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{
			Restarts: supervisor.AtMost(2, time.Second),
			Children: []supervisor.ChildSpec{w.child("a"), w.child("b")},
		})
		w.ends(sup, "a", "abnormal")
		w.ends(sup, "b", "abnormal")
		time.Sleep(time.Second + 1)
		w.ends(sup, "a", "abnormal")
		w.ends(sup, "b", "abnormal")
		w.expect("start a, start b, start a, start b")
		w.told()
		time.Sleep(time.Second) // to the instant: the last two still count
		reason := w.reasonOf(sup, func() { w.ends(sup, "a", "abnormal") })
		check(t, "reason", reason, coppice.Shutdown)
		w.expect("stop b")
		check(t, "reports", strings.Join(w.told(), " | "), strings.Join([]string{
			"child_terminated a: abnormal; gives up: more than 2 in 1s",
			"shutdown a: reached_max_restart_intensity; gives up: more than 2 in 1s",
		}, " | "))
	})
}

func TestNoRestarts(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{
			Restarts: supervisor.AtMost(0, time.Second),
			Children: []supervisor.ChildSpec{w.child("a"), w.child("b", supervisor.Transient)},
		})
		w.ends(sup, "b", "normal")
		check(t, "tree", w.tree(sup), "a b-")
		check(t, "reason", w.reasonOf(sup, func() { w.ends(sup, "a", "normal") }), coppice.Shutdown)
	})
}

// TestEscalation: who gives up is restarted by its own supervisor, until that
// one gives up.
func TestEscalation(t *testing.T) {
	inWorld(t, func(w *world) {
		inner := supervisor.New(supervisor.Spec{
			Restarts: supervisor.AtMost(1, time.Minute), Children: []supervisor.ChildSpec{w.child("a")},
		}, supervisor.Name(coppice.Name("inner")))
		outer := w.supervise(supervisor.Spec{
			Restarts: supervisor.AtMost(1, time.Minute),
			Children: []supervisor.ChildSpec{{ID: "inner", Start: inner}, w.child("b")},
		})
		crash := func() {
			w.ends(coppice.Name("inner"), "a", "abnormal")
			w.settle(outer)
		}
		crash()
		first := coppice.Whereis(w.n, coppice.Name("inner"))
		crash()
		w.expect("start a, start a")
		if second := coppice.Whereis(w.n, coppice.Name("inner")); second == first || second.IsZero() {
			t.Error("the inner supervisor was not restarted")
		}
		reason := w.reasonOf(outer, func() { crash(); crash() })
		check(t, "reason", reason, coppice.Shutdown)
		w.expect("start a, stop b")
	})
}

func TestAutoShutdown(t *testing.T) {
	for _, test := range []struct {
		auto supervisor.AutoShutdown
		ends string // ids, in order
		last string // the one that ends the supervisor
		rest string
	}{
		{supervisor.AnySignificant, "x", "a", "stop x, stop b"},
		{supervisor.AllSignificant, "ax", "b", "stop x"},
		{supervisor.AllSignificant, "b", "a", "stop x"},
	} {
		inWorld(t, func(w *world) {
			sup := w.supervise(supervisor.Spec{AutoShutdown: test.auto, Children: []supervisor.ChildSpec{
				w.child("a", supervisor.Temporary, "significant"),
				w.child("b", supervisor.Transient, "significant"),
				w.child("x"),
			}})
			for _, id := range test.ends {
				w.ends(sup, string(id), "normal")
			}
			w.took()
			reason := w.reasonOf(sup, func() { w.ends(sup, test.last, "normal") })
			check(t, "reason", reason, coppice.Shutdown)
			w.expect(test.rest)
		})
	}
}

// TestAutoShutdownByHand: only a child that ends by itself ends its supervisor.
func TestAutoShutdownByHand(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{AutoShutdown: supervisor.AnySignificant, Children: []supervisor.ChildSpec{
			w.child("a", supervisor.Transient, "significant"),
		}})
		check(t, "TerminateChild", supervisor.TerminateChild(w.n, sup, "a"), nil)
		_, err := supervisor.RestartChild(w.n, sup, "a")
		check(t, "RestartChild", err, nil)
		w.ends(sup, "a", "abnormal") // it is restarted: no end
		check(t, "tree", w.tree(sup), "a")
	})
}
