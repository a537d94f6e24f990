package coppice

import (
	"context"
	"errors"
	"time"
)

// A From is where the reply to a request goes. It may be copied, kept, and used
// from any goroutine; the first reply counts, and only as long as the caller
// waits. The zero From is nobody. It answers to gen_server's From.
type From struct {
	slot *slot
	gen  uint32
}

// IsZero reports whether f is nobody.
func (f From) IsZero() bool { return f.slot == nil }

// Reply answers the request with a value and an error, which belong together
// as the two results of a function do. It reports whether somebody was still
// waiting. It answers to gen_server:reply/2.
func (f From) Reply(value any, err error) bool {
	if f.slot == nil {
		return false
	}
	if hook := f.slot.node.options.OnSend; hook != nil && value != nil && f.Waiting() {
		value = hook(value)
	}
	if !f.slot.take(f.gen) {
		return false
	}
	f.slot.value, f.slot.err = value, err
	f.slot.settle()
	f.slot.deliver()
	return true
}

// Waiting reports whether somebody still waits for the reply.
func (f From) Waiting() bool { return f.slot != nil && f.slot.waitingFor(f.gen) }

// Deadline returns until when somebody waits for the reply, and false if nobody
// does any more, or for ever, or as long as a context lasts that has no deadline
// itself. Of a request that was sent by [SendRequest] it is known once that is
// waited for. OTP has nothing like it.
func (f From) Deadline() (deadline time.Time, ok bool) {
	if f.slot == nil {
		return time.Time{}, false
	}
	until := f.slot.until.Load()
	if until == 0 || !f.Waiting() { // or it may have been that of a later request
		return time.Time{}, false
	}
	if until < 0 {
		return time.Now().Add(time.Duration(-until)), true
	}
	now := time.Now()
	return now.Add(time.Duration(until) - now.Sub(f.slot.node.began)), true
}

// Limit returns a hold on p for what p does for the caller who waits for the
// reply: its blocking calls take no longer than that one waits, and the context
// that it is ends when nobody waits for the reply any more, as it was given, or
// as the caller has ended or given up. Then its cause, and the error of calls, is
// [ErrAbandoned]; at the deadline it is as in [Process.WithTimeout].
//
// It is for a process to which a request was handed on; whoever handles it has
// [Process.ForCaller].
func (f From) Limit(p *Process) *Process {
	l := &limit{from: f}
	l.deadline, _ = f.Deadline()
	if own, has := p.Deadline(); has && (l.deadline.IsZero() || own.Before(l.deadline)) {
		l.deadline = own
	}
	return &Process{proc: p.proc, limit: l}
}

// ForCaller returns a hold on the same process for what it does for the caller
// of the request that it is handling, see [From.Limit]: pass it on as the
// context of whatever is done for him, and his deadline travels along. For other
// messages than requests it is p itself. It is for the process's own goroutine.
// OTP has nothing like it.
func (p *Process) ForCaller() *Process {
	w := p.proc.work
	if w == nil || w.handling.slot == nil {
		return p
	}
	return From{w.handling.slot, w.handling.gen}.Limit(p)
}

// Handles says that the process is at work on m now: for behaviours that keep
// messages, and handle them later than their mailbox has brought them. It is what
// reports show and what [Process.ForCaller] is about.
func (p *Process) Handles(m Message) {
	if w := p.proc.work; w != nil {
		w.handling = m
		p.proc.handles(&m)
	}
}

// ErrAbandoned is why work for a caller ends when nobody waits for the reply any
// more.
var ErrAbandoned = errors.New("coppice: nobody waits for the reply any more: it was given, or its caller has ended or given up")

// setUntil notes for how long whoever has sent s waits, as far as it is known:
// d, or as long as ctx lasts. That is 0 if it is not known, on the node's clock,
// and negative where it is counted from when somebody asks: a request that is
// answered in a moment does not look at the clock, and leaves the slot as it
// was before.
func (s *slot) setUntil(ctx context.Context, d time.Duration) {
	var until int64
	if d >= 0 {
		until = -max(int64(d), 1)
	} else if at, has := ctx.Deadline(); has && d == noTimeout {
		until = s.node.onClock(at)
	}
	if s.until.Load() != until {
		s.until.Store(until)
	}
}

// onClock is a time on the node's clock, and never 0. A time that knows the wall
// clock only is taken by how far off it is: that clock may have been set since
// the node began.
func (n *Node) onClock(at time.Time) int64 {
	if at == at.Round(0) {
		now := time.Now()
		at = now.Add(at.Sub(now))
	}
	return max(int64(at.Sub(n.began)), 1)
}

// An ending is told when nobody waits for a reply any more.
type ending struct {
	tell func() // it may be called twice
	next *ending
}

// onEnd has tell called when nobody waits for the reply any more.
func (f From) onEnd(tell func()) {
	e := &ending{tell: tell}
	for {
		e.next = f.slot.ends.Load()
		if f.slot.ends.CompareAndSwap(e.next, e) {
			break
		}
	}
	if !f.Waiting() { // its end may not have seen e
		tell()
	}
}

// tellEnd tells those who wanted to know; s has been taken.
func (s *slot) tellEnd() {
	if s.ends.Load() == nil {
		return
	}
	for e := s.ends.Swap(nil); e != nil; e = e.next {
		e.tell()
	}
}

// abandoned reports whether l is for a caller who does not wait any more.
func (l *limit) abandoned() bool {
	return l != nil && l.from.slot != nil && !l.from.Waiting()
}

// context returns what backs a hold with a limit, on top of the context of its
// process.
func (l *limit) context(of context.Context) context.Context {
	l.once.Do(func() {
		l.ctx = of
		if !l.deadline.IsZero() {
			// It is never cancelled: the deadline or the end of the process does it,
			// or what is below.
			l.ctx, l.cancel = context.WithDeadline(of, l.deadline)
		}
		if l.from.slot == nil {
			return
		}
		ctx, cancel := context.WithCancelCause(l.ctx)
		l.ctx = ctx
		timed := l.cancel
		l.from.onEnd(func() {
			// A caller whose time is over has the same deadline: that is the cause.
			if !l.deadline.IsZero() && !time.Now().Before(l.deadline) {
				return
			}
			cancel(ErrAbandoned)
			if timed != nil {
				timed()
			}
		})
	})
	return l.ctx
}

// left is how long what p waits for may take that has no limit by itself:
// negative for ever.
func (p *Process) left() time.Duration {
	if p.limit == nil || p.limit.deadline.IsZero() {
		return noTimeout
	}
	return max(time.Until(p.limit.deadline), 0)
}

// onAbandoned has tell called, on a goroutine of its own, when the context of a
// hold for a caller ends, unless forget is called before.
func (p *Process) onAbandoned(tell func()) (forget func() bool) {
	if p.limit == nil || p.limit.from.slot == nil {
		return func() bool { return true }
	}
	return context.AfterFunc(p.limited(), tell)
}

// awaitReply waits for s, no longer than the caller waits for whom it is.
func (p *Process) awaitReply(s *slot, gen uint32, timed bool) {
	if p.limit != nil && p.limit.from.slot != nil {
		defer p.onAbandoned(func() {
			if s.take(gen) {
				s.fail = causeOf(p.limited())
				s.deliver()
			}
		})()
	}
	p.proc.awaitReply(s, gen, timed)
}

// lookAgain has p, if it waits for a message, look whether it is to go on doing
// so.
func (p *proc) lookAgain() {
	p.mu.Lock()
	var w wake
	if p.wait == waitMessage || p.wait == waitMessageT {
		w = p.unpark()
	}
	p.mu.Unlock()
	w.do(nil)
}
