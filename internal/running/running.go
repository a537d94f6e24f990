// Package running remembers what runs of a recipe: a supervisor or a registry
// is described once, may be started on any number of nodes, and has to be found
// again from its description. What runs is kept on the node, not with the
// recipe.
package running

import (
	"cmp"
	"context"

	"github.com/seed-7832d3a3/coppice"
)

// A Table finds what runs of one recipe: at most one instance on each node. It
// is a coppice.Resolver whose only key is nil, so that a process can be started
// in the place of the instance and a second one is refused before it runs.
type Table[T any] struct {
	What string // what the recipe makes, for errors
}

type instance[T any] struct {
	pid   coppice.PID
	value *T // nil while it starts
}

// on returns what a node has for t.
func (t *Table[T]) on(n *coppice.Node) (in instance[T], ok bool) {
	had, ok := n.Shelf().Load(t)
	if !ok {
		return in, false
	}
	in = had.(instance[T])
	return in, coppice.Alive(in.pid)
}

// On returns the instance that runs on a node, or nil.
func (t *Table[T]) On(n *coppice.Node) *T {
	if in, ok := t.on(n); ok {
		return in.value
	}
	return nil
}

// Place is the name to be started under.
func (t *Table[T]) Place() coppice.Via { return coppice.Via{Resolver: t} }

// Set says what the instance is that p runs. It may be called without Place: if
// another instance runs on the node the error is a *coppice.AlreadyStartedError.
func (t *Table[T]) Set(p *coppice.Process, value *T) error {
	if err := p.Own(t.Place()); err != nil {
		return err
	}
	if err := t.put(instance[T]{p.Self(), value}); err != nil {
		p.Disown(t.Place())
		return err
	}
	return nil
}

// put has in take the place of nothing, of itself, or of what has ended.
func (t *Table[T]) put(in instance[T]) error {
	shelf := in.pid.Node().Shelf()
	for {
		had, loaded := shelf.LoadOrStore(t, in)
		if !loaded {
			return nil
		}
		if other := had.(instance[T]); other.pid != in.pid && coppice.Alive(other.pid) {
			return &coppice.AlreadyStartedError{Name: cmp.Or(t.What, "this"), PID: other.pid}
		}
		if shelf.CompareAndSwap(t, had, in) {
			return nil
		}
	}
}

// Register implements coppice.Resolver.
func (t *Table[T]) Register(_ context.Context, _ any, pid coppice.PID) error {
	return t.put(instance[T]{pid, nil})
}

// Release implements coppice.Resolver.
func (t *Table[T]) Release(_ any, pid coppice.PID) {
	shelf := pid.Node().Shelf()
	if had, ok := shelf.Load(t); ok && had.(instance[T]).pid == pid {
		shelf.CompareAndDelete(t, had)
	}
}

// Whereis implements coppice.Resolver.
func (t *Table[T]) Whereis(ctx context.Context, _ any) coppice.PID {
	n, err := coppice.NodeOf(ctx)
	if err != nil {
		return coppice.PID{}
	}
	in, ok := t.on(n)
	if !ok {
		return coppice.PID{}
	}
	return in.pid
}
