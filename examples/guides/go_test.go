// Package guides has the code of the guides in docs, so that it compiles and
// runs.
package guides

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/program"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

type Cart struct{ items map[string]int }

type Add struct { // a call, because it says what it returns
	genserver.Returns[int]
	Item string
}

type Poison struct{} // a cast: it wants no reply

func newCart(*coppice.Process, string) (*Cart, error) { return &Cart{map[string]int{}}, nil }

func (c *Cart) add(p *coppice.Process, a Add) (int, error) {
	c.items[a.Item]++
	return len(c.items), nil
}

func (c *Cart) poison(*coppice.Process, Poison) error { panic("poisoned") }

var cart = genserver.Define(newCart, genserver.OnCall((*Cart).add), genserver.OnCast((*Cart).poison))

var carts = supervisor.Dynamic[string]{
	Template: func(id string) supervisor.ChildSpec {
		return supervisor.ChildSpec{
			Start:   cart.With(id, genserver.Name(coppice.Name("cart/"+id))),
			Restart: supervisor.Transient, // not after a normal end
		}
	},
	Options: []supervisor.Option{supervisor.Name(coppice.Name("carts"))},
}

var tree = supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
	{ID: "cart", Start: cart.With("cart-42", genserver.Name(coppice.Name("cart-42")))},
}})

func TestProcess(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		handle := func(any) error { return coppice.Shutdown }
		pid, err := coppice.Spawn(node, func(p *coppice.Process) error {
			m := p.Receive() // its mailbox: nobody else's
			return handle(m.Body)
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = coppice.Send(node, pid, "hello")
		coppicetest.Exited(t, node, pid, coppice.Shutdown)
	})
}

func TestServer(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		ctx := context.Context(node)
		ref, err := cart.Start(node, "cart-42")
		if err != nil {
			t.Fatal(err)
		}
		n, err := genserver.Call(ctx, ref, Add{Item: "tea"}) // n is an int
		if n != 1 || err != nil {
			t.Error(n, err)
		}
	})
}

func TestSupervisor(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		sup := supervisor.New(supervisor.Spec{
			Strategy: supervisor.OneForOne,
			Children: []supervisor.ChildSpec{
				{ID: "cart", Start: cart.With("cart-42", genserver.Name(coppice.Name("cart-42")))},
			},
		})
		pid, err := sup.Start(node)
		if err != nil || !coppice.Alive(pid) {
			t.Error(pid, err)
		}
	})
}

func TestOnDemand(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		ctx := context.Context(node)
		if _, err := carts.Start(node); err != nil {
			t.Fatal(err)
		}
		pid, err := carts.StartChild(ctx, coppice.Name("carts"), "42")
		if err != nil || coppice.Whereis(ctx, coppice.Name("cart/42")) != pid {
			t.Error(pid, err)
		}
	})
}

// looked has a program be looked into.
func looked(node *coppice.Node) error {
	_, err := control.Serve(node, control.Options{Actions: true}) // without Actions one can only look
	return err
}

func TestLookedInto(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	node := coppice.NewNode(coppice.Options{Name: "cart"})
	defer node.Stop(context.Background())
	if err := looked(node); err != nil {
		t.Fatal(err)
	}
	client, err := control.Dial("cart")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if header, err := client.Node(t.Context()); err != nil || !header.Actions {
		t.Errorf("%+v, %v", header, err)
	}
}

// frame is the frame of a main.
func frame() {
	node := coppice.NewNode(coppice.Options{})
	err := program.Run(node, tree, program.Options{Total: 10 * time.Second}) // until Ctrl-C, or the tree gives up
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(program.ExitStatus(err))
}

// The frame ends the process that it runs in, so it runs in another one.
func TestFrame(t *testing.T) {
	const asFrame = "COPPICE_TEST_FRAME"
	if os.Getenv(asFrame) != "" {
		tree = supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
			{ID: "interrupts", Start: supervisor.Body(func(p *coppice.Process) error {
				own, err := os.FindProcess(os.Getpid())
				if err == nil {
					err = own.Signal(os.Interrupt)
				}
				<-p.Done()
				return err
			})},
		}})
		frame()
	}
	cmd := exec.Command(os.Args[0], "-test.run", "TestFrame")
	cmd.Env = append(os.Environ(), asFrame+"=1")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "interrupt: stopping within 10s") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestCartForgets(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		if _, err := tree.Start(n); err != nil {
			t.Fatal(err)
		}
		cart := coppicetest.Watch(t, n, coppice.Name("cart-42"))
		_ = genserver.Cast(n, coppice.Name("cart-42"), Poison{})
		coppicetest.ExpectCrash(t, n, coppicetest.Crash{Process: "cart-42"})
		cart.Restarted(1)
	})
}

type Line string

func TestChannel(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		lines := make(chan string)
		probe := coppicetest.NewProbe(t, node)
		server := coppice.Addr(probe)
		reader, err := task.Start(node, func(p *coppice.Process) error {
			for {
				select {
				case line := <-lines:
					_ = coppice.Send(p, server, Line(line))
				case <-p.Done(): // it is told to end
					return context.Cause(p)
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		lines <- "one"
		probe.Expect(Line("one"))
		_ = coppice.Exit(node, reader, coppice.Shutdown)
		coppicetest.Exited(t, node, reader, coppice.Shutdown)
	})
}
