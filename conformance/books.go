package conformance

import (
	"sync"

	"github.com/seed-7832d3a3/coppice"
)

// The books of a run say who is who: the processes by name, and what steps have
// given labels to.
type books struct {
	mu       sync.Mutex // guards what follows
	count    map[string]int
	byPID    map[coppice.PID]*actor
	byLane   map[lane]*actor
	latest   map[string]*actor
	unburied map[*actor]bool        // their end has not been noted
	labels   map[coppice.Ref]string // of monitors
	refs     map[string]coppice.Ref // the other way round: the latest one counts
	timers   map[string]*coppice.Timer
}

func (b *books) init() {
	b.count = map[string]int{}
	b.byPID = map[coppice.PID]*actor{}
	b.byLane = map[lane]*actor{}
	b.latest = map[string]*actor{}
	b.unburied = map[*actor]bool{}
	b.labels = map[coppice.Ref]string{}
	b.refs = map[string]coppice.Ref{}
	b.timers = map[string]*coppice.Timer{}
}

// number gives a process its incarnation of name.
func (b *books) number(a *actor, name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count[name]++
	a.lane = lane{name, b.count[name]}
	b.byPID[a.pid] = a
	b.byLane[a.lane] = a
	b.latest[name] = a
	b.unburied[a] = true
}

// enter is for the processes of the runner itself: the driver and the reaper.
func (b *books) enter(a *actor) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.byPID[a.pid] = a
	if a.lane == driverLane {
		b.latest[driverLane.name] = a
	}
}

// incarnations tells how many processes have been started as name.
func (b *books) incarnations(name string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.count[name]
}

// find gives the process of a target like a or a#2, or nil.
func (b *books) find(text string) *actor {
	t, err := parseTarget(text)
	if err != nil || t.form != byName {
		return nil
	}
	return b.get(t.name, t.inc)
}

// get gives an incarnation, the latest one for 0, or nil.
func (b *books) get(name string, inc int) *actor {
	b.mu.Lock()
	defer b.mu.Unlock()
	if inc == 0 {
		return b.latest[name]
	}
	return b.byLane[lane{name, inc}]
}

// of gives the actor that a process is, or nil.
func (b *books) of(pid coppice.PID) *actor {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.byPID[pid]
}

// bury notes that the end of a process is known.
func (b *books) bury(a *actor) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.unburied, a)
}

// allBuried tells whether every process that has ended is known to have.
func (b *books) allBuried() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for a := range b.unburied {
		if !coppice.Alive(a.pid) {
			return false
		}
	}
	return true
}

func (b *books) labelRef(label string, ref coppice.Ref) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.labels[ref], b.refs[label] = label, ref
	delete(b.timers, label)
}

// label gives the name of a monitor.
func (b *books) label(ref coppice.Ref) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if label, ok := b.labels[ref]; ok {
		return label
	}
	return "ref"
}

// showRef gives a reference the text by which it is shown, and no more.
func (b *books) showRef(label string, ref coppice.Ref) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.labels[ref] = label
}

// ref gives the monitor of a label. That of a timer is a reference of nothing, as
// both are references in OTP.
func (b *books) ref(label string) coppice.Ref {
	b.mu.Lock()
	defer b.mu.Unlock()
	ref, ok := b.refs[label]
	if !ok && b.timers[label] == nil {
		panic(crash("badarg")) // the step that would have made it has not been executed
	}
	return ref
}

func (b *books) labelTimer(label string, t *coppice.Timer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timers[label] = t
	delete(b.refs, label)
}

// timer gives the timer of a label, or nil for that of a monitor.
func (b *books) timer(label string) *coppice.Timer {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.timers[label]
	if _, ok := b.refs[label]; t == nil && !ok {
		panic(crash("badarg"))
	}
	return t
}
