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

// benchCounter starts a counter on a node that ends with the benchmark.
func benchCounter(b *testing.B) (*coppice.Node, genserver.Ref[*counter]) {
	b.Helper()
	n := coppice.NewNode(coppice.Options{})
	b.Cleanup(func() { n.Stop(context.Background()) })
	ref, err := counters.Start(n, 1)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	return n, ref
}

// BenchmarkCall is a call to a Ref: one allocation makes that an Addr.
func BenchmarkCall(b *testing.B) {
	n, ref := benchCounter(b)
	for b.Loop() {
		if v, err := genserver.Call(n, ref, get{}); v != 1 || err != nil {
			b.Fatal(v, err)
		}
	}
}

// BenchmarkCallPID is a call to a PID, which is an Addr without an allocation.
func BenchmarkCallPID(b *testing.B) {
	n, ref := benchCounter(b)
	pid := ref.PID()
	for b.Loop() {
		if v, err := genserver.Call(n, pid, get{}); v != 1 || err != nil {
			b.Fatal(v, err)
		}
	}
}

func BenchmarkCast(b *testing.B) {
	n, ref := benchCounter(b)
	pid := ref.PID()
	for b.Loop() {
		_ = genserver.Cast(n, pid, add{1})
	}
	_, _ = genserver.Call(genserver.NoTimeout(n), pid, get{})
}

func BenchmarkStartStop(b *testing.B) {
	n, _ := benchCounter(b)
	for b.Loop() {
		ref, err := counters.Start(n, 1)
		if err != nil {
			b.Fatal(err)
		}
		_ = coppice.Exit(n, ref, coppice.Shutdown)
	}
}

// idleBytes measures what a server costs that waits for messages: its state,
// its process and its place in the process table.
func idleBytes(tb testing.TB, servers int) float64 {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	before := heap()
	for i := range servers {
		if _, err := counters.Start(n, i); err != nil {
			tb.Fatal(err)
		}
	}
	return (float64(heap()) - float64(before)) / float64(servers)
}

// heap is what is in use once nothing is garbage.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkIdle(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(idleBytes(b, 100_000), "B/server")
	}
}

func TestIdleServerIsSmall(t *testing.T) {
	if got := idleBytes(t, 2_000); got > 450 {
		t.Errorf("an idle server takes %.0f bytes, want no more than 450", got)
	}
}
