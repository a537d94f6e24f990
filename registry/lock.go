package registry

import (
	"context"
	"fmt"
	"hash/maphash"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// Lock runs f, in the caller, while no other Lock for the same key of this
// registry does: what has to look first and then register can do so in one
// step. The lock is apart from the entries: Register and Lookup do not heed it,
// f may use them, and it holds up nobody but other locks. It must not be taken
// again within f: a process that does gets coppice.CallingSelf, wrapped.
//
// It waits as long as ctx lets it. The error is that of f, or why f was not
// called: ErrNotRunning, or a *coppice.CallError. When a process that holds it
// ends, the next has its turn. It answers to Registry.lock/3.
func (r *Registry[K, V]) Lock(ctx context.Context, key K, f func() error) error {
	in, err := r.on(ctx)
	if err == nil {
		err = findable(key)
	}
	if err != nil {
		return err
	}
	wait := ctx
	if _, has := ctx.Deadline(); !has {
		wait = genserver.NoTimeout(ctx)
	}
	keeper := in.partitions[maphash.Comparable(in.seed, key)%uint64(len(in.partitions))]
	a := acquire{key: key, token: new(byte)}
	if p, ok := ctx.(*coppice.Process); ok {
		a.holder = p.Self()
	}
	// Deferred before it is taken: one that is told to end while it waits does
	// not come back from the call, and may have been given the lock by then.
	defer func() { _ = genserver.Cast(in.node, keeper, release{key, a.token}) }()
	if _, err := genserver.Call(wait, keeper, a); err != nil {
		if in.closed.Load() {
			err = ErrNotRunning
		}
		return err
	}
	return f()
}

type (
	acquire struct {
		genserver.Returns[granted]
		key    any
		token  *byte // tells this one from all others
		holder coppice.PID
	}
	release struct {
		key   any
		token *byte
	}
	granted struct{}
)

// A lock is held by the first of those who want it.
type lock struct{ queue []waiter }

type waiter struct {
	acquire
	reply genserver.Reply[granted]
	ref   coppice.Ref // of the monitor on the holder, if it is a process
}

func (s *partition) acquire(p *coppice.Process, a acquire, reply genserver.Reply[granted]) error {
	l := s.locks[a.key]
	if l != nil && !a.holder.IsZero() && l.queue[0].holder == a.holder {
		reply.Fail(fmt.Errorf("registry: %v has the lock of %v already, and would wait for itself: %w", a.holder, a.key, coppice.CallingSelf))
		return nil
	}
	w := waiter{acquire: a, reply: reply}
	if !a.holder.IsZero() {
		ref, err := p.Monitor(a.holder)
		if err != nil {
			return err
		}
		w.ref = ref
	}
	if l == nil {
		l = new(lock)
		s.locks[a.key] = l
	}
	l.queue = append(l.queue, w)
	if len(l.queue) == 1 {
		s.grant(p, a.key, l)
	}
	return nil
}

// grant gives the lock to the first that still wants it.
func (s *partition) grant(p *coppice.Process, key any, l *lock) {
	for len(l.queue) > 0 && !l.queue[0].reply.Send(granted{}) {
		p.Demonitor(l.queue[0].ref, true)
		l.queue = l.queue[1:]
	}
	if len(l.queue) == 0 {
		delete(s.locks, key)
	}
}

func (s *partition) release(p *coppice.Process, m release) error {
	s.leave(p, m.key, func(w waiter) bool { return w.token == m.token })
	return nil
}

func (s *partition) down(p *coppice.Process, d coppice.Down) error {
	for key := range s.locks {
		s.leave(p, key, func(w waiter) bool { return w.ref == d.Ref })
	}
	return nil
}

// leave takes one out of the queue, and grants the lock to the next if it had
// it.
func (s *partition) leave(p *coppice.Process, key any, which func(waiter) bool) {
	l := s.locks[key]
	if l == nil {
		return
	}
	for i, w := range l.queue {
		if !which(w) {
			continue
		}
		p.Demonitor(w.ref, true)
		l.queue = append(l.queue[:i:i], l.queue[i+1:]...)
		if i == 0 {
			s.grant(p, key, l)
		}
		return
	}
}
