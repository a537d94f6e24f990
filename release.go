package coppice

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/sched"
)

// A release is the turn of a goroutine on which the keys of a process that has
// ended are given back. Resolvers are code of the user's: one that hangs holds up
// nobody's end, nor whoever kills the process.
type release struct {
	p    *proc
	keys []Via
	done sched.Token
	goid atomic.Uint64 // of the goroutine; 0: it has not begun
	now  atomic.Int32  // which key it is at
	fate atomic.Uint32 // releasing, or what came first of the others
}

const (
	releasing uint32 = iota
	released         // it has returned
	abandoned        // nobody waits for it any more
)

// releaseLooks is how often it is looked at before it is left: so a machine that
// pauses, in which a time limit is over without anything having happened, is no
// hanging Resolver.
const releaseLooks = 10

// releaseKeys gives keys back, and waits until that is done: no longer than the
// node's KillGrace from when it has begun. Then it is shown among what is stuck
// until it returns, and as long as it is, other keys of the same Resolver are not
// waited for longer than a moment.
func (p *proc) releaseKeys(keys []Via, by *sched.Runner) {
	if len(keys) == 0 {
		return
	}
	r := &release{p: p, keys: keys, done: sched.MakeToken()}
	p.node.sched.Ready(r, by)
	if r.done.Soon() {
		return
	}
	if p.node.stuck.hangs(keys) {
		r.leave()
		return
	}
	defer r.done.Unpark()
	done := r.done.Park()
	pause := p.node.options.KillGrace / releaseLooks
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for looks := 0; looks < releaseLooks; timer.Reset(pause) {
		select {
		case <-done:
			return
		case <-timer.C:
		}
		if r.goid.Load() != 0 {
			looks++
		}
	}
	r.leave()
}

// Run is called by a runner.
func (r *release) Run(runner *sched.Runner) {
	r.goid.Store(runner.ID())
	defer func() {
		r.done.Give()
		if !r.fate.CompareAndSwap(releasing, released) {
			r.p.node.stuck.remove(r)
		}
	}()
	r.from(0)
}

// from releases the keys from one on, whatever becomes of it.
func (r *release) from(i int) {
	if i < len(r.keys) {
		r.now.Store(int32(i))
		defer r.from(i + 1)
		r.p.releaseKey(r.keys[i])
	}
}

// leave goes on without r, unless it has just returned.
func (r *release) leave() {
	n := r.p.node
	n.stuck.mu.Lock()
	defer n.stuck.mu.Unlock()
	if r.fate.CompareAndSwap(releasing, abandoned) {
		grace := n.options.KillGrace
		n.stuck.add(r, &stuckEntry{
			p: r.p, release: r.keys[r.now.Load()].Resolver,
			since: time.Now().Add(-grace), grace: grace, goid: r.goid.Load(),
		})
	}
}

// hangs reports whether a Resolver of one of the keys hangs already.
func (l *stuckList) hangs(keys []Via) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.procs {
		for _, via := range keys {
			if e.release != nil && comparableEqual(Via{Resolver: e.release}, Via{Resolver: via.Resolver}) {
				return true
			}
		}
	}
	return false
}

// releaseKey runs code of the user's, whose panic must not keep the links of p
// from being told.
func (p *proc) releaseKey(via Via) {
	defer func() {
		if v := recover(); v != nil {
			p.node.logger.Error("coppice: a Resolver panicked in Release", "pid", PID{p}, "resolver", fmt.Sprintf("%T", via.Resolver), "panic", fmt.Sprint(v))
		}
	}()
	via.Resolver.Release(via.Key, PID{p})
}
