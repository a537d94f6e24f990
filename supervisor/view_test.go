package supervisor_test

import (
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

var errFuse = errors.New("the fuse has blown")

// fuse is a child that fails when it is sent something.
func fuse(p *coppice.Process) error {
	p.Receive()
	return errFuse
}

// What a supervisor shows can be read at any time, also while it waits for a
// child, and says which child is which, how often it was restarted, and why.
func TestViewOf(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		hang := make(chan struct{})
		stuck := supervisor.Body(func(p *coppice.Process) error {
			<-p.Done()
			<-hang
			return nil
		})
		sup, err := supervisor.New(supervisor.Spec{
			Restarts: supervisor.AtMost(5, time.Minute),
			Children: []supervisor.ChildSpec{
				{ID: "a", Start: supervisor.Body(fuse, supervisor.Name(coppice.Name("a")))},
				{ID: "b", Start: stuck},
				{ID: "c", Start: supervisor.Body(func(*coppice.Process) error { return nil }), Restart: supervisor.Transient},
			},
		}).Start(node)
		if err != nil {
			t.Fatal(err)
		}
		_ = coppice.Send(node, coppice.Name("a"), "go")
		coppicetest.ExpectCrash(t, node, coppicetest.Crash{Reason: errFuse})
		synctest.Wait()
		go func() { _ = supervisor.TerminateChild(node, sup, "b") }()
		synctest.Wait() // now the supervisor answers nobody
		view, ok := supervisor.ViewOf(sup)
		if !ok || view.Strategy != "one_for_one" || view.Max != 5 || view.Used != 1 || view.Restarts != 1 || view.Children != 3 {
			t.Errorf("%v %+v", ok, view)
		}
		if len(view.Absent) != 1 || view.Absent[0].Spec.ID != "c" || view.Absent[0].LastExit != coppice.Normal {
			t.Errorf("absent: %+v", view.Absent)
		}
		a, ok := supervisor.ChildViewOf(sup, coppice.Whereis(node, coppice.Name("a")))
		if !ok || a.Spec.ID != "a" || a.Restarts != 1 || a.LastExit != errFuse {
			t.Errorf("%v %+v", ok, a)
		}
		close(hang)
		synctest.Wait()
	})
}

func TestViewOfDynamic(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		sup := &supervisor.Dynamic[int]{Template: func(int) supervisor.ChildSpec {
			return supervisor.ChildSpec{Start: supervisor.Body(fuse)}
		}}
		pid, err := sup.Start(node)
		if err != nil {
			t.Fatal(err)
		}
		child, err := sup.StartChild(node, pid, 1)
		if err != nil {
			t.Fatal(err)
		}
		_ = coppice.Send(node, child, "go")
		coppicetest.ExpectCrash(t, node, coppicetest.Crash{Reason: errFuse})
		synctest.Wait()
		view, ok := supervisor.ViewOf(pid)
		if !ok || view.Strategy != "simple_one_for_one" || view.Argument != reflect.TypeFor[int]() || view.Restarts != 1 || view.Children != 1 || view.Used != 1 {
			t.Errorf("%v %+v", ok, view)
		}
		children, err := supervisor.Children(node, pid)
		if err != nil || len(children) != 1 {
			t.Fatalf("%v, %v", children, err)
		}
		c, ok := supervisor.ChildViewOf(pid, children[0].PID)
		if !ok || c.Restarts != 1 || c.LastExit != errFuse {
			t.Errorf("%v %+v", ok, c)
		}
		if _, ok := supervisor.ViewOf(children[0].PID); ok {
			t.Error("a worker has the view of a supervisor")
		}
	})
}

// Tools and reports call a supervisor what its user knows it as, or what its
// Func says.
func TestSupervisorLabels(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		for want, start := range map[string]supervisor.Starter{
			"supervisor, rest_for_one": supervisor.New(supervisor.Spec{Strategy: supervisor.RestForOne}),
			"supervisor, one_for_one":  &supervisor.Partition{Child: partitionOf, Partitions: 1},
			"dynamic supervisor":       &supervisor.Dynamic[supervisor.ChildSpec]{},
			"the top": supervisor.Func(func(p *coppice.Process) (supervisor.Spec, error) {
				p.SetLabel("the top")
				return supervisor.Spec{}, nil
			}),
		} {
			top, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "x", Start: start}}}).Start(node)
			if err != nil {
				t.Fatal(err)
			}
			children, err := supervisor.Children(node, top)
			if err != nil || coppice.LabelOf(children[0].PID) != want {
				t.Errorf("%v, %v; want %s", coppice.LabelOf(children[0].PID), err, want)
			}
		}
	})
}

func partitionOf(int) supervisor.ChildSpec {
	return supervisor.ChildSpec{Start: supervisor.Body(func(p *coppice.Process) error { p.Receive(); return nil })}
}
