// Command mysupervisor is a supervisor of one's own: what the library's does
// can be written with public primitives alone. Start linked, trap exits, handle
// the exit message.
//
// With -serve it stays, and one can kill the child by hand, in the shell of
// cmd/coppice.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// A Cache keeps one word.
type Cache struct{ word string }

// Get is the call for the word.
type Get struct{ genserver.Returns[string] }

// Save is the cast that replaces it.
type Save struct{ Value string }

var cache = genserver.Define(
	func(_ *coppice.Process, word string) (*Cache, error) { return &Cache{word}, nil },
	genserver.OnCall(func(c *Cache, _ *coppice.Process, _ Get) (string, error) { return c.word, nil }),
	genserver.OnCast(func(c *Cache, _ *coppice.Process, s Save) error { c.word = s.Value; return nil }),
)

const name = coppice.Name("cache")

// A Child starts a process, linked with the caller.
type Child func(*coppice.Process) (coppice.PID, error)

// A MySupervisor starts its children again when they end.
type MySupervisor struct {
	out      io.Writer
	children map[coppice.PID]Child
}

// A Config is what a MySupervisor is started with.
type Config struct {
	Out      io.Writer
	Children []Child
}

func newMySupervisor(p *coppice.Process, c Config) (*MySupervisor, error) {
	p.TrapExit(true)
	s := &MySupervisor{c.Out, make(map[coppice.PID]Child)}
	for _, child := range c.Children {
		if err := s.start(p, child); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *MySupervisor) start(p *coppice.Process, child Child) error {
	pid, err := child(p)
	if err != nil {
		return err
	}
	s.children[pid] = child
	return nil
}

func (s *MySupervisor) exited(p *coppice.Process, e coppice.Exited) error {
	child, ok := s.children[e.PID]
	if !ok {
		return nil
	}
	fmt.Fprintln(s.out, "a child has ended, reason:", e.Reason)
	delete(s.children, e.PID)
	return s.start(p, child)
}

// A Sync is the call that is answered when all before it has been handled.
type Sync struct{ genserver.Returns[int] }

func (s *MySupervisor) sync(*coppice.Process, Sync) (int, error) { return len(s.children), nil }

var mySupervisor = genserver.Define(newMySupervisor,
	genserver.OnInfo((*MySupervisor).exited),
	genserver.OnCall((*MySupervisor).sync),
)

func main() {
	stays := flag.Bool("serve", false, "stay, for the shell of cmd/coppice")
	flag.Parse()
	do := run
	if *stays {
		do = serve
	}
	if err := do(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "mysupervisor:", err)
		os.Exit(1)
	}
}

// start starts the supervisor, with the cache as its child.
func start(node *coppice.Node, w io.Writer) (coppice.PID, error) {
	ref, err := mySupervisor.Start(node, Config{w, []Child{
		func(p *coppice.Process) (coppice.PID, error) {
			ref, err := cache.StartLink(p, "empty", genserver.Name(name))
			return ref.PID(), err
		},
	}})
	return ref.PID(), err
}

// serve keeps it running until Ctrl-C, and has the shell attach to it.
func serve(w io.Writer) error {
	node := coppice.NewNode(coppice.Options{Name: "mysupervisor", Logger: slog.New(inspect.NewLogHandler(coppice.NewReportHandler(os.Stderr)))})
	defer node.Stop(context.Background())
	if _, err := control.Serve(node, control.Options{Actions: true}); err != nil {
		return err
	}
	if _, err := start(node, w); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(node, os.Interrupt)
	defer stop()
	fmt.Fprintln(w, "in another terminal: go run ./cmd/coppice shell mysupervisor; here, Ctrl-C ends it")
	<-ctx.Done()
	return nil
}

// run prints each step and its result.
func run(w io.Writer) error {
	node := coppice.NewNode(coppice.Options{Name: "mysupervisor"})
	defer node.Stop(context.Background())
	sup, err := start(node, w)
	if err != nil {
		return err
	}
	if err := genserver.Cast(node, name, Save{"hola"}); err != nil {
		return err
	}
	fmt.Fprintln(w, "cast cache save hola: ok")
	first := genserver.Whereis(node, name)
	if err := coppice.Exit(node, first, coppice.Kill); err != nil {
		return err
	}
	if _, err := genserver.Call(node, sup, Sync{}); err != nil {
		return err
	}
	fmt.Fprintln(w, "another pid:", genserver.Whereis(node, name) != first)
	word, err := genserver.Call(node, name, Get{})
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "call cache get:", word)
	return nil
}
