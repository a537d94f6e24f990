package coppice

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/signal"
)

// A Timer is a message, or many, or an exit signal, to be sent later. Those to
// the same PID, or to the same name, are sent in the order in which they are due,
// and those due at the same time in the order in which they were set.
type Timer struct {
	node  *Node
	to    Addr
	body  any
	exit  *exitSignal   // what is sent instead of body, or nil
	every time.Duration // 0: once
	queue *timerQueue   // that it was put in, or nil: it was void from the start

	// Guarded by the mu of the queue.
	due   time.Duration // on the node's clock
	nth   uint64        // of those due at the same time the least comes first
	place int           // in the queue, 0: it is done
}

// SendAfter sends msg to a process after d. A name is looked up then, and if
// nobody has it the message is lost; a timer to a PID is void when that process
// ends. It answers to erlang:send_after/3.
func SendAfter(ctx context.Context, to Addr, d time.Duration, msg any) (*Timer, error) {
	return startTimer(ctx, to, d, &Timer{body: msg})
}

// SendEvery sends msg again and again, the first time after d, until it is
// cancelled or the process of a PID has ended. It answers to
// timer:send_interval/3.
func SendEvery(ctx context.Context, to Addr, d time.Duration, msg any) (*Timer, error) {
	d = max(d, time.Microsecond) // or it would never let go
	return startTimer(ctx, to, d, &Timer{body: msg, every: d})
}

// ExitAfter sends an exit signal with reason (nil: Normal) to a process after d,
// as [Exit] would; it comes from the process that ctx is, even if that has ended
// by then. A name is looked up then, and a timer to a PID is void when that
// process ends. It answers to timer:exit_after/3, and with Kill as the reason to
// timer:kill_after/2.
func ExitAfter(ctx context.Context, to Addr, d time.Duration, reason error) (*Timer, error) {
	s := &exitSignal{source: signal.FromExit, reason: orNormal(reason)}
	if p := actor(ctx); p != nil {
		s.from = p.proc
	}
	return startTimer(ctx, to, d, &Timer{exit: s})
}

// startTimer starts t, whose message or signal is set.
func startTimer(ctx context.Context, to Addr, d time.Duration, t *Timer) (*Timer, error) {
	n, err := NodeOf(ctx)
	if err != nil {
		return nil, err
	}
	t.node, t.to = n, to
	if t.exit != nil && t.exit.from == nil {
		t.exit.from = n.root
	}
	p := t.target()
	err = effect(ctx, func() error {
		switch {
		case p == nil:
			return n.timers.put(t, d)
		case n.timers.over():
			return ErrStopped
		}
		if q := p.timerQueue(); q != nil {
			q.put(t, d)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// target is the process that t is void without, or nil.
func (t *Timer) target() *proc {
	if pid, ok := t.to.(PID); ok && pid.p != nil && pid.p.node == t.node {
		return pid.p
	}
	return nil
}

// send delivers the message or the signal, if there is anybody to have it. A
// panic in the Resolver of a Via is nobody's crash here.
func (t *Timer) send() {
	defer func() {
		if v := recover(); v != nil {
			t.node.logger.Error("coppice: the address of a timer panicked", "to", fmt.Sprintf("%T", t.to), "panic", fmt.Sprint(v))
		}
	}()
	if t.exit == nil {
		_ = send(t.node, t.to, Message{Body: t.body, stamp: stamp{pass: exempt}})
	} else if pid, err := t.to.Whereis(t.node); err == nil && pid.p != nil {
		pid.p.sendExit(*t.exit).do(nil)
	}
}

// void reports whether the message can reach nobody any more.
func (t *Timer) void() bool {
	pid, ok := t.to.(PID)
	return ok && !Alive(pid)
}

// Cancel stops the timer and returns the time that was left; false means that
// it had fired, or been cancelled. It answers to erlang:cancel_timer/1.
func (t *Timer) Cancel() (left time.Duration, ok bool) {
	if t.queue == nil {
		return 0, false
	}
	left, ok = t.queue.cancel(t)
	t.node.timers.drop(t.queue)
	if !ok || t.void() {
		return 0, false
	}
	return left, true
}

// Left returns the time until the timer fires; false means that it has, or was
// cancelled. It answers to erlang:read_timer/1.
func (t *Timer) Left() (left time.Duration, ok bool) {
	if t.queue == nil {
		return 0, false
	}
	t.queue.mu.Lock()
	defer t.queue.mu.Unlock()
	if t.place == 0 || t.void() {
		return 0, false
	}
	return max(t.due-t.queue.now(), 0), true
}
