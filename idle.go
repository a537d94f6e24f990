package coppice

import "time"

// An idleTimer is the server time-out of a callback process that is idle.
// Guarded by proc.mu.
type idleTimer struct {
	gen   uint64 // counts what disarms it
	after time.Duration
	armed bool
	keep  bool // what disarmed it was a system request: it begins anew after that
	timer *time.Timer
}

// SetTimeout has a process of the callback form get the message [IdleTimeout]
// if none comes within d after the present callback. A message that is there
// already, or comes in time, cancels it; so does the next callback, which may
// ask anew. After a system request it begins anew by itself, unless its handler
// asks for another. A negative d takes back what the present callback has asked
// for. It answers to the time-out in what a gen_server's callback returns.
func (p *Process) SetTimeout(d time.Duration) {
	if p.proc.work == nil {
		panic("coppice: SetTimeout is called outside a callback of its process")
	}
	p.proc.work.idleAfter, p.proc.work.idleSet = d, d >= 0
}

// armIdle is called when the process has no message; p.mu is held. It is true
// if there is one now: a time-out of zero.
func (p *proc) armIdle() bool {
	if !p.work.idleSet {
		return false
	}
	after := p.work.idleAfter
	p.work.idleSet = false
	if after == 0 {
		p.box.Push(Message{Body: IdleTimeout{}, stamp: stamp{kind: kindTimeout}}, &p.node.chunks)
		return true
	}
	t := &p.rare().idle
	t.armed, t.after = true, after
	t.gen++
	gen := t.gen
	t.timer = time.AfterFunc(after, func() { p.idleFor(gen) })
	return false
}

// disarmIdle is called when a message comes or the process ends, and reports
// whether there was a time-out; p.mu is held.
func (p *proc) disarmIdle() bool {
	if p.more == nil || !p.more.idle.armed {
		return false
	}
	p.more.idle.armed = false
	p.more.idle.gen++
	p.more.idle.timer.Stop()
	return true
}

// keepIdle is called before a system request is handled: the time-out that was
// asked for by the callback before it holds on.
func (p *proc) keepIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more != nil && p.more.idle.keep {
		p.more.idle.keep = false
		p.work.idleAfter, p.work.idleSet = p.more.idle.after, true
	}
}

func (p *proc) idleFor(gen uint64) {
	p.mu.Lock()
	var w wake
	if p.state == idle && p.more.idle.armed && p.more.idle.gen == gen {
		p.more.idle.armed = false
		w = p.push(Message{Body: IdleTimeout{}, stamp: stamp{kind: kindTimeout}})
	}
	p.mu.Unlock()
	w.do(nil)
}
