package coppice

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A Behaviour is the callback form of a process: it has a goroutine only while
// it works. Every method runs on the process's own goroutine, one at a time,
// and may block in the calls of this library. Package genserver is one, written
// with nothing that is not exported.
//
// It may have a method String that names what it runs, for tools and reports:
// that is called at any time and on any goroutine, so it must not look at what
// the callbacks change. It may be a [StateViewer] too.
type Behaviour interface {
	// Init prepares the process. nil means that it has started: its starter
	// is told, if InitAck has not done so before. Ignore means that it does not
	// want to run, and that this is no failure; another error is the reason
	// why it failed.
	Init(p *Process) error
	// Handle handles one message. An error ends the process with it as the
	// reason, after Terminate.
	Handle(p *Process, m Message) error
	// Terminate is called before the process ends by itself: by an error or a
	// crash of Handle, and if it traps exits, by an exit signal of its parent.
	// An error replaces the reason. It is not called for one that was told to
	// end and does not trap, nor for one that is killed.
	Terminate(p *Process, reason error) error
}

// A Spec says how to start a process. One of Behaviour and Body is set.
type Spec struct {
	Behaviour Behaviour            // the callback form, or
	Body      func(*Process) error // the function form: it tells its starter by InitAck

	Name    Addr          // a Name or a Via to be registered under, or nil
	Link    bool          // link it with its starter, before it can run
	Monitor bool          // monitor it by its starter, before it can run
	Timeout time.Duration // how long its start may take; 0: for ever
	Label   string        // what it is, for tools
	Bound   Bound         // how many messages may wait for it

	// SkipAbandoned drops requests that nobody waits for any more when the
	// process comes to them, as their callers have ended or run out of time. It is
	// for the callback form.
	SkipAbandoned bool
}

// Spawn starts a process that runs body, and does not wait for anything. What
// body returns is the exit reason (nil: Normal). It answers to spawn/1.
func Spawn(ctx context.Context, body func(*Process) error) (PID, error) {
	pid, _, err := spawn(ctx, Spec{Body: body})
	return pid, err
}

// SpawnLink is Spawn, and links both in the same step: when one ends abnormally
// the other does. From a plain goroutine there is nothing to link with. It
// answers to spawn_link/1.
func SpawnLink(ctx context.Context, body func(*Process) error) (PID, error) {
	pid, _, err := spawn(ctx, Spec{Body: body, Link: true})
	return pid, err
}

// SpawnMonitor is Spawn, and monitors the new process in the same step. It
// answers to spawn_monitor/1.
func SpawnMonitor(p *Process, body func(*Process) error) (PID, Ref, error) {
	return spawn(p, Spec{Body: body, Monitor: true})
}

func spawn(ctx context.Context, spec Spec) (PID, Ref, error) {
	q, ref, err := create(ctx, spec, nil)
	if err != nil {
		return PID{}, Ref{}, err
	}
	return PID{q}, ref, nil
}

// StartProcess starts a process and waits until it has initialised itself.
// The error is the reason why it did not: what Init returned (Ignore too), or
// that of its end; Timeout, after which it is killed; an *AlreadyStartedError
// if its name is taken, and then it has not run at all. (One that has the name
// and was told to end is waited for, no longer than the node's grace.) By the
// time StartProcess returns an error, name and keys of the process are free.
//
// With Link, a failed start also kills a starter that does not trap exits, and
// one that does gets an Exited message, as it does from any linked process; but
// not if a signal ended the process before it could answer. A process that is told to end while it waits here does not return, and what it
// started ends by the link. It answers to proc_lib:start_link/5 and its kin.
func StartProcess(ctx context.Context, spec Spec) (PID, Ref, error) {
	n, err := NodeOf(ctx)
	if err != nil {
		return PID{}, Ref{}, err
	}
	s := n.getSlot()
	gen := s.open()
	prepare := func(q *proc) {
		s.to, s.start = q, true
		q.owe(s)
	}
	q, ref, err := create(ctx, spec, prepare)
	for met := (PID{}); makesWay(ctx, err, startLimit(ctx, spec), &met); {
		q, ref, err = create(ctx, spec, prepare)
	}
	if err != nil {
		n.putSlot(s, false)
		return PID{}, Ref{}, err
	}
	a := s.await(ctx, gen, startLimit(ctx, spec))
	if a.fail == nil {
		return PID{q}, ref, a.err
	}
	if !a.ended { // it takes too long, or ctx has ended
		q.abandonStart(actor(ctx), ref)
	} else if q.wasSignalled() {
		actor(ctx).drop(func(m *Message) bool { return m.kind == kindExit && m.Body.(Exited).PID.p == q })
	}
	if spec.Monitor {
		actor(ctx).drop(func(m *Message) bool { return m.kind == kindDown && m.Body.(Down).Ref == ref })
	}
	return PID{}, Ref{}, a.fail
}

// wasSignalled reports whether p was told to end.
func (p *proc) wasSignalled() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.signalled
}

// drop takes a message out of the mailbox.
func (p *Process) drop(match func(*Message) bool) {
	if p != nil && p.proc.onOwnGoroutine() {
		p.receive(match, 0)
	}
}

// makesWay reports whether a start that has failed, as its name is taken, may be
// tried again: whoever has the name was told to end and has ended now. On the
// BEAM an exit signal ends what has not been told to trap it, so nobody meets
// such a process; here a supervisor that is restarted would meet the children of
// its predecessor, and spend its parent's restarts on it. It waits no longer
// than the node's grace for what was told to end, nor than limit; and not twice
// for the same, which is met: a Resolver of the user's may never let go of it.
func makesWay(ctx context.Context, err error, limit time.Duration, met *PID) bool {
	taken, ok := err.(*AlreadyStartedError)
	if !ok || taken.PID.p == nil || taken.PID == *met || !taken.PID.p.leaves() {
		return false
	}
	*met = taken.PID
	d := taken.PID.p.node.options.Grace
	if limit >= 0 {
		d = min(d, limit)
	}
	if p := actor(ctx); p != nil {
		ctx = p.WithTimeout(d)
	} else {
		limited, cancel := context.WithTimeout(ctx, d)
		defer cancel()
		ctx = limited
	}
	_, err = Await(ctx, taken.PID)
	return err == nil
}

// leaves reports whether p was told to end, and will.
func (p *proc) leaves() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fate != nil
}

// startLimit is how long a start may take.
func startLimit(ctx context.Context, spec Spec) time.Duration {
	d := noTimeout
	if spec.Timeout > 0 {
		d = spec.Timeout
	}
	if p := actor(ctx); p != nil {
		if left := p.left(); d < 0 || left >= 0 && left < d {
			d = left
		}
	}
	return d
}

// abandonStart kills a process that nobody waits for any more, and waits until
// its names are free. It leaves no message of it behind.
func (p *proc) abandonStart(starter *Process, ref Ref) {
	if starter != nil {
		unlink(starter.proc, p)
		starter.proc.stopWatching(ref)
		p.unwatch(ref)
	}
	p.node.kill(p)
	starter.drop(func(m *Message) bool {
		switch m.kind {
		case kindExit:
			return m.Body.(Exited).PID.p == p
		case kindDown:
			return m.Body.(Down).Ref == ref
		}
		return false
	})
}

// InitAck tells the starter that the process has started: StartProcess
// returns. A process of the function form has to call it, or InitFail, if it
// was started by StartProcess; a Behaviour may, to go on working in Init. It
// answers to proc_lib:init_ack/1.
func (p *Process) InitAck() { p.proc.ack(nil) }

// InitFail tells the starter that the start has failed with reason, or with
// Ignore that the process does not want to run, and ends the process: it does
// not return. It answers to proc_lib:init_fail/2.
func (p *Process) InitFail(reason error) {
	if reason == Ignore {
		p.proc.mu.Lock()
		p.proc.rare().startErr = Ignore
		p.proc.mu.Unlock()
		reason = Normal
	}
	p.Exit(reason)
}

// ack tells the starter that the process has started, unless it was told to end
// before: then the start fails with that reason.
func (p *proc) ack(err error) {
	if p.acked || p.told.Load() {
		return
	}
	p.acked = true
	p.mu.Lock()
	var from From
	if s := p.startSlot(); s != nil {
		from = From{s, uint32(s.word.Load() >> 2)}
	}
	p.mu.Unlock()
	from.Reply(nil, err)
}

// create makes a process and has it run. prepare, of a starter who is going to
// wait for it, is called with the lock of the new process held, before it can
// run.
func create(ctx context.Context, spec Spec, prepare func(*proc)) (*proc, Ref, error) {
	n, err := NodeOf(ctx)
	if err != nil {
		return nil, Ref{}, err
	}
	starter := actor(ctx)
	behaviour, err := spec.check(starter)
	if err == nil && starter == nil && spec.Link {
		if p, ok := ctx.Value(processKey{}).(*Process); ok {
			err = fmt.Errorf("coppice: a context derived from process %v cannot be linked with: it does not act as the process; pass the *Process itself, or its WithTimeout(d)", p)
		}
	}
	if err != nil {
		return nil, Ref{}, err
	}
	p := &proc{node: n, behaviour: behaviour, values: inherited(ctx), state: unborn}
	p.self.proc = p
	p.skips = spec.SkipAbandoned
	if spec.Bound.Max > 0 {
		p.limited = true
		p.counts().bound = &bounded{Bound: spec.Bound}
	}
	p.parent.Store(n.root)
	if starter != nil {
		p.parent.Store(starter.proc)
		p.alone = !spec.Link && !spec.Monitor
		if err := starter.proc.enter(); err != nil {
			return nil, Ref{}, err
		}
	}
	ref, err := p.settleIn(starter, spec)
	if starter != nil {
		starter.proc.leave()
	}
	if err != nil {
		return nil, Ref{}, err
	}
	p.mu.Lock()
	if spec.Label != "" {
		p.rare().label = spec.Label
	}
	if _, ok := spec.Name.(Via); ok {
		p.takesLater(spec.Name.(Via))
	}
	if prepare != nil {
		prepare(p)
	}
	w := p.bear()
	p.mu.Unlock()
	if by := starter.byRunner(); prepare != nil {
		w.doFor(by)
	} else {
		w.do(by)
	}
	return p, ref, nil
}

// check returns the behaviour of the spec, or what is wrong with it.
func (spec *Spec) check(starter *Process) (Behaviour, error) {
	behaviour := spec.Behaviour
	if spec.Body != nil {
		behaviour = bodyFunc(spec.Body)
	}
	switch {
	case behaviour == nil:
		return nil, errors.New("coppice: a Spec needs a Behaviour or a Body")
	case spec.Bound.Max < 0 || spec.Bound.Full >= fulls:
		return nil, fmt.Errorf("coppice: a mailbox cannot be bounded like this: %v", spec.Bound)
	case starter == nil && spec.Monitor:
		return nil, errors.New("coppice: only a process can monitor: use Await on a plain goroutine")
	}
	switch name := spec.Name.(type) {
	case nil:
	case Name:
		if name == "" {
			return nil, errors.New("coppice: a process cannot be started under an empty name")
		}
	case Via:
		if name.Resolver == nil {
			return nil, errors.New("coppice: a process cannot be started under a Via without a Resolver")
		}
	default:
		return nil, fmt.Errorf("coppice: a process cannot be started under a %T: want a Name or a Via", spec.Name)
	}
	return behaviour, nil
}

// settleIn gives p, which nobody knows yet, all that ties it to the others: its
// place in the node, its name, and what it has to do with its starter, within
// whose fence it is called. So a starter that is dead starts nothing, and one
// that is killed right after it has done both ends of the link.
func (p *proc) settleIn(starter *Process, spec Spec) (Ref, error) {
	if err := p.node.remember(p, starter == nil); err != nil {
		return Ref{}, err
	}
	if name, ok := spec.Name.(Name); ok {
		if other := p.node.claim(string(name), p); other != nil {
			p.discard()
			return Ref{}, &AlreadyStartedError{Name: string(name), PID: PID{other}}
		}
		p.mu.Lock()
		p.rare().name = string(name)
		p.mu.Unlock()
	}
	if starter == nil {
		return Ref{}, nil
	}
	return p.tie(starter.proc, spec), nil
}

// discard ends a process that is not to run at all.
func (p *proc) discard() {
	p.mu.Lock()
	p.behaviour = nil
	p.mu.Unlock()
	p.end(NoProc, nil)
}

// bear makes an unborn process ready, or has it end if it was told to
// meanwhile; p.mu is held.
func (p *proc) bear() wake {
	if p.told.Load() {
		p.state, p.behaviour = finishing, nil
		return wake{p: p, what: finish}
	}
	p.state = queued
	return wake{p: p, what: ready}
}

// tie links p with its starter and has the starter monitor it, as the spec
// wants.
func (p *proc) tie(starter *proc, spec Spec) (ref Ref) {
	if spec.Link {
		lockBoth(starter, p)
		starter.links.add(p)
		p.links.add(starter)
		unlockBoth(starter, p)
	}
	if spec.Monitor {
		starter.mu.Lock()
		x := starter.rare()
		x.lastRef++
		ref = Ref{starter, x.lastRef}
		starter.mu.Unlock()
		starter.watch(ref, PID{p}, nil)
	}
	return ref
}

// takesLater notes where p is to be registered before it begins; p.mu is held.
func (p *proc) takesLater(via Via) { p.rare().via = &via }

// takeKey registers p where its spec wants it, before it begins: on its own
// goroutine, as a Resolver is code of the user's. It is false if p does not
// get the key: then it ends, and its starter knows nothing of it but the error.
func (p *proc) takeKey() bool {
	p.mu.Lock()
	var wanted *Via
	if p.more != nil {
		wanted = p.more.via // set before p could run; others change the rest of it
	}
	p.mu.Unlock()
	if wanted == nil {
		return true
	}
	via := *wanted
	kept := false
	defer func() {
		if !kept { // it crashed, or p has been killed meanwhile and its keys are gone
			p.releaseKeys([]Via{via}, p.runner.Load())
		}
	}()
	err := via.Resolver.Register(&p.self, via.Key, PID{p})
	for met := (PID{}); makesWay(&p.self, err, noTimeout, &met); {
		err = via.Resolver.Register(&p.self, via.Key, PID{p})
	}
	p.mu.Lock()
	p.more.via = nil
	kept = err != nil || !p.dead.Load()
	if err == nil && kept {
		p.more.resolvers = append(p.more.resolvers, via)
	}
	p.mu.Unlock()
	if err != nil {
		p.forgetStarter(err)
		p.work.why, p.stage = Normal, ended
	}
	if p.told.Load() {
		p.stage = ended // it was told to end meanwhile, and its own code does not begin
	}
	return p.stage != ended
}

// forgetStarter undoes what the starter was given with the start, which fails
// with err.
func (p *proc) forgetStarter(err error) {
	starter := p.parent.Load()
	if starter == nil {
		return
	}
	unlink(starter, p)
	var refs []Ref
	p.mu.Lock()
	p.rare().startErr = err
	p.more.watchers.each(func(ref Ref) {
		if ref.p == starter {
			refs = append(refs, ref)
		}
	})
	for _, ref := range refs {
		p.more.watchers.remove(ref)
	}
	p.mu.Unlock()
	for _, ref := range refs {
		starter.stopWatching(ref)
	}
}
