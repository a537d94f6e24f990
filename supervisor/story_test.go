package supervisor_test

import (
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// What a supervisor decides is told with the crash that it is about, also where
// that was of a child that was starting: it tries again, and gives up in the end.
func TestCrashAtAStartTellsTheDecision(t *testing.T) {
	type state struct{}
	type fall struct{}
	define := genserver.Define(func(_ *coppice.Process, starts *atomic.Int32) (*state, error) {
		if starts.Add(1) > 1 {
			panic("the book is damaged")
		}
		return &state{}, nil
	}, genserver.OnCast(func(*state, *coppice.Process, fall) error { panic("fallen") }))
	for name, wait := range map[string]time.Duration{"tries again": time.Second, "gives up: more than 2 in 5s": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
				defer n.Stop(t.Context())
				starts := new(atomic.Int32)
				spec := supervisor.ChildSpec{ID: "book", Start: define.With(starts, genserver.Name(coppice.Name("book")))}
				most := 2
				if wait > 0 {
					most, spec.Backoff = 100, supervisor.Between(wait, wait)
				}
				_, err := supervisor.New(supervisor.Spec{Restarts: supervisor.AtMost(most, 5*time.Second), Children: []supervisor.ChildSpec{spec}}).Start(n)
				if err != nil {
					t.Fatal(err)
				}
				_ = coppice.Cast(n, coppice.Name("book"), fall{})
				time.Sleep(2 * wait)
				synctest.Wait()
				decisions := map[string]string{}
				for _, c := range n.Crashes() {
					decisions[c.Reason] = c.Decision
				}
				if got := decisions["panic: the book is damaged"]; !strings.HasPrefix(got, name) {
					t.Errorf("%q, want %q", got, name)
				}
				if got := decisions["panic: fallen"]; !strings.HasPrefix(got, "restart 1 of ") {
					t.Errorf("the crash before: %q", got)
				}
			})
		})
	}
}
