package conformance

import "sync"

// A death is the end of a process, with the text of its reason.
type death struct {
	lane   lane
	reason string
}

// A deathLog collects the ends of processes. Those whose start failed are left
// out, however late it is known that it did: at the end of the block at the
// latest, and then for good.
type deathLog struct {
	mu     sync.Mutex
	failed map[lane]bool // guarded by mu
	fresh  []death       // guarded by mu
}

// fail says that the start of the process did not succeed.
func (l *deathLog) fail(who lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed == nil {
		l.failed = map[lane]bool{}
	}
	l.failed[who] = true
}

func (l *deathLog) add(who lane, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fresh = append(l.fresh, death{who, reason})
}

// take gives the deaths since the last call.
func (l *deathLog) take() []death {
	l.mu.Lock()
	defer l.mu.Unlock()
	var seen []death
	for _, d := range l.fresh {
		if !l.failed[d.lane] {
			seen = append(seen, d)
		}
	}
	l.fresh = nil
	return seen
}
