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

// A timerSet has the timers of a node, so that none outlives it, but for those
// to a PID of that node: none of these outlives its process, which has them.
type timerSet struct {
	mu      sync.Mutex // guards what follows
	all     wide[*Timer, struct{}]
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
		t.mu.Lock()
		defer t.mu.Unlock()
		if err := t.keep(); err != nil || t.done {
			return err
		}
		t.due = time.Now().Add(d)
		t.timer = time.AfterFunc(d, t.fire)
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

// keep notes t where its end is seen to: it is done at once if its process has
// ended. t.mu is held.
func (t *Timer) keep() error {
	p := t.target()
	s := &t.node.timers
	s.mu.Lock()
	stopped := s.stopped
	if p == nil && !stopped {
		s.all.put(t, struct{}{})
	}
	s.mu.Unlock()
	switch {
	case stopped:
		return ErrStopped
	case p != nil:
		t.done = !p.keepTimer(t)
	}
	return nil
}

// keepTimer reports whether p lives, and keeps t then.
func (p *proc) keepTimer(t *Timer) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead.Load() {
		return false
	}
	x := p.rare()
	x.timers.put(t, struct{}{})
	return true
}

// forget undoes keep. t.mu is not held.
func (t *Timer) forget() {
	if p := t.target(); p != nil {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.more != nil {
			p.more.timers.remove(t)
		}
		return
	}
	s := &t.node.timers
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all.remove(t)
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
		t.forget()
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
	t.forget()
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

// stop cancels all timers, for good.
func (s *timerSet) stop() {
	s.mu.Lock()
	all := s.all.all
	s.all, s.stopped = wide[*Timer, struct{}]{}, true
	s.mu.Unlock()
	endTimers(all)
}

// endTimers cancels timers that nobody keeps any more.
func endTimers(timers map[*Timer]struct{}) {
	for t := range timers {
		t.mu.Lock()
		if t.timer != nil {
			t.timer.Stop()
		}
		t.done = true
		t.mu.Unlock()
	}
}
