package sched

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

type taskFunc func(*Runner)

func (f taskFunc) Run(r *Runner) { f(r) }

// bubble runs f with a scheduler of its own and checks that it leaves no
// goroutine behind (the bubble would not end).
func bubble(t *testing.T, f func(t *testing.T, s *Sched)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := New()
		f(t, s)
		<-s.Close()
		if all, _ := s.Runners(); all != 0 {
			t.Errorf("%d runners left after Close", all)
		}
	})
}

// A task blocks on a mutex that the task queued behind it releases. A mutex
// does not count as durably blocked, so the bubble's clock stands still: only
// a spare that needs no clock can help.
func TestBlockedOnMutexOfTheNextInQueue(t *testing.T) {
	bubble(t, func(t *testing.T, s *Sched) {
		var held sync.Mutex
		held.Lock()
		var done sync.WaitGroup
		done.Add(2)
		s.Ready(taskFunc(func(r *Runner) {
			s.Ready(taskFunc(func(*Runner) { held.Unlock(); done.Done() }), r)
			held.Lock()
			done.Done()
		}), nil)
		done.Wait()
	})
}

// Every task blocks until the last has run: each needs a goroutine.
func TestManyBlockedTasks(t *testing.T) {
	bubble(t, func(t *testing.T, s *Sched) {
		const n = 1000
		release := make(chan struct{})
		var begun atomic.Int32
		var done sync.WaitGroup
		done.Add(n)
		s.Ready(taskFunc(func(r *Runner) {
			for range n {
				s.Ready(taskFunc(func(*Runner) {
					if begun.Add(1) == n {
						close(release)
					}
					<-release
					done.Done()
				}), r)
			}
		}), nil)
		done.Wait()
		synctest.Wait()
		if all, idle := s.Runners(); all != idle || idle > runtime.GOMAXPROCS(0)+1 {
			t.Errorf("%d runners, %d of them idle, after the rush; at most GOMAXPROCS and one are kept", all, idle)
		}
	})
}

// A runner that is never out of work keeps room for what is queued, and not for
// all that it has run.
func TestQueueStaysSmall(t *testing.T) {
	var r Runner
	r.armed = true // no spare is to come
	ran, next := 0, 0
	push := func() {
		want := next
		next++
		r.add(taskFunc(func(*Runner) {
			if ran != want {
				t.Fatalf("task %d ran in place of %d", want, ran)
			}
			ran++
		}))
	}
	for range 7 {
		push()
	}
	for range 100_000 {
		push()
		r.pop().Run(&r)
	}
	if got := cap(r.queue); got > 64 {
		t.Errorf("the queue has room for %d tasks, with 7 in it", got)
	}
	for task := r.pop(); task != nil; task = r.pop() {
		task.Run(&r)
	}
	if ran != next {
		t.Errorf("%d of %d tasks have run", ran, next)
	}
}

// A runner that Goexit ends hands on what is queued behind it.
func TestGoexitHandsOnTheQueue(t *testing.T) {
	bubble(t, func(t *testing.T, s *Sched) {
		var done sync.WaitGroup
		done.Add(100)
		s.Ready(taskFunc(func(r *Runner) {
			for i := range 100 {
				s.Ready(taskFunc(func(*Runner) {
					done.Done()
					if i%3 == 0 {
						runtime.Goexit()
					}
				}), r)
			}
			runtime.Goexit()
		}), nil)
		done.Wait()
	})
}

// A task made runnable by many goroutines and runners runs as often as it was
// made so; none is lost and none runs twice.
func TestEachReadyRunsOnce(t *testing.T) {
	bubble(t, func(t *testing.T, s *Sched) {
		const goroutines, each, chain = 8, 200, 20
		var runs atomic.Int64
		var done sync.WaitGroup
		done.Add(goroutines * each * chain)
		var hop func(left int) taskFunc
		hop = func(left int) taskFunc {
			return func(r *Runner) {
				runs.Add(1)
				if left > 1 {
					s.Ready(hop(left-1), r)
				}
				if left%7 == 0 {
					runtime.Gosched()
				}
				done.Done()
			}
		}
		for range goroutines {
			go func() {
				for range each {
					s.Ready(hop(chain), nil)
				}
			}()
		}
		done.Wait()
		if got := runs.Load(); got != goroutines*each*chain {
			t.Errorf("%d runs, want %d", got, goroutines*each*chain)
		}
	})
}

// A stale runner in Ready costs speed only.
func TestReadyByAStaleRunner(t *testing.T) {
	bubble(t, func(t *testing.T, s *Sched) {
		var stale *Runner
		first := make(chan struct{})
		s.Ready(taskFunc(func(r *Runner) { stale = r; close(first) }), nil)
		<-first
		synctest.Wait()
		second := make(chan struct{})
		s.Ready(taskFunc(func(*Runner) { close(second) }), stale)
		<-second
	})
}

func TestParkAndUnpark(t *testing.T) {
	bubble(t, func(t *testing.T, s *Sched) {
		parked, done := make(chan *Runner), make(chan struct{})
		s.Ready(taskFunc(func(r *Runner) { parked <- r; r.Park(); close(done) }), nil)
		(<-parked).Unpark()
		<-done
	})
}

func TestGoroutineID(t *testing.T) {
	other := make(chan uint64)
	go func() { other <- GoroutineID() }()
	mine := GoroutineID()
	if theirs := <-other; mine == theirs || mine == 0 || theirs == 0 || mine != GoroutineID() {
		t.Errorf("own id %d then %d, the id of another %d", mine, GoroutineID(), theirs)
	}
}

type hopper struct {
	s     *Sched
	next  *hopper
	count *int
	done  chan struct{}
}

func (h *hopper) Run(r *Runner) {
	*h.count--
	if *h.count <= 0 {
		close(h.done)
		return
	}
	h.s.Ready(h.next, r)
}

func BenchmarkHop(b *testing.B) {
	s := New()
	count, done := b.N, make(chan struct{})
	first := &hopper{s: s, count: &count, done: done}
	first.next = &hopper{s: s, next: first, count: &count, done: done}
	b.ReportAllocs()
	b.ResetTimer()
	s.Ready(first, nil)
	<-done
	b.StopTimer()
	<-s.Close()
}

// What a task waits for runs, whether or not a runner is on its way to the queue
// of that task.
func TestReadyForOneWhoWaits(t *testing.T) {
	bubble(t, func(t *testing.T, s *Sched) {
		const tasks, rounds = 8, 50
		var before atomic.Int32
		var done sync.WaitGroup
		done.Add(tasks * (1 + rounds))
		for range tasks {
			s.Ready(taskFunc(func(r *Runner) {
				defer done.Done()
				for i := range rounds {
					if i%2 == 0 {
						s.Ready(taskFunc(func(*Runner) { before.Add(1); done.Done() }), r)
					} else {
						done.Done()
					}
					ran := make(chan struct{})
					s.ReadyFor(taskFunc(func(*Runner) { close(ran) }), r)
					<-ran
				}
			}), nil)
		}
		done.Wait()
		if got := before.Load(); got != tasks*rounds/2 {
			t.Errorf("%d tasks ran that were queued before, want %d", got, tasks*rounds/2)
		}
	})
}
