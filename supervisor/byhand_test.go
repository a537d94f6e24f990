package supervisor_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// TestByHand is every request for a child in every state that one can have.
func TestByHand(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Children: []supervisor.ChildSpec{
			w.child("run"), w.child("down", supervisor.Transient),
		}})
		w.ends(sup, "down", "normal")

		_, err := supervisor.StartChild(w.n, sup, w.child("run"))
		var running *coppice.AlreadyStartedError
		if !errors.As(err, &running) || running.PID != w.pid("run") {
			t.Errorf("StartChild of one that runs: %v", err)
		}
		_, err = supervisor.StartChild(w.n, sup, w.child("down"))
		check(t, "StartChild of one that is down", err, supervisor.ErrAlreadyPresent)
		_, err = supervisor.RestartChild(w.n, sup, "run")
		check(t, "RestartChild of one that runs", err, supervisor.ErrRunning)
		_, err = supervisor.RestartChild(w.n, sup, "none")
		check(t, "RestartChild of none", err, supervisor.ErrNotFound)
		check(t, "DeleteChild of one that runs", supervisor.DeleteChild(w.n, sup, "run"), supervisor.ErrRunning)
		check(t, "DeleteChild of none", supervisor.DeleteChild(w.n, sup, "none"), supervisor.ErrNotFound)
		check(t, "TerminateChild of one that is down", supervisor.TerminateChild(w.n, sup, "down"), nil)
		check(t, "TerminateChild of none", supervisor.TerminateChild(w.n, sup, "none"), supervisor.ErrNotFound)
		check(t, "TerminateChild by PID", supervisor.TerminateChild(w.n, sup, w.pid("run")), supervisor.ErrNotFound)
		w.took()

		check(t, "TerminateChild", supervisor.TerminateChild(w.n, sup, "run"), nil)
		w.expect("stop run")
		check(t, "tree", w.tree(sup), "run- down-")
		w.fails("run", errAbnormal)
		_, err = supervisor.RestartChild(w.n, sup, "run")
		check(t, "RestartChild of one that fails", err, errAbnormal)
		pid, err := supervisor.RestartChild(w.n, sup, "run")
		if err != nil || pid != w.pid("run") {
			t.Errorf("RestartChild = %v, %v", pid, err)
		}
		check(t, "DeleteChild", supervisor.DeleteChild(w.n, sup, "down"), nil)
		check(t, "tree", w.tree(sup), "run")
	})
}

func TestStartChild(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Strategy: supervisor.RestForOne, Children: []supervisor.ChildSpec{w.child("a")}})
		pid, err := supervisor.StartChild(w.n, sup, w.child("b"))
		if err != nil || pid != w.pid("b") {
			t.Errorf("StartChild = %v, %v", pid, err)
		}
		w.took()
		w.ends(sup, "a", "abnormal")
		w.expect("stop b, start a, start b") // it is behind all others

		w.fails("c", errAbnormal)
		_, err = supervisor.StartChild(w.n, sup, w.child("c"))
		var failed *supervisor.StartError
		if !errors.As(err, &failed) || failed.ID != "c" || !errors.Is(err, errAbnormal) {
			t.Errorf("StartChild of one that fails: %v", err)
		}
		check(t, "tree", w.tree(sup), "a b")

		var bad *supervisor.SpecError
		_, err = supervisor.StartChild(w.n, sup, w.child(""))
		if !errors.As(err, &bad) || bad.What != "missing_id" {
			t.Errorf("StartChild without an id: %v", err)
		}
		_, err = supervisor.StartChild(w.n, sup, 7)
		if !errors.As(err, &bad) || bad.What != "invalid_child_spec" {
			t.Errorf("StartChild of a number: %v", err)
		}
		w.took()
	})
}

func TestTerminateChildForgetsTemporary(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Children: []supervisor.ChildSpec{w.child("a", supervisor.Temporary)}})
		check(t, "TerminateChild", supervisor.TerminateChild(w.n, sup, "a"), nil)
		check(t, "tree", w.tree(sup), "")
		_, err := supervisor.RestartChild(w.n, sup, "a")
		check(t, "RestartChild", err, supervisor.ErrNotFound)
	})
}

// TestChildTerminatesItself: a child that asks, in a handler, for its own end.
// One that traps exits waits for ever for the answer, and is killed when its
// time is over; in the other the call does not return.
func TestChildTerminatesItself(t *testing.T) {
	for _, kind := range []string{"bare", "trapping"} {
		for _, dynamic := range []bool{false, true} {
			inWorld(t, func(w *world) {
				sup := w.start(&supervisor.Dynamic[supervisor.ChildSpec]{})
				if !dynamic {
					sup = w.start(supervisor.New(supervisor.Spec{}))
				}
				_, _ = supervisor.StartChild(w.n, sup, w.child("a", kind, supervisor.Temporary))
				pid, began := w.pid("a"), time.Now()
				_, err := genserver.Call(genserver.NoTimeout(w.n), pid, ask{f: func(p *coppice.Process) string {
					if dynamic {
						_ = supervisor.TerminateChild(p, sup, p.Self())
					} else {
						_ = supervisor.TerminateChild(p, sup, "a")
					}
					w.note("returned")
					return ""
				}})
				want, after := coppice.Shutdown, time.Duration(0)
				if kind == "trapping" {
					want, after = coppice.Killed, 5*time.Second
				}
				if !errors.Is(err, want) {
					t.Errorf("%s: the call ended with %v", kind, err)
				}
				w.settle(sup)
				check(t, "time", time.Since(began), after)
				check(t, "tree", w.tree(sup), "")
				w.expect("start a")
			})
		}
	}
}

func TestCountAndSpecOf(t *testing.T) {
	inWorld(t, func(w *world) {
		inner := supervisor.New(supervisor.Spec{})
		sup := w.supervise(supervisor.Spec{Children: []supervisor.ChildSpec{
			w.child("a"),
			w.child("b", supervisor.Transient, supervisor.BrutalKill),
			{ID: "inner", Start: inner},
			{ID: "dynamic", Start: &supervisor.Dynamic[supervisor.ChildSpec]{}},
			{ID: "odd", Start: inner, Type: supervisor.Worker},
		}})
		w.ends(sup, "b", "normal")
		n, err := supervisor.Count(w.n, sup)
		check(t, "error", err, nil)
		check(t, "Count", n, supervisor.Counts{Specs: 5, Active: 4, Supervisors: 2, Workers: 3})
		for id, want := range map[string]supervisor.ChildSpec{
			"a":     {Shutdown: supervisor.Within(5 * time.Second), Type: supervisor.Worker},
			"b":     {Restart: supervisor.Transient, Shutdown: supervisor.BrutalKill, Type: supervisor.Worker},
			"inner": {Shutdown: supervisor.Infinity, Type: supervisor.ASupervisor},
			"odd":   {Shutdown: supervisor.Within(5 * time.Second), Type: supervisor.Worker},
		} {
			got, err := supervisor.SpecOf(w.n, sup, id)
			if err != nil || got.ID != id || got.Start == nil {
				t.Errorf("SpecOf(%s) = %v, %v", id, got, err)
			}
			got.ID, got.Start = "", nil
			check(t, id, got, want)
		}
		got, err := supervisor.SpecOf(w.n, sup, w.pid("a"))
		if err != nil || got.ID != "a" {
			t.Errorf("SpecOf by PID = %v, %v", got, err)
		}
		_, err = supervisor.SpecOf(w.n, sup, w.pid("b"))
		check(t, "SpecOf by the PID of the dead", err, supervisor.ErrNotFound)
	})
}

// TestWaitsForEver: what a supervisor is asked for takes as long as it takes,
// unless the caller's context says otherwise.
func TestWaitsForEver(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{Children: []supervisor.ChildSpec{
			w.child("a", time.Hour, supervisor.Infinity),
		}})
		ctx, cancel := context.WithTimeout(w.n, time.Minute)
		defer cancel()
		if err := supervisor.TerminateChild(ctx, sup, "a"); !errors.Is(err, coppice.Timeout) {
			t.Errorf("with a deadline: %v", err)
		}
		caller, _ := coppice.Spawn(w.n, func(p *coppice.Process) error {
			w.note("%v", supervisor.TerminateChild(p, sup, "a"))
			return nil
		})
		check(t, "from a goroutine", supervisor.TerminateChild(w.n, sup, "a"), nil)
		_, _ = coppice.Await(w.n, caller)
		w.expect("stop a, <nil>")
	})
}

func TestStopTells(t *testing.T) {
	inWorld(t, func(w *world) {
		sup := w.supervise(supervisor.Spec{})
		check(t, "Stop", supervisor.Stop(w.n, sup, nil), nil)
		if err := supervisor.Stop(w.n, sup, nil); !errors.Is(err, coppice.NoProc) {
			t.Errorf("Stop of a dead one: %v", err)
		}
		if _, err := supervisor.Count(w.n, sup); !errors.Is(err, coppice.NoProc) {
			t.Errorf("Count of a dead one: %v", err)
		}
	})
}
