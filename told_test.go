package coppice_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// Whoever waits for a process that was told to end sees that it was, also if it
// traps exits and does not come to it; the exit signal of anybody else tells it
// nothing.
func TestLookupShowsWhoWasTold(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		told := func(pid coppice.PID) bool {
			info, _ := coppice.Lookup(pid)
			return info.Told
		}
		trapping := must(coppice.Spawn(n, func(p *coppice.Process) error {
			p.TrapExit(true)
			stuckHere(release)
			return nil
		}))
		plain := must(coppice.Spawn(n, func(*coppice.Process) error { stuckHere(release); return nil }))
		synctest.Wait()
		must(coppice.Spawn(n, func(p *coppice.Process) error {
			return coppice.Exit(p, trapping, coppice.Shutdown)
		}))
		synctest.Wait()
		if told(trapping) || told(plain) {
			t.Error("told by nobody, or by a stranger")
		}
		_ = coppice.Exit(n, trapping, coppice.Shutdown)
		_ = coppice.Exit(n, plain, coppice.Shutdown)
		if !told(trapping) || !told(plain) {
			t.Errorf("not told: the one that traps exits %v, the other %v", told(trapping), told(plain))
		}
		stacks := n.Stacks()
		if len(stacks) != 2 || !strings.Contains(stacks[trapping], "stuckHere") || !strings.Contains(stacks[plain], "stuckHere") {
			t.Errorf("stacks: %v", stacks)
		}
		for pid, stack := range stacks { // what is the same for all is left out
			if strings.Contains(stack, "internal/sched") || strings.Contains(stack, "created by") {
				t.Errorf("the stack of %v: %v", pid, stack)
			}
		}
		close(release)
	})
}

// One that nobody else ends is told by nobody, not even by the one who started it.
func TestLookupOfOneThatIsAlone(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		must(coppice.Spawn(n, func(p *coppice.Process) error {
			traps := make(chan struct{})
			alone := must(coppice.Spawn(p, func(p *coppice.Process) error {
				p.TrapExit(true)
				close(traps)
				p.Receive()
				p.Receive()
				return nil
			}))
			<-traps
			_ = coppice.Exit(p, alone, coppice.Shutdown)
			if info, _ := coppice.Lookup(alone); info.Told {
				t.Error("told")
			}
			return coppice.Send(p, alone, "end")
		}))
	})
}

// The time limit of a Receive is seen as long as it waits.
func TestLookupShowsUntilWhenItWaits(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			p.ReceiveTimeout(time.Minute)
			p.Receive()
			return nil
		}))
		synctest.Wait()
		until := func() time.Time {
			info, _ := coppice.Lookup(pid)
			return info.Until
		}
		if left := time.Until(until()); left != time.Minute {
			t.Errorf("%v left", left)
		}
		_ = coppice.Send(n, pid, "go on")
		synctest.Wait()
		if !until().IsZero() {
			t.Errorf("it waits until %v", until())
		}
		_ = coppice.Send(n, pid, "go on")
	})
}

// A node says that it is stopping as soon as somebody has asked for it.
func TestStopping(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		if n.Stopping() {
			t.Error("from the beginning")
		}
		must(coppice.Spawn(n, func(p *coppice.Process) error {
			n.Stop(context.Background())
			if !n.Stopping() {
				t.Error("not after Stop")
			}
			return nil
		}))
		<-n.Done()
	})
}
