package inspect

import (
	"sync"
	"time"
)

// Asked is the scan for who asks once. If there are many processes it serves for
// a little while, so that a list in many parts does not take many scans; then its
// memory is given back.
type asked struct {
	mu     sync.Mutex  // guards what follows
	scan   *scan       // or nil
	forget *time.Timer // calls drop
}

// serves is for how long a scan is good for who asks once: for some thirty times
// what it has cost.
func (s *scan) serves() time.Duration {
	const many, each = 1000, 5 * time.Microsecond
	if len(s.entries) < many {
		return 0
	}
	return min(time.Duration(len(s.entries))*each, time.Second)
}

// see calls f with a scan that is new enough.
func (a *asked) see(v *View, f func(*scan)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.scan == nil {
		a.scan = new(scan)
	}
	if time.Since(a.scan.at) >= a.scan.serves() {
		v.sampler.with(func(known *scan) { a.scan.fill(v, known, false) })
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
