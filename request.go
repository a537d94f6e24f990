package coppice

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// DefaultTimeout is how long a request waits for its reply where the context
// has no deadline, as in OTP.
const DefaultTimeout = 5 * time.Second

type noTimeoutKey struct{}

// NoTimeout returns a context with which requests wait for ever, or until ctx
// ends. For a *Process it is a hold on the same process. It answers to the
// time-out infinity.
func NoTimeout(ctx context.Context) context.Context {
	if p := actor(ctx); p != nil {
		return p.WithoutTimeout()
	}
	return context.WithValue(ctx, noTimeoutKey{}, true)
}

// timeLimit is how long a call with ctx may take: the default, unless ctx has
// a deadline of its own, which ends it, or wants none.
func timeLimit(ctx context.Context) time.Duration {
	if p := actor(ctx); p != nil {
		switch {
		case p.limit == nil || p.limit.deadline.IsZero() && !p.limit.forever:
			return DefaultTimeout
		case p.limit.forever:
			return noTimeout
		}
		return max(time.Until(p.limit.deadline), 0)
	}
	if _, has := ctx.Deadline(); has || ctx.Value(noTimeoutKey{}) != nil {
		return noTimeout
	}
	return DefaultTimeout
}

// Request sends body to a process and waits for the reply, whose value and
// error it returns. If there is none the error is a *CallError: at once when
// the process has ended or ends, or after the time limit of ctx
// ([DefaultTimeout], if it has none). It works from processes and from plain
// goroutines alike. It answers to what gen:call/4 does for behaviours.
func Request(ctx context.Context, to Addr, body any) (any, error) {
	return request(ctx, to, Message{Body: body, stamp: stamp{kind: kindCall}})
}

// RequestSystem is Request for what is meant for a behaviour itself and not
// for the user's code in it. It answers to sys messages.
func RequestSystem(ctx context.Context, to Addr, body any) (any, error) {
	return request(ctx, to, Message{Body: body, stamp: stamp{kind: kindSystem}})
}

func callError(to Addr, body any, reason error) *CallError {
	return &CallError{To: fmt.Sprint(to), Request: fmt.Sprintf("%T", body), Reason: reason}
}

func request(ctx context.Context, to Addr, m Message) (any, error) {
	if err := endedOf(ctx); err != nil {
		return nil, callError(to, m.Body, err)
	}
	d := timeLimit(ctx)
	s, gen, err := submit(ctx, to, m, nil, d)
	if err != nil {
		return nil, err
	}
	if s.waited > 0 && d >= 0 {
		d = max(d-s.waited, 0)
	}
	return s.await(ctx, gen, d).result(to, m.Body)
}

// notYet is for a request that is not waited for yet, so that nobody knows for
// how long it will be.
const notYet time.Duration = -2

// submit sends a request. The slot that it returns is open. d is how long the
// caller will wait for the reply, and do nothing else meanwhile, or notYet.
func submit(ctx context.Context, to Addr, m Message, set *PendingSet, d time.Duration) (*slot, uint32, error) {
	waits := d != notYet
	pid, err := to.Whereis(ctx)
	if err != nil {
		if errors.Is(err, ErrNoName) {
			err = NoProc
		}
		return nil, 0, callError(to, m.Body, err)
	}
	if pid.p == nil {
		return nil, 0, callError(to, m.Body, NoProc)
	}
	p, target := actor(ctx), pid.p
	if p != nil && waits && p.proc == target && p.proc.onOwnGoroutine() {
		return nil, 0, callError(to, m.Body, CallingSelf)
	}
	if target.limited && target.limits(&m, p) {
		return submitBounded(ctx, target, to, m, set, d)
	}
	if m.kind == kindCall {
		m.Body = target.onSend(m.Body)
	}
	p.countSent()
	fenced := p != nil && !waits // as it goes into the books of p
	if fenced {
		if err := p.proc.enter(); err != nil {
			return nil, 0, err
		}
	}
	s := target.node.getSlot()
	gen := s.open()
	s.to, s.set = target, set
	s.setUntil(ctx, d)
	if target.node.circles != nil {
		s.body = m.Body
	}
	m.slot, m.gen = s, gen
	if fenced {
		p.proc.ask(s, gen)
	}
	w, over, dead := target.takeRequest(p, m)
	if over {
		s.unask() // before p can die
	}
	if fenced {
		p.proc.leave()
	}
	if dead {
		return nil, 0, p.proc.interrupted()
	}
	if over {
		target.node.putSlot(s, false)
		return nil, 0, callError(to, m.Body, NoProc)
	}
	by := p.byRunner()
	if waits {
		by = nil // its runner is about to wait: another begins at once
	}
	w.do(by)
	return s, gen, nil
}

// submitBounded is submit to a process with a Bound.
func submitBounded(ctx context.Context, target *proc, to Addr, m Message, set *PendingSet, d time.Duration) (s *slot, gen uint32, err error) {
	began := time.Now()
	full := target.through(ctx, &m, timeLimit(ctx), func() {
		waited, left := time.Since(began), d
		if d >= 0 {
			left = max(d-waited, 0)
		}
		if s, gen, err = submit(ctx, found{to, PID{target}}, m, set, left); s != nil {
			s.waited = waited
		}
	})
	if exited, ok := full.(*ExitedError); ok {
		return nil, 0, exited
	}
	if full != nil {
		err = callError(to, m.Body, full)
	}
	return s, gen, err
}

// takeRequest puts a request of from, nil for a plain goroutine, into the mailbox of p
// and into its books. It has done neither if p is over, or if from is dead, as
// a message; a p that has only begun to end fails it in a moment.
func (p *proc) takeRequest(from *Process, m Message) (w wake, over, dead bool) {
	p.mu.Lock()
	if dead, over = from.dead(), p.over; !dead && !over {
		p.owe(m.slot)
		if !p.dead.Load() {
			w = p.push(m)
		}
	}
	p.mu.Unlock()
	return w, over, dead
}

// An answer is what became of a request.
type answer struct {
	value any
	err   error
	fail  error
	ended bool // fail is the exit reason of the process asked
}

func (a answer) result(to Addr, body any) (any, error) {
	if a.fail == nil {
		return a.value, a.err
	}
	if exited, ok := a.fail.(*ExitedError); ok && !a.ended { // or it is the reason of who was asked
		return nil, exited
	}
	return nil, callError(to, body, a.fail)
}

// await waits for the result of an open slot, no longer than d (negative: for
// ever), and frees the slot.
func (s *slot) await(ctx context.Context, gen uint32, d time.Duration) answer {
	p := actor(ctx)
	// Most replies come within a moment. Then neither a timer was needed nor a
	// place among what p waits for; if p is told to end meanwhile it sees that
	// at the end of the moment.
	if d != 0 && s.ready.Soon() {
		if p != nil && p.proc.told.Load() {
			s.fail, s.ended = p.proc.interruptedBy(s, false), false
		}
		return s.release(false)
	}
	timed := d >= 0
	if timed {
		s.startTimer(gen, d)
	}
	if p != nil {
		p.awaitReply(s, gen, timed)
	} else {
		awaitPlain(ctx, s, gen)
	}
	return s.release(timed)
}

// release frees a slot that has been delivered, and returns what was in it.
func (s *slot) release(timed bool) answer {
	a := answer{s.value, s.err, s.fail, s.ended}
	s.settle()
	s.node.putSlot(s, timed)
	return a
}

// awaitReply waits as p. If p is told to end, whoever tells it takes the slot.
// Other goroutines may wait in the name of p at the same time.
func (p *proc) awaitReply(s *slot, gen uint32, timed bool) {
	p.mu.Lock()
	told, fate := p.told.Load(), p.fate
	if !told {
		s.timed = timed
		s.nextWaiting, p.waiting = p.waiting, s
	}
	p.mu.Unlock()
	if told && s.take(gen) {
		s.fail = fate
	} else if c := p.node.circles; c != nil {
		c.while(p, []edge{{to: s.to, slot: s, gen: gen}}, s.ready.Block)
	} else {
		s.ready.Block()
	}
	if !told {
		p.mu.Lock()
		p.waitsNoMore(s)
		told = p.told.Load()
		p.mu.Unlock()
	}
	if told {
		s.fail, s.ended = p.interruptedBy(s, timed), false
	}
}

// waitsNoMore takes s off the list of what p waits for, where it is unless p
// was told to end; p.mu is held.
func (p *proc) waitsNoMore(s *slot) {
	for at := &p.waiting; *at != nil; at = &(*at).nextWaiting {
		if *at == s {
			*at, s.nextWaiting = s.nextWaiting, nil
			return
		}
	}
}

// takeWaiting takes every request that waits in the name of p, and returns
// those that are to be told reason; p.mu is held.
func (p *proc) takeWaiting(reason error) (taken *slot) {
	for s := p.waiting; s != nil; {
		after := s.nextWaiting
		s.nextWaiting = nil
		if s.takeAny() {
			s.fail = reason
			s.nextWaiting, taken = taken, s
		}
		s = after
	}
	p.waiting = nil
	return taken
}

// interruptedBy frees s before the goroutine is unwound.
func (p *proc) interruptedBy(s *slot, timed bool) error {
	if p.onOwnGoroutine() {
		s.release(timed)
	}
	return p.interrupted()
}

// awaitPlain waits as a plain goroutine, or with a context derived from a
// process.
func awaitPlain(ctx context.Context, s *slot, gen uint32) {
	if c := s.node.circles; c != nil {
		if p, ok := ctx.Value(processKey{}).(*Process); ok && p.proc.node == s.node {
			c.while(p.proc, []edge{{to: s.to, slot: s, gen: gen}}, func() { blockPlain(ctx, s, gen) })
			return
		}
	}
	blockPlain(ctx, s, gen)
}

func blockPlain(ctx context.Context, s *slot, gen uint32) {
	if _, isNode := ctx.(*Node); isNode || ctx.Done() == nil {
		s.ready.Block()
		return
	}
	defer s.ready.Unpark()
	select {
	case <-s.ready.Park():
		return
	case <-ctx.Done():
	}
	if !s.take(gen) {
		<-s.ready.Park() // the result won
		return
	}
	s.fail = causeOf(ctx)
}

// endedOf is why ctx has ended already, or nil: that a process has it finds out
// by itself.
func endedOf(ctx context.Context) error {
	switch from := ctx.(type) {
	case *Process:
		if from.limit.abandoned() {
			return ErrAbandoned
		}
		return nil
	case *Node:
		return nil
	}
	if ctx.Err() == nil {
		return nil
	}
	return causeOf(ctx)
}

// causeOf is why ctx has ended, as a reason.
func causeOf(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != context.DeadlineExceeded {
		return cause
	}
	return Timeout
}

// Await waits until a process has ended, its names are free, and its links and
// monitors have been told, and returns the exit reason: also that of one which
// ended long ago, other than a monitor, as whoever holds a PID holds that too.
// For the zero PID it is NoProc. If ctx ends first, or its time limit, the error
// is a *CallError. Unlike a call it waits for ever if ctx has no deadline. It is
// what a monitor is to a plain goroutine.
func Await(ctx context.Context, pid PID) (reason error, err error) { //nolint:revive,staticcheck // the reason is the result
	if pid.p == nil {
		return NoProc, nil
	}
	p := actor(ctx)
	if p != nil && p.proc == pid.p && p.proc.onOwnGoroutine() {
		return nil, &CallError{To: pid.String(), Request: "Await", Reason: CallingSelf}
	}
	n := pid.p.node
	s := n.getSlot()
	gen := s.open()
	s.to, s.awaits = pid.p, true
	pid.p.mu.Lock()
	over, reason := pid.p.over, cmp.Or(pid.p.fate, NoProc)
	if !over {
		pid.p.owe(s)
	}
	pid.p.mu.Unlock()
	if over {
		n.putSlot(s, false)
		return reason, nil
	}
	d := noTimeout
	if p != nil {
		d = p.left()
	}
	a := s.await(ctx, gen, d)
	if a.ended {
		return a.fail, nil
	}
	if exited, ok := a.fail.(*ExitedError); ok {
		return nil, exited
	}
	return nil, &CallError{To: pid.String(), Request: "Await", Reason: a.fail}
}

// A Pending is a request that has been sent and whose reply has not been taken
// yet. It belongs to one goroutine, and has to be waited for, or dropped by
// Abandon; the end of the process that sent it drops it too, and whoever else
// then waits for it gets an *ExitedError. It answers to a request id of
// gen_server:send_request/2.
type Pending struct {
	to   Addr
	body any
	slot *slot
	gen  uint32
	err  error
}

// SendRequest sends a request and does not wait. What can go wrong is told by
// Wait.
func SendRequest(ctx context.Context, to Addr, body any) *Pending {
	return sendRequest(ctx, to, body, nil)
}

func sendRequest(ctx context.Context, to Addr, body any, set *PendingSet) *Pending {
	r := &Pending{to: to, body: body}
	r.slot, r.gen, r.err = submit(ctx, to, Message{Body: body, stamp: stamp{kind: kindCall}}, set, notYet)
	return r
}

// Wait returns what [Request] would. If the time limit comes first, or ctx
// ends, the request is abandoned. It may be called once.
func (r *Pending) Wait(ctx context.Context) (any, error) {
	if r.err != nil {
		return nil, r.err
	}
	s, d := r.slot, timeLimit(ctx)
	r.slot, r.err = nil, errPendingUsed
	s.setUntil(ctx, d)
	return s.await(ctx, r.gen, d).result(r.to, r.body)
}

// Check returns what Wait would, if it is there; with done false it is not.
func (r *Pending) Check() (value any, done bool, err error) {
	if r.err != nil {
		return nil, true, r.err
	}
	s := r.slot
	if s.waitingFor(r.gen) {
		return nil, false, nil
	}
	s.ready.Wait() // at once: a reply that was given before a Down is there before it
	r.slot, r.err = nil, errPendingUsed
	value, err = s.release(false).result(r.to, r.body)
	return value, true, err
}

// Abandon drops the request: its reply goes nowhere.
func (r *Pending) Abandon() {
	if r.slot == nil {
		return
	}
	s := r.slot
	r.slot, r.err = nil, errPendingUsed
	if !s.take(r.gen) {
		s.ready.Wait()
	}
	s.release(false)
}

var errPendingUsed = errors.New("coppice: the reply to this request has been taken already, or it was abandoned")
