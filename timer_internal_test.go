package coppice

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"testing"
	"time"
	"weak"
)

// A timer to a process that has ended holds nothing any more, however far off
// it is: else a server that sets one at each start would fill the memory by its
// crashes.
func TestTimersOfTheDeadAreForgotten(t *testing.T) {
	n := NewNode(Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	defer n.Stop(context.Background())
	type body struct{ _ [64]byte }
	var bodies []weak.Pointer[body]
	for range 3 {
		pid, err := Spawn(n, func(p *Process) error { p.Receive(); return nil })
		if err != nil {
			t.Fatal(err)
		}
		start := func() {
			b := new(body)
			bodies = append(bodies, weak.Make(b))
			if _, err := SendAfter(n, pid, 1000*time.Hour, b); err != nil {
				t.Fatal(err)
			}
			b = new(body)
			bodies = append(bodies, weak.Make(b))
			if _, err := SendEvery(n, pid, 1000*time.Hour, b); err != nil {
				t.Fatal(err)
			}
			if _, err := ExitAfter(n, pid, 1000*time.Hour, Kill); err != nil {
				t.Fatal(err)
			}
		}
		start()
		_ = Exit(n, pid, Kill)
		_, _ = Await(n, pid)
		start() // too late
		if timer, err := SendAfter(n, pid, time.Hour, 1); err != nil {
			t.Error(err)
		} else if _, ok := timer.Cancel(); ok {
			t.Error("a timer to the dead could be cancelled")
		}
	}
	runtime.GC()
	runtime.GC()
	for i, b := range bodies {
		if b.Value() != nil {
			t.Errorf("message %d is still in memory", i)
		}
	}
	if len(n.timers.queues.all) > 0 {
		t.Errorf("the node keeps timers to %d", len(n.timers.queues.all))
	}
}

// Whatever comes first, the end of the process or its timer: in the end the
// timer is none.
func TestTimersAndEndsAtOnce(t *testing.T) {
	n := NewNode(Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	defer n.Stop(context.Background())
	for range 200 {
		pid, err := Spawn(n, func(p *Process) error { p.Receive(); return nil })
		if err != nil {
			t.Fatal(err)
		}
		started := make(chan *Timer, 20)
		go func() {
			defer close(started)
			for range cap(started) {
				timer, err := SendAfter(n, pid, time.Hour, 1)
				if err != nil {
					t.Error(err)
					return
				}
				started <- timer
			}
		}()
		_ = Exit(n, pid, Kill)
		_, _ = Await(n, pid)
		for timer := range started {
			if _, ok := timer.Left(); ok || timer.place != 0 {
				t.Error("a timer to the dead goes on")
			}
		}
		pid.p.mu.Lock()
		if x := pid.p.more; x != nil && x.timers != nil {
			t.Error("the dead keeps timers")
		}
		pid.p.mu.Unlock()
	}
}
