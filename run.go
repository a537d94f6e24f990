package coppice

import (
	"reflect"

	"github.com/seed-7832d3a3/coppice/internal/sched"
)

// An outcome is why a process leaves its runner.
type outcome uint8

const (
	over    outcome = iota // its code has ended
	resting                // it has no more messages: idle
	yielded                // it has, but others shall have their turn
)

// Run is called by a runner.
func (p *proc) Run(r *sched.Runner) {
	if p.runner.Load() != r {
		p.runner.Store(r)
	}
	// Once a process rests another runner may have it: from then on nothing of
	// it may be touched here.
	left := over
	defer p.codeEnded(r, &left)
	defer p.codeCrashed(&left)
	body, isBody := p.behaviour.(bodyFunc)
	if isBody || p.node.labels.Load() {
		p.wearLabels(r, isBody)
	}
	if isBody {
		var goesOn bool
		if left, goesOn = p.runBody(body); !goesOn {
			return
		}
	}
	if left = p.runCallbacks(r); left == yielded {
		p.node.sched.Ready(p, r)
	}
}

// A bodyFunc is a process of the function form.
type bodyFunc func(*Process) error

func (bodyFunc) Init(*Process) error             { return nil }
func (bodyFunc) Handle(*Process, Message) error  { return nil }
func (bodyFunc) Terminate(*Process, error) error { return nil }

// runBody runs a process of the function form. goesOn says that it goes on as
// one of the callback form.
func (p *proc) runBody(body bodyFunc) (left outcome, goesOn bool) {
	p.work = new(work)
	if !p.begin() {
		return resting, false
	}
	if !p.takeKey() {
		return over, false
	}
	reason := p.beforeInit()
	if reason == nil {
		reason = body(&p.self)
	}
	if next, ok := reason.(*become); ok {
		p.mu.Lock()
		p.behaviour = next.behaviour
		p.mu.Unlock()
		p.ack(nil)
		return over, true
	}
	p.work.why = orNormal(reason)
	p.stage = ended
	return over, false
}

// begin is the step from queued to active for a process that has not run. It
// is false if the process was told to end meanwhile: then no code of it runs,
// and nothing of it may be touched any more.
func (p *proc) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.abandoned() {
		return false
	}
	p.state, p.stage = active, working
	return true
}

// abandoned reports whether the process was told to end while it was queued; p.mu is
// held. The goroutine that has come for it leaves then.
func (p *proc) abandoned() bool {
	if p.state != finishing {
		return false
	}
	p.behaviour, p.work = nil, nil
	return true
}

// fairShare is how many messages a process handles before the others that are
// queued on its runner have their turn.
const fairShare = 512

func (p *proc) runCallbacks(r *sched.Runner) outcome {
	if p.work == nil {
		p.work = workOf(r)
	}
	if p.stage == fresh {
		if !p.begin() {
			return resting
		}
		if !p.takeKey() {
			return over
		}
		err := p.beforeInit()
		if err == nil {
			err = p.behaviour.Init(&p.self)
		}
		if err != nil {
			p.initFailed(err)
			return over
		}
		p.ack(nil)
	}
	begun := false
	for budget := fairShare; ; {
		left := p.fill(r, begun, budget <= 0)
		begun = true
		switch {
		case left == resting, left == yielded:
			return left
		case p.stage == ended:
			return over
		}
		for ; budget > 0 && !p.told.Load(); budget-- {
			if budget%16 == 0 {
				p.counts().keeps(max(p.work.inbox.Len()-1, 0))
			}
			m := &p.work.handling
			if !p.work.inbox.PopTo(m, &p.node.chunks) {
				break
			}
			if p.limited {
				p.begins(m)
			}
			if !p.handle(m) {
				return over
			}
		}
		p.work.handling = Message{}
	}
}

// workOf takes the work that r keeps, or a new one.
func workOf(r *sched.Runner) *work {
	if w, ok := r.Local.(*work); ok && w != nil {
		r.Local = nil
		return w
	}
	return new(work)
}

// fill gets what was sent meanwhile. It answers resting if there is nothing,
// yielded if the fair share is spent, and over to go on, with messages or,
// where p.stage is ended, without. begun says that it is not the first time in
// this turn.
func (p *proc) fill(r *sched.Runner, begun, spent bool) outcome {
	p.mu.Lock()
	left := p.turn(r, begun, spent)
	p.mu.Unlock()
	return left
}

// turn is what fill does with p.mu held.
func (p *proc) turn(r *sched.Runner, begun, spent bool) outcome {
	if p.abandoned() {
		return resting
	}
	p.state = active
	inbox := &p.work.inbox
	switch {
	case p.told.Load():
		p.stage = ended
		return over
	case spent && inbox.Len()+p.box.Len() > 0:
		p.state = queued
		r.Stale = true // a look at the clock costs so long a turn nothing
		p.endTurn(r, inbox.Len())
		return yielded
	case inbox.Len() == 0 && p.box.Len() == 0 && !p.armIdle():
		p.state = idle
		if begun {
			p.endTurn(r, 0)
		}
		p.work.shown = nil
		r.Local, p.work = p.work, nil
		return resting
	}
	if !begun {
		p.beginTurn(r)
	}
	if inbox.Len() == 0 {
		p.counts().take(p.box.Len())
		if !p.limited {
			inbox.TakeFrom(&p.box)
		} else if p.box.Len() > 0 {
			inbox.Push(p.takeOne(), &p.node.chunks)
		}
	}
	if m := inbox.Front(); m != nil && m.kind < kindSystem {
		p.shows(reflect.TypeOf(m.Body))
	}
	return over
}

// handle calls the behaviour with one message. It is false if the process ends.
func (p *proc) handle(m *Message) bool {
	switch m.kind {
	case kindSystem:
		if reason, ok := m.StopReason(); ok {
			p.endBy(reason)
			return false
		}
	case kindCall:
		if p.skips && !m.slot.waitingFor(m.gen) {
			p.skip()
			return true
		}
	case kindExit:
		if e := m.Body.(Exited); e.PID == p.self.Parent() {
			p.endBy(e.Reason)
			return false
		}
	}
	p.handles(m)
	if m.kind == kindSystem {
		p.keepIdle()
	} else {
		p.work.idleSet = false
	}
	err := p.beforeHandle(*m)
	if err == nil {
		err = p.behaviour.Handle(&p.self, *m)
	}
	if err != nil {
		p.terminate(err)
		return false
	}
	return true
}

// endBy ends a callback process because of a message that is not for its code.
func (p *proc) endBy(reason error) {
	p.work.handling = Message{}
	p.terminate(reason)
}

// initFailed ends a process whose Init returned an error. Once the starter has
// been told of a success it is an end like any other.
func (p *proc) initFailed(err error) {
	if p.acked {
		p.terminate(err)
		return
	}
	if err == Ignore {
		p.mu.Lock()
		p.rare().startErr = Ignore
		p.mu.Unlock()
		err = Normal
	}
	p.work.why, p.stage = err, ended
}

// terminate ends a callback process that ends by itself.
func (p *proc) terminate(reason error) {
	p.work.why = reason
	if p.told.Load() {
		p.stage = ended
		return
	}
	p.stage = terminating
	err := p.beforeTerminate(reason)
	if err == nil {
		err = p.behaviour.Terminate(&p.self, reason)
	}
	if err != nil {
		p.work.why = err
	}
	p.stage = ended
}

// codeCrashed is deferred directly around the code of a process. If the code
// did not return it finds out why, and lets a callback process terminate: here,
// for a goroutine on which runtime.Goexit was called runs nothing but its
// deferred functions.
func (p *proc) codeCrashed(left *outcome) {
	if *left != over {
		return
	}
	crash := p.node.panicked(recover())
	if p.stage == ended {
		return
	}
	p.noteCrash(crash)
	_, isBody := p.behaviour.(bodyFunc)
	if p.stage == working && p.acked && !isBody && !p.told.Load() {
		p.terminate(p.work.why)
	}
	p.stage = ended
}

// noteCrash sets the reason of code that panicked (crash) or left by
// runtime.Goexit (nil).
func (p *proc) noteCrash(crash *PanicError) {
	w := p.work
	switch {
	case crash != nil:
		w.exiting = false
		w.why, w.crash = crash, true
	case w.exiting:
		w.exiting = false // its reason is in why
	case !w.unwinding:
		w.why = Goexit
	}
}

// codeEnded is deferred outermost: here the process ends, whatever happened.
func (p *proc) codeEnded(r *sched.Runner, left *outcome) {
	if *left != over {
		return
	}
	crash := p.node.panicked(recover())
	if p.stage != ended { // Terminate, called by codeCrashed, crashed too
		p.noteCrash(crash)
		p.stage = ended
	}
	w := p.work
	p.work = nil
	// Deferred, for a report runs code of the user's, which may call Goexit.
	defer p.finish(w, r)
	p.crashed(w)
}

// finish ends p, whose code has ended, and leaves w for the next on r.
func (p *proc) finish(w *work, r *sched.Runner) {
	p.end(orNormal(w.why), r)
	p.unstick()
	_, isBody := p.behaviour.(bodyFunc)
	if !isBody {
		*w = work{}
		r.Local = w
	}
	p.mu.Lock()
	p.behaviour = nil // and with it the state of a server
	p.mu.Unlock()
}
