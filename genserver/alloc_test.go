//go:build !race

package genserver_test

import (
	"context"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// TestAllocations holds calls, casts and starts to what they allocate, never to
// how long they take. The race detector has pools forget, so it is left out
// there.
func TestAllocations(t *testing.T) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	ref, err := counters.Start(n, 1)
	if err != nil {
		t.Fatal(err)
	}
	pid := ref.PID()
	for _, c := range []struct {
		what string
		most float64
		does func()
	}{
		{"a call to a PID", 0, func() { _, _ = genserver.Call(n, pid, get{}) }},
		{"a call to a Ref, which becomes an Addr", 1, func() { _, _ = genserver.Call(n, ref, get{}) }},
		{"a cast", 0, func() { _ = genserver.Cast(n, pid, add{1}) }},
		{"a start and an end", 5, func() {
			ref, _ := counters.Start(n, 1)
			_ = coppice.Exit(n, ref, coppice.Shutdown)
		}},
	} {
		if got := testing.AllocsPerRun(1000, c.does); got > c.most {
			t.Errorf("%s: %v allocations, want no more than %v", c.what, got, c.most)
		}
	}
}
