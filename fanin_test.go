package coppice_test

import (
	"context"
	"sync"
	"testing"

	"github.com/seed-7832d3a3/coppice"
)

// BenchmarkRequestName is a request to a name.
func BenchmarkRequestName(b *testing.B) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	if _, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: echo{}, Name: coppice.Name("echo")}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := coppice.Request(n, coppice.Name("echo"), "x"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFanIn is a message of one of 64 goroutines to one process, until all
// have been handled.
func BenchmarkFanIn(b *testing.B) {
	const producers = 64
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	c := &count{(b.N/producers + 1) * producers, make(chan struct{})}
	pid, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: counting{}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	var sent sync.WaitGroup
	for range producers {
		sent.Go(func() {
			for range b.N/producers + 1 {
				_ = coppice.Send(n, pid, c)
			}
		})
	}
	sent.Wait()
	<-c.done
}

// counting counts messages down.
type counting struct{}

func (counting) Init(*coppice.Process) error             { return nil }
func (counting) Terminate(*coppice.Process, error) error { return nil }
func (counting) Handle(_ *coppice.Process, m coppice.Message) error {
	c := m.Body.(*count)
	if c.n--; c.n == 0 {
		close(c.done)
	}
	return nil
}

// BenchmarkPairs is a message between two processes, of which a thousand pairs
// play at once.
func BenchmarkPairs(b *testing.B) {
	const pairs = 1000
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	first := make([]coppice.PID, pairs)
	for i := range first {
		there := new(coppice.PID)
		first[i], _, _ = coppice.StartProcess(n, coppice.Spec{Behaviour: forward{there}})
		*there, _, _ = coppice.StartProcess(n, coppice.Spec{Behaviour: forward{&first[i]}})
	}
	b.ReportAllocs()
	b.ResetTimer()
	tokens := make([]*count, pairs)
	for i, pid := range first {
		tokens[i] = &count{b.N/pairs + 1, make(chan struct{})}
		_ = coppice.Send(n, pid, tokens[i])
	}
	for _, c := range tokens {
		<-c.done
	}
}
