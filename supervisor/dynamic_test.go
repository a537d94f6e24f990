package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// whole and template are the two kinds of Dynamic, both with the same children.
func (w *world) whole() *supervisor.Dynamic[supervisor.ChildSpec] {
	return &supervisor.Dynamic[supervisor.ChildSpec]{Restarts: supervisor.AtMost(5, time.Second)}
}

func (w *world) template() *supervisor.Dynamic[supervisor.ChildSpec] {
	d := w.whole()
	d.Template = func(c supervisor.ChildSpec) supervisor.ChildSpec { return c }
	return d
}

func eachDynamic(t *testing.T, f func(w *world, d *supervisor.Dynamic[supervisor.ChildSpec])) {
	t.Helper()
	t.Run("whole", func(t *testing.T) { inWorld(t, func(w *world) { f(w, w.whole()) }) })
	t.Run("template", func(t *testing.T) { inWorld(t, func(w *world) { f(w, w.template()) }) })
}

func TestDynamicRestart(t *testing.T) {
	for _, restart := range []supervisor.Restart{supervisor.Permanent, supervisor.Transient, supervisor.Temporary} {
		for _, e := range ends {
			eachDynamic(t, func(w *world, d *supervisor.Dynamic[supervisor.ChildSpec]) {
				sup := w.start(d)
				for _, id := range []string{"a", "b"} {
					if pid, err := d.StartChild(w.n, sup, w.child(id, restart)); err != nil || pid != w.pid(id) {
						w.t.Fatal(pid, err)
					}
				}
				w.took()
				w.ends(sup, "a", e.how)
				want, active := "", 1
				if restart == supervisor.Permanent || restart == supervisor.Transient && e.abnormal {
					want, active = "start a", 2
				}
				w.expect(want)
				n, _ := supervisor.Count(w.n, sup)
				check(w.t, fmt.Sprint(restart, " ", e.how, ": active"), n.Active, active)
			})
		}
	}
}

// TestDynamicTypedArgument: the argument of a child stays its own.
func TestDynamicTypedArgument(t *testing.T) {
	inWorld(t, func(w *world) {
		d := &supervisor.Dynamic[string]{Template: func(id string) supervisor.ChildSpec { return w.child(id) }}
		sup := w.start(d)
		for _, id := range []string{"x", "y"} {
			if _, err := d.StartChild(w.n, sup, id); err != nil {
				t.Fatal(err)
			}
		}
		w.ends(sup, "x", "panic")
		w.ends(sup, "y", "panic")
		w.expect("start x, start y, start x, start y")
		_, err := supervisor.StartChild(w.n, sup, 7)
		var bad *supervisor.SpecError
		if !errors.As(err, &bad) || bad.What != "invalid_child_spec" {
			t.Errorf("StartChild of a number: %v", err)
		}
	})
}

func TestDynamicTerminateChild(t *testing.T) {
	eachDynamic(t, func(w *world, d *supervisor.Dynamic[supervisor.ChildSpec]) {
		t, sup := w.t, w.start(d)
		pid, _ := d.StartChild(w.n, sup, w.child("a"))
		stranger := w.start(supervisor.New(supervisor.Spec{}))
		check(t, "a stranger", supervisor.TerminateChild(w.n, sup, stranger), supervisor.ErrNotFound)
		check(t, "a child", supervisor.TerminateChild(w.n, sup, pid), nil)
		w.expect("start a, stop a")
		dead, byID := supervisor.ErrNotFound, supervisor.ErrNotFound
		if d.Template != nil {
			dead, byID = nil, supervisor.ErrSimpleOneForOne
		}
		check(t, "the dead", supervisor.TerminateChild(w.n, sup, pid), dead)
		check(t, "by id", supervisor.TerminateChild(w.n, sup, "a"), byID)
		_, err := supervisor.RestartChild(w.n, sup, "a")
		check(t, "RestartChild", err, supervisor.ErrSimpleOneForOne)
		check(t, "DeleteChild", supervisor.DeleteChild(w.n, sup, "a"), supervisor.ErrSimpleOneForOne)
	})
}

// TestDynamicIgnore: ignoring is an error without a template. A restart that is
// ignored goes without a trace then; with a template it counts on, once.
func TestDynamicIgnore(t *testing.T) {
	eachDynamic(t, func(w *world, d *supervisor.Dynamic[supervisor.ChildSpec]) {
		t, sup := w.t, w.start(d)
		want, active, specs := coppice.Ignore, 0, 0
		if d.Template != nil {
			want, active, specs = nil, 1, 1
		}
		w.fails("a", coppice.Ignore)
		pid, err := d.StartChild(w.n, sup, w.child("a"))
		check(t, "StartChild", err, want)
		check(t, "child", pid.IsZero(), true)
		for range 2 {
			_, _ = d.StartChild(w.n, sup, w.child("a"))
			w.fails("a", coppice.Ignore)
			w.ends(sup, "a", "abnormal")
		}
		n, _ := supervisor.Count(w.n, sup)
		check(t, "Count", n, supervisor.Counts{Specs: specs, Active: active, Workers: active})
		children, _ := supervisor.Children(w.n, sup)
		check(t, "Children", len(children), active)
		_, err = supervisor.SpecOf(w.n, sup, "a")
		check(t, "SpecOf", err, supervisor.ErrNotFound)
	})
}

func TestDynamicStartFails(t *testing.T) {
	eachDynamic(t, func(w *world, d *supervisor.Dynamic[supervisor.ChildSpec]) {
		t, sup := w.t, w.start(d)
		w.fails("a", errAbnormal)
		_, err := d.StartChild(w.n, sup, w.child("a"))
		check(t, "error", err, errAbnormal)
		n, _ := supervisor.Count(w.n, sup)
		check(t, "active", n.Active, 0)
	})
}

func TestDynamicRetry(t *testing.T) {
	eachDynamic(t, func(w *world, d *supervisor.Dynamic[supervisor.ChildSpec]) {
		sup := w.start(d)
		_, _ = d.StartChild(w.n, sup, w.child("a"))
		w.fails("a", errAbnormal, errAbnormal)
		w.ends(sup, "a", "abnormal")
		for w.tree(sup) != "a" {
		}
		w.expect("start a, fail a, fail a, start a")
	})
}

// TestDynamicTerminateWhileRestarting: the PID of the process that ended tells
// a child whose restart fails.
func TestDynamicTerminateWhileRestarting(t *testing.T) {
	eachDynamic(t, func(w *world, d *supervisor.Dynamic[supervisor.ChildSpec]) {
		d.Restarts = supervisor.AtMost(1_000_000, time.Hour)
		t, sup := w.t, w.start(d)
		pid, _ := d.StartChild(w.n, sup, w.child("a"))
		w.breaks("a")
		w.ends(sup, "a", "abnormal")
		for w.tree(sup) != "a?" {
		}
		n, _ := supervisor.Count(w.n, sup)
		check(t, "Count", n, supervisor.Counts{Specs: 1, Workers: 1})
		check(t, "TerminateChild", supervisor.TerminateChild(w.n, sup, pid), nil)
		check(t, "tree", w.tree(sup), "")
	})
}

func TestDynamicIntensity(t *testing.T) {
	eachDynamic(t, func(w *world, d *supervisor.Dynamic[supervisor.ChildSpec]) {
		d.Restarts = supervisor.AtMost(1, time.Second)
		t, sup := w.t, w.start(d)
		_, _ = d.StartChild(w.n, sup, w.child("a"))
		_, _ = d.StartChild(w.n, sup, w.child("b"))
		w.ends(sup, "a", "abnormal")
		w.took()
		check(t, "reason", w.reasonOf(sup, func() { w.ends(sup, "a", "abnormal") }), coppice.Shutdown)
		w.expect("stop b")
	})
}

func TestMaxChildren(t *testing.T) {
	for _, limit := range []int{0, 2} {
		eachDynamic(t, func(w *world, d *supervisor.Dynamic[supervisor.ChildSpec]) {
			d.MaxChildren = supervisor.Max(limit)
			t, sup := w.t, w.start(d)
			for i := range limit {
				_, err := d.StartChild(w.n, sup, w.child(fmt.Sprint(i)))
				check(t, "error", err, nil)
			}
			_, err := d.StartChild(w.n, sup, w.child("more"))
			check(t, "error of one too many", err, supervisor.ErrMaxChildren)
			if limit > 0 {
				_ = supervisor.TerminateChild(w.n, sup, w.pid("0"))
				_, err = d.StartChild(w.n, sup, w.child("more"))
				check(t, "error after there is room", err, nil)
			}
		})
	}
}

func TestDynamicAutoShutdown(t *testing.T) {
	for auto, last := range map[supervisor.AutoShutdown]int{supervisor.AnySignificant: 1, supervisor.AllSignificant: 2} {
		inWorld(t, func(w *world) {
			d := w.template()
			d.AutoShutdown = auto
			sup := w.start(d)
			for _, id := range []string{"1", "2"} {
				_, err := d.StartChild(w.n, sup, w.child(id, supervisor.Transient, "significant"))
				check(t, "error", err, nil)
			}
			for i := 1; i < last; i++ {
				w.ends(sup, fmt.Sprint(i), "normal")
			}
			reason := w.reasonOf(sup, func() { w.ends(sup, fmt.Sprint(last), "normal") })
			check(t, "reason", reason, coppice.Shutdown)
		})
	}
}

// TestDynamicStopsAtOnce: all are told at the same time, each has its own time,
// and those with the same reason are one report.
func TestDynamicStopsAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		d := w.template()
		sup := w.start(d)
		for i, within := range []time.Duration{30, 10, 20, 10} {
			c := w.child(fmt.Sprint(i), supervisor.Within(within*time.Second), time.Hour)
			_, _ = d.StartChild(w.n, sup, c)
		}
		_, _ = d.StartChild(w.n, sup, w.child("fast", supervisor.Infinity, time.Second))
		var mu sync.Mutex
		after := map[time.Duration]int{}
		began := time.Now()
		var all sync.WaitGroup
		for i := range 4 {
			pid := w.pid(fmt.Sprint(i))
			all.Go(func() {
				_, _ = coppice.Await(w.n, pid)
				mu.Lock()
				defer mu.Unlock()
				after[time.Since(began)]++
			})
		}
		_ = supervisor.Stop(w.n, sup, nil)
		all.Wait()
		check(t, "ends", fmt.Sprint(after), "map[10s:2 20s:1 30s:1]")
		check(t, "time", time.Since(began), 30*time.Second)
		if len(w.reports) != 1 || w.reports[0].Children != 4 || w.reports[0].Reason != coppice.Killed {
			t.Errorf("reports: %v", w.told())
		}
	})
}

// TestMany is that nothing in it is quadratic: not the start, the count, the
// stop, nor the end of a supervisor whose children have all been killed.
func TestMany(t *testing.T) {
	children := 100_000
	if testing.Short() {
		children = 5_000
	}
	for _, kill := range []bool{false, true} {
		inWorld(t, func(w *world) {
			d := someCells
			sup := w.start(d)
			pids := make([]coppice.PID, children)
			for i := range pids {
				pid, err := d.StartChild(w.n, sup, nil)
				if err != nil {
					t.Fatal(err)
				}
				pids[i] = pid
			}
			n, _ := supervisor.Count(w.n, sup)
			check(t, "active", n.Active, children)
			if kill {
				for _, pid := range pids {
					_ = coppice.Exit(w.n, pid, coppice.Kill)
				}
				_, _ = coppice.Await(w.n, sup) // more than it restarts
			} else if err := supervisor.Stop(w.n, sup, nil); err != nil {
				t.Error(err)
			}
			check(t, "processes", w.left(), 0)
		})
	}
}

// A template that panics fails one start.
func TestTemplatePanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{})
		defer n.Stop(context.Background())
		d := supervisor.Dynamic[int]{Template: func(i int) supervisor.ChildSpec {
			if i == 13 {
				panic("unlucky")
			}
			return supervisor.ChildSpec{Start: supervisor.Body(func(p *coppice.Process) error { p.Receive(); return nil })}
		}}
		sup, err := d.Start(n)
		if err != nil {
			t.Fatal(err)
		}
		sibling, err := d.StartChild(n, sup, 1)
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.StartChild(n, sup, 13)
		var panicked *coppice.PanicError
		if !errors.As(err, &panicked) || panicked.Value != "unlucky" {
			t.Errorf("StartChild: %v", err)
		}
		if !coppice.Alive(sup) || !coppice.Alive(sibling) {
			t.Error("the supervisor or another child has ended")
		}
	})
}
