package inspect

import (
	"runtime"
	"slices"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A Point is what a node was like at one moment, for charts.
type Point struct {
	At         time.Time `json:"at"`
	Processes  int       `json:"processes"`
	Running    int       `json:"running"`
	Queued     int       `json:"queued"`
	Mailbox    int       `json:"mailbox"` // messages that wait, in all
	In         float64   `json:"in"`      // messages a second
	Out        float64   `json:"out"`
	Busy       float64   `json:"busy"` // processes at work on average
	Restarts   uint64    `json:"restarts"`
	Crashes    uint64    `json:"crashes"` // so far, as the restarts
	Goroutines int       `json:"goroutines"`
	HeapBytes  uint64    `json:"heap_bytes"`
}

// point adds a point to the history; s.mu is held.
func (s *sampler) point() {
	now := s.latest
	p := Point{At: now.at, Processes: len(now.entries) - now.dead, Goroutines: runtime.NumGoroutine(), HeapBytes: heap()}
	p.Restarts, p.Crashes = now.history.totals()
	for i := range now.entries {
		e := &now.entries[i]
		switch e.Status {
		case coppice.Running:
			p.Running++
		case coppice.Queued:
			p.Queued++
		}
		p.Mailbox += e.Mailbox + e.Kept
		p.In += e.in
		p.Out += e.out
		p.Busy += e.busy
	}
	s.ring = append(s.ring, p)
	for len(s.ring) > points || now.at.Sub(s.ring[0].At) > kept {
		s.ring = slices.Delete(s.ring, 0, 1)
	}
}

// Metrics returns what was seen in the last five minutes, the oldest first. Only
// while somebody watches the node there is something to see.
func (v *View) Metrics() []Point {
	s := &v.sampler
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Point{}, s.ring...)
}
