// Command cache is a server under a supervisor: it is killed, and comes back
// with its initial state.
//
// With -serve it stays, and one can do the same by hand, in the shell of
// cmd/coppice.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/program"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A Cache keeps one word.
type Cache struct{ word string }

// Get is the call for the word.
type Get struct{ genserver.Returns[string] }

// Save is the cast that replaces it.
type Save struct{ Value string }

func newCache(_ *coppice.Process, word string) (*Cache, error) { return &Cache{word}, nil }

func (c *Cache) get(*coppice.Process, Get) (string, error) { return c.word, nil }

func (c *Cache) save(_ *coppice.Process, s Save) error {
	c.word = s.Value
	return nil
}

var cache = genserver.Define(newCache,
	genserver.OnCall((*Cache).get),
	genserver.OnCast((*Cache).save),
)

const name = coppice.Name("cache")

var tree = supervisor.New(supervisor.Spec{
	Strategy: supervisor.OneForOne,
	Children: []supervisor.ChildSpec{
		{ID: "cache", Start: cache.With("empty", genserver.Name(name))},
	},
})

func main() {
	stays := flag.Bool("serve", false, "stay, for the shell of cmd/coppice")
	flag.Parse()
	do := run
	if *stays {
		do = serve
	}
	if err := do(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "cache:", err)
		os.Exit(program.ExitStatus(err))
	}
}

// serve keeps the tree running until Ctrl-C, and has the shell attach to it.
func serve(w io.Writer) error {
	node := coppice.NewNode(coppice.Options{Name: "cache", Logger: slog.New(inspect.NewLogHandler(coppice.NewReportHandler(os.Stderr)))})
	if _, err := control.Serve(node, control.Options{Actions: true}); err != nil {
		return err
	}
	fmt.Fprintln(w, "in another terminal: go run ./cmd/coppice shell cache; here, Ctrl-C ends it")
	return program.Run(node, tree, program.Options{})
}

// run prints each step and its result.
func run(w io.Writer) error {
	node := coppice.NewNode(coppice.Options{Name: "cache"})
	defer node.Stop(context.Background())
	sup, err := tree.Start(node)
	if err != nil {
		return err
	}
	step := func(what string, result any) { fmt.Fprintf(w, "%-24s %v\n", what, result) }
	get := func() string {
		word, err := genserver.Call(node, name, Get{})
		if err != nil {
			return err.Error()
		}
		return word
	}

	step("call cache get", get())
	step("cast cache save hola", okOr(genserver.Cast(node, name, Save{"hola"})))
	step("call cache get", get())
	first := genserver.Whereis(node, name)
	step("exit cache kill", coppice.Exit(node, first, coppice.Kill) == nil)
	// The supervisor has the news in its mailbox; it answers us after that.
	if _, err := supervisor.Count(node, sup); err != nil {
		return err
	}
	step("call cache get", get())
	step("another pid", genserver.Whereis(node, name) != first)
	return nil
}

func okOr(err error) any {
	if err != nil {
		return err
	}
	return "ok"
}
