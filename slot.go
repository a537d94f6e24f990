package coppice

import (
	"sync/atomic"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/sched"
)

// A slot is where the reply to one request lands.
//
// Whoever ends the request (a reply, the time limit, the end of the process
// called, the caller who gives up) takes the slot first, by one CAS on word,
// which holds the generation and the state together: a late reply has an old
// generation and takes nothing. Who has taken it writes the result and then
// delivers, so a caller that gives up and finds the slot taken waits for that
// moment before it frees the slot.
type slot struct {
	node  *Node
	to    *proc         // who owes the reply; for whoever sent the request
	asker *proc         // in whose books it is as asked, or nil
	word  atomic.Uint64 // generation<<2 | slotState
	ready sched.Token   // the result is there
	set   *PendingSet   // who is told instead of ready, or nil

	value any   // the reply
	err   error // the error of the reply
	fail  error // why there is none, or nil

	ended   bool // fail is the exit reason of the process that owes the reply
	expired bool // fail comes from the timer, which will not fire again
	settled bool // off the list of what is owed; for whoever has taken the slot
	start   bool // it is the acknowledgement of a start
	awaits  bool // it is an Await: there will be no reply
	room    bool // it is for room in a mailbox
	timed   bool // whoever waits does so with a time limit

	waited time.Duration // for room, before the request was sent

	until atomic.Int64           // for how long somebody waits, see setUntil
	ends  atomic.Pointer[ending] // what is to be told when nobody does any more

	body any           // what was sent, where circles are looked for
	out  atomic.Uint32 // there: the last generation whose From was taken

	timer   *time.Timer // for the time limit, reused
	timeGen uint32      // the generation that it is for

	owedBy     *proc // in whose list it is; guarded by that process's mu
	prev, next *slot

	nextWaiting *slot // in the list of what a process waits for; guarded by its mu
}

const (
	slotFree    = iota
	slotWaiting // for whoever takes it
	slotTaken   // the result is there, or about to be
)

// open begins a new generation of a free slot.
func (s *slot) open() (gen uint32) {
	gen = uint32(s.word.Load()>>2) + 1
	s.word.Store(uint64(gen)<<2 | slotWaiting)
	return gen
}

// take reports whether the caller is the one who ends the request.
func (s *slot) take(gen uint32) bool {
	return s.word.CompareAndSwap(uint64(gen)<<2|slotWaiting, uint64(gen)<<2|slotTaken)
}

// takeAny takes the present generation, of a slot that cannot be freed
// meanwhile.
func (s *slot) takeAny() bool { return s.take(uint32(s.word.Load() >> 2)) }

// deliver says that the result is there.
func (s *slot) deliver() {
	if s.set != nil {
		s.set.deliver(s)
		return
	}
	s.ready.Give()
}

// waitingFor reports whether gen has not been ended.
func (s *slot) waitingFor(gen uint32) bool {
	return s.word.Load() == uint64(gen)<<2|slotWaiting
}

// expire is called by the timer.
func (s *slot) expire() {
	if s.take(s.timeGen) {
		s.fail, s.expired = Timeout, true
		s.deliver()
	}
}

// startTimer limits the wait. A limit that is over needs no timer: and in a bubble
// of testing/synctest, under the race detector, timers for now that are started
// by several goroutines at once can crash the runtime of Go 1.26.
func (s *slot) startTimer(gen uint32, d time.Duration) {
	s.timeGen = gen
	if d <= 0 {
		s.expire()
		return
	}
	s.until.Store(s.node.onClock(time.Now().Add(d)))
	if s.timer == nil {
		s.timer = time.AfterFunc(d, s.expire)
		return
	}
	s.timer.Reset(d)
}

// getSlot returns a free slot.
func (n *Node) getSlot() *slot {
	if s, ok := n.slots.Get().(*slot); ok {
		return s
	}
	return &slot{node: n, ready: sched.MakeToken()}
}

// putSlot takes back a slot whose result has been delivered and taken. timed
// says that its timer was started in this generation.
func (n *Node) putSlot(s *slot, timed bool) {
	// A timer that cannot be stopped any more may be about to look at timeGen:
	// unless it is what ended the request, the slot must not be used again.
	reusable := !timed || s.expired || s.timer == nil || s.timer.Stop()
	s.word.Store(s.word.Load() &^ 3) // slotFree, until open begins the next generation
	if reusable {
		s.value, s.err, s.fail, s.set, s.to, s.body = nil, nil, nil, nil, nil, nil
		s.ended, s.expired, s.settled, s.start, s.awaits, s.room, s.timed, s.waited = false, false, false, false, false, false, false, 0
		n.slots.Put(s)
	}
}

// owe enters s in the list of what p has not answered; p.mu is held.
func (p *proc) owe(s *slot) {
	s.owedBy, s.next = p, p.owed
	if p.owed != nil {
		p.owed.prev = s
	}
	p.owed = s
}

// ask enters s in the books of p as sent and not waited for yet. Unlike a slot
// that p waits on, which whoever ends p takes from its hands, nobody would free
// this one if p ended.
func (p *proc) ask(s *slot, gen uint32) {
	s.asker = p
	p.mu.Lock()
	x := p.rare()
	if x.asked == nil {
		x.asked = make(map[*slot]uint32)
	}
	x.asked[s] = gen
	p.mu.Unlock()
}

// unask takes s out of the books of who asked, for whoever has taken it.
func (s *slot) unask() {
	if s.asker == nil {
		return
	}
	s.asker.mu.Lock()
	delete(s.asker.more.asked, s)
	s.asker.mu.Unlock()
	s.asker = nil
}

// dropAsked ends what p, which is dead, has asked: or servers that do not answer
// would go on owing it. A slot that has been freed meanwhile has another
// generation.
func (p *proc) dropAsked(asked map[*slot]uint32) {
	for s, gen := range asked {
		if s.take(gen) {
			s.fail = &ExitedError{PID{p}, p.fate}
			s.settle()
			s.deliver()
		}
	}
}

// settle takes s off the list, for whoever has taken it. A reply does so itself:
// or a server would go on owing it to a caller that has died.
func (s *slot) settle() {
	s.tellEnd()
	if s.asker != nil {
		s.unask()
	}
	if s.settled {
		return
	}
	s.settled = true
	p := s.to
	p.mu.Lock()
	if s.owedBy == p {
		if s.prev != nil {
			s.prev.next = s.next
		} else {
			p.owed = s.next
		}
		if s.next != nil {
			s.next.prev = s.prev
		}
		s.owedBy, s.prev, s.next = nil, nil, nil
	}
	p.mu.Unlock()
}

// startSlot returns where the starter waits, if it does; p.mu is held.
func (p *proc) startSlot() *slot {
	for s := p.owed; s != nil; s = s.next {
		if s.start {
			return s
		}
	}
	return nil
}
