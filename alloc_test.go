//go:build !race

package coppice_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/seed-7832d3a3/coppice"
)

// The race detector has pools forget, so this file is left out there. What
// matters here is how much, never how long.

// TestAllocations holds the hot paths to what they allocate. Whoever needs more
// says here why.
func TestAllocations(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	answers := startOne(t, n, echo{})
	swallows := startOne(t, n, sink{})
	ring := make([]coppice.PID, 10)
	for i := range ring {
		ring[i] = startOne(t, n, forward{&ring[(i+1)%len(ring)]})
	}
	const hops = 1000
	for _, c := range []struct {
		what string
		most float64
		does func()
	}{
		{what: "a request", does: func() { _, _ = coppice.Request(n, answers, "x") }},
		{what: "a send", does: func() { _ = coppice.Send(n, swallows, "x") }},
		{what: "a thousand hops: the token and its channel", most: 2, does: func() {
			c := &count{hops, make(chan struct{})}
			_ = coppice.Send(n, ring[0], c)
			<-c.done
		}},
		{what: "a start and an end: the process, and what its code is", most: 2, does: func() {
			_ = coppice.Exit(n, startOne(t, n, sink{}), coppice.Shutdown)
		}},
	} {
		if got := testing.AllocsPerRun(1000, c.does); got > c.most {
			t.Errorf("%s: %v allocations, want no more than %v", c.what, got, c.most)
		}
	}
}

// TestBytesOfAStart is about garbage too, not only about what stays.
func TestBytesOfAStart(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	const starts = 2000
	before := allocated()
	for range starts {
		_ = coppice.Exit(n, startOne(t, n, sink{}), coppice.Shutdown)
	}
	if got := float64(allocated()-before) / starts; got > 330 {
		t.Errorf("a start and an end allocate %.0f bytes, want no more than 330", got)
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestIdleProcessIsSmall(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	const many = 5000
	before := heap()
	for range many {
		startOne(t, n, sink{})
	}
	if got := (float64(heap()) - float64(before)) / many; got > 350 {
		t.Errorf("an idle process takes %.0f bytes, want no more than 350", got)
	}
}

func TestBacklogIsSmall(t *testing.T) {
	if got, _ := backlog(t, 100_000); got > 42 {
		t.Errorf("a queued message takes %.1f bytes, want no more than 42", got)
	}
}
