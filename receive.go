package coppice

import (
	"errors"
	"iter"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/mailbox"
	"github.com/seed-7832d3a3/coppice/internal/sched"
)

// Receive returns the next message, and waits for it. It answers to a receive
// that matches everything.
func (p *Process) Receive() Message {
	m, _ := p.receive(nil, noTimeout)
	return m
}

// ReceiveTimeout is like Receive but waits no longer than d, and reports false
// if no message came; 0 takes what is there already. It answers to receive …
// after.
func (p *Process) ReceiveTimeout(d time.Duration) (Message, bool) {
	return p.receive(nil, max(d, 0))
}

// ReceiveRef waits for the message that belongs to ref: the [Down] of a monitor
// or what was sent to an alias. All others stay in the mailbox in their order.
// It waits no longer than d (negative: for ever), and reports false if nothing
// came.
func (p *Process) ReceiveRef(ref Ref, d time.Duration) (Message, bool) {
	return p.receiveFrom(p.proc.endOf(ref, d), ref.matches, d)
}

func (ref Ref) matches(m *Message) bool {
	switch m.kind {
	case kindDown:
		return m.Body.(Down).Ref == ref
	case kindAliased:
		return m.Body.(Aliased).Ref == ref
	}
	return false
}

// ReceiveMatch waits for a message that match accepts, as a selective receive
// does. All others stay in the mailbox in their order. It waits no longer than
// d (negative: for ever), and reports false if nothing came. match must not
// use the process.
func (p *Process) ReceiveMatch(match func(Message) bool, d time.Duration) (Message, bool) {
	return p.receive(func(m *Message) bool { return match(*m) }, d)
}

// noTimeout is a time limit that never comes.
const noTimeout time.Duration = -1

func (p *Process) receive(match func(*Message) bool, d time.Duration) (Message, bool) {
	return p.receiveFrom(nil, match, d)
}

// receiveFrom is receive for what only the processes from can bring, if that is
// not nil.
func (p *Process) receiveFrom(from iter.Seq[PID], match func(*Message) bool, d time.Duration) (Message, bool) {
	if p.limit != nil {
		if left := p.left(); d < 0 || left >= 0 && left < d {
			d = left
		}
		defer p.onAbandoned(p.proc.lookAgain)()
	}
	q := p.proc
	if q.work == nil {
		q.leaveOwnGoroutine()
	}
	_, isBody := q.behaviour.(bodyFunc)
	var deadline time.Time
	if d > 0 {
		deadline = time.Now().Add(d)
	}
	for {
		m, ok := q.next(from, match, d, deadline, p.limit)
		if ok && m.kind == kindSystem && isBody {
			q.handleSystem(m)
			continue
		}
		if ok && isBody {
			q.work.handling = m
			q.handles(&m)
		}
		return m, ok
	}
}

// next takes a message from the inbox, then from the box, then waits.
func (p *proc) next(from iter.Seq[PID], match func(*Message) bool, d time.Duration, deadline time.Time, l *limit) (Message, bool) {
	if p.told.Load() {
		p.leaveOwnGoroutine() // what is in the mailbox is not read any more
	}
	if m, ok := p.pick(match, 0); ok {
		return m, true
	}
	for {
		seen := p.work.inbox.Len()
		p.mu.Lock()
		if p.told.Load() {
			p.mu.Unlock()
			p.leaveOwnGoroutine()
		}
		if p.box.Len() > 0 {
			p.counts().take(p.box.Len())
			if p.limited {
				if match == nil {
					m := p.takeOne()
					p.mu.Unlock()
					return m, true
				}
				p.bound().keepAll()
			}
			news := p.box
			p.box.Clear()
			p.mu.Unlock()
			if m, ok := p.fetch(&news, seen, match); ok {
				return m, true
			}
			continue
		}
		if d == 0 || l.abandoned() {
			p.mu.Unlock()
			return Message{}, false
		}
		p.wait = waitMessage
		if d > 0 {
			p.wait = waitMessageT
			p.runner.Load().Until = deadline
		}
		r := p.runner.Load()
		p.endTurn(r, seen)
		p.mu.Unlock()
		if !p.park(from, d, deadline) {
			d = 0 // look once more
		}
		p.mu.Lock()
		p.beginTurn(r)
		p.mu.Unlock()
	}
}

// park waits for a message, and reports false if the deadline came first.
func (p *proc) park(from iter.Seq[PID], d time.Duration, deadline time.Time) (woken bool) {
	if c := p.node.circles; c != nil && from != nil {
		c.while(p, edgesTo(from), func() { woken = p.park(nil, d, deadline) })
		return woken
	}
	if d > 0 {
		return p.parkUntil(deadline)
	}
	p.runner.Load().Park()
	return true
}

// leaveOwnGoroutine unwinds a process that was told to end. A hold whose
// process does not run here cannot receive, and there is no error to return.
func (p *proc) leaveOwnGoroutine() {
	_ = p.interrupted()
	panic("coppice: a process receives or sleeps only on its own goroutine: " + PID{p}.String() + " is used on another one")
}

// pick takes the first message of the inbox that match accepts, and does not
// look at the first seen ones.
func (p *proc) pick(match func(*Message) bool, seen int) (Message, bool) {
	var m Message
	var ok bool
	if match == nil {
		m, ok = p.work.inbox.Pop(&p.node.chunks)
	} else {
		m, ok = p.work.inbox.Remove(seen, match, &p.node.chunks)
	}
	if ok && p.limited {
		p.begins(&m)
	}
	return m, ok
}

// fetch moves news behind the inbox, and picks from them. No lock is held, and
// all is in its place before match is called: it may be code of the user's,
// which takes long or panics.
func (p *proc) fetch(news *mailbox.Queue[Message], seen int, match func(*Message) bool) (Message, bool) {
	inbox, chunks := &p.work.inbox, &p.node.chunks
	if inbox.Len() == 0 {
		inbox.TakeFrom(news)
	}
	for m, more := news.Pop(chunks); more; m, more = news.Pop(chunks) {
		inbox.Push(m, chunks)
	}
	return p.pick(match, seen)
}

// parkUntil waits on the runner until somebody unparks it, and reports false
// if the deadline came first.
func (p *proc) parkUntil(deadline time.Time) bool {
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	r := p.runner.Load()
	defer r.Unparked()
	select {
	case <-r.Parked():
		return true
	case <-timer.C:
		return !p.stopWaiting(r)
	}
}

// stopWaiting ends a wait that nobody else has ended; if somebody has, it takes
// the token that comes for that and reports false.
func (p *proc) stopWaiting(r *sched.Runner) bool {
	p.mu.Lock()
	waiting := p.wait != noWait
	p.wait = noWait
	p.mu.Unlock()
	if !waiting {
		<-r.Parked()
	}
	return waiting
}

// blockOn waits as p, for something that no message ends: for ready (true) or
// for the time (false).
func (p *proc) blockOn(ready <-chan struct{}, expired <-chan time.Time) (ok bool, err error) {
	if p.told.Load() {
		return false, p.interrupted()
	}
	if !p.onOwnGoroutine() {
		return false, errors.New("coppice: a process waits on a goroutine that is not its own")
	}
	p.mu.Lock()
	if p.told.Load() {
		p.mu.Unlock()
		return false, p.interrupted()
	}
	p.wait = waitTime
	p.mu.Unlock()
	r := p.runner.Load()
	defer r.Unparked()
	select {
	case <-r.Parked():
		return false, p.interrupted()
	case <-ready:
		ok = true
	case <-expired:
	}
	if !p.stopWaiting(r) {
		return false, p.interrupted()
	}
	return ok, nil
}

// Sleep pauses the process for d. It answers to timer:sleep/1.
func (p *Process) Sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	if _, err := p.proc.blockOn(nil, timer.C); err != nil {
		p.proc.leaveOwnGoroutine()
	}
}

// handleSystem answers a system request in a process of the function form.
func (p *proc) handleSystem(m Message) {
	if reason, ok := m.StopReason(); ok {
		p.self.Exit(reason)
	}
	p.mu.Lock()
	var f func(*Process, Message)
	if p.more != nil {
		f = p.more.system
	}
	p.mu.Unlock()
	if f == nil {
		m.From().Reply(nil, ErrNotSystem)
		return
	}
	f(&p.self, m)
}

// byRunner returns the runner for what a process sends, nil for others.
func (p *Process) byRunner() *sched.Runner {
	if p == nil {
		return nil
	}
	return p.proc.runner.Load()
}
