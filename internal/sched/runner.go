package sched

import (
	"context"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

// A Runner is a goroutine that runs tasks, one after the other.
type Runner struct {
	s    *Sched
	id   uint64
	wake Token // what it waits for when idle, or in Park

	// Local is for the tasks that run on r: what one leaves, the next finds.
	Local any

	// Clock is the last reading of a clock that a task on r has left, and Stale
	// says that r has slept or gone on for a while since. Both are for the
	// tasks, on r's own goroutine.
	Clock time.Duration
	Stale bool

	// Labelled says that a task has given the goroutine labels, which end with
	// it.
	Labelled bool

	// Until is for the tasks too: when the wait of the one that runs ends. It is
	// guarded by a lock of theirs.
	Until time.Time

	running Task // what it runs; only for its own goroutine to see

	// Set by whoever sends the runner to work, before it wakes it.
	first  Task    // to be run, or nil
	victim *Runner // whose queue to take, or nil for the outside queue

	place int // in Sched.moving, or -1; guarded by Sched.mu

	mu     sync.Mutex // guards what follows
	queue  []Task     // queue[at:] is to be run
	at     int
	tick   uint32 // tasks begun; written by the runner only
	seen   uint32 // tick when the spare last looked
	looked uint32 // tick when Sched.roomy last looked
	armed  bool   // a spare is on its way to this queue
	still  bool   // has been taken off Sched.moving
	off    bool   // takes no tasks: idle, or ended
}

// ID returns the number that Go's tracebacks show for the runner's goroutine.
func (r *Runner) ID() uint64 { return r.id }

// Runs reports whether the calling goroutine is r's and runs t at the moment.
// It costs microseconds.
func (r *Runner) Runs(t Task) bool { return r.RunsOn(GoroutineID(), t) }

// RunsOn is Runs for a caller that knows the number of its own goroutine.
func (r *Runner) RunsOn(own uint64, t Task) bool { return r.id == own && r.running == t }

// Park blocks the task that runs on r until somebody calls Unpark once.
func (r *Runner) Park() {
	r.Stale = true
	r.wake.Wait()
}

// Unpark ends one Park.
func (r *Runner) Unpark() { r.wake.Give() }

// Parked returns the channel on which [Runner.Unpark] sends, for a task that
// waits for a timer too. After the wait it calls Unparked.
func (r *Runner) Parked() <-chan struct{} {
	r.Stale = true
	return r.wake.Park()
}

// Unparked ends what Parked began.
func (r *Runner) Unparked() { r.wake.Unpark() }

func (r *Runner) main() {
	defer r.ended()
	r.id = GoroutineID()
	r.unlabel() // a goroutine inherits them
	r.Stale = true
	for more := true; more; more = r.rest() {
		r.begin()
		if t := r.first; t != nil {
			r.first = nil
			r.run(t)
		} else if r.victim != nil {
			r.relieve()
		}
		r.work()
	}
}

// begin has r take tasks again.
func (r *Runner) begin() {
	r.mu.Lock()
	r.off = false
	r.tick++
	still := r.still
	r.still = false
	r.mu.Unlock()
	r.moves(still)
}

// moves is called after r has begun with a task, with what r.still was.
func (r *Runner) moves(still bool) {
	if still {
		r.s.mu.Lock()
		r.s.list(r)
		r.s.mu.Unlock()
	}
}

// work runs the queue until it is empty.
func (r *Runner) work() {
	for t := r.pop(); t != nil; t = r.pop() {
		r.run(t)
	}
}

func (r *Runner) run(t Task) {
	r.running = t
	r.Stale = r.Stale || r.tick%64 == 0
	t.Run(r)
	r.running = nil
	if r.Labelled {
		r.unlabel()
	}
}

func (r *Runner) unlabel() {
	pprof.SetGoroutineLabels(context.Background())
	r.Labelled = false
}

// push queues t and arms a spare for it.
func (r *Runner) push(t Task) bool {
	r.mu.Lock()
	if r.off {
		r.mu.Unlock()
		return false
	}
	r.add(t)
	arm := r.arm()
	r.mu.Unlock()
	if arm {
		r.s.send(r)
	}
	return true
}

// pushArmed queues t if a spare is on its way to the queue, which cannot be said
// of one that takes no tasks.
func (r *Runner) pushArmed(t Task) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	armed := r.armed && !r.off
	if armed {
		r.add(t)
	}
	return armed
}

// add puts t at the end of the queue; r.mu is held. Where half of the queue has
// been run it moves down instead of growing: a runner that is never out of work
// would keep room for all that it has ever run.
func (r *Runner) add(t Task) {
	if len(r.queue) == cap(r.queue) && r.at > 0 && r.at >= len(r.queue)-r.at {
		n := copy(r.queue, r.queue[r.at:])
		clear(r.queue[n:])
		r.queue, r.at = r.queue[:n], 0
	}
	r.queue = append(r.queue, t)
}

// arm notes that a spare is to be sent, if none is on its way; r.mu is held.
func (r *Runner) arm() bool {
	if r.armed {
		return false
	}
	r.armed, r.seen = true, r.tick
	return true
}

// pop takes the next task. Where there is none r takes none from then on.
func (r *Runner) pop() Task {
	r.mu.Lock()
	if r.at == len(r.queue) {
		r.off = true
		if cap(r.queue) > 1024 {
			r.queue, r.at = nil, 0 // grown by a burst
		}
		r.mu.Unlock()
		return nil
	}
	t := r.queue[r.at]
	r.queue[r.at] = nil
	r.at++
	r.tick++
	more := r.at < len(r.queue)
	if !more {
		r.queue, r.at = r.queue[:0], 0
	}
	arm := more && r.arm()
	still := r.still
	r.still = false
	r.mu.Unlock()
	if arm {
		r.s.send(r)
	}
	r.moves(still)
	return t
}

// relieve takes over from r.victim if it is stuck in a task, and shares its
// queue if a processor is free. As long as the victim moves and there is
// nothing to share it only looks again: it stays armed, so that the victim
// need not wake it for the next task, which costs as much as many tasks.
func (r *Runner) relieve() {
	v := r.victim
	r.victim = nil
	for pause := 0; ; pause = min(2*pause+firstLook, longestLook) {
		v.mu.Lock()
		n, stuck := len(v.queue)-v.at, v.tick == v.seen
		switch {
		case v.off || n == 0 && stuck:
			v.armed = false
			v.mu.Unlock()
			return
		case stuck:
			r.takeFrom(v, n)
			return
		}
		v.seen = v.tick
		v.mu.Unlock()
		if n > 1 && r.s.roomy() {
			v.mu.Lock()
			if n = len(v.queue) - v.at; n > 1 {
				r.takeFrom(v, n/2)
				return
			}
			v.mu.Unlock()
		}
		r.s.letRun(pause)
	}
}

// takeFrom takes the last n tasks of the queue of v, whose mu is held, and lets
// go of that. If some are left another spare goes there.
func (r *Runner) takeFrom(v *Runner, n int) {
	taken := v.cut(n)
	rest := v.at < len(v.queue)
	v.armed, v.seen = rest, v.tick
	v.mu.Unlock()
	if rest {
		r.s.send(v)
	}
	r.take(taken)
}

// How long a spare leaves its victim alone before it looks again, in turns of
// an empty loop: from almost nothing to microseconds. Each look takes the line
// of the cache with the victim's queue away from it, and one that finds it in the
// middle of a short task moves the next one to another processor.
const (
	firstLook   = 100
	longestLook = 10_000
)

// letRun lets others run, and then waits, unless there is one processor only.
func (s *Sched) letRun(pause int) {
	runtime.Gosched()
	if s.procs == 1 {
		return
	}
	for range pause {
	}
}

// cut removes the last n tasks of the queue; r.mu is held.
func (r *Runner) cut(n int) []Task {
	from := len(r.queue) - n
	if from == r.at {
		taken := r.queue[r.at:]
		r.queue, r.at = nil, 0
		return taken
	}
	taken := append([]Task(nil), r.queue[from:]...)
	clear(r.queue[from:])
	r.queue = r.queue[:from]
	return taken
}

// take puts tasks on the queue of r, which runs none at the moment.
func (r *Runner) take(tasks []Task) {
	r.mu.Lock()
	if r.at == len(r.queue) {
		r.queue, r.at = tasks, 0
	} else {
		r.queue = append(r.queue, tasks...)
	}
	r.mu.Unlock()
}

// rest takes what is outside, or else parks r until there is work. It reports
// false if r is to end. The queue of r is empty, and off.
func (r *Runner) rest() bool {
	s := r.s
	s.mu.Lock()
	if tasks := s.outside; len(tasks) > 0 {
		s.outside, s.coming = nil, false
		s.mu.Unlock()
		r.take(tasks)
		return true
	}
	s.unlist(r)
	if s.closed || len(s.idle) >= s.keep {
		s.mu.Unlock()
		return false
	}
	s.idle = append(s.idle, r)
	s.mu.Unlock()
	if r.wake.Wait() {
		r.Stale = true
	}
	return true
}

// ended runs when the goroutine ends, be it by a Goexit in the middle of a
// task. What it leaves goes to the outside queue.
func (r *Runner) ended() {
	r.mu.Lock()
	r.off = true
	left := r.queue[r.at:]
	r.queue, r.at = nil, 0
	r.mu.Unlock()
	s := r.s
	s.mu.Lock()
	s.unlist(r)
	s.outside = append(s.outside, left...)
	come := len(s.outside) > 0 && !s.coming
	s.coming = s.coming || come
	s.mu.Unlock()
	if come {
		s.send(nil)
	}
	s.mu.Lock()
	s.runners--
	if s.closed && s.runners == 0 {
		s.ended.Do(func() { close(s.noneLeft) })
	}
	s.mu.Unlock()
}
