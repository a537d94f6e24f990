package application_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/application"
	"github.com/seed-7832d3a3/coppice/coppicetest"
)

// takes is the start of an application that takes a while.
func takes(d time.Duration) func(*coppice.Process) error {
	return func(p *coppice.Process) error { p.Sleep(d); return nil }
}

// application:ensure_all_started/3, mode concurrent: applications "are started
// concurrently", each after those that it depends on.
func TestStartConcurrently(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		slow := tr.define(app{name: "slow", start: takes(3 * time.Second)})
		quick := tr.define(app{name: "quick", start: takes(time.Second)})
		both := tr.define(app{name: "both", needs: []string{"slow", "quick"}, start: takes(time.Second)})
		after := tr.define(app{name: "after", needs: []string{"quick"}, start: takes(time.Second)})
		began := time.Now()
		names, err := application.StartConcurrently(n, application.Temporary, both, slow, after, quick)
		if want := []string{"quick", "after", "slow", "both"}; err != nil || !slices.Equal(names, want) {
			t.Errorf("started %v, %v, want %v", names, err, want)
		}
		if took := time.Since(began); took != 4*time.Second {
			t.Errorf("it took %v", took)
		}
		runs(t, n, "quick", "after", "slow", "both")
		if names, err := application.StartConcurrently(n, application.Temporary, slow, both); len(names) != 0 || err != nil {
			t.Errorf("started again: %v, %v", names, err)
		}
	})
}

// If one fails, or the caller gives up, nothing is left of the start; what
// starts meanwhile is waited for.
func TestStartConcurrentlyFails(t *testing.T) {
	errNo := errors.New("no")
	for _, givesUp := range []bool{false, true} {
		coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
			coppicetest.AllowCrashes(t, n, coppicetest.Crash{})
			var tr trace
			before := tr.define(app{name: "before"})
			quick := tr.define(app{name: "quick", start: takes(time.Second)})
			slow := tr.define(app{name: "slow", start: takes(time.Minute)})
			bad := tr.define(app{name: "bad", start: func(p *coppice.Process) error {
				p.Sleep(2 * time.Second)
				if givesUp {
					p.Sleep(time.Minute)
				}
				return errNo
			}})
			never := tr.define(app{name: "never", needs: []string{"slow"}})
			start(t, n, application.Temporary, before)
			ctx, cancel := context.WithTimeout(n, 3*time.Second)
			defer cancel()
			if !givesUp {
				ctx = n
			}
			_, err := application.StartConcurrently(ctx, application.Temporary, never, bad, quick, slow)
			if errors.Is(err, errNo) == givesUp || errors.Is(err, context.DeadlineExceeded) != givesUp {
				t.Errorf("it failed with %v", err)
			}
			time.Sleep(time.Hour)
			synctest.Wait()
			runs(t, n, "before")
			if slices.Contains(tr.said, "start never") || !slices.Contains(tr.said, "stop slow") {
				t.Errorf("what happened: %v", tr.said)
			}
		})
	}
}
