package coppicetest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
)

func TestNothingToTell(t *testing.T) {
	r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		startTree(t, n)
		n.Logger().Info("hello")
	})
	wantFailures(t, r)
	if !strings.Contains(r.log.String(), "hello") {
		t.Errorf("the log is not that of the test: %q", r.log.String())
	}
}

func TestUnexpectedCrash(t *testing.T) {
	r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		startTree(t, n)
		_ = coppice.Cast(n, cell, Crash{})
		coppicetest.Eventually(t, n, func() error { return nil })
	})
	wantFailures(t, r, "unexpected crash|coppicetest_test.Cell crashed: panic: boom|(*Cell).crash|last message (cast)")
	if !strings.Contains(r.log.String(), "panic: boom") {
		t.Errorf("the report is not in the log: %q", r.log.String())
	}
}

// A crash on the way out, in Terminate or of a process that is told to end, is
// one too.
func TestCrashAtTheEnd(t *testing.T) {
	r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		spawn(t, n, func(p *coppice.Process) error {
			p.TrapExit(true)
			p.Receive()
			return errors.New("not like this")
		})
	})
	wantFailures(t, r, "unexpected crash|not like this")
}

func TestExpectCrash(t *testing.T) {
	r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		startTree(t, n)
		_ = coppice.Cast(n, cell, Crash{})
		report := coppicetest.ExpectCrash(t, n, coppicetest.Crash{Process: "cell", Text: "boom"})
		if (report.Message != Crash{}) {
			t.Errorf("message %v", report.Message)
		}
		coppicetest.ExpectCrash(t, n, coppicetest.Crash{Process: "cell"}) // it was one only
	})
	wantFailures(t, r, "waited 1m0s: want a crash of cell, saw no crash")
}

func TestCrashByReason(t *testing.T) {
	errOwn := errors.New("own")
	r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Reason: errOwn})
		for range 3 {
			spawn(t, n, func(*coppice.Process) error { return fmt.Errorf("wrapped: %w", errOwn) })
		}
		spawn(t, n, func(*coppice.Process) error { return errors.New("foreign") })
	})
	wantFailures(t, r, "foreign")
}

func TestLeak(t *testing.T) {
	r := record(t, coppicetest.Options{Limit: 10 * time.Second}, func(t testing.TB, n *coppice.Node) {
		pid := spawn(t, n, func(p *coppice.Process) error {
			p.TrapExit(true)
			for {
				p.Receive() // deaf
			}
		})
		_ = coppice.Register(n, "deaf", pid)
	})
	wantFailures(t, r, "did not end within 10s|deaf|receiving|traps exits")
}

// Code that does not heed its end is told of once, with its stack.
func TestStuck(t *testing.T) {
	r := record(t, coppicetest.Options{Limit: 10 * time.Second}, func(t testing.TB, n *coppice.Node) {
		free := make(chan struct{})
		time.AfterFunc(time.Hour, func() { close(free) })
		spawn(t, n, func(*coppice.Process) error { stuckHere(free); return nil })
	})
	wantFailures(t, r, "did not end within 10s|exiting (shutdown), still running|stuckHere")

	r = record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		free := make(chan struct{})
		time.AfterFunc(time.Hour, func() { close(free) })
		pid := spawn(t, n, func(*coppice.Process) error { stuckHere(free); return nil })
		coppicetest.Eventually(t, n, func() error { return nil })
		_ = coppice.Exit(n, pid, coppice.Kill)
	})
	wantFailures(t, r, "unexpected zombie|killed|stuckHere")
}

func stuckHere(free chan struct{}) { <-free }

func TestExpectZombie(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		free := make(chan struct{})
		pid := spawn(t, n, func(*coppice.Process) error { stuckHere(free); return nil })
		coppicetest.Eventually(t, n, func() error { return nil })
		_ = coppice.Exit(n, pid, coppice.Kill)
		s := coppicetest.ExpectZombie(t, n, pid.String())
		if !s.Killed || !strings.Contains(s.Stack, "stuckHere") {
			t.Errorf("%v", s)
		}
		close(free)
	})
	r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		coppicetest.ExpectZombie(t, n, "nobody")
	})
	wantFailures(t, r, "want a zombie of nobody, saw none")
}

// The hooks of the test's own are called too.
func TestOwnOptions(t *testing.T) {
	type key struct{}
	reports, sends := 0, 0
	var log strings.Builder
	options := coppicetest.Options{Copy: true, Node: coppice.Options{
		Name:     "mine",
		Logger:   slog.New(slog.NewTextHandler(&log, nil)),
		Values:   context.WithValue(t.Context(), key{}, "value"),
		OnReport: func(coppice.Report) { reports++ },
		OnSend:   func(body any) any { sends++; return body },
	}}
	coppicetest.RunWith(t, options, func(t *testing.T, n *coppice.Node) {
		if n.Name() != "mine" || n.Value(key{}) != "value" {
			t.Errorf("name %s, value %v", n.Name(), n.Value(key{}))
		}
		startTree(t, n)
		_ = coppice.Cast(n, cell, Crash{})
		coppicetest.ExpectCrash(t, n, coppicetest.Crash{})
	})
	if reports == 0 || sends != 1 || !strings.Contains(log.String(), "boom") {
		t.Errorf("%d reports, %d sends, log %q", reports, sends, log.String())
	}
}

func TestTwoNodes(t *testing.T) {
	r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		other := coppicetest.NewNode(t, coppicetest.Options{})
		spawn(t, other, func(*coppice.Process) error { return errors.New("there") })
		spawn(t, n, func(*coppice.Process) error { return errors.New("here") })
		coppicetest.ExpectCrash(t, n, coppicetest.Crash{Text: "here"})
	})
	wantFailures(t, r, "there")
}

func TestForeignNode(t *testing.T) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(t.Context())
	r := record(t, coppicetest.Options{}, func(t testing.TB, _ *coppice.Node) { coppicetest.NewProbe(t, n) })
	wantFailures(t, r, "not made by Run")
}

// Of two processes that call each other one is told at once, unless the test
// wants to see them wait.
func TestCircles(t *testing.T) {
	for _, leave := range []bool{false, true} {
		r := record(t, coppicetest.Options{LeaveCircles: leave}, func(t testing.TB, n *coppice.Node) {
			began := time.Now()
			took := make(chan time.Duration, 2)
			call := func(by, to *coppicetest.Probe) {
				by.Do(func(p *coppice.Process) {
					if _, err := coppice.Request(p, to, "hello"); errors.Is(err, coppice.CallingSelf) == leave && time.Since(began) == 0 {
						t.Errorf("Request: %v", err)
					}
				})
				took <- time.Since(began)
			}
			a, b := coppicetest.NewProbe(t, n), coppicetest.NewProbe(t, n)
			go call(a, b)
			go call(b, a)
			first, second := <-took, <-took
			if (first == 0) == leave || second != coppice.DefaultTimeout {
				t.Errorf("LeaveCircles %v: the calls took %v and %v", leave, first, second)
			}
		})
		wantFailures(t, r)
		if told := strings.Contains(r.log.String(), "a circle of 2 calls"); told == leave {
			t.Errorf("LeaveCircles %v: the log says %q", leave, r.log.String())
		}
	}
}
