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
		x.aliases.put(ref.n, once)
	}
	q.mu.Unlock()
	w := q.watch(ref, pid, to)
	q.leave()
	w.do(p.byRunner())
	return ref, nil
}

// watch sets up one monitor, at our end first.
func (p *proc) watch(ref Ref, target PID, to Addr) wake {
	name := ""
	if n, ok := to.(Name); ok {
		name = string(n)
	}
	if target.p != nil {
		p.mu.Lock()
		p.more.watching.put(ref.n, watched{target.p, name})
		p.mu.Unlock()
		target.p.mu.Lock()
		over := target.p.over
		if !over {
			target.p.rare().watchers.add(ref)
		}
		target.p.mu.Unlock()
		if !over {
			return wake{}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.more.watching.remove(ref.n)
	p.more.aliases.remove(ref.n)
	return p.push(Message{Body: Down{Ref: ref, PID: target, Name: name, Reason: NoProc}, stamp: stamp{kind: kindDown}})
}

// Demonitor removes a monitor and its alias. With flush a Down that has come
// already is taken out of the mailbox, which only the process's own goroutine
// may do; without it may still be found there. It reports whether the monitor
// was still there. It answers to demonitor/2.
func (p *Process) Demonitor(ref Ref, flush bool) bool {
	if ref.p != p.proc {
		return false
	}
	if err := p.proc.enter(); err != nil {
		return false
	}
	target, ok := p.proc.stopWatching(ref)
	if ok {
		target.unwatch(ref)
	}
	p.proc.leave()
	if flush && !ok {
		p.ReceiveMatch(func(m Message) bool { return m.kind == kindDown && m.Body.(Down).Ref == ref }, 0)
	}
	return ok
}

// stopWatching removes a monitor and its alias at our end.
func (p *proc) stopWatching(ref Ref) (target *proc, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.more == nil || p.dead.Load() { // its end reads the map without the lock
		return nil, false
	}
	w, ok := p.more.watching.all[ref.n]
	p.more.watching.remove(ref.n)
	p.more.aliases.remove(ref.n)
	return w.p, ok
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

// send delivers m if ref is an alias at this moment, and ends it if it is for
// one message. Both happen in one step, so that nothing arrives through an
// alias after Demonitor has returned.
func (ref Ref) send(from *Process, m Message) (w wake, dead bool) {
	p := ref.p
	if p == nil {
		return w, false
	}
	var target *proc
	p.mu.Lock()
	dead = from.dead()
	if p.more != nil && !dead && !p.dead.Load() {
		if once, ok := p.more.aliases.all[ref.n]; ok {
			if once {
				target = p.more.watching.all[ref.n].p
				p.more.aliases.remove(ref.n)
				p.more.watching.remove(ref.n)
			}
			w = p.push(Message{Body: Aliased{ref, m.Body}, stamp: stamp{kind: kindAliased}})
		}
	}
	p.mu.Unlock()
	if target != nil {
		target.unwatch(ref)
	}
	return w, dead
}
