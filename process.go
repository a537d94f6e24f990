package coppice

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"time"
)

// A Process is a process's hold on itself: every callback and body gets it, and
// only code that runs on the process's own goroutine acts as the process with
// it. It answers to what Erlang's functions do with self().
//
// A Process is a [context.Context] that ends when the process is told to end,
// or ends: context.Cause is the exit reason then. While a process that traps
// exits handles them it stays alive. Pass it on as the context of whatever the
// process waits for: foreign code heeds it by ctx.Done, and functions of this
// library that would block do not return any more once the process was told to
// end. They unwind its goroutine instead, deferred functions run, and the code
// ends just where it waits, as on the BEAM.
//
// On another goroutine, and through a context derived from it, the same
// functions return an error that wraps the reason.
type Process struct {
	proc  *proc
	limit *limit // set in what WithTimeout returns
}

// A limit is how long the blocking calls of one hold may take.
type limit struct {
	deadline time.Time // or zero
	forever  bool      // there is none, nor the default
	from     From      // and as long as somebody waits for this reply, or zero

	once   sync.Once          // for what follows
	ctx    context.Context    // if somebody asked for Done or Value
	cancel context.CancelFunc // not called by a hold of WithTimeout: the deadline or the end of the process does it
}

// Self returns the process's own address. It answers to self/0.
func (p *Process) Self() PID { return PID{p.proc} }

// Node returns the node that the process lives on.
func (p *Process) Node() *Node { return p.proc.node }

// Parent returns the process whose exit signal ends this one, also if it traps
// exits: the one that started it; for one that was started from a plain
// goroutine [Node.Root]; and for one that a process started with neither link
// nor monitor that is nobody else, so it is the process itself, as in OTP.
func (p *Process) Parent() PID {
	if p.proc.alone {
		return PID{p.proc}
	}
	return PID{p.proc.parent.Load()}
}

// String gives the PID.
func (p *Process) String() string { return p.Self().String() }

// Logger returns the node's logger with the process's pid and name.
func (p *Process) Logger() *slog.Logger {
	l := p.proc.node.logger.With("pid", p.Self())
	if name := p.proc.registered(); name != "" {
		l = l.With("name", name)
	}
	return l
}

// TrapExit makes exit signals messages ([Exited]), or stops doing so, and
// returns what was set before. It answers to process_flag(trap_exit, _).
func (p *Process) TrapExit(on bool) (was bool) {
	q := p.proc
	q.mu.Lock()
	defer q.mu.Unlock()
	was, q.trap = q.trap, on
	return was
}

// Exit ends the process with reason (nil: Normal), as a crash in the code
// would: deferred functions run, and a callback process terminates. It does
// not return, and has to be called on the process's own goroutine; elsewhere
// use the function [Exit]. It answers to exit/1.
func (p *Process) Exit(reason error) {
	q := p.proc
	if !q.onOwnGoroutine() {
		panic("coppice: Process.Exit is called on a goroutine that is not the process's own; use coppice.Exit with its PID")
	}
	q.work.why, q.work.exiting = orNormal(reason), true
	runtime.Goexit()
}

// WithTimeout returns a hold on the same process whose blocking calls take no
// longer than d, counted from now. Unlike a context derived from p it still
// acts as the process.
func (p *Process) WithTimeout(d time.Duration) *Process {
	l := &limit{deadline: time.Now().Add(d)}
	if p.limit != nil {
		l.from = p.limit.from
		if own, has := p.Deadline(); has && own.Before(l.deadline) {
			l.deadline = own
		}
	}
	return &Process{proc: p.proc, limit: l}
}

// WithoutTimeout returns a hold on the same process whose calls wait for ever; if
// p is for a caller, see [Process.ForCaller], as long as that one waits.
func (p *Process) WithoutTimeout() *Process {
	if p.limit == nil || p.limit.from.slot == nil {
		return &Process{proc: p.proc, limit: &p.proc.node.unlimited}
	}
	return &Process{proc: p.proc, limit: &limit{forever: true, from: p.limit.from}}
}

// SetLabel says what the process is, for tools and reports, where neither a
// name nor the type of its code tells.
func (p *Process) SetLabel(label string) {
	p.proc.mu.Lock()
	defer p.proc.mu.Unlock()
	p.proc.rare().label = label
}

// SetCallers records for whom the process works, the nearest first: it is for
// behaviours like tasks, and shown by [Info]. It answers to $callers.
func (p *Process) SetCallers(callers ...PID) {
	p.proc.mu.Lock()
	defer p.proc.mu.Unlock()
	p.proc.rare().callers = callers
}

// Callers returns what SetCallers recorded.
func (p *Process) Callers() []PID {
	p.proc.mu.Lock()
	defer p.proc.mu.Unlock()
	if p.proc.more == nil {
		return nil
	}
	return p.proc.more.callers
}

// OnSystem has f called with the system requests that a process of the function
// form meets in Receive; without it they are refused. A behaviour gets them in
// Handle.
func (p *Process) OnSystem(f func(*Process, Message)) {
	p.proc.mu.Lock()
	defer p.proc.mu.Unlock()
	p.proc.rare().system = f
}

// Checkpoint ends the process here if it has been told to end. A long
// computation calls it now and then, as it never waits in the library.
func (p *Process) Checkpoint() {
	if p.proc.told.Load() {
		_ = p.proc.interrupted() // elsewhere than on its goroutine there is nothing to end
	}
}

// onOwnGoroutine reports whether the caller runs on the goroutine of p, as p:
// after it another process may be at work on the same goroutine. It costs
// microseconds and is asked only where the answer decides.
func (p *proc) onOwnGoroutine() bool {
	r := p.runner.Load()
	return r != nil && r.Runs(p)
}

// interrupted is called in place of blocking when p has been told to end, or
// has ended. On the process's own goroutine it does not return.
//
// It unwinds by Goexit and not by a panic, which a recover in a handler would
// swallow.
func (p *proc) interrupted() error {
	if p.onOwnGoroutine() {
		if p.work != nil {
			p.work.unwinding = true
		}
		runtime.Goexit()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return &ExitedError{PID: PID{p}, Reason: p.fate}
}

// enter begins an effect of p, and leave ends it. Where enter returns an error
// p has ended: nothing that it does can be seen any more.
func (p *proc) enter() error {
	p.fence.Lock()
	if !p.gone {
		return nil
	}
	p.fence.Unlock()
	return p.interrupted()
}

func (p *proc) leave() { p.fence.Unlock() }

// A procContext backs a Process as a context, once somebody asks.
type procContext struct {
	context.Context
	cancel context.CancelCauseFunc
}

// context returns the standard context behind p, so that contexts derived from
// a Process cost no goroutine: package context recognises its own.
func (p *proc) context() context.Context {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.rare()
	if x.ctx == nil {
		ctx, cancel := context.WithCancelCause(p.values.context(p.node))
		x.ctx = &procContext{ctx, cancel}
		if p.fate != nil {
			cancel(p.fate)
		}
	}
	return x.ctx.Context
}

// limited returns the context behind a hold.
func (p *Process) limited() context.Context {
	ctx := p.proc.context()
	if l := p.limit; l != nil && (l.from.slot != nil || !l.deadline.IsZero()) {
		return l.context(ctx)
	}
	return ctx
}

// Deadline implements context.Context.
func (p *Process) Deadline() (time.Time, bool) {
	if p.limit == nil {
		return time.Time{}, false
	}
	return p.limit.deadline, !p.limit.deadline.IsZero()
}

// Done implements context.Context.
func (p *Process) Done() <-chan struct{} { return p.limited().Done() }

// Err implements context.Context: it is context.Canceled once the process was
// told to end; context.Cause tells the reason.
func (p *Process) Err() error {
	if p.limit == nil && !p.proc.told.Load() {
		return nil
	}
	return p.limited().Err()
}

// Value implements context.Context. A process inherits the values of the
// context it was started with.
func (p *Process) Value(key any) any {
	switch key {
	case nodeKey{}:
		return p.proc.node
	case processKey{}:
		return p
	}
	return p.limited().Value(key)
}

// A valueContext holds the values that a process inherits, and no more of the
// context that they come from: no deadline and no cancellation.
type valueContext struct{ from context.Context }

func (v *valueContext) context(n *Node) context.Context {
	if v == nil {
		return n.values
	}
	return v.from
}

// inherited returns the values that a process started with ctx gets.
func inherited(ctx context.Context) *valueContext {
	switch from := ctx.(type) {
	case *Process:
		return from.proc.values
	case *Node:
		return nil
	}
	return &valueContext{context.WithoutCancel(ctx)}
}
