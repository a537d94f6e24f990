package coppice

import (
	"context"
	"fmt"
	"sync/atomic"
)

// Behaviour returns the behaviour that the process runs, for functions of a
// behaviour that get only the Process; nil for the function form. It has to be
// called on the process's own goroutine.
func (p *Process) Behaviour() Behaviour {
	if _, isBody := p.proc.behaviour.(bodyFunc); isBody {
		return nil
	}
	return p.proc.behaviour
}

// Become returns what a process of the function form returns to go on as one
// of the callback form, without its goroutine: return p.Become(b). Init of b is
// not called, and if the process has a starter that waits, it has started. It
// answers to gen_server:enter_loop/3.
func (p *Process) Become(b Behaviour) error { return &become{b} }

type become struct{ behaviour Behaviour }

func (*become) Error() string {
	return "coppice: the result of Process.Become has to be returned by the body of a process as it is"
}

// Stop asks a process to end with reason (nil: Normal) when it has handled
// what is in its mailbox before, and waits until it has: it returns nil if the
// process ended with that reason, and otherwise a *CallError with the one it
// ended with, NoProc if there is none, CallingSelf, or Timeout; a process that
// takes too long goes on ending. If it ended before it came to the request, the
// reason lies in a *CallError within that one, as it is the request that found
// no answer. Without a deadline in ctx Stop waits for ever.
//
// A callback process runs Terminate. One of the function form ends in its next
// Receive. It answers to proc_lib:stop/3 and gen_server:stop/3.
func Stop(ctx context.Context, to Addr, reason error) error {
	reason = orNormal(reason)
	if p := actor(ctx); p == nil {
		if _, has := ctx.Deadline(); !has {
			ctx = NoTimeout(ctx)
		}
	} else if p.left() == noTimeout {
		ctx = p.WithoutTimeout()
	}
	request := &stopRequest{reason: reason}
	d := timeLimit(ctx)
	s, gen, err := submit(ctx, to, Message{Body: request, stamp: stamp{kind: kindSystem}}, nil, d)
	if err != nil {
		return err
	}
	a := s.await(ctx, gen, d)
	switch {
	case a.fail == nil:
		return fmt.Errorf("stop %v: %w", to, ErrNotSystem)
	case a.ended && !request.taken.Load():
		a.fail = callError(to, request, a.fail)
	case a.ended && sameReason(a.fail, reason):
		return nil
	}
	_, err = a.result(to, request)
	return err
}

// A stopRequest is the system request of Stop. It is answered by the end of the
// process.
type stopRequest struct {
	reason error
	taken  atomic.Bool // the process ends because of it
}

// String keeps the type's name out of errors.
func (*stopRequest) String() string { return "stop" }

// sameReason compares reasons, of which some may not be comparable.
func sameReason(a, b error) bool {
	if x, ok := a.(*ShutdownError); ok && x != nil {
		y, ok := b.(*ShutdownError)
		return ok && (x == y || y != nil && comparableEqual(x.Detail, y.Detail))
	}
	return comparableEqual(a, b)
}

func comparableEqual(a, b any) (same bool) {
	defer func() {
		if recover() != nil { // of a type that cannot be compared
			same = false
		}
	}()
	return a == b
}
