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
// stands for the others. Where turns are slow the clock costs nothing beside
// them, and each is timed.
type tally struct {
	sent  atomic.Uint64 // messages out
	kept  atomic.Uint32 // messages taken from the mailbox that it has not come to; set by the process
	bound *bounded      // if the process is limited, which has a tally from the start

	// Guarded by proc.mu.
	turns    uint32
	high     uint32 // the longest that the mailbox has been
	slow     bool   // the last turn took its time
	longest  uint8  // the span of the longest message of the first turns, or 0
	dropped  uint64
	busy     time.Duration
	since    time.Duration // when the present turn began, or the last one ended; on the node's clock
	handling reflect.Type  // what it handles, or has handled last
	spread   *spread       // how long messages took, once the first turns are over
}

// One turn in sampled is timed, and the first ones all are. Of a turn of many
// messages no more are timed one by one than costs next to nothing.
const (
	sampled    = 32
	firstTimed = 8
	slowTurn   = time.Millisecond
	quick      = 10 * time.Microsecond
	quickLaps  = 16
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
	w.weight, w.laps = 0, 0
	switch {
	case t.turns <= firstTimed || t.slow:
		w.weight = 1
	case t.turns%sampled == 0:
		w.weight = sampled
	}
	if w.weight > 0 {
		t.since = p.node.readClock(r)
		w.lap = t.since
	} else {
		t.since = p.node.clock(r)
	}
}

// endTurn is called with p.mu held, when p gives its goroutine back or waits in
// Receive, with so many messages kept.
func (p *proc) endTurn(r *sched.Runner, kept int) {
	t, w := p.counts(), p.work
	t.keeps(kept)
	r.Stale = r.Stale || w.weight > 0
	now := p.node.clock(r)
	if w.weight > 0 {
		t.busy += time.Duration(w.weight) * (now - t.since)
		if w.timesMessage() {
			t.took(now-w.lap, w.weight)
		}
		w.weight = 0
	}
	t.slow = now-t.since >= slowTurn
	t.since = now
}

// timesMessage reports whether the message that is handled now is timed.
func (w *work) timesMessage() bool { return w.weight > 0 && w.laps > 0 && w.laps <= quickLaps }

// lap notes that the next message of a timed turn begins.
func (p *proc) lap() {
	w := p.work
	if !w.timesMessage() {
		if w.laps == 0 {
			w.laps = 1 // the turn began with it
		}
		return
	}
	now := time.Since(p.node.began)
	took := now - w.lap
	p.mu.Lock()
	p.counts().took(took, w.weight)
	p.mu.Unlock()
	w.lap = now
	if took < quick {
		w.laps++
	}
}

// took notes how long a message took, which stands for so many; p.mu is held.
func (t *tally) took(d time.Duration, weight uint8) {
	span := spanOf(d)
	if t.spread == nil {
		t.longest = max(t.longest, span)
		if t.turns <= firstTimed {
			return
		}
		t.spread = new(spread)
		t.spread.add(t.longest, 1)
	}
	t.spread.add(span, weight)
}

// p99 is how long the slowest handlers take; p.mu is held.
func (t *tally) p99() time.Duration {
	if t.spread == nil {
		return longestIn(t.longest)
	}
	return longestIn(t.spread.p99())
}

// take notes that the n messages of the mailbox are taken to be handled; p.mu
// is held.
func (t *tally) take(n int) {
	t.high = max(t.high, uint32(n)) // it has only grown since the last time
	t.keeps(n - 1)                  // the first of them is handled at once
}

// keeps notes how many messages are left of those that were taken.
func (t *tally) keeps(n int) {
	if n := uint32(n); t.kept.Load() != n {
		t.kept.Store(n)
	}
}

// handles notes that p is about to handle what is in its work as that.
func (p *proc) handles(m *Message) {
	w := p.work
	if w.weight > 0 {
		p.lap()
	}
	if of := reflect.TypeOf(m.Body); of != w.shown {
		p.mu.Lock()
		p.shows(of)
		p.mu.Unlock()
	}
}

// shows notes of which type the message is that p handles; p.mu is held.
func (p *proc) shows(of reflect.Type) {
	p.work.shown = of
	p.counts().handling = of
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

// statsAt is what is counted of p, at a time on the node's clock.
func (p *proc) statsAt(now time.Duration) Stats {
	sent := p.sent()
	p.mu.Lock()
	s := p.stats(now)
	p.mu.Unlock()
	s.Sent = sent
	return s
}

// stats is called with p.mu held, and leaves out Sent.
func (p *proc) stats(now time.Duration) Stats {
	lived := max(now-p.start, 0)
	s := Stats{
		PID: PID{p}, Status: p.status(), Mailbox: p.box.Len(), HighWater: p.box.Len(),
		Received: p.received, For: lived, Lifetime: lived,
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
	s.Kept, s.Busy, s.HandlerP99, s.Dropped = int(t.kept.Load()), t.busy, t.p99(), t.dropped
	s.HighWater = max(s.HighWater, int(t.high))
	if p.state == active {
		s.Handling = t.handling
	}
	if t.turns > 0 {
		s.For = max(now-t.since, 0)
	}
	return s
}
