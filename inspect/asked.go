package inspect

import (
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/cputime"
)

// Asked is the scan for who asks once. It serves for a little while, the longer
// the more it costs, so that a list in many parts does not take many scans; then
// its memory is given back.
type asked struct {
	mu     sync.Mutex // guards what follows
	scan   *scan      // or nil
	cost   time.Duration
	forget *time.Timer // calls drop
}

const (
	asksWorth = 10 // a scan serves for so many times what it has cost,
	mostWorth = time.Second
)

// see calls f with a scan that is new enough.
func (a *asked) see(v *View, f func(*scan)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.scan == nil {
		a.scan = new(scan)
	}
	if time.Since(a.scan.at) >= min(asksWorth*a.cost, mostWorth) {
		a.cost = cputime.Of(func() {
			v.sampler.with(func(known *scan) { a.scan.fill(v, known, false) })
		})
	}
	if a.forget == nil {
		a.forget = time.AfterFunc(lingers, a.drop)
	}
	f(a.scan)
}

func (a *asked) drop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.scan, a.forget = nil, nil
}
