package coppice

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-7832d3a3/coppice/internal/signal"
)

// An Addr is where a process can be reached: a [PID], a [Name], a [Via], or
// the alias that a [Ref] is.
type Addr interface {
	// Whereis finds the process. The error is NoProc or ErrNoName if there is
	// none, and ErrNoNode if ctx does not tell on which node to look.
	Whereis(ctx context.Context) (PID, error)
}

type (
	nodeKey    struct{}
	processKey struct{}
)

// NodeOf returns the node that ctx carries, and ErrNoNode if it carries none.
func NodeOf(ctx context.Context) (*Node, error) {
	switch from := ctx.(type) {
	case *Process:
		return from.proc.node, nil
	case *Node:
		return from, nil
	}
	if n, ok := ctx.Value(nodeKey{}).(*Node); ok {
		return n, nil
	}
	return nil, ErrNoNode
}

// actor returns the process that acts with ctx, or nil for a plain goroutine.
func actor(ctx context.Context) *Process {
	p, _ := ctx.(*Process)
	return p
}

// Send sends msg to a process; it arrives after all that the same sender sent
// there before. Sending to a process that has ended is no error, as nobody can
// know how long it lives; to a name that nobody has it is. It answers to the
// operator !.
func Send(ctx context.Context, to Addr, msg any) error {
	return send(ctx, to, Message{Body: msg})
}

// Cast sends a request that wants no reply to a server, which tells it from a
// message sent by [Send]. Nothing tells whether it arrives: a name that nobody
// has is no error. It answers to gen_server:cast/2.
func Cast(ctx context.Context, to Addr, msg any) error {
	err := send(ctx, to, Message{Body: msg, stamp: stamp{kind: kindCast}})
	if err == nil {
		return nil
	}
	if errors.Is(err, ErrNoName) || errors.Is(err, NoProc) {
		if n, err := NodeOf(ctx); err == nil {
			n.deadLetters.Add(1)
		}
		return nil
	}
	return err
}

// DeadLetters is how many messages were sent to processes that had ended by
// then, or cast to names that nobody had. Nobody is told of these otherwise.
func (n *Node) DeadLetters() uint64 { return n.deadLetters.Load() }

func send(ctx context.Context, to Addr, m Message) error {
	p := actor(ctx)
	pid, ok := to.(PID)
	alias, isAlias := Ref{}, false
	if !ok {
		if alias, isAlias = to.(Ref); !isAlias {
			var err error
			if pid, err = to.Whereis(ctx); err != nil {
				return fmt.Errorf("send %T to %v: %w", m.Body, to, err)
			}
		}
	}
	if pid.p == nil && !isAlias {
		return fmt.Errorf("send %T to the zero PID: %w", m.Body, NoProc)
	}
	if !isAlias && pid.p.limited && pid.p.limits(&m, p) {
		return sendBounded(ctx, pid.p, to, m)
	}
	if isAlias {
		m.Body = alias.p.onSend(m.Body)
	} else {
		m.Body = pid.p.onSend(m.Body)
	}
	p.countSent()
	var w wake
	var dead bool // the sender is
	if isAlias {
		w, dead = alias.send(p, m)
	} else {
		w, dead = pid.p.send(p, m)
	}
	if dead {
		return p.proc.interrupted()
	}
	w.do(p.byRunner())
	return nil
}

// sendBounded is send to a process with a Bound.
func sendBounded(ctx context.Context, target *proc, to Addr, m Message) (err error) {
	d := noTimeout
	if p := actor(ctx); p != nil {
		d = p.left()
	}
	full := target.through(ctx, &m, d, func() { err = send(ctx, found{to, PID{target}}, m) })
	if full == errDropped {
		return nil
	}
	if full != nil {
		return fmt.Errorf("send %T to %v: %w", m.Body, to, full)
	}
	return err
}

// send delivers m, unless p has ended, or its sender has: dead. from is nil for
// a plain goroutine.
func (p *proc) send(from *Process, m Message) (w wake, dead bool) {
	p.mu.Lock()
	dead = from.dead()
	switch {
	case dead:
	case p.dead.Load():
		p.node.deadLetters.Add(1)
	default:
		w = p.push(m)
	}
	p.mu.Unlock()
	return w, dead
}

// dead reports whether the sender of a message has ended. It is asked with the
// mu of the receiver held, and the message goes in before that is let go: this
// is what fences a message, without the fence of the sender. For whoever has
// seen anything of the sender's end, and then looks at the receiver, has its mu
// after the end; if the message is not there by then, its sender finds itself
// dead when it gets the mu.
func (p *Process) dead() bool {
	return p != nil && p.proc.told.Load() && p.proc.dead.Load()
}

// Exit sends an exit signal: the process to ends with reason (nil: Normal),
// or gets an [Exited] message if it traps exits; Kill cannot be trapped, and
// Normal is ignored by a process that does not trap. It is not an error if
// there is no such process. From a plain goroutine the signal comes from
// [Node.Root].
//
// On itself a process may use it too: then it takes effect before Exit
// returns, which is to say that Exit may not return. It answers to exit/2.
func Exit(ctx context.Context, to Addr, reason error) error {
	p := actor(ctx)
	pid, err := to.Whereis(ctx)
	if err != nil {
		return fmt.Errorf("exit signal to %v: %w", to, err)
	}
	if pid.p == nil {
		return fmt.Errorf("exit signal to %v: %w", to, NoProc)
	}
	s := exitSignal{from: pid.p.node.root, source: signal.FromExit, reason: orNormal(reason)}
	if p == nil {
		pid.p.sendExit(s).do(nil)
		return nil
	}
	s.from = p.proc
	if pid.p == p.proc {
		s.source = signal.FromSelf
	}
	if err := p.proc.enter(); err != nil {
		return err
	}
	w := pid.p.sendExit(s)
	p.proc.leave()
	w.do(p.byRunner())
	if pid.p == p.proc && p.proc.told.Load() {
		return p.proc.interrupted()
	}
	return nil
}

func (p *proc) sendExit(s exitSignal) wake {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.arrive(s)
}
