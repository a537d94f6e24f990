package coppice_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// node is a node whose log nobody reads.
func node() *coppice.Node {
	return coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
}

func ExampleSpawn() {
	n := node()
	defer n.Stop(context.Background())
	pid, err := coppice.Spawn(n, func(p *coppice.Process) error {
		fmt.Println(p.Receive().Body)
		return errors.New("heard enough")
	})
	if err != nil {
		panic(err)
	}
	_ = coppice.Send(n, pid, "hello")
	fmt.Println(coppice.Await(n, pid))
	// Output:
	// hello
	// heard enough <nil>
}

func ExampleNode() {
	n := coppice.NewNode(coppice.Options{Name: "shop"})
	_, err := coppice.Spawn(n, func(p *coppice.Process) error {
		p.Receive() // for ever: until it is told to end
		return nil
	})
	fmt.Println(n.Count(), err)
	report := n.Stop(context.Background())
	fmt.Println(n.Count(), len(report.Stuck), n.Err())
	// Output:
	// 1 <nil>
	// 0 0 context canceled
}

// A process that traps exits learns of the end of what it is linked with.
func ExampleProcess_TrapExit() {
	n := node()
	defer n.Stop(context.Background())
	pid, _ := coppice.Spawn(n, func(p *coppice.Process) error {
		p.TrapExit(true)
		if _, err := coppice.SpawnLink(p, func(*coppice.Process) error { panic("boom") }); err != nil {
			return err
		}
		fmt.Println("it ended:", p.Receive().Body.(coppice.Exited).Reason)
		return nil
	})
	_, _ = coppice.Await(n, pid)
	// Output:
	// it ended: panic: boom
}

func ExampleProcess_Monitor() {
	n := node()
	defer n.Stop(context.Background())
	pid, _ := coppice.Spawn(n, func(p *coppice.Process) error {
		other, err := coppice.Spawn(p, func(p *coppice.Process) error { p.Receive(); return nil })
		if err != nil {
			return err
		}
		ref, err := p.Monitor(other)
		if err != nil {
			return err
		}
		_ = coppice.Exit(p, other, coppice.Kill)
		m, _ := p.ReceiveRef(ref, -1)
		fmt.Println("it was", m.Body.(coppice.Down).Reason)
		return nil
	})
	_, _ = coppice.Await(n, pid)
	// Output:
	// it was killed
}

// A doubler is a behaviour, which is what package genserver builds on.
type doubler struct{}

func (doubler) Init(*coppice.Process) error { return nil }

func (doubler) Handle(_ *coppice.Process, m coppice.Message) error {
	if n, ok := m.Body.(int); ok {
		m.From().Reply(2*n, nil)
	}
	return nil
}

func (doubler) Terminate(*coppice.Process, error) error { return nil }

func ExampleBehaviour() {
	n := node()
	defer n.Stop(context.Background())
	pid, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: doubler{}, Name: coppice.Name("doubler")})
	if err != nil {
		panic(err)
	}
	fmt.Println(coppice.Request(n, coppice.Name("doubler"), 21))
	fmt.Println(coppice.Stop(n, pid, coppice.Shutdown))
	_, err = coppice.Request(n, coppice.Name("doubler"), 21)
	fmt.Println(err)
	// Output:
	// 42 <nil>
	// <nil>
	// call to doubler with int: noproc: there is no such process
}

// A start fails with what Init returned, and leaves nothing behind.
func ExampleStartProcess() {
	n := node()
	defer n.Stop(context.Background())
	_, _, err := coppice.StartProcess(n, coppice.Spec{
		Name: coppice.Name("importer"),
		Body: func(p *coppice.Process) error {
			if _, err := os.Stat("no such file"); err != nil {
				p.InitFail(errors.New("there is nothing to import"))
			}
			p.InitAck()
			return nil
		},
	})
	fmt.Println(err)
	fmt.Println(n.Whereis("importer"))
	// Output:
	// there is nothing to import
	// <none>
}

func ExampleSendAfter() {
	n := node()
	defer n.Stop(context.Background())
	pid, _ := coppice.Spawn(n, func(p *coppice.Process) error {
		if _, err := coppice.SendAfter(p, p.Self(), time.Millisecond, "wake up"); err != nil {
			return err
		}
		fmt.Println(p.Receive().Body)
		return nil
	})
	_, _ = coppice.Await(n, pid)
	// Output:
	// wake up
}

// Replies are taken as they come, each with the label of its request.
func ExamplePendingSet() {
	n := node()
	defer n.Stop(context.Background())
	pid, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: doubler{}})
	if err != nil {
		panic(err)
	}
	var set coppice.PendingSet
	set.Send(n, pid, 1, "one")
	set.Send(n, pid, 2, "two")
	for set.Len() > 0 {
		fmt.Println(set.Wait(n))
	}
	// Output:
	// one 2 <nil>
	// two 4 <nil>
}

// Reports are data; a ReportHandler writes them for people.
func ExampleCrashReport() {
	n := coppice.NewNode(coppice.Options{
		Logger: slog.New(slog.DiscardHandler),
		OnReport: func(r coppice.Report) {
			if crash, ok := r.(*coppice.CrashReport); ok {
				fmt.Println(crash.Name, "crashed:", crash.Reason)
			}
		},
	})
	defer n.Stop(context.Background())
	pid, _, err := coppice.StartProcess(n, coppice.Spec{Name: coppice.Name("fuse"), Body: func(p *coppice.Process) error {
		p.InitAck()
		panic("overload")
	}})
	if err != nil {
		panic(err)
	}
	_, _ = coppice.Await(n, pid)
	// Output:
	// fuse crashed: panic: overload
}
