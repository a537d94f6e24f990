package coppice

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/signal"
)

// A Behaviour is the callback form of a process: it has a goroutine only while
// it works. Every method runs on the process's own goroutine, one at a time,
// and may block in the calls of this library. Package genserver is one, written
// with nothing that is not exported.
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
// if its name is taken, and then it has not run at all. By the time
// StartProcess returns an error, name and keys of the process are free.
//
// With Link, a failed start also kills a starter that does not trap exits, and
// one that does gets an Exited message, as it does from any linked process. A
// process that is told to end while it waits here does not return, and what it
// started ends by the link. It answers to proc_lib:start_link/5 and its kin.
func StartProcess(ctx context.Context, spec Spec) (PID, Ref, error) {
	n, err := NodeOf(ctx)
	if err != nil {
		return PID{}, Ref{}, err
	}
	s := n.getSlot()
	gen := s.open()
	q, ref, err := create(ctx, spec, func(q *proc) {
		s.to = q
		x := q.rare()
		x.ack, x.ackGen = s, gen
		q.owe(s)
	})
	if err != nil {
		n.putSlot(s, false)
		return PID{}, Ref{}, err
	}
	d := noTimeout
	if spec.Timeout > 0 {
		d = spec.Timeout
	}
	a := s.await(ctx, gen, d)
	if a.fail == nil {
		return PID{q}, ref, a.err
	}
	if !q.dead.Load() { // it takes too long
		q.abandonStart(actor(ctx), ref)
	}
	return PID{}, ref, a.fail
}

// abandonStart kills a process that nobody waits for any more.
func (p *proc) abandonStart(starter *Process, ref Ref) {
	if starter != nil {
		unlink(starter.proc, p)
		starter.Demonitor(ref, true)
	}
	p.sendExit(exitSignal{from: p.node.root, source: signal.FromExit, reason: Kill}).do(nil)
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
		p.proc.rare().ackErr = Ignore
		p.proc.mu.Unlock()
		reason = Normal
	}
	p.Exit(reason)
}

func (p *proc) ack(err error) {
	if p.acked {
		return
	}
	p.acked = true
	p.mu.Lock()
	var from From
	if p.more != nil && p.more.ack != nil {
		from = From{p.more.ack, p.more.ackGen}
		p.more.ack = nil
	}
	p.mu.Unlock()
	from.Reply(nil, err)
}

// create makes a process and has it run. prepare is called with the lock of the
// new process held, before anybody can know it.
func create(ctx context.Context, spec Spec, prepare func(*proc)) (*proc, Ref, error) {
	n, err := NodeOf(ctx)
	if err != nil {
		return nil, Ref{}, err
	}
	behaviour := spec.Behaviour
	if spec.Body != nil {
		behaviour = bodyFunc(spec.Body)
	}
	if behaviour == nil {
		return nil, Ref{}, errors.New("coppice: a Spec needs a Behaviour or a Body")
	}
	starter := actor(ctx)
	if starter == nil && spec.Monitor {
		return nil, Ref{}, errors.New("coppice: only a process can monitor: use Await on a plain goroutine")
	}
	p := &proc{node: n, behaviour: behaviour, values: inherited(ctx), state: unborn}
	p.self.proc = p
	p.parent.Store(n.root)
	if starter != nil {
		p.parent.Store(starter.proc)
	}
	if err := n.remember(p); err != nil {
		return nil, Ref{}, err
	}
	ref, err := p.tie(starter, spec)
	if err == nil {
		if err = p.takeName(ctx, spec.Name); err != nil && starter != nil {
			unlink(starter.proc, p)
			starter.Demonitor(ref, true)
		}
	}
	if err != nil {
		p.end(Normal, starter.byRunner())
		return nil, Ref{}, err
	}
	p.mu.Lock()
	if spec.Label != "" {
		p.rare().label = spec.Label
	}
	if prepare != nil {
		prepare(p)
	}
	w := p.bear()
	p.mu.Unlock()
	w.do(starter.byRunner())
	return p, ref, nil
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
func (p *proc) tie(starter *Process, spec Spec) (ref Ref, err error) {
	if starter == nil || !spec.Link && !spec.Monitor {
		return Ref{}, nil
	}
	q := starter.proc
	if err := q.enter(); err != nil {
		return Ref{}, err
	}
	defer q.leave()
	if spec.Link {
		q.mu.Lock()
		q.links.add(p)
		q.mu.Unlock()
		p.mu.Lock()
		p.links.add(q)
		p.mu.Unlock()
	}
	if spec.Monitor {
		q.mu.Lock()
		x := q.rare()
		x.lastRef++
		ref = Ref{q, x.lastRef}
		q.mu.Unlock()
		q.watch(ref, PID{p}, nil)
	}
	return ref, nil
}

// takeName registers a process that has not run yet.
func (p *proc) takeName(ctx context.Context, addr Addr) error {
	switch name := addr.(type) {
	case nil:
		return nil
	case Name:
		if name == "" {
			return errors.New("coppice: a process cannot be started under an empty name")
		}
		if other := p.node.claim(string(name), p); other != nil {
			return &AlreadyStartedError{Name: string(name), PID: PID{other}}
		}
		p.mu.Lock()
		p.rare().name = string(name)
		p.mu.Unlock()
		return nil
	case Via:
		if err := name.Resolver.Register(ctx, name.Key, PID{p}); err != nil {
			return err
		}
		p.mu.Lock()
		p.rare().resolvers = append(p.more.resolvers, name)
		p.mu.Unlock()
		return nil
	}
	return fmt.Errorf("coppice: a process cannot be started under a %T: want a Name or a Via", addr)
}
