package inspect

import (
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// Glances are what was seen of the processes that somebody watches: so what they
// do from one tick to the next is known, however long the scans take.
type glances struct {
	mu    sync.Mutex // guards what follows
	ticks uint64
	of    map[coppice.PID]glance
}

// A glance is what was seen of a process at a tick.
type glance struct {
	tick uint64
	at   time.Time
	done counters
	pace
}

// pace is what a process has done since the tick before, or since the scan that
// its entry is from.
func (g *glances) pace(e *entry, now *coppice.Stats, scanned time.Time) pace {
	g.mu.Lock()
	defer g.mu.Unlock()
	last, seen := g.of[e.PID]
	if seen && last.tick == g.ticks {
		return last.pace // for all who watch at this tick
	}
	fresh := glance{tick: g.ticks, at: time.Now(), done: countersOf(now), pace: e.pace}
	switch {
	case seen:
		fresh.pace = paceSince(last.done, now, fresh.at.Sub(last.at))
	case fresh.at.Sub(scanned) >= tick/2:
		fresh.pace = paceSince(e.done, now, fresh.at.Sub(scanned))
	}
	if g.of == nil {
		g.of = make(map[coppice.PID]glance)
	}
	g.of[e.PID] = fresh
	return fresh.pace
}

// next begins a tick, and forgets whom nobody has seen at the last one.
func (g *glances) next() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for pid, last := range g.of {
		if last.tick != g.ticks {
			delete(g.of, pid)
		}
	}
	g.ticks++
}

func (g *glances) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.of = nil
}
