package coppice

import (
	"context"
	"fmt"
	"iter"
)

// A Name is the address of whoever is registered under it on the node that the
// context carries: after a restart that is the new incarnation.
type Name string

// Whereis finds the process.
func (name Name) Whereis(ctx context.Context) (PID, error) {
	n, err := NodeOf(ctx)
	if err != nil {
		return PID{}, fmt.Errorf("name %q: %w", string(name), err)
	}
	if pid := n.Whereis(string(name)); !pid.IsZero() {
		return pid, nil
	}
	return PID{}, fmt.Errorf("name %q: %w", string(name), ErrNoName)
}

// A Resolver keeps names of its own kind: it answers to the module of a via
// name.
type Resolver interface {
	// Register gives key to a process that is starting. It runs on the
	// goroutine of that process, which ctx is, before anything else of it. If a
	// living process has the key, the error is an *AlreadyStartedError.
	Register(ctx context.Context, key any, pid PID) error
	// Release takes key from pid, if it has it. It is called when a process that
	// was given key has ended, before anybody can hear of its end, or after a
	// Register that did not return in its lifetime, on a goroutine of its own. It
	// ought not to block: the end waits for it, but no longer than the node's
	// KillGrace. After that it is shown by [Node.Stuck].
	Release(key any, pid PID)
	// Whereis finds who has key, or returns the zero PID.
	Whereis(ctx context.Context, key any) PID
}

// A Via is the address of whoever a Resolver knows by Key.
type Via struct {
	Resolver Resolver
	Key      any
}

// Whereis asks the resolver.
func (v Via) Whereis(ctx context.Context) (PID, error) {
	if pid := v.Resolver.Whereis(ctx, v.Key); !pid.IsZero() {
		return pid, nil
	}
	return PID{}, fmt.Errorf("key %v: %w", v.Key, ErrNoName)
}

// Register gives the process a name. The error is ErrNameTaken if a living
// process has it or this one has another. It answers to register/2.
func (p *Process) Register(name string) error { return Register(p, name, p.Self()) }

// Unregister takes a name from whoever has it; the error is ErrNoName if
// nobody does. It answers to unregister/1.
func (p *Process) Unregister(name string) error { return Unregister(p, name) }

// Register gives a living process a name. The errors are ErrNameTaken, and
// NoProc if the process has ended. It answers to register/2.
func Register(ctx context.Context, name string, pid PID) error {
	return effect(ctx, func() error {
		if pid.p == nil {
			return fmt.Errorf("register %q for the zero PID: %w", name, NoProc)
		}
		return pid.p.register(name)
	})
}

// Unregister takes a name from whoever has it; the error is ErrNoName if
// nobody does. It answers to unregister/1.
func Unregister(ctx context.Context, name string) error {
	n, err := NodeOf(ctx)
	if err != nil {
		return err
	}
	return effect(ctx, func() error {
		pid := n.Whereis(name)
		if pid.IsZero() || !pid.p.unregister(name) {
			return fmt.Errorf("unregister %q: %w", name, ErrNoName)
		}
		return nil
	})
}

// effect runs f within the fence of the process that acts with ctx, if any.
func effect(ctx context.Context, f func() error) error {
	p := actor(ctx)
	if p == nil {
		return f()
	}
	if err := p.proc.enter(); err != nil {
		return err
	}
	defer p.proc.leave()
	return f()
}

func (p *proc) register(name string) error {
	if name == "" {
		return fmt.Errorf("register %v: the name is empty", PID{p})
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead.Load() {
		return fmt.Errorf("register %v as %q: %w", PID{p}, name, NoProc)
	}
	if p.more != nil && p.more.name != "" {
		return fmt.Errorf("register %v as %q: it is %q: %w", PID{p}, name, p.more.name, ErrNameTaken)
	}
	if other := p.node.claim(name, p); other != nil {
		return fmt.Errorf("register %v as %q, which is %v: %w", PID{p}, name, PID{other}, ErrNameTaken)
	}
	p.rare().name = name
	return nil
}

func (p *proc) unregister(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead.Load() || p.more == nil || p.more.name != name {
		return false
	}
	p.more.name = ""
	return p.node.names.CompareAndDelete(name, p)
}

func (p *proc) registered() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more == nil {
		return ""
	}
	return p.more.name
}

// claim gives name to p, or returns who has it.
func (n *Node) claim(name string, p *proc) (other *proc) {
	for {
		had, loaded := n.names.LoadOrStore(name, p)
		if !loaded {
			n.nameWaits.wake(name)
			return nil
		}
		other := had.(*proc)
		if !other.dead.Load() {
			return other
		}
		// It has been declared dead and is about to free its name.
		if n.names.CompareAndSwap(name, other, p) {
			n.nameWaits.wake(name)
			return nil
		}
	}
}

// Whereis returns the living process registered under name, or the zero PID.
// It answers to whereis/1.
func (n *Node) Whereis(name string) PID {
	if had, ok := n.names.Load(name); ok {
		if p := had.(*proc); !p.dead.Load() {
			return PID{p}
		}
	}
	return PID{}
}

// Registered yields the registered names and who has them. It answers to
// registered/0.
func (n *Node) Registered() iter.Seq2[string, PID] {
	return func(yield func(string, PID) bool) {
		n.names.Range(func(name, had any) bool {
			if p := had.(*proc); !p.dead.Load() {
				return yield(name.(string), PID{p})
			}
			return true
		})
	}
}

// Alive reports whether pid is a process that has not ended. It answers to
// is_process_alive/1.
func Alive(pid PID) bool { return pid.p != nil && !pid.p.dead.Load() }
