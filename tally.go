package coppice

import (
	"reflect"
	"sync/atomic"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/sched"
)

// A tally counts what a process does. It comes with the first message, so one
// that only waits pays nothing for it.
//
// A reading of the clock costs as much as handling a small message, so most
// turns do without: a runner reads it when it wakes and now and then on its
// way, which is precise enough for since, and one turn in sampled is timed and
// stands for the others.
type tally struct {
	sent  atomic.Uint64 // messages out
	bound *bounded      // if the process is limited, which has a tally from the start

	// Guarded by proc.mu.
	turns    uint32
	high     uint32 // the longest that the mailbox has been
	kept     uint32 // messages taken from it that it has not come to
	dropped  uint64
	busy     time.Duration
	since    time.Duration // when the present turn began, or the last one ended; on the node's clock
	handling reflect.Type  // what it handles, or has handled last
}

// One turn in sampled is timed, and the first ones all are.
const (
	sampled    = 32
	firstTimed = 8
)

// counts returns the tally of p, made on demand.
func (p *proc) counts() *tally {
	if t := p.tally.Load(); t != nil {
		return t
	}
	p.tally.CompareAndSwap(nil, new(tally))
	return p.tally.Load()
}

// clock is the time on the node's clock, no older than a few tasks of r.
func (n *Node) clock(r *sched.Runner) time.Duration {
	if r.Stale {
		n.readClock(r)
	}
	return r.Clock
}

func (n *Node) readClock(r *sched.Runner) time.Duration {
	r.Clock, r.Stale = time.Since(n.began), false
	return r.Clock
}

// beginTurn notes that p has a goroutine again, and decides whether the turn is
// timed; p.mu is held.
func (p *proc) beginTurn(r *sched.Runner) {
	t, w := p.counts(), p.work
	t.turns++
	w.weight = 0
	switch {
	case t.turns <= firstTimed:
		w.weight = 1
	case t.turns%sampled == 0:
		w.weight = sampled
	}
	if w.weight > 0 {
		t.since = p.node.readClock(r)
	} else {
		t.since = p.node.clock(r)
	}
}

// endTurn is called with p.mu held, when p gives its goroutine back or waits in
// Receive, with so many messages kept.
func (p *proc) endTurn(r *sched.Runner, kept int) {
	t, w := p.counts(), p.work
	t.kept = uint32(kept)
	if w.weight == 0 {
		t.since = p.node.clock(r)
		return
	}
	now := p.node.readClock(r)
	t.busy += time.Duration(w.weight) * (now - t.since)
	t.since = now
}

// take notes that the n messages of the mailbox are taken to be handled; p.mu
// is held.
func (t *tally) take(n int) {
	t.high = max(t.high, uint32(n)) // it has only grown since the last time
	t.kept = uint32(n - 1)          // the first of them is handled at once
}

// showKept tells how many messages are left of those that were taken.
func (p *proc) showKept() {
	t := p.counts()
	if t.kept == 0 { // which only this goroutine changes
		return
	}
	p.mu.Lock()
	t.kept = uint32(max(p.work.inbox.Len()-1, 0))
	p.mu.Unlock()
}

// handles notes that p is about to handle m.
func (p *proc) handles(m *Message) {
	w := p.work
	w.handling = *m
	if of := reflect.TypeOf(m.Body); of != w.shown {
		w.shown = of
		p.mu.Lock()
		p.counts().handling = of
		p.mu.Unlock()
	}
}

// sent is how many messages have gone out.
func (p *proc) sent() uint64 {
	t := p.tally.Load()
	if t == nil {
		return 0
	}
	return t.sent.Load()
}

// countSent counts a message of p, nil for a plain goroutine.
func (p *Process) countSent() {
	if p != nil {
		p.proc.counts().sent.Add(1)
	}
}

// stats is called with p.mu held, and leaves out Sent.
func (p *proc) stats() Stats {
	now := time.Since(p.node.began)
	s := Stats{
		PID: PID{p}, Status: p.status(), Mailbox: p.box.Len(), HighWater: p.box.Len(),
		Received: p.received, For: now - p.start, Lifetime: now - p.start,
	}
	if parent := p.parent.Load(); parent != nil {
		s.Parent = PID{parent}
	}
	if p.more != nil {
		s.Name, s.Publishes = p.more.name, p.more.published != nil
	}
	if p.limited {
		s.Bound = p.bound().Bound
	}
	t := p.tally.Load()
	if t == nil {
		return s
	}
	s.Kept, s.Busy, s.Dropped = int(t.kept), t.busy, t.dropped
	s.HighWater = max(s.HighWater, int(t.high))
	if p.state == active {
		s.Handling = t.handling
	}
	if t.turns > 0 {
		s.For = max(now-t.since, 0)
	}
	return s
}
