package inspect

import (
	"runtime"
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

	Own map[string]float64 `json:"own,omitempty"` // the program's own figures, see View.Plot
}

// point is what a node is like. What all processes do is that of the last scan.
func (s *scan) point(n *coppice.Node) Point {
	p := s.sums
	p.At, p.Processes, p.Goroutines, p.HeapBytes = time.Now(), n.Count(), runtime.NumGoroutine(), heap()
	p.Running, p.Queued = s.status[coppice.Running], s.status[coppice.Queued]
	p.Restarts, p.Crashes = s.history.restarts, s.history.crashes
	return p
}

// Metrics returns what was seen in the last five minutes, the oldest first. Only
// while somebody watches the node there is something to see.
func (v *View) Metrics() []Point {
	s := &v.sampler
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Point{}, s.ring...)
}
