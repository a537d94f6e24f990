package main

import (
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// AddItem puts something into a cart.
type AddItem struct {
	SKU string
	Qty int
}

// Total is the call for what is in a cart.
type Total struct{ genserver.Returns[int] }

// Update sets a price.
type Update struct{ Cents int }

// Slow has a cart take its time.
type Slow struct{ Millis int }

// Order asks for many things at once.
type Order struct {
	Lines   []AddItem
	Prices  map[string]int
	Notes   []string
	Address Address
	Sizes   [2]int
	Express bool
	Coupons []string `coppice:"redact"`
}

// Address is where an order goes.
type Address struct {
	Street string
	Zip    *Zip
}

// Zip is a part of an Address.
type Zip struct{ Code int }

// A cart is the state of one customer's cart.
type cart struct {
	Customer int
	Items    map[string]int
	Token    string `coppice:"redact"`
	Last     Order
}

func newCart(_ *coppice.Process, customer int) (*cart, error) {
	return &cart{Customer: customer, Token: "secret-token"}, nil
}

func (c *cart) add(p *coppice.Process, m AddItem) error {
	if m.Qty < 0 {
		panic(fmt.Sprintf("%d of %s", m.Qty, m.SKU)) // let it crash
	}
	if c.Items == nil {
		c.Items = map[string]int{}
	}
	c.Items[m.SKU] += m.Qty
	if m.SKU == "logged" {
		p.Logger().Debug("something was put in", "qty", m.Qty)
	}
	return nil
}

func (c *cart) order(p *coppice.Process, o Order) error {
	for _, line := range o.Lines {
		if err := c.add(p, line); err != nil {
			return err
		}
	}
	c.Last = o
	return nil
}

func (c *cart) total(*coppice.Process, Total) (n int, err error) {
	for _, k := range c.Items {
		n += k
	}
	return n, nil
}

func (c *cart) slow(p *coppice.Process, m Slow) error {
	p.Sleep(time.Duration(m.Millis) * time.Millisecond)
	return nil
}

var carts = genserver.Define(newCart,
	genserver.OnCast((*cart).add), genserver.OnCall((*cart).total), genserver.OnCast((*cart).slow), genserver.OnCast((*cart).order))

func cartName(i int) coppice.Name { return coppice.Name(fmt.Sprintf("cart:%d", i)) }

// price is the state of a price server.
type price struct{ Cents int }

func newPrice(*coppice.Process, int) (*price, error) { return &price{100}, nil }

func (s *price) update(_ *coppice.Process, m Update) error {
	if m.Cents < 0 {
		panic("a price below zero")
	}
	s.Cents = m.Cents
	return nil
}

var prices = genserver.Define(newPrice, genserver.OnCast((*price).update))

const cartSupName = coppice.Name("cart_sup")

// patient supervisors do not give up, whatever the tests do.
var patient = supervisor.AtMost(10_000_000, time.Minute)

var cartSup = &supervisor.Dynamic[int]{
	Template: func(i int) supervisor.ChildSpec {
		return supervisor.ChildSpec{Start: carts.With(i, genserver.Name(cartName(i)))}
	},
	Restarts: patient,
	Options:  []supervisor.Option{supervisor.Name(cartSupName)},
}

var priceSup = supervisor.New(supervisor.Spec{
	Restarts: supervisor.AtMost(60, time.Minute),
	Children: priceChildren(4),
}, supervisor.Name(coppice.Name("price_sup")))

func priceChildren(n int) (all []supervisor.ChildSpec) {
	for i := range n {
		name := fmt.Sprintf("price:%d", i)
		spec := supervisor.ChildSpec{ID: name, Start: prices.With(i, genserver.Name(coppice.Name(name)))}
		if i == 3 {
			spec.Backoff = supervisor.Between(30*time.Second, time.Minute)
		}
		all = append(all, spec)
	}
	return all
}

// shop is the whole of it.
var shop = supervisor.New(supervisor.Spec{
	Strategy: supervisor.RestForOne,
	Children: []supervisor.ChildSpec{{ID: "prices", Start: priceSup}, {ID: "carts", Start: cartSup}},
}, supervisor.Name(coppice.Name("shop_sup")))
