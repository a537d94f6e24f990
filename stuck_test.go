package coppice_test

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// Code that goes on although its process was killed, or told to end, is shown at
// once, reported when its grace is over, and forgotten when it returns.
func TestZombies(t *testing.T) {
	for _, row := range []struct {
		name   string
		reason error
		grace  time.Duration
	}{
		{"killed", coppice.Kill, time.Second},
		{"told to end", errBoom, 5 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			var seen reports
			bubbleWith(t, coppice.Options{OnReport: seen.add}, func(t *testing.T, n *coppice.Node) {
				release := make(chan struct{})
				pid := must(coppice.Spawn(n, func(p *coppice.Process) error { stuckHere(release); return nil }))
				synctest.Wait()
				coppice.Exit(n, pid, row.reason)
				stuck := n.Stuck()
				if len(stuck) != 1 || stuck[0].PID != pid || stuck[0].Zombie || stuck[0].Killed != (row.reason == coppice.Kill) || !strings.Contains(stuck[0].Stack, "stuckHere") {
					t.Errorf("at once: %v", stuck)
				}
				time.Sleep(row.grace - 1) // time is the subject
				synctest.Wait()
				if z := seen.zombies(); len(z) != 0 {
					t.Errorf("too early: %v", z)
				}
				time.Sleep(time.Nanosecond)
				synctest.Wait()
				z := seen.zombies()
				if len(z) != 1 || z[0].Stuck.PID != pid || !z[0].Stuck.Zombie || !strings.Contains(z[0].String(), "stuckHere") || !strings.Contains(z[0].Summary(), row.name) {
					t.Errorf("in time: %v", z)
				}
				time.Sleep(time.Hour)
				close(release)
				synctest.Wait()
				if z := seen.zombies(); len(z) != 1 || len(n.Stuck()) != 0 {
					t.Errorf("%d reports, still shown: %v", len(z), n.Stuck())
				}
			})
		})
	}
}

// A grace that begins later may be over sooner.
func TestEachZombieHasItsOwnGrace(t *testing.T) {
	var seen reports
	bubbleWith(t, coppice.Options{OnReport: seen.add}, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		body := func(p *coppice.Process) error { stuckHere(release); return nil }
		slow, fast := must(coppice.Spawn(n, body)), must(coppice.Spawn(n, body))
		synctest.Wait()
		coppice.Exit(n, slow, errBoom)
		coppice.Exit(n, fast, coppice.Kill)
		time.Sleep(time.Second) // time is the subject
		synctest.Wait()
		if z := seen.zombies(); len(z) != 1 || z[0].Stuck.PID != fast {
			t.Errorf("after 1s: %v", z)
		}
		time.Sleep(4 * time.Second)
		synctest.Wait()
		if z := seen.zombies(); len(z) != 2 || z[1].Stuck.PID != slow {
			t.Errorf("after 5s: %v", z)
		}
		close(release)
	})
}

// A grace that is none is over at once, however negative it is.
func TestNoGrace(t *testing.T) {
	for _, grace := range []time.Duration{math.MinInt64, -1} {
		var seen reports
		bubbleWith(t, coppice.Options{OnReport: seen.add, Grace: grace, KillGrace: grace}, func(t *testing.T, n *coppice.Node) {
			release := make(chan struct{})
			for _, reason := range []error{coppice.Kill, errBoom} {
				pid := must(coppice.Spawn(n, func(*coppice.Process) error { stuckHere(release); return nil }))
				synctest.Wait()
				coppice.Exit(n, pid, reason)
				time.Sleep(time.Nanosecond) // time is the subject
				synctest.Wait()
			}
			if z := seen.zombies(); len(z) != 2 {
				t.Errorf("%v: %d reports", grace, len(z))
			}
			close(release)
			synctest.Wait()
		})
	}
}

// One that was told to end while it waited, and whose deferred function hangs.
func TestHangingDeferredFunctionIsShown(t *testing.T) {
	var seen reports
	bubbleWith(t, coppice.Options{OnReport: seen.add}, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		for _, wait := range blocking(n) {
			pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
				defer stuckHere(release)
				wait(p)
				return nil
			}))
			synctest.Wait()
			coppice.Exit(n, pid, errBoom)
		}
		time.Sleep(5 * time.Second) // time is the subject
		synctest.Wait()
		if want := len(blocking(n)); len(seen.zombies()) != want || len(n.Stuck()) != want {
			t.Errorf("%d reports, %d shown, want %d", len(seen.zombies()), len(n.Stuck()), want)
		}
		close(release)
	})
}

// A mutinous is a reason that does not say what it is.
type mutinous struct{ release chan struct{} }

func (m mutinous) Error() string { <-m.release; return "at last" }

// A reason whose Error waits for what does not come holds up nobody who looks
// at what is stuck.
func TestStuckForAReasonThatHangs(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		for range 100 {
			pid := must(coppice.Spawn(n, func(*coppice.Process) error { stuckHere(release); return nil }))
			synctest.Wait()
			coppice.Exit(n, pid, mutinous{release})
		}
		began := time.Now()
		for _, s := range n.Stuck() {
			if text := s.String(); !strings.Contains(text, "told to end (coppice_test.mutinous") {
				t.Errorf("it says %q", text)
			}
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
		close(release)
	})
}
