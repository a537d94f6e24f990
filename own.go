package coppice

import "fmt"

// Own has v.Resolver release v.Key when the process has ended, before anybody
// can hear of its end, as it does for the name that a process was started
// under. It is for resolvers that give keys to running processes; owning twice
// is owning once. If the process has ended nothing is owned: Own returns an
// error, or, on the process's own goroutine, does not return.
func (p *Process) Own(v Via) error {
	q := p.proc
	if v.Resolver == nil {
		return fmt.Errorf("coppice: %v cannot own a Via without a Resolver", p)
	}
	q.mu.Lock()
	gone := q.dead.Load()
	if !gone && q.owns(v) < 0 {
		x := q.rare()
		x.resolvers = append(x.resolvers, v)
	}
	q.mu.Unlock()
	if gone {
		return q.interrupted()
	}
	return nil
}

// Disown undoes Own, and reports whether the process owned v. It calls nothing
// of the resolver.
func (p *Process) Disown(v Via) bool {
	q := p.proc
	q.mu.Lock()
	defer q.mu.Unlock()
	at := -1
	if !q.dead.Load() { // one that has ended is at releasing what it owned
		at = q.owns(v)
	}
	if at < 0 {
		return false
	}
	x := q.more
	last := len(x.resolvers) - 1
	x.resolvers[at], x.resolvers[last] = x.resolvers[last], Via{}
	x.resolvers = x.resolvers[:last]
	return true
}

// owns returns where v is among what p owns, or -1; p.mu is held.
func (p *proc) owns(v Via) int {
	if p.more == nil {
		return -1
	}
	for i, had := range p.more.resolvers {
		if comparableEqual(had, v) {
			return i
		}
	}
	return -1
}
