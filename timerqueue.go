package coppice

import (
	"container/heap"
	"math"
	"sync"
	"time"
)

// A timerQueue has the timers of one target, and fires them in the order in
// which they are due; those due at the same time in the order in which they were
// set, as OTP does. A timer of Go's for each of them would not: each of these
// runs on a goroutine of its own, and of those that are late together the last
// begins first.
type timerQueue struct {
	node *Node
	key  any // in the timerSet of the node, or nil: it is a process's

	mu     sync.Mutex  // guards what follows, and what changes of its timers
	heap   timerHeap   //
	set    uint64      // timers that were set in all
	clock  *time.Timer // runs until the first one is due, or nil if there never was one
	firing bool        // a goroutine is at it, and will look again
	ended  bool        // its process has, or the node: there are no more timers
}

// put sets t to be due after d, if the queue has not ended.
func (q *timerQueue) put(t *Timer, d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return
	}
	t.queue, t.due = q, after(q.now(), max(d, 0))
	q.number(t)
	heap.Push(&q.heap, t)
	if t.place == firstPlace {
		q.arm()
	}
}

// number gives t its place among those that are due at the same time; q.mu is
// held.
func (q *timerQueue) number(t *Timer) {
	q.set++
	t.nth = q.set
}

func (q *timerQueue) now() time.Duration { return time.Since(q.node.began) }

// after is d after at, or as late as can be.
func after(at, d time.Duration) time.Duration {
	if d > math.MaxInt64-at {
		return math.MaxInt64
	}
	return at + d
}

// arm has the clock run until the first timer is due; q.mu is held. Whoever
// fires does that when he has come to the end.
func (q *timerQueue) arm() {
	switch {
	case q.firing:
	case len(q.heap) == 0:
		if q.clock != nil {
			q.clock.Stop()
		}
		if cap(q.heap) > narrow {
			q.heap = nil
		}
	case q.clock == nil:
		q.clock = time.AfterFunc(q.heap[0].due-q.now(), q.fire)
	default:
		q.clock.Reset(q.heap[0].due - q.now())
	}
}

// fire is called by the clock. What is sent may call code of the user's, which
// may call Goexit, so what has to follow is deferred.
func (q *timerQueue) fire() {
	q.mu.Lock()
	busy := q.firing
	q.firing = true
	q.mu.Unlock()
	if busy {
		return
	}
	defer q.fired()
	for t := q.next(); t != nil; t = q.next() {
		t.send()
	}
}

func (q *timerQueue) fired() {
	q.mu.Lock()
	q.firing = false
	q.arm()
	q.mu.Unlock()
	q.node.timers.drop(q)
}

// next takes the first timer if it is due. One that repeats is set again.
func (q *timerQueue) next() *Timer {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.heap) == 0 || q.heap[0].due > q.now() {
		return nil
	}
	t := q.heap[0]
	if t.every == 0 || t.void() {
		q.remove(t)
		return t
	}
	t.due = after(t.due, t.every)
	q.number(t)
	heap.Fix(&q.heap, 0)
	return t
}

// remove takes t out, which is there; q.mu is held.
func (q *timerQueue) remove(t *Timer) {
	heap.Remove(&q.heap, t.place-firstPlace)
	t.place = 0
}

// cancel takes t out, and returns how much time it had left; false means that it
// was not there any more.
func (q *timerQueue) cancel(t *Timer) (left time.Duration, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if t.place == 0 {
		return 0, false
	}
	was := t.place
	q.remove(t)
	if was == firstPlace {
		q.arm()
	}
	return max(t.due-q.now(), 0), true
}

// end cancels all timers, for good.
func (q *timerQueue) end() {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, t := range q.heap {
		t.place = 0
	}
	q.heap, q.ended = nil, true
	q.arm()
}

// A timerHeap has the timer that is due next at its top.
type timerHeap []*Timer

// firstPlace is the place of the one at the top; 0 is that of none which is there.
const firstPlace = 1

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	if h[i].due != h[j].due {
		return h[i].due < h[j].due
	}
	return h[i].nth < h[j].nth
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i+firstPlace, j+firstPlace
}

func (h *timerHeap) Push(t any) {
	*h = append(*h, t.(*Timer))
	(*h)[len(*h)-1].place = len(*h) - 1 + firstPlace
}

func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return t
}

// A timerSet has the timers of a node that are not to a process of it: by name,
// by a Via, or to a process of another node. So none outlives the node, and none
// to a process outlives that, which has them itself.
type timerSet struct {
	mu      sync.Mutex // guards what follows; taken before that of a queue
	queues  wide[any, *timerQueue]
	stopped bool
}

// put sets t to be due after d, in the queue of its target.
func (s *timerSet) put(t *Timer, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return ErrStopped
	}
	// To find who has a key is code of the user's: where that hangs it holds up
	// no other timer.
	var key any = t
	switch t.to.(type) {
	case Name, PID, Ref:
		key = t.to
	}
	q := s.queues.all[key]
	if q == nil {
		q = &timerQueue{node: t.node, key: key}
		s.queues.put(key, q)
	}
	q.put(t, d)
	return nil
}

// over reports whether the node takes no timers any more.
func (s *timerSet) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopped
}

// drop forgets q if it is of the set and there is nothing in it.
func (s *timerSet) drop(q *timerQueue) {
	if q.key == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.heap) == 0 && !q.firing && s.queues.all[q.key] == q {
		s.queues.remove(q.key)
	}
}

// stop cancels all timers, for good.
func (s *timerSet) stop() {
	s.mu.Lock()
	all := s.queues.all
	s.queues, s.stopped = wide[any, *timerQueue]{}, true
	s.mu.Unlock()
	for _, q := range all {
		q.end()
	}
}

// timerQueue returns the queue of the timers to p, or nil if p has ended.
func (p *proc) timerQueue() *timerQueue {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead.Load() {
		return nil
	}
	x := p.rare()
	if x.timers == nil {
		x.timers = &timerQueue{node: p.node}
	}
	return x.timers
}
