// Command counter is the first program of the README.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

type Counter struct{ n int } // the state of a server

type Add struct { // a message; its reply is an int
	genserver.Returns[int]
	By int
}

func newCounter(_ *coppice.Process, n int) (*Counter, error) { return &Counter{n}, nil }

func (c *Counter) add(_ *coppice.Process, a Add) (int, error) {
	if a.By < 0 {
		panic("counters only go up")
	}
	c.n += a.By
	return c.n, nil
}

var counter = genserver.Define(newCounter, genserver.OnCall((*Counter).add))

func main() {
	node := coppice.NewNode(coppice.Options{Logger: slog.New(coppice.NewReportHandler(os.Stderr))})
	defer node.Stop(context.Background())
	name := coppice.Name("counter")
	_, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
		{ID: "counter", Start: counter.With(100, genserver.Name(name))},
	}}).Start(node)
	if err != nil {
		panic(err)
	}

	fmt.Println(genserver.Call(node, name, Add{By: 1}))  // 101 <nil>
	fmt.Println(genserver.Call(node, name, Add{By: -1})) // 0 call to counter with main.Add: panic: counters only go up
	_, _ = coppice.AwaitName(node, name)                 // until the supervisor has started it again
	fmt.Println(genserver.Call(node, name, Add{By: 1}))  // 101 <nil>: with a new state
}
