package coppice

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/signal"
)

// A Timer is a message, or many, or an exit signal, to be sent later.
type Timer struct {
	node *Node
	to   Addr
	body any
	exit *exitSignal // what is sent instead of body, or nil

	mu    sync.Mutex // guards what follows
	timer *time.Timer
	due   time.Time
	every time.Duration // 0: once
	done  bool
}

// A timerSet has the timers of a node, so that none outlives it.
type timerSet struct {
	mu      sync.Mutex // guards what follows
	all     map[*Timer]struct{}
	stopped bool
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
	err = effect(ctx, func() error {
		n.timers.mu.Lock()
		defer n.timers.mu.Unlock()
		if n.timers.stopped {
			return ErrStopped
		}
		if n.timers.all == nil {
			n.timers.all = make(map[*Timer]struct{})
		}
		n.timers.all[t] = struct{}{}
		t.mu.Lock()
		defer t.mu.Unlock()
		t.due = time.Now().Add(d)
		t.timer = time.AfterFunc(d, t.fire)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Timer) fire() {
	t.mu.Lock()
	if t.done {
		t.mu.Unlock()
		return
	}
	again := t.every > 0 && !t.void()
	if again {
		t.due = t.due.Add(t.every)
		t.timer.Reset(time.Until(t.due))
	} else {
		t.done = true
	}
	t.mu.Unlock()
	if !again {
		t.node.timers.remove(t)
	}
	t.send()
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
	t.mu.Lock()
	if t.done {
		t.mu.Unlock()
		return 0, false
	}
	t.done = true
	t.timer.Stop()
	left, ok = max(time.Until(t.due), 0), !t.void()
	t.mu.Unlock()
	t.node.timers.remove(t)
	if !ok {
		return 0, false
	}
	return left, true
}

// Left returns the time until the timer fires; false means that it has, or was
// cancelled. It answers to erlang:read_timer/1.
func (t *Timer) Left() (left time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done || t.void() {
		return 0, false
	}
	return max(time.Until(t.due), 0), true
}

func (s *timerSet) remove(t *Timer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, t)
}

// stop cancels all timers, for good.
func (s *timerSet) stop() {
	s.mu.Lock()
	all := s.all
	s.all, s.stopped = nil, true
	s.mu.Unlock()
	for t := range all {
		t.mu.Lock()
		t.done = true
		t.timer.Stop()
		t.mu.Unlock()
	}
}
