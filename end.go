package coppice

import (
	"cmp"

	"github.com/seed-7832d3a3/coppice/internal/sched"
	"github.com/seed-7832d3a3/coppice/internal/signal"
)

// A wake is what has to be done, once no lock is held, for a process that was
// sent something.
type wake struct {
	p      *proc
	what   wakeWhat
	runner *sched.Runner // to be unparked, or nil
	slot   *slot         // to be delivered, and those behind it, or nil
}

type wakeWhat uint8

const (
	nothing wakeWhat = iota
	ready            // it was idle: have it run
	rouse            // it waits in the library
	finish           // it ends, and nobody else will see to it
)

// push puts m in the mailbox; p.mu is held and p is not dead.
func (p *proc) push(m Message) wake {
	if p.noting {
		p.note(&m)
	}
	p.box.Push(m, &p.node.chunks)
	p.received++
	if p.limited && m.counts() {
		p.bound().queued++
	}
	switch {
	case p.state == idle:
		p.state = queued
		if p.disarmIdle() && m.kind == kindSystem {
			p.more.idle.keep = true
		}
		return wake{p: p, what: ready}
	case p.wait == waitMessage || p.wait == waitMessageT:
		return p.unpark()
	}
	return wake{}
}

// unpark ends a wait on the runner; p.mu is held.
func (p *proc) unpark() wake {
	p.wait = noWait
	return wake{p: p, what: rouse, runner: p.runner.Load()}
}

// do does what w says. by is the runner on which the caller runs, or nil.
func (w wake) do(by *sched.Runner) {
	switch w.what {
	case ready:
		w.p.node.sched.Ready(w.p, by)
	case rouse:
		w.rouse()
	case finish:
		w.p.node.endAll([]wake{w}, by)
	}
}

// doFor is do for a caller that is about to wait for what it wakes.
func (w wake) doFor(by *sched.Runner) {
	if w.what == ready {
		w.p.node.sched.ReadyFor(w.p, by)
		return
	}
	w.do(by)
}

func (w wake) rouse() {
	if w.runner != nil {
		w.runner.Unpark()
	}
	for s := w.slot; s != nil; {
		after := s.nextWaiting
		s.nextWaiting = nil
		s.deliver()
		s = after
	}
}

// exitSignal is an exit signal on its way.
type exitSignal struct {
	from   *proc
	source signal.Source
	reason error
}

// arrive has a signal take effect; p.mu is held. What the returned wake says
// may end p or others: it is done when no lock is held.
func (p *proc) arrive(s exitSignal) wake {
	if p.dead.Load() || p == p.node.root {
		return wake{}
	}
	switch signal.Arrive(s.source, kindOf(s.reason), p.trap) {
	case signal.Deliver:
		p.asked = p.asked || !p.alone && p.parent.Load() == s.from
		return p.push(Message{Body: Exited{PID{s.from}, s.reason}, stamp: stamp{kind: kindExit}})
	case signal.Die:
		return p.tell(s.reason)
	case signal.DieKilled:
		if !p.leaving {
			p.fate = nil // a kill overtakes what its code has not heeded
		}
		w := p.tell(Killed)
		if p.state == unborn {
			return w
		}
		w.p, w.what = p, finish // now, and not when its goroutine comes to it
		return w
	}
	return wake{}
}

// tell tells p to end with reason; p.mu is held.
func (p *proc) tell(reason error) wake {
	if p.fate != nil {
		return wake{}
	}
	p.fate, p.signalled = reason, true
	p.told.Store(true)
	if p.more != nil && p.more.ctx != nil {
		p.more.ctx.cancel(reason)
	}
	w := wake{p: p, what: rouse, slot: p.takeWaiting(reason)}
	switch p.state {
	case idle:
		p.behaviour = nil // and with it the state of a server
		fallthrough
	case queued:
		p.state = finishing
		p.disarmIdle()
		w.what = finish
	case active:
		// Wherever it waits: deferred functions may take their time.
		p.stick()
		p.leaving = p.wait != noWait || w.slot != nil
		if p.wait != noWait {
			w.runner = p.unpark().runner
		}
	}
	return w
}

// end ends p with reason, or with the one that it was told to end with. by is
// the runner on which the caller runs, or nil.
func (p *proc) end(reason error, by *sched.Runner) {
	var next []wake
	defer func() { p.node.endAll(next, by) }()
	p.die(reason, &next, by)
}

// endAll works off deaths and those that follow from them. A chain of a million
// links is no deeper here than one, as it would be by recursion.
func (n *Node) endAll(next []wake, by *sched.Runner) {
	for len(next) > 0 {
		w := next[len(next)-1]
		next = next[:len(next)-1]
		w.finish(&next, by)
	}
}

func (w wake) finish(next *[]wake, by *sched.Runner) {
	defer w.rouse()
	w.p.die(Normal, next, by)
}

// die declares p dead, and everything follows in this order: its names are
// free; nobody gets a reply from it any more; links and monitors fire; those
// who waited for a reply hear of it. It adds to next those who have to end in
// turn.
func (p *proc) die(reason error, next *[]wake, by *sched.Runner) {
	p.fence.Lock()
	p.mu.Lock()
	if p.dead.Load() {
		p.mu.Unlock()
		p.fence.Unlock()
		return
	}
	p.dead.Store(true)
	p.gone = true
	if p.fate == nil {
		p.fate = reason
	}
	reason = p.fate
	p.told.Store(true)
	links, x, owed := p.links, p.more, p.failOwed()
	p.links = set[*proc]{}
	var asked map[*slot]uint32
	var timers *timerQueue
	if x != nil {
		asked, x.asked = x.asked, nil
		timers, x.timers = x.timers, nil
		if x.ctx != nil {
			x.ctx.cancel(reason)
		}
	}
	p.box.Clear()
	p.disarmIdle()
	p.mu.Unlock()
	p.fence.Unlock()
	p.dropAsked(asked)
	timers.end()

	if x != nil {
		p.freeNames(x, by)
	}
	p.tellOthers(links, x, owed, next, by)
}

// tellOthers has links and monitors fire, and ends the waits for p.
func (p *proc) tellOthers(links set[*proc], x *extra, owed *slot, next *[]wake, by *sched.Runner) {
	tell := func(other *proc) {
		other.mu.Lock()
		var w wake
		if other.links.remove(p) {
			w = other.arrive(exitSignal{p, signal.FromLink, p.fate})
		}
		other.mu.Unlock()
		if w.what == finish {
			*next = append(*next, w)
		} else {
			w.do(by)
		}
	}
	// The parent comes last: it may replace p at once, with what p has left.
	parent := p.parent.Load()
	links.each(func(other *proc) {
		if other != parent {
			tell(other)
		}
	})
	if parent != nil && links.has(parent) {
		tell(parent)
	}
	if x != nil {
		for num, watched := range x.watching.all { // nobody writes it any more
			watched.p.unwatch(Ref{p, num})
		}
	}
	p.parent.Store(nil) // or a chain of starters would stay in memory for its last child
	p.node.forget(p)
	p.lastWords(owed, by)
}

// lastWords tells those who watch p or wait for its end: also those who came
// when its end had begun, who are not to hear of it before the names are free.
//
// owed are those who waited for a reply before.
func (p *proc) lastWords(owed *slot, by *sched.Runner) {
	p.mu.Lock()
	late, reason := p.failOwed(), p.fate
	var watchers set[Ref]
	if p.more != nil {
		watchers, p.more.watchers = p.more.watchers, set[Ref]{}
	}
	p.over = true
	p.mu.Unlock()
	watchers.inOrder(byAge, func(ref Ref) { p.down(ref, reason, by) })
	wakeOwed(owed)
	wakeOwed(late)
}

// byAge orders the monitors of one process by when they were made: their
// messages come in that order, as in OTP.
func byAge(a, b Ref) int { return cmp.Compare(a.n, b.n) }

func wakeOwed(owed *slot) {
	for s := owed; s != nil; {
		after := s.next
		s.prev, s.next = nil, nil
		s.unask()
		s.tellEnd()
		s.deliver()
		s = after
	}
}

// freeNames frees the names of p, before anybody can hear of its end.
func (p *proc) freeNames(x *extra, by *sched.Runner) {
	if x.name != "" {
		p.node.names.CompareAndDelete(x.name, p)
	}
	p.releaseKeys(x.resolvers, by)
}

// down tells the owner of a monitor that p has ended.
func (p *proc) down(ref Ref, reason error, by *sched.Runner) {
	owner := ref.p
	owner.mu.Lock()
	var w wake
	if !owner.dead.Load() && owner.more != nil && owner.more.watching.all[ref.n].p == p {
		name := owner.more.watching.all[ref.n].name
		owner.more.watching.remove(ref.n)
		owner.more.aliases.remove(ref.n)
		w = owner.push(Message{Body: Down{Ref: ref, PID: PID{p}, Name: name, Reason: reason}, stamp: stamp{kind: kindDown}})
	}
	owner.mu.Unlock()
	w.do(by)
}

// failOwed takes every request that p has not answered, so that no reply can
// come any more, and returns those that are to be told; p.mu is held.
func (p *proc) failOwed() (taken *slot) {
	var startErr error
	if p.more != nil {
		startErr = p.more.startErr
	}
	for s := p.owed; s != nil; {
		after := s.next
		s.owedBy, s.prev, s.next = nil, nil, nil
		if s.takeAny() {
			s.fail, s.ended, s.settled = p.fate, true, true
			if s.start && startErr != nil {
				s.fail = startErr
			}
			s.next, taken = taken, s
		}
		s = after
	}
	p.owed = nil
	return taken
}
