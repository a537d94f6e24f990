package sys_test

import (
	"context"
	"fmt"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/sys"
)

func Example() {
	node := coppice.NewNode(coppice.Options{})
	defer node.Stop(context.Background())
	ref, _ := counters.Start(node, 40)

	events, _ := sys.Trace(node, ref, sys.Limit{Events: 4})
	_ = genserver.Cast(node, ref, add{2})
	_, _ = genserver.Call(node, ref, get{})
	for e := range events {
		fmt.Println(e.What, e.Message)
	}
	state, _ := sys.State(node, ref)
	fmt.Printf("%+v\n", state)
	// Output:
	// in {2}
	// noreply <nil>
	// in {{}}
	// out 42
	// {N:42 Timeouts:0}
}

func ExampleSuspend() {
	node := coppice.NewNode(coppice.Options{})
	defer node.Stop(context.Background())
	ref, _ := counters.Start(node, 1)

	_ = sys.Suspend(node, ref)
	waiting := genserver.SendRequest(node, ref, get{})
	_, done, _ := waiting.Check()
	fmt.Println("answered while suspended:", done)
	_ = sys.Resume(node, ref)
	fmt.Println(waiting.Wait(node))
	// Output:
	// answered while suspended: false
	// 1 <nil>
}

// An echo is a behaviour of one's own that takes part in sys.
type echo struct {
	control sys.Control
	handled int
}

func (*echo) Init(*coppice.Process) error             { return nil }
func (*echo) Terminate(*coppice.Process, error) error { return nil }
func (e *echo) StateView() any                        { return e.handled }

func (e *echo) Handle(p *coppice.Process, m coppice.Message) error {
	if m.Kind() == coppice.SysMsg {
		return e.control.Handle(p, m, e, nil)
	}
	e.control.Begin(p, sys.Event{How: m.Kind(), Message: m.Body})
	defer e.control.End()
	e.handled++
	m.From().Reply(m.Body, nil)
	e.control.Tell(p, sys.Event{What: sys.Out, Message: m.Body})
	return nil
}

func ExampleControl() {
	node := coppice.NewNode(coppice.Options{})
	defer node.Stop(context.Background())
	pid, _, _ := coppice.StartProcess(node, coppice.Spec{Behaviour: &echo{}})

	_ = sys.Collect(node, pid, true)
	_, _ = coppice.Request(node, pid, "hello")
	stats, _ := sys.Statistics(node, pid)
	state, _ := sys.State(node, pid)
	fmt.Println(stats.In, stats.Out, state)
	// Output: 1 1 1
}
