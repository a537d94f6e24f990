package coppice

import (
	"context"
	"errors"
	"fmt"
)

// Monitor watches another process: when it ends, one [Down] message comes. If
// there is no such process it comes at once with the reason NoProc. It answers
// to monitor/2.
func (p *Process) Monitor(to Addr) (Ref, error) { return p.monitor(to, false, false) }

// MonitorAlias is like Monitor, and the reference that it returns is also an
// address: what is sent to it reaches this process as an [Aliased] message,
// until the monitor has fired or is removed. With once the first message ends
// both. So a request can be sent whose late answer goes nowhere. It answers to
// the option {alias, demonitor | reply_demonitor} of monitor/3.
func (p *Process) MonitorAlias(to Addr, once bool) (Ref, error) { return p.monitor(to, true, once) }

func (p *Process) monitor(to Addr, alias, once bool) (Ref, error) {
	pid, err := to.Whereis(p)
	if err != nil && !errors.Is(err, ErrNoName) && !errors.Is(err, NoProc) {
		return Ref{}, fmt.Errorf("monitor %v: %w", to, err)
	}
	q := p.proc
	if err := q.enter(); err != nil {
		return Ref{}, err
	}
	q.mu.Lock()
	x := q.rare()
	x.lastRef++
	ref := Ref{q, x.lastRef}
	if alias {
		if x.aliases == nil {
			x.aliases = make(map[uint64]bool)
		}
		x.aliases[ref.n] = once
	}
	q.mu.Unlock()
	w := q.watch(ref, pid, to)
	q.leave()
	w.do(p.byRunner())
	return ref, nil
}

// watch sets up one monitor, at our end first.
func (p *proc) watch(ref Ref, target PID, to Addr) wake {
	if target.p != nil {
		p.mu.Lock()
		if p.more.watching == nil {
			p.more.watching = make(map[uint64]*proc)
		}
		p.more.watching[ref.n] = target.p
		p.mu.Unlock()
		target.p.mu.Lock()
		alive := !target.p.dead.Load()
		if alive {
			target.p.rare().watchers.add(ref)
		}
		target.p.mu.Unlock()
		if alive {
			return wake{}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.more.watching, ref.n)
	delete(p.more.aliases, ref.n)
	name := ""
	if n, ok := to.(Name); ok {
		name = string(n)
	}
	return p.push(Message{Body: Down{Ref: ref, PID: target, Name: name, Reason: NoProc}, kind: kindDown})
}

// Demonitor removes a monitor and its alias. With flush a Down that has come
// already is taken out of the mailbox; without it may still be found there. It
// reports whether the monitor was still there. It answers to demonitor/2.
func (p *Process) Demonitor(ref Ref, flush bool) bool {
	if ref.p != p.proc {
		return false
	}
	if err := p.proc.enter(); err != nil {
		return false
	}
	p.proc.mu.Lock()
	target, ok := p.proc.more.watching[ref.n]
	delete(p.proc.more.watching, ref.n)
	delete(p.proc.more.aliases, ref.n)
	p.proc.mu.Unlock()
	if ok {
		target.unwatch(ref)
	}
	p.proc.leave()
	if flush && !ok {
		p.ReceiveRef(ref, 0)
	}
	return ok
}

func (p *proc) unwatch(ref Ref) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more != nil {
		p.more.watchers.remove(ref)
	}
}

// Whereis returns the process that made ref: a Ref made by
// [Process.MonitorAlias] is an [Addr] for Send.
func (ref Ref) Whereis(context.Context) (PID, error) {
	if ref.p == nil {
		return PID{}, NoProc
	}
	return PID{ref.p}, nil
}

// take reports whether ref is an alias at the moment, and ends it if it is for
// one message.
func (ref Ref) take() bool {
	if ref.p == nil {
		return false
	}
	ref.p.mu.Lock()
	x := ref.p.more
	var once, ok bool
	var target *proc
	if x != nil && !ref.p.dead.Load() {
		if once, ok = x.aliases[ref.n]; once {
			target = x.watching[ref.n]
			delete(x.aliases, ref.n)
			delete(x.watching, ref.n)
		}
	}
	ref.p.mu.Unlock()
	if target != nil {
		target.unwatch(ref)
	}
	return ok
}
