package task_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/task"
)

// inProcess runs f as a process of a node of its own, in a bubble, and returns
// the reason of its end. Nothing may be left running.
func inProcess(t *testing.T, f func(t *testing.T, p *coppice.Process) error) (reason error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		pid, err := coppice.Spawn(n, func(p *coppice.Process) error { return f(t, p) })
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { r, _ := coppice.Await(n, pid); ended <- r }()
		reason = <-ended
		if report := n.Stop(context.Background()); len(report.Stuck) > 0 {
			t.Errorf("stuck: %v", report.Stuck)
		}
	})
	return reason
}

var errBad = errors.New("bad")

func value[R any](v R) func(*coppice.Process) (R, error) {
	return func(*coppice.Process) (R, error) { return v, nil }
}

func hang(p *coppice.Process) (int, error) { p.Sleep(time.Hour); return 0, nil }

func bad(*coppice.Process) (int, error) { return 0, errBad }

// async starts a task, or fails the test.
func async[R any](t *testing.T, p *coppice.Process, f func(*coppice.Process) (R, error)) task.Task[R] {
	t.Helper()
	started, err := task.Async(p, f)
	if err != nil {
		t.Fatal(err)
	}
	return started
}

// reasonOf is the reason in a *coppice.CallError, which err has to be.
func reasonOf(t *testing.T, err error) error {
	t.Helper()
	call, ok := err.(*coppice.CallError)
	if !ok {
		t.Fatalf("error is %v (%T), want a *coppice.CallError", err, err)
	}
	return call.Reason
}

func TestAwait(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		one, two := async(t, p, value(1)), async(t, p, value("two"))
		if s, err := two.Await(p); s != "two" || err != nil {
			t.Error(s, err)
		}
		if n, err := one.Await(p); n != 1 || err != nil {
			t.Error(n, err)
		}
		if m, ok := p.ReceiveTimeout(time.Second); ok {
			t.Errorf("there is a message left: %v", m.Body)
		}
		return nil
	})
}
