// Package running remembers what runs of a recipe: a supervisor or a registry
// is described once, may be started on any number of nodes, and has to be found
// again from its description.
package running

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seed-7832d3a3/coppice"
)

// A Table holds what runs of one recipe: at most one instance on each node. Its
// zero value is empty. It is a coppice.Resolver whose only key is nil, so that
// a process can be started in the place of the instance and a second one is
// refused before it runs.
type Table[T any] struct {
	What string // what the recipe makes, for errors

	mu  sync.Mutex // taken by those who write
	all atomic.Pointer[[]instance[T]]
}

type instance[T any] struct {
	pid   coppice.PID
	value *T // nil while it starts
}

// On returns the instance that runs on a node, or nil.
func (t *Table[T]) On(n *coppice.Node) *T {
	if all := t.all.Load(); all != nil {
		for _, in := range *all {
			if in.pid.Node() == n && coppice.Alive(in.pid) {
				return in.value
			}
		}
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

// put writes in, and leaves out what has ended.
func (t *Table[T]) put(in instance[T]) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	next := []instance[T]{in}
	if all := t.all.Load(); all != nil {
		for _, other := range *all {
			switch {
			case other.pid == in.pid || !coppice.Alive(other.pid):
				continue
			case other.pid.Node() == in.pid.Node():
				return &coppice.AlreadyStartedError{Name: cmp.Or(t.What, "this"), PID: other.pid}
			}
			next = append(next, other)
		}
	}
	t.all.Store(&next)
	return nil
}

// Register implements coppice.Resolver.
func (t *Table[T]) Register(_ context.Context, _ any, pid coppice.PID) error {
	return t.put(instance[T]{pid, nil})
}

// Release implements coppice.Resolver.
func (t *Table[T]) Release(_ any, pid coppice.PID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if all := t.all.Load(); all != nil {
		left := slices.DeleteFunc(slices.Clone(*all), func(in instance[T]) bool { return in.pid == pid })
		t.all.Store(&left)
	}
}

// Whereis implements coppice.Resolver.
func (t *Table[T]) Whereis(ctx context.Context, _ any) coppice.PID {
	n, err := coppice.NodeOf(ctx)
	if err != nil {
		return coppice.PID{}
	}
	if all := t.all.Load(); all != nil {
		for _, in := range *all {
			if in.pid.Node() == n && coppice.Alive(in.pid) {
				return in.pid
			}
		}
	}
	return coppice.PID{}
}
