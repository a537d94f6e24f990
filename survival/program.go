package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// The workers: the victim and its sibling are supervised by the unit; the
// others by the top, which supervises the unit too.
const (
	victim  = "victim"
	sibling = "sibling"
)

var others = []string{"other1", "other2"}

const (
	patience  = 2 * time.Second        // the time limit of each call
	lastWords = 500 * time.Millisecond // what a worker has to end when it is told to
	restarts  = 3                      // so many in
	period    = 5 * time.Second
	mostQueue = 100 // requests that may wait for a worker, where that can be said
)

// An order is what a client asks of a worker.
type order struct {
	fault string        // do this wrong
	pause time.Duration // work for so long
}

// An answer tells how many orders a worker has done since it was born.
type answer struct {
	count int
	born  int64
}

// A service is the program as its clients see it.
type service interface {
	do(worker string, o order) (answer, error) // as a client: patience is its limit
	restart(worker string) error               // as an operator
}

var inFlight sync.WaitGroup // commands without an answer

// serve takes commands from the judge, a line each, and does all at once.
func serve(s service) {
	say("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		inFlight.Go(func() {
			said, err := command(s, words[1], words[2])
			if err != nil {
				said = "error " + strconv.Quote(fmt.Sprintf("%T: %.200s", err, safely(err)))
			}
			say(words[0] + " " + said)
		})
	}
}

// safely is the text of an error that may panic when it is asked.
func safely(err error) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text = "its Error panics"
		}
	}()
	return err.Error()
}

var saying sync.Mutex

// say writes one line to the judge.
func say(line string) {
	saying.Lock()
	defer saying.Unlock()
	_, _ = fmt.Println("@ " + line)
}

// settle gives what has been answered the time to be written.
func settle() {
	done := make(chan struct{})
	go func() {
		inFlight.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(200 * time.Millisecond):
	}
}

func command(s service, verb, arg string) (string, error) {
	switch verb {
	case "ask":
		a, err := s.do(arg, order{})
		return fmt.Sprintf("ok %d %d", a.count, a.born), err
	case "work":
		_, err := s.do(arg, order{pause: 50 * time.Millisecond})
		return "ok", err
	case "restart":
		return "ok", s.restart(arg)
	case "stats":
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return fmt.Sprintf("ok %d %d", runtime.NumGoroutine(), (m.HeapInuse+m.StackInuse)>>20), nil
	case "flood":
		return flood(s, arg), nil
	}
	_, err := s.do(victim, order{fault: verb})
	return "ok", err
}

// flood has 10,000 clients a second ask a worker for a millisecond of work, for
// three seconds, and tells what became of them.
func flood(s service, worker string) string {
	var answered, told, late atomic.Int64
	var clients sync.WaitGroup
	var most uint64
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for begun := time.Now(); time.Since(begun) < 3*time.Second; <-tick.C {
		for range 100 {
			clients.Go(func() {
				asked := time.Now()
				_, err := s.do(worker, order{pause: time.Millisecond})
				switch {
				case err == nil:
					answered.Add(1)
				case time.Since(asked) < patience*3/4:
					told.Add(1)
				default:
					late.Add(1)
				}
			})
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapInuse+m.StackInuse)
	}
	over := time.Now()
	for _, err := s.do(worker, order{}); err != nil && time.Since(over) < 10*time.Second; _, err = s.do(worker, order{}) {
		time.Sleep(20 * time.Millisecond)
	}
	back := time.Since(over)
	clients.Wait()
	return fmt.Sprintf("ok %d %d %d %d %d", answered.Load(), told.Load(), late.Load(), most>>20, back.Milliseconds())
}

// within gives f five seconds, and returns an exit status.
func within(f func()) int {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
		return 0
	case <-time.After(5 * time.Second):
		return 1
	}
}

// untilTold waits for the signal that ends a program.
func untilTold() {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	<-ctx.Done()
}
