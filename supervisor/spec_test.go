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

var nothing = supervisor.Body(func(*coppice.Process) error { return nil })

func TestValidate(t *testing.T) {
	one := func(c supervisor.ChildSpec) []supervisor.ChildSpec {
		if c.ID == "" {
			c.ID = "a"
		}
		if c.Start == nil {
			c.Start = nothing
		}
		return []supervisor.ChildSpec{c}
	}
	for _, test := range []struct {
		what, child string
		spec        supervisor.Spec
	}{
		{"invalid_strategy", "", supervisor.Spec{Strategy: 3}},
		{"invalid_intensity", "", supervisor.Spec{Restarts: supervisor.AtMost(-1, 1)}},
		{"invalid_period", "", supervisor.Spec{Restarts: supervisor.AtMost(1, 0)}},
		{"invalid_auto_shutdown", "", supervisor.Spec{AutoShutdown: 3}},
		{"missing_id", "", supervisor.Spec{Children: []supervisor.ChildSpec{{Start: nothing}}}},
		{"missing_start", "a", supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "a"}}}},
		{"invalid_restart_type", "a", supervisor.Spec{Children: one(supervisor.ChildSpec{Restart: 3})}},
		{"invalid_child_type", "a", supervisor.Spec{Children: one(supervisor.ChildSpec{Type: 3})}},
		{"invalid_shutdown", "a", supervisor.Spec{Children: one(supervisor.ChildSpec{Shutdown: supervisor.Within(-1)})}},
		{"bad_combination", "a", supervisor.Spec{Children: one(supervisor.ChildSpec{Restart: supervisor.Transient, Significant: true})}},
		{"bad_combination", "a", supervisor.Spec{AutoShutdown: supervisor.AnySignificant, Children: one(supervisor.ChildSpec{Significant: true})}},
		{"duplicate_child_name", "a", supervisor.Spec{Children: append(one(supervisor.ChildSpec{}), one(supervisor.ChildSpec{})...)}},
		{"", "", supervisor.Spec{}},
		{"", "", supervisor.Spec{Restarts: supervisor.AtMost(0, 1), Children: one(supervisor.ChildSpec{Shutdown: supervisor.Within(0)})}},
	} {
		err := test.spec.Validate()
		if test.what == "" {
			check(t, "a good one", err, nil)
			continue
		}
		var bad *supervisor.SpecError
		if !errors.As(err, &bad) || bad.What != test.what || bad.Child != test.child || bad.Value == nil {
			t.Errorf("%s: got %#v", test.what, err)
		}
		if !strings.Contains(fmt.Sprint(err), test.what) {
			t.Errorf("%s is not in %q", test.what, err)
		}
		inWorld(t, func(w *world) {
			_, started := supervisor.New(test.spec).Start(w.n)
			check(t, "Start", fmt.Sprint(started), err.Error())
		})
	}
}

func TestValidateDynamic(t *testing.T) {
	good := func(int) supervisor.ChildSpec { return supervisor.ChildSpec{Start: nothing} }
	for what, d := range map[string]supervisor.Starter{
		"invalid_intensity":     &supervisor.Dynamic[int]{Template: good, Restarts: supervisor.AtMost(-1, 1)},
		"invalid_period":        &supervisor.Dynamic[int]{Template: good, Restarts: supervisor.AtMost(1, -1)},
		"invalid_max_children":  &supervisor.Dynamic[int]{Template: good, MaxChildren: supervisor.Max(-1)},
		"missing_template":      &supervisor.Dynamic[int]{},
		"invalid_auto_shutdown": &supervisor.Dynamic[supervisor.ChildSpec]{AutoShutdown: supervisor.AnySignificant},
	} {
		inWorld(t, func(w *world) {
			var bad *supervisor.SpecError
			if _, err := d.StartLink(w.n); !errors.As(err, &bad) || bad.What != what {
				t.Errorf("%s: got %v", what, err)
			}
		})
	}
	inWorld(t, func(w *world) {
		d := &supervisor.Dynamic[int]{Template: func(int) supervisor.ChildSpec { return supervisor.ChildSpec{} }}
		var bad *supervisor.SpecError
		if _, err := d.StartChild(w.n, w.start(d), 1); !errors.As(err, &bad) || bad.What != "missing_start" {
			t.Errorf("a template without a Start: %v", err)
		}
	})
}

func TestWords(t *testing.T) {
	for want, v := range map[string]fmt.Stringer{
		"permanent": supervisor.Permanent, "transient": supervisor.Transient, "temporary": supervisor.Temporary,
		"one_for_one": supervisor.OneForOne, "one_for_all": supervisor.OneForAll, "rest_for_one": supervisor.RestForOne,
		"never": supervisor.Never, "any_significant": supervisor.AnySignificant, "all_significant": supervisor.AllSignificant,
		"worker": supervisor.Worker, "supervisor": supervisor.ASupervisor, "as started": supervisor.AsStarted, "Type(9)": supervisor.Type(9),
		"brutal_kill": supervisor.BrutalKill, "infinity": supervisor.Infinity, "1500": supervisor.Within(1500 * time.Millisecond), "default": supervisor.Shutdown{},
		"3 in 5s": supervisor.Limit{}, "0 in 1m": supervisor.AtMost(0, time.Minute),
	} {
		check(t, "String", v.String(), want)
	}
}

// TestFunc: the specification is made at every start.
func TestFunc(t *testing.T) {
	inWorld(t, func(w *world) {
		ids := []string{"a", "b"}
		inner := supervisor.Func(func(p *coppice.Process) (supervisor.Spec, error) {
			id := ids[0]
			ids = ids[1:]
			return supervisor.Spec{Children: []supervisor.ChildSpec{w.child(id)}}, nil
		}, supervisor.Name(coppice.Name("inner")))
		outer := w.start(supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "inner", Start: inner}}}))
		check(t, "Stop", supervisor.Stop(w.n, coppice.Name("inner"), nil), nil)
		w.settle(outer)
		w.expect("start a, stop a, start b")
	})
	inWorld(t, func(w *world) {
		for _, want := range []error{coppice.Ignore, errAbnormal} {
			_, err := supervisor.Func(func(*coppice.Process) (supervisor.Spec, error) {
				return supervisor.Spec{}, want
			}).Start(w.n)
			check(t, "error", err, want)
		}
		_, err := supervisor.Func(func(*coppice.Process) (supervisor.Spec, error) { panic("told to") }).Start(w.n)
		var crash *coppice.PanicError
		if !errors.As(err, &crash) || crash.Value != "told to" {
			t.Errorf("a panic: %v", err)
		}
		_, err = (&supervisor.Dynamic[supervisor.ChildSpec]{Init: func(*coppice.Process) error { return coppice.Ignore }}).Start(w.n)
		check(t, "error of a Dynamic", err, coppice.Ignore)
	})
}

// TestName: a name that is taken, and one that its supervisor has again after a
// restart.
func TestName(t *testing.T) {
	inWorld(t, func(w *world) {
		name := coppice.Name("sup")
		named := []supervisor.Starter{
			supervisor.New(supervisor.Spec{}, supervisor.Name(name)),
			&supervisor.Dynamic[supervisor.ChildSpec]{Options: []supervisor.Option{supervisor.Name(name)}},
			supervisor.Body(func(p *coppice.Process) error { p.Receive(); return nil }, supervisor.Name(name)),
		}
		for _, first := range named {
			pid := w.start(first)
			for _, second := range named {
				_, err := second.StartLink(w.n)
				var taken *coppice.AlreadyStartedError
				if !errors.As(err, &taken) || taken.PID != pid {
					t.Errorf("the second start: %v", err)
				}
			}
			_ = coppice.Exit(w.n, name, coppice.Kill)
			_, _ = coppice.Await(w.n, pid)
		}
		w.start(named[0])
		if _, err := supervisor.StartChild(w.n, name, w.child("a")); err != nil {
			t.Error(err)
		}
		check(t, "tree", w.tree(name), "a")
	})
}

// A starterFunc is a Starter of the user's own.
type starterFunc func(context.Context) (coppice.PID, error)

func (f starterFunc) StartLink(ctx context.Context) (coppice.PID, error) { return f(ctx) }

// TestBadStarter: a Starter that panics, or returns nothing, is a failed start.
func TestBadStarter(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, dynamic := range []bool{false, true} {
			sup := w.start(&supervisor.Dynamic[supervisor.ChildSpec]{})
			if !dynamic {
				sup = w.start(supervisor.New(supervisor.Spec{}))
			}
			_, err := supervisor.StartChild(w.n, sup, supervisor.ChildSpec{ID: "a", Start: starterFunc(
				func(context.Context) (coppice.PID, error) { panic("told to") })})
			var crash *coppice.PanicError
			if !errors.As(err, &crash) || crash.Value != "told to" || !strings.Contains(crash.Stack.String(), "TestBadStarter") {
				t.Errorf("a panic: %v", err)
			}
			_, err = supervisor.StartChild(w.n, sup, supervisor.ChildSpec{ID: "a", Start: starterFunc(
				func(context.Context) (coppice.PID, error) { return coppice.PID{}, nil })})
			if err == nil || !strings.Contains(err.Error(), "starterFunc returned neither") {
				t.Errorf("nothing: %v", err)
			}
			_, err = supervisor.StartChild(w.n, sup, w.child("b"))
			check(t, "the next one", err, nil)
		}
	})
}
