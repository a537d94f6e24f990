// Package sched lends goroutines to tasks that have something to do.
//
// A process that waits for messages is a struct; it needs a goroutine only
// while it works. A [Runner] is such a goroutine, with a queue of tasks of its
// own. What a running task makes runnable goes on its runner's queue and is
// run next, without a word to Go's scheduler: that is what makes a hop between
// two processes cheap. Runners are kept for their stacks, which have grown.
//
// The invariants, on which everything else rests:
//
//  1. Whoever queues behind a running task arms one spare runner. The spare is
//     an ordinary runnable goroutine, so Go schedules it as soon as the runner
//     blocks, in whatever way: no runnable task ever waits for a clock, and no
//     blocked one holds up another. There is no monitor with a timer, which
//     would hang in a synctest bubble as soon as a task waits on a mutex whose
//     owner is queued behind it.
//  2. A queue that is not empty has a spare armed for it, or its runner is
//     between two tasks.
//  3. A queue is never left by its runner while it holds a task: not when the
//     runner parks, nor when runtime.Goexit ends it.
//
// Never a fixed pool: that many blocked tasks would stop everything.
package sched

import (
	"runtime"
	"sync"
)

// A Task is something to run. Run may block, panic with its own recover, or
// end the goroutine with runtime.Goexit.
type Task interface{ Run(*Runner) }

// A Sched is a set of runners. Use [New].
type Sched struct {
	procs int // GOMAXPROCS: how many runners can move at once
	keep  int // how many idle runners are kept for their stacks

	mu       sync.Mutex // guards what follows; never held while a Runner.mu is waited for by its holder
	outside  []Task     // made runnable by no runner
	coming   bool       // a runner is on its way to outside
	idle     []*Runner  // parked, the last one on top
	moving   []*Runner  // at work, and seen to move from task to task
	runners  int        // goroutines alive
	closed   bool
	noneLeft chan struct{} // closed when closed is set and the last runner has ended
	ended    sync.Once     // guards the close of noneLeft
}

// New returns a Sched without any goroutine; they start on demand.
func New() *Sched {
	procs := runtime.GOMAXPROCS(0)
	// One more, for a crash takes three at a time, also where there are two
	// processors: the log, the supervisor, and the child that it waits for.
	// With one less, each restart has to grow a new stack.
	return &Sched{procs: procs, keep: procs + 1, noneLeft: make(chan struct{})}
}

// Ready has t run once, soon. by is the runner on which the caller runs, or
// nil: it may also be stale, which costs speed and nothing else, or that of
// another Sched, on which t must not run.
func (s *Sched) Ready(t Task, by *Runner) {
	if by != nil && by.s == s && by.push(t) {
		return
	}
	s.hand(t)
}

// ReadyFor is Ready for a caller that is about to wait for t. Nothing is won if it
// queues behind him, so another runner begins with it at once; unless a spare is
// on its way to his queue anyway, to which no second one has to be added.
func (s *Sched) ReadyFor(t Task, by *Runner) {
	if by != nil && by.s == s && by.pushArmed(t) {
		return
	}
	s.hand(t)
}

// hand gives t to an idle runner, or to the outside queue.
func (s *Sched) hand(t Task) {
	s.mu.Lock()
	if n := len(s.idle); n > 0 && len(s.outside) == 0 {
		r := s.popIdle()
		r.first = t
		s.mu.Unlock()
		r.wake.Give()
		return
	}
	s.outside = append(s.outside, t)
	come := !s.coming
	s.coming = true
	s.mu.Unlock()
	if come {
		s.send(nil)
	}
}

// Close ends the idle runners, and every other one when it has nothing more
// to do. The channel is closed when none is left.
func (s *Sched) Close() <-chan struct{} {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		for len(s.idle) > 0 {
			s.popIdle().wake.Give()
		}
		if s.runners == 0 {
			s.ended.Do(func() { close(s.noneLeft) })
		}
	}
	s.mu.Unlock()
	return s.noneLeft
}

// Runners returns how many goroutines the scheduler has, and how many of them
// are idle.
func (s *Sched) Runners() (all, idle int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runners, len(s.idle)
}

// send sends a runner after the queue of victim (nil: the outside queue): an
// idle one if there is one.
func (s *Sched) send(victim *Runner) {
	s.mu.Lock()
	if len(s.idle) > 0 {
		r := s.popIdle()
		r.victim = victim
		s.mu.Unlock()
		r.wake.Give()
		return
	}
	s.runners++
	r := &Runner{s: s, wake: MakeToken(), victim: victim, place: -1, off: true}
	s.list(r)
	s.mu.Unlock()
	go r.main()
}

// popIdle is called with s.mu held and an idle runner at hand, which moves from
// then on.
func (s *Sched) popIdle() *Runner {
	last := len(s.idle) - 1
	r := s.idle[last]
	s.idle[last] = nil
	s.idle = s.idle[:last]
	s.list(r)
	return r
}

// roomy reports whether a processor may be free for another runner. Runners
// that have not moved to another task since they were last looked at are in a
// long task or blocked, and are not counted or looked at again until they
// move: so ten thousand blocked tasks neither stop the others from spreading
// over the processors nor cost a scan each time.
func (s *Sched) roomy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 0; i < len(s.moving); {
		r := s.moving[i]
		r.mu.Lock()
		still := r.tick == r.looked
		r.looked, r.still = r.tick, still
		r.mu.Unlock()
		if still {
			s.unlist(r)
		} else {
			i++
		}
	}
	return len(s.moving) < s.procs
}

// list and unlist keep moving; s.mu is held.
func (s *Sched) list(r *Runner) {
	if r.place < 0 {
		r.place = len(s.moving)
		s.moving = append(s.moving, r)
	}
}

func (s *Sched) unlist(r *Runner) {
	if r.place < 0 {
		return
	}
	last := len(s.moving) - 1
	s.moving[r.place] = s.moving[last]
	s.moving[r.place].place = r.place
	s.moving[last] = nil
	s.moving = s.moving[:last]
	r.place = -1
}
