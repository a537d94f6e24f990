package genserver_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// What a customer asks the waiter, and the waiter the cook.
type (
	Order struct {
		genserver.Returns[string]
		Dish string
	}
	Cook struct {
		genserver.Returns[string]
		Dish string
	}
)

type Waiter struct{ cook coppice.Addr }

func newWaiter(_ *coppice.Process, cook coppice.Addr) (*Waiter, error) { return &Waiter{cook}, nil }

func (w *Waiter) order(p *coppice.Process, o Order) (string, error) {
	return genserver.Call(p.ForCaller(), w.cook, Cook{Dish: o.Dish})
}

type Chef struct{ says chan string }

func newChef(_ *coppice.Process, says chan string) (*Chef, error) { return &Chef{says}, nil }

func (c *Chef) cook(p *coppice.Process, d Cook) (string, error) {
	ctx := p.ForCaller()
	deadline, _ := ctx.Deadline()
	c.says <- fmt.Sprintf("the %s has to be ready in %v", d.Dish, time.Until(deadline).Round(time.Hour))
	select { // or db.QueryContext(ctx, …)
	case <-time.After(3 * time.Hour):
		return d.Dish + ", hot", nil
	case <-ctx.Done():
		c.says <- fmt.Sprintf("nobody wants the %s any more", d.Dish)
		return "", ctx.Err()
	}
}

var (
	Waiters = genserver.Define(newWaiter, genserver.OnCall((*Waiter).order))
	Chefs   = genserver.Define(newChef, genserver.OnCall((*Chef).cook))
)

// How long somebody waits travels with his request: what a server asks others for
// on behalf of its caller ends when that one has gone, wherever it is.
func Example_deadline() {
	node := quiet()
	defer node.Stop(context.Background())
	says := make(chan string)
	chef, _ := Chefs.Start(node, says)
	waiter, _ := Waiters.Start(node, chef)

	ctx, leave := context.WithTimeout(node, 2*time.Hour)
	left := make(chan error)
	go func() { _, err := genserver.Call(ctx, waiter, Order{Dish: "roast"}); left <- err }()
	fmt.Println(<-says)
	leave()
	fmt.Println(<-says)
	fmt.Println("the customer has gone:", errors.Is(<-left, context.Canceled))
	// Output:
	// the roast has to be ready in 2h0m0s
	// nobody wants the roast any more
	// the customer has gone: true
}
