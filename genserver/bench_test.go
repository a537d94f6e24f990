package genserver_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

type counter struct{ n int }

type get struct{ genserver.Returns[int] }
type add struct{ N int }

func newCounter(_ *coppice.Process, n int) (*counter, error) { return &counter{n}, nil }

func (c *counter) get(*coppice.Process, get) (int, error) { return c.n, nil }
func (c *counter) add(_ *coppice.Process, a add) error    { c.n += a.N; return nil }

var counters = genserver.Define(newCounter,
	genserver.OnCall((*counter).get),
	genserver.OnCast((*counter).add),
)

func BenchmarkCall(b *testing.B) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	ref, err := counters.Start(n, 1)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if v, err := genserver.Call(n, ref, get{}); v != 1 || err != nil {
			b.Fatal(v, err)
		}
	}
}

func BenchmarkCast(b *testing.B) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	ref, err := counters.Start(n, 1)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = genserver.Cast(n, ref, add{1})
	}
	_, _ = genserver.Call(genserver.NoTimeout(n), ref, get{})
}

func BenchmarkStartStop(b *testing.B) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	b.ReportAllocs()
	for b.Loop() {
		ref, err := counters.Start(n, 1)
		if err != nil {
			b.Fatal(err)
		}
		_ = coppice.Exit(n, ref, coppice.Shutdown)
	}
}

// BenchmarkIdle tells what a server costs that waits for messages: its state,
// its process and its place in the process table.
func BenchmarkIdle(b *testing.B) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	const servers = 100_000
	for b.Loop() {
		before := heap()
		for i := range servers {
			if _, err := counters.Start(n, i); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(heap()-before)/servers, "B/server")
		for pid := range n.List() {
			_ = coppice.Exit(n, pid, coppice.Shutdown)
		}
	}
}

// heap is what is in use once nothing is garbage.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
