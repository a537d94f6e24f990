package coppice

import (
	"errors"
	"time"

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
	return p.receive(func(m *Message) bool {
		switch m.kind {
		case kindDown:
			return m.Body.(Down).Ref == ref
		case kindAliased:
			return m.Body.(Aliased).Ref == ref
		}
		return false
	}, d)
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
	if p.limit != nil && !p.limit.deadline.IsZero() {
		if left := max(time.Until(p.limit.deadline), 0); d < 0 || left < d {
			d = left
		}
	}
	q := p.proc
	if q.work == nil {
		_ = q.interrupted()
		panic("coppice: a process that is not running receives: its hold is used on another goroutine")
	}
	_, isBody := q.behaviour.(bodyFunc)
	var deadline time.Time
	if d > 0 {
		deadline = time.Now().Add(d)
	}
	for {
		m, ok := q.next(match, d, deadline)
		if ok && m.kind == kindSystem && isBody {
			q.handleSystem(m)
			continue
		}
		if ok && isBody {
			q.work.handling = m
		}
		return m, ok
	}
}

// next takes a message from the inbox, then from the box, then waits.
func (p *proc) next(match func(*Message) bool, d time.Duration, deadline time.Time) (Message, bool) {
	if m, ok := p.pick(match); ok {
		return m, true
	}
	for {
		p.mu.Lock()
		if p.told.Load() {
			p.mu.Unlock()
			_ = p.interrupted()
			return Message{}, false
		}
		if m, ok := p.fetch(match); ok {
			p.mu.Unlock()
			return m, true
		}
		if d == 0 {
			p.mu.Unlock()
			return Message{}, false
		}
		p.wait = waitMessage
		if d > 0 {
			p.wait = waitMessageT
		}
		p.mu.Unlock()
		if d > 0 && !p.parkUntil(deadline) {
			d = 0 // look once more
		} else if d < 0 {
			p.runner.Load().Park()
		}
	}
}

// pick takes the first message of the inbox that match accepts.
func (p *proc) pick(match func(*Message) bool) (Message, bool) {
	if match == nil {
		return p.work.inbox.Pop(&p.node.chunks)
	}
	return p.work.inbox.Remove(match, &p.node.chunks)
}

// fetch moves what is in the box behind the inbox, and takes from that the
// first message that match accepts; p.mu is held. A match of the user's may
// panic or take long, so it is called without the lock.
func (p *proc) fetch(match func(*Message) bool) (found Message, ok bool) {
	if p.box.Len() == 0 {
		return found, false
	}
	inbox, chunks := &p.work.inbox, &p.node.chunks
	if inbox.Len() == 0 {
		inbox.TakeFrom(&p.box)
		if match == nil {
			return inbox.Pop(chunks)
		}
		p.mu.Unlock()
		defer p.mu.Lock()
		return inbox.Remove(match, chunks)
	}
	news := p.box
	p.box.Clear()
	p.mu.Unlock()
	defer p.mu.Lock()
	for m, more := news.Pop(chunks); more; m, more = news.Pop(chunks) {
		if !ok && match(&m) {
			found, ok = m, true
			continue
		}
		inbox.Push(m, chunks)
	}
	return found, ok
}

// parkUntil waits on the runner until somebody unparks it, and reports false
// if the deadline came first.
func (p *proc) parkUntil(deadline time.Time) bool {
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	r := p.runner.Load()
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
		r.Park()
	}
	return waiting
}

// blockOn waits as p, for something that no message ends: for ready (true) or
// for the time (false).
func (p *proc) blockOn(ready <-chan struct{}, expired <-chan time.Time) (ok bool, err error) {
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
		panic(err.Error())
	}
}

// handleSystem answers a system request in a process of the function form.
func (p *proc) handleSystem(m Message) {
	if stop, ok := m.Body.(stopRequest); ok {
		p.self.Exit(stop.reason)
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
