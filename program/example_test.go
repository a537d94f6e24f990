package program_test

import (
	"fmt"
	"os"
	"syscall"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/program"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// What was started last stops first. Without Signals the program is ended by
// SIGINT and SIGTERM.
func ExampleRun() {
	signals := make(chan os.Signal, 1)
	child := func(id string, ready func()) supervisor.ChildSpec {
		return supervisor.ChildSpec{ID: id, Start: supervisor.Body(func(p *coppice.Process) error {
			defer fmt.Println(id, "stops")
			ready()
			<-p.Done()
			return nil
		})}
	}
	tree := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
		child("store", func() {}),
		child("web", func() { signals <- syscall.SIGTERM }),
	}})

	node := coppice.NewNode(coppice.Options{})
	err := program.Run(node, tree, program.Options{Signals: signals, Out: os.Stdout})
	fmt.Println(err, program.ExitStatus(err))
	// Output:
	// terminated: stopping within 25s
	// web stops
	// store stops
	// <nil> 0
}
