//go:build !race

package supervisor_test

import (
	"context"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// TestAllocations holds restarts and starts of children to what they allocate,
// never to how long they take. The race detector has pools forget, so it is left
// out there.
func TestAllocations(t *testing.T) {
	n := quiet()
	defer n.Stop(context.Background())
	started := make(chan coppice.PID, 1)
	_, err := supervisor.New(supervisor.Spec{
		Restarts: supervisor.AtMost(1<<30, 1),
		Children: []supervisor.ChildSpec{{ID: "phoenix", Start: phoenix.With(started)}},
	}).Start(n)
	if err != nil {
		t.Fatal(err)
	}
	child := <-started
	cells, err := someCells.Start(n)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what string
		most float64
		does func()
	}{
		{"a restart: the panic and its stack, two reports, a signal, and the start", 13, func() {
			_ = genserver.Cast(n, child, crash{})
			child = <-started
		}},
		{"a child of a Dynamic from its start to its end", 12, func() {
			pid, _ := someCells.StartChild(n, cells, nil)
			_ = supervisor.TerminateChild(n, cells, pid)
		}},
	} {
		if got := testing.AllocsPerRun(1000, c.does); got > c.most {
			t.Errorf("%s: %v allocations, want no more than %v", c.what, got, c.most)
		}
	}
}
