package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// sockets has nodes put their sockets into a folder of the test, whose path is
// short enough for one.
func sockets(t *testing.T) (runtime string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "cli")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("HOME", dir) // no settings, and no history, of who runs the test
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("XDG_STATE_HOME", "")
	return dir
}

// A Cart is a server to look at.
type Cart struct{ items []string }

// Add is the call that adds an item.
type Add struct {
	genserver.Returns[int]
	Item string
}

func newCart(*coppice.Process, genserver.None) (*Cart, error) { return &Cart{}, nil }

func (c *Cart) add(_ *coppice.Process, a Add) (int, error) {
	if a.Item == "" {
		panic("nothing to add\x1b[2J")
	}
	c.items = append(c.items, a.Item)
	return len(c.items), nil
}

var cart = genserver.Define(newCart, genserver.OnCall((*Cart).add))

// openShop serves a node: shop_sup with three carts, one of which has a name
// that is wider than it is long, and one that would turn a terminal red.
func openShop(name string) (*coppice.Node, error) {
	node := coppice.NewNode(coppice.Options{Name: name, Logger: slog.New(inspect.NewLogHandler(slog.NewTextHandler(io.Discard, nil)))})
	child := func(id string) supervisor.ChildSpec {
		return supervisor.ChildSpec{ID: id, Start: cart.With(genserver.None{}, genserver.Name(coppice.Name(id)))}
	}
	_, err := supervisor.New(supervisor.Spec{
		Restarts: supervisor.AtMost(3, time.Hour), // a busy machine takes long to look at them
		Children: []supervisor.ChildSpec{child("cart_1"), child("買い物かご"), child("\x1b[31mred")},
	}, supervisor.Name(coppice.Name("shop_sup"))).Start(node)
	if err == nil {
		_, err = control.Serve(node, control.Options{})
	}
	return node, err
}

func shop(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: shop NAME [CRASHES]")
	}
	node, err := openShop(args[0])
	ts.Defer(func() { node.Stop(context.Background()) })
	ts.Check(err)
	if len(args) == 2 {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		crash(node, n)
	}
}

// crash has cart_1 crash so many times, and waits until the node remembers all
// of them.
func crash(node *coppice.Node, times int) {
	for range times {
		_, _ = coppice.AwaitName(node, "cart_1")
		_, _ = genserver.Call(node, coppice.Name("cart_1"), Add{})
	}
	for remembered := 0; remembered < times; {
		remembered = 0
		for _, c := range node.Crashes() {
			remembered += c.Count
		}
		runtime.Gosched()
	}
}
