package statem_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
)

// bubble runs f with a node of its own, which it stops. The bubble does not end
// as long as a goroutine is left.
func bubble(t *testing.T, f func(t *testing.T, n *coppice.Node)) {
	t.Helper()
	bubbleWith(t, nil, func(t *testing.T, n *coppice.Node, _ *reports) { f(t, n) })
}

func bubbleWith(t *testing.T, log io.Writer, f func(t *testing.T, n *coppice.Node, r *reports)) {
	t.Helper()
	if log == nil {
		log = io.Discard
	}
	synctest.Test(t, func(t *testing.T) {
		r := &reports{}
		n := coppice.NewNode(coppice.Options{
			Logger:   slog.New(slog.NewTextHandler(log, nil)),
			OnReport: r.add,
		})
		f(t, n, r)
		if report := n.Stop(context.Background()); len(report.Stuck) > 0 {
			t.Errorf("stuck: %v", report.Stuck)
		}
	})
}

// reports collects the crashes that a node reports.
type reports struct {
	mu      sync.Mutex
	crashes []*coppice.CrashReport
}

func (r *reports) add(report coppice.Report) {
	if crash, ok := report.(*coppice.CrashReport); ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.crashes = append(r.crashes, crash)
	}
}

func (r *reports) all() []*coppice.CrashReport {
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.crashes
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// reasonOf returns the reason in a *coppice.CallError, or nil.
func reasonOf(err error) error {
	var failed *coppice.CallError
	if errors.As(err, &failed) {
		return failed.Reason
	}
	return nil
}
