package supervisor_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// after lets time pass, and what is due by then happen.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// waits is a child with a Backoff of 1 s, 2 s, 4 s.
func (w *world) waits(id string) supervisor.ChildSpec {
	spec := w.child(id)
	spec.Backoff = supervisor.Between(time.Second, 4*time.Second).Steady()
	return spec
}

// often is a Limit that nobody reaches.
var often = supervisor.AtMost(1000, time.Hour)

func TestBackoff(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Restarts: often, Children: []supervisor.ChildSpec{w.waits("a"), w.child("b")}})
		for _, wait := range []time.Duration{1, 2, 4, 4} {
			w.ends(sup, "a", "abnormal")
			w.ends(sup, "b", "abnormal")
			w.expect("start b") // which has no Backoff
			after(wait*time.Second - 1)
			w.expect("")
			after(1)
			w.expect("start a")
		}
		after(4*time.Second + 1) // it has lived for longer than the longest wait
		w.ends(sup, "a", "abnormal")
		after(time.Second)
		w.expect("start a")
	})
}

// What is shown of a child that waits, and what is answered meanwhile.
func TestBackoffIsShown(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Children: []supervisor.ChildSpec{w.waits("a")}})
		w.ends(sup, "a", "abnormal")
		after(400 * time.Millisecond)
		children, err := supervisor.Children(w.n, sup)
		if err != nil || len(children) != 1 {
			t.Fatal(children, err)
		}
		due := time.Now().Add(600 * time.Millisecond)
		if c := children[0]; !c.Restarting || !c.Due.Equal(due) || c.State() != "restarting in 600ms" {
			t.Errorf("Children: %+v, %s", c, c.State())
		}
		n, _ := supervisor.Count(w.n, sup)
		check(t, "Count", n, supervisor.Counts{Specs: 1, Workers: 1})
		view, _ := supervisor.ViewOf(sup)
		if len(view.Absent) != 1 || !view.Absent[0].Restarting || !view.Absent[0].Due.Equal(due) || view.Used != 1 {
			t.Errorf("ViewOf: %+v", view)
		}
		check(t, "reports", strings.Join(w.told(), " | "), "child_terminated a: abnormal; restart 1 of 3 in 5s, in 1s")
		_, err = supervisor.StartChild(w.n, sup, w.child("a"))
		check(t, "StartChild", err, supervisor.ErrAlreadyPresent)
		check(t, "DeleteChild", supervisor.DeleteChild(w.n, sup, "a"), supervisor.ErrRestarting)
		after(600 * time.Millisecond)
		children, _ = supervisor.Children(w.n, sup)
		if c := children[0]; c.Restarting || !c.Due.IsZero() || c.State() != c.PID.String() {
			t.Errorf("Children after the wait: %+v", c)
		}
	})
}

// A wait can be called off and cut short, and none is left when its child is
// gone.
func TestBackoffIsInterrupted(t *testing.T) {
	run := func(name string, f func(w *world, sup coppice.PID)) {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.t = t
				sup := w.supervise(supervisor.Spec{Restarts: often, Children: []supervisor.ChildSpec{w.waits("a")}})
				w.ends(sup, "a", "abnormal")
				w.took()
				f(w, sup)
			})
		})
	}
	run("TerminateChild", func(w *world, sup coppice.PID) {
		check(w.t, "TerminateChild", supervisor.TerminateChild(w.n, sup, "a"), nil)
		check(w.t, "tree", w.tree(sup), "a-")
		after(time.Hour)
		w.expect("")
		_, err := supervisor.RestartChild(w.n, sup, "a")
		check(w.t, "RestartChild", err, nil)
		w.expect("start a")
	})
	run("RestartChild", func(w *world, sup coppice.PID) {
		pid, err := supervisor.RestartChild(w.n, sup, "a")
		if err != nil || pid != w.pid("a") {
			w.t.Errorf("RestartChild = %v, %v", pid, err)
		}
		after(time.Hour)
		w.expect("start a")
	})
	run("RestartChild that fails", func(w *world, sup coppice.PID) {
		w.fails("a", errAbnormal)
		_, err := supervisor.RestartChild(w.n, sup, "a")
		check(w.t, "RestartChild", err, supervisor.ErrRestarting)
		check(w.t, "tree", w.tree(sup), "a?")
		after(2*time.Second - 1)
		w.expect("fail a")
		after(1)
		w.expect("start a")
	})
	run("terminated and added anew", func(w *world, sup coppice.PID) {
		check(w.t, "TerminateChild", supervisor.TerminateChild(w.n, sup, "a"), nil)
		check(w.t, "DeleteChild", supervisor.DeleteChild(w.n, sup, "a"), nil)
		after(500 * time.Millisecond)
		_, err := supervisor.StartChild(w.n, sup, w.waits("a"))
		check(w.t, "StartChild", err, nil)
		w.ends(sup, "a", "abnormal")
		w.took()
		after(time.Second - 1) // the old wait would be over
		w.expect("")
		after(1)
		w.expect("start a")
	})
	run("the end of the supervisor", func(w *world, sup coppice.PID) {
		began := time.Now()
		check(w.t, "Stop", supervisor.Stop(w.n, sup, nil), nil)
		check(w.t, "the time it took", time.Since(began), 0)
		after(time.Hour)
		w.expect("")
	})
}

// Restarts count when they are decided, and a start that fails is one more.
func TestBackoffAndTheLimit(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Restarts: supervisor.AtMost(2, 5*time.Second), Children: []supervisor.ChildSpec{w.waits("a")}})
		w.breaks("a")
		w.ends(sup, "a", "abnormal")
		after(time.Second) // the first restart fails: the second waits for 2 s
		after(2*time.Second - 1)
		if !coppice.Alive(sup) {
			t.Fatal("the supervisor has given up too early")
		}
		after(1) // and this is one too many within 5 s
		reason, _ := coppice.Await(w.n, sup)
		check(t, "reason", reason, coppice.Shutdown)
	})
	inWorld(t, func(w *world) { // with longer waits it goes on trying
		spec := w.child("a")
		spec.Backoff = supervisor.Between(3*time.Second, 3*time.Second).Steady()
		sup := w.supervise(supervisor.Spec{Restarts: supervisor.AtMost(2, 5*time.Second), Children: []supervisor.ChildSpec{spec}})
		w.breaks("a")
		w.ends(sup, "a", "abnormal")
		after(time.Hour)
		if !coppice.Alive(sup) || w.tree(sup) != "a?" {
			t.Error("the supervisor has given up")
		}
	})
}

// What is restarted along with a child waits with it.
func TestBackoffOfARun(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Strategy: supervisor.RestForOne, Restarts: often,
			Children: []supervisor.ChildSpec{w.child("a"), w.waits("b"), w.child("c")}})
		w.ends(sup, "b", "abnormal")
		w.expect("stop c")
		check(t, "tree", w.tree(sup), "a b? c-")
		after(time.Second)
		w.expect("start b, start c")

		w.ends(sup, "b", "abnormal")
		w.expect("stop c")
		after(time.Second)
		w.ends(sup, "a", "abnormal") // a restart that takes along who waits does not wait
		w.expect("start a, start b, start c")
		after(time.Hour)
		w.expect("")

		// Nor does a wait that has begun outlive one that fails on the way.
		w.ends(sup, "b", "abnormal")
		w.took()
		w.fails("a", errAbnormal)
		w.ends(sup, "a", "abnormal")
		after(time.Hour)
		w.expect("fail a, start a, start b, start c")
	})
}

func TestBackoffOfADynamic(t *testing.T) {
	for name, template := range map[string]bool{"template": true, "whole specifications": false} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.t = t
				var sup coppice.PID
				var child any = w.waits("a")
				if template {
					d := &supervisor.Dynamic[string]{Template: w.waits, Restarts: often}
					sup, _ = d.Start(w.n)
					child = "a"
				} else {
					sup, _ = (&supervisor.Dynamic[supervisor.ChildSpec]{Restarts: often}).Start(w.n)
				}
				if _, err := supervisor.StartChild(w.n, sup, child); err != nil {
					t.Fatal(err)
				}
				w.ends(sup, "a", "abnormal")
				children, _ := supervisor.Children(w.n, sup)
				if len(children) != 1 || children[0].State() != "restarting in 1s" {
					t.Errorf("Children: %+v", children)
				}
				w.fails("a", errAbnormal)
				w.took()
				after(time.Second)
				w.expect("fail a")
				after(2*time.Second - 1)
				w.expect("")
				after(1)
				w.expect("start a")
				view, _ := supervisor.ViewOf(sup)
				if len(view.Absent) != 0 || view.Used != 2 {
					t.Errorf("ViewOf: %+v", view)
				}
				w.ends(sup, "a", "abnormal")
				last := w.pid("a")
				check(t, "TerminateChild", supervisor.TerminateChild(w.n, sup, last), nil)
				after(time.Hour)
				w.expect("")
			})
		})
	}
}

// Children that have failed together do not come back together.
func TestBackoffIsSpread(t *testing.T) {
	inWorld(t, func(w *world) {
		spec := w.child("a")
		spec.Backoff = supervisor.Between(time.Second, time.Second)
		sup := w.supervise(supervisor.Spec{Restarts: often, Children: []supervisor.ChildSpec{spec}})
		waits := map[time.Duration]bool{}
		for range 20 {
			w.ends(sup, "a", "abnormal")
			children, _ := supervisor.Children(w.n, sup)
			wait := time.Until(children[0].Due)
			if wait < time.Second/2 || wait > time.Second {
				t.Fatalf("a wait of %v", wait)
			}
			waits[wait] = true
			after(time.Second)
		}
		if len(waits) < 10 {
			t.Errorf("only %d waits differ", len(waits))
		}
	})
}

func TestBackoffIsValid(t *testing.T) {
	for _, backoff := range []supervisor.Backoff{
		supervisor.Between(0, time.Second), supervisor.Between(-1, 1), supervisor.Between(2, 1), supervisor.Backoff{}.Steady(),
	} {
		spec := supervisor.ChildSpec{ID: "a", Start: supervisor.Body(func(*coppice.Process) error { return nil }), Backoff: backoff}
		var bad *supervisor.SpecError
		if err := (supervisor.Spec{Children: []supervisor.ChildSpec{spec}}).Validate(); !errors.As(err, &bad) || bad.What != "invalid_backoff" {
			t.Errorf("%v: %v", backoff, err)
		}
	}
}
