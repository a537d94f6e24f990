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
		Dish  string
		Takes time.Duration
	}
	Cook struct {
		genserver.Returns[string]
		Order Order
	}
)

type Waiter struct{ cook coppice.Addr }

func newWaiter(_ *coppice.Process, cook coppice.Addr) (*Waiter, error) { return &Waiter{cook}, nil }

func (w *Waiter) order(p *coppice.Process, o Order) (string, error) {
	return genserver.Call(p.ForCaller(), w.cook, Cook{Order: o})
}

type Chef struct{ bin chan string }

func newChef(_ *coppice.Process, bin chan string) (*Chef, error) { return &Chef{bin}, nil }

func (c *Chef) cook(p *coppice.Process, d Cook) (string, error) {
	ctx := p.ForCaller()
	select { // or db.QueryContext(ctx, …)
	case <-time.After(d.Order.Takes):
		return d.Order.Dish + ", hot", nil
	case <-ctx.Done():
		c.bin <- d.Order.Dish
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
	bin := make(chan string, 1)
	chef, _ := Chefs.Start(node, bin)
	waiter, _ := Waiters.Start(node, chef)

	dish, err := genserver.Call(node, waiter, Order{Dish: "soup", Takes: time.Millisecond})
	fmt.Println(dish, err)

	hurry, cancel := context.WithTimeout(node, 10*time.Millisecond)
	defer cancel()
	_, err = genserver.Call(hurry, waiter, Order{Dish: "roast", Takes: 3 * time.Hour})
	fmt.Println("too late:", errors.Is(err, coppice.Timeout))
	fmt.Println("in the bin:", <-bin)
	// Output:
	// soup, hot <nil>
	// too late: true
	// in the bin: roast
}
