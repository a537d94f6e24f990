package main

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A state is what a worker keeps.
type state struct{ answer }

// What goes wrong next, and what all workers share.
var (
	births       atomic.Int64
	failsBirth   atomic.Int64 // so many times
	failsCleanUp atomic.Bool
	shared       sync.Mutex
	numbers      = map[int]int{}
)

// newState is what a worker does first.
func newState(name string) *state {
	if name == victim && failsBirth.Load() > 0 {
		failsBirth.Add(-1)
		panic("struck in init")
	}
	return &state{answer{born: births.Add(1)}}
}

// cleanUp is what a worker does last.
func cleanUp(name string) {
	if name == victim && failsCleanUp.CompareAndSwap(true, false) {
		panic("struck in clean-up")
	}
}

// A hold is what a library lends a worker.
type hold struct {
	done       func() <-chan struct{} // closed when the worker is to end; nil: never
	call       func(worker string, o order) error
	killSelf   func() error
	killParent func() error
	help       func() // starts a helper, which waits, and ends with the worker
}

// do does an order.
func (s *state) do(o order, h hold) (answer, error) {
	if o.pause > 0 {
		time.Sleep(o.pause)
	}
	if o.fault != "" {
		if err := misbehave(o.fault, h); err != nil {
			return answer{}, err
		}
	}
	shared.Lock()
	defer shared.Unlock()
	s.count++
	return s.answer, nil
}

type panics struct{}

func (panics) Error() string { panic("Error panics") }

// misbehave does something wrong, as the handler of an order.
func misbehave(fault string, h hold) error {
	switch fault {
	case "init":
		failsBirth.Store(1)
	case "init-always":
		failsBirth.Store(1 << 62)
	case "clean-up":
		failsCleanUp.Store(true)
	case "goexit":
		runtime.Goexit()
	case "nil":
		var none *state
		none.count++
	case "error":
		panic(panics{})
	case "hang", "stop":
		<-make(chan struct{})
	case "heed":
		if h.done == nil {
			<-make(chan struct{})
		}
		<-h.done()
		return errors.New("told to end")
	case "spin":
		for births.Load() > 0 {
		}
	case "self":
		return h.call(victim, order{})
	case "circle":
		return h.call(sibling, order{fault: "back"})
	case "back":
		return h.call(victim, order{})
	case "kill-self":
		return h.killSelf()
	case "kill-parent":
		return h.killParent()
	case "stack":
		deep(1 << 16)
		return nil
	case "recursion":
		deep(1 << 40)
	case "lock":
		defer shared.Unlock()
		shared.Lock()
	case "left-locked":
		shared.Lock()
	case "helpers":
		for range 100 {
			h.help()
		}
	case "goroutine":
		go panic("struck in a goroutine of its own")
		time.Sleep(time.Second)
	case "map":
		writeAtOnce()
	}
	panic("struck")
}

// deep needs a kilobyte of stack for each step.
func deep(n int) byte {
	var a [1 << 10]byte
	if n > 0 {
		a[n%len(a)] = deep(n-1) + 1
	}
	return a[n%len(a)]
}

// writeAtOnce writes to one map from several goroutines.
func writeAtOnce() {
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for i := range 1_000_000 {
				numbers[i%100] = i
			}
		})
	}
	all.Wait()
}
