package conformance

import (
	"maps"
	"runtime"
	"slices"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

const (
	patience  = 12 * time.Second // how long a block may take to settle
	spins     = 50               // how often to look before sleeping in between
	looks     = 3                // how often the same has to be seen
	firstNap  = 20 * time.Microsecond
	longerNap = time.Millisecond
)

// settle waits until nothing more can happen unless time passes or the script
// goes on. It reports false if that takes too long.
//
// In Coppice a signal has arrived when the function that sends it returns, so
// nothing is ever on its way: it is enough to look at all processes. As they go
// on meanwhile, all have to be idle twice with nothing received in between: then
// they were idle throughout.
func (r *run) settle(p *coppice.Process) bool {
	deadline := time.Now().Add(patience)
	nap := firstNap
	var last view
	same := 0
	for round := 0; same < looks; round++ {
		p.Checkpoint()
		now, idle := r.look()
		if idle && same > 0 && now.equal(last) {
			same++
			continue
		}
		same = 0
		if idle {
			last, same = now, 1
			continue
		}
		if round < spins {
			runtime.Gosched()
			continue
		}
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(nap)
		nap = min(2*nap, longerNap)
	}
	return true
}

// A view is what the processes have done so far.
type view struct {
	received map[coppice.PID]uint64
	events   int
}

func (v view) equal(other view) bool {
	return v.events == other.events && maps.Equal(v.received, other.received)
}

// look looks at all processes, and reports whether they are idle.
func (r *run) look() (v view, idle bool) {
	v.received = map[coppice.PID]uint64{}
	for pid := range r.node.List() {
		info, alive := coppice.Lookup(pid)
		if !alive || pid != r.driver.pid && !r.idle(info) || slices.ContainsFunc(info.Monitors, dead) {
			return view{}, false
		}
		v.received[pid] = info.Received
	}
	// A process that is ending is not listed any more, but it is counted until
	// all its links have been told, and those that monitor it do so until they
	// have.
	if r.node.Count() != len(v.received) || !r.books.allBuried() {
		return view{}, false
	}
	v.events = r.events.size()
	return v, true
}

func dead(pid coppice.PID) bool { return !coppice.Alive(pid) }

// idle reports whether a process takes no part in what still happens.
func (r *run) idle(info coppice.ProcessInfo) bool {
	at := anywhere
	if a := r.books.of(info.PID); a != nil {
		at = place(a.place.Load())
	}
	switch info.Status {
	case coppice.Idle:
		return true
	case coppice.Receiving:
		// A supervisor that waits for a child to end is nowhere in particular.
		return at == hung || at != anywhere && info.Mailbox == 0
	case coppice.Calling, coppice.CallingT:
		return at == blocked && info.Mailbox == 0
	}
	return false
}
