package coppice

import (
	"context"
	"log/slog"
	"testing"
	"time"
)

// A map that has had many elements is given back when it has none; one that never
// has more than a few is kept for the next.
func TestWideGivesBack(t *testing.T) {
	for _, most := range []int{1, narrow, narrow + 1, 10_000} {
		var w wide[int, int]
		for range 3 {
			for i := range most {
				w.put(i, i)
			}
			for i := range most {
				if w.all[i] != i || len(w.all) != most-i {
					t.Fatalf("%d elements of %d: %v", len(w.all), most, w.all[i])
				}
				w.remove(i)
				w.remove(i)
			}
			if kept := w.all != nil; kept != (most <= narrow) {
				t.Errorf("after %d elements the map is kept: %v", most, kept)
			}
		}
	}
}

// Whoever has had ten thousand monitors, aliases and timers keeps nothing of
// them.
func TestManyMonitorsAndTimersLeaveNothing(t *testing.T) {
	const many = 10_000
	n := NewNode(Options{Logger: slog.New(slog.DiscardHandler)})
	defer n.Stop(context.Background())
	other, _ := Spawn(n, func(p *Process) error { p.Receive(); return nil })
	done := make(chan struct{})
	pid, _ := Spawn(n, func(p *Process) error {
		refs, timers := make([]Ref, many), make([]*Timer, many)
		for i := range many {
			refs[i], _ = p.MonitorAlias(other, false)
			timers[i], _ = SendAfter(p, p.Self(), time.Hour, i)
		}
		for i := range many {
			p.Demonitor(refs[i], true)
			timers[i].Cancel()
		}
		close(done)
		p.Receive()
		return nil
	})
	<-done
	pid.p.mu.Lock()
	x := pid.p.more
	if x.watching.all != nil || x.aliases.all != nil || x.timers.heap != nil {
		t.Error("a map is kept")
	}
	pid.p.mu.Unlock()
}
