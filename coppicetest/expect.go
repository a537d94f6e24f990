package coppicetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// Eventually waits until check returns nil: it is called when all processes
// have come to rest, then again as the fake clock moves on, and when the limit
// is over its error ends the test. It is what the other expectations are made
// of, and like them is for the goroutine of the test.
func Eventually(t testing.TB, n *coppice.Node, check func() error) {
	t.Helper()
	if err := labOf(t, n).until(check); err != nil {
		t.Fatal(err)
	}
}

// until calls check until it returns nil or the limit is over.
func (l *lab) until(check func() error) error {
	began := time.Now()
	for {
		synctest.Wait()
		err := check()
		if err == nil {
			return nil
		}
		waited := time.Since(began)
		if waited >= l.limit {
			return fmt.Errorf("waited %v: %w", waited.Round(time.Millisecond), err)
		}
		step := max(time.Millisecond, waited/100) // so it is late by a hundredth at most
		time.Sleep(min(step, l.limit-waited))
	}
}

// Registered waits until a living process has the address, a coppice.Name or a
// coppice.Via, and returns it.
func Registered(t testing.TB, n *coppice.Node, addr coppice.Addr) (pid coppice.PID) {
	t.Helper()
	Eventually(t, n, func() error {
		var err error
		if pid, err = addr.Whereis(n); err == nil && !coppice.Alive(pid) {
			err = coppice.NoProc
		}
		if err != nil {
			return fmt.Errorf("want a process at %v: %w", addr, err)
		}
		return nil
	})
	return pid
}

// Freed waits until nobody has the address.
func Freed(t testing.TB, n *coppice.Node, addr coppice.Addr) {
	t.Helper()
	Eventually(t, n, func() error {
		pid, err := addr.Whereis(n)
		if err != nil || !coppice.Alive(pid) {
			return nil
		}
		info, _ := coppice.Lookup(pid)
		return fmt.Errorf("want nobody at %v, saw %s", addr, describe(info))
	})
}

// Exited waits until a process has ended with the reason want (nil: Normal), or
// with one of the same class that wraps it, and returns the reason.
func Exited(t testing.TB, n *coppice.Node, pid coppice.PID, want error) (reason error) {
	t.Helper()
	if want == nil {
		want = coppice.Normal
	}
	Eventually(t, n, func() error {
		info, alive := coppice.Lookup(pid)
		if alive {
			return fmt.Errorf("want the end of a process for the reason %s, saw %s", want.Error(), describe(info))
		}
		reason = info.ExitReason
		return nil
	})
	if !is(reason, want) {
		t.Fatalf("%v ended with the reason %v, want %v", pid, reason, want)
	}
	return reason
}

// Children waits until a supervisor has exactly this many children that have a
// process, and returns them.
func Children(t testing.TB, n *coppice.Node, sup coppice.Addr, count int) (active []supervisor.Child) {
	t.Helper()
	Eventually(t, n, func() error {
		all, err := childrenOf(n, sup)
		if err != nil {
			return fmt.Errorf("want %d children of %v: %w", count, sup, err)
		}
		active = active[:0]
		for _, c := range all {
			if !c.PID.IsZero() {
				active = append(active, c)
			}
		}
		if len(active) != count {
			return fmt.Errorf("%v has %d children, want %d: %v", sup, len(active), count, active)
		}
		return nil
	})
	return active
}

// childrenOf asks a supervisor, which may be busy for some time.
func childrenOf(n *coppice.Node, sup coppice.Addr) ([]supervisor.Child, error) {
	ctx, cancel := context.WithTimeoutCause(n, time.Second, errors.New("the supervisor is busy"))
	defer cancel()
	return supervisor.Children(ctx, sup)
}
