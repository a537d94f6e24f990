package task_test

import (
	"context"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/task"
)

// measure runs f as a process, for the time of a benchmark.
func measure(b *testing.B, f func(p *coppice.Process)) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	b.ReportAllocs()
	pid, err := coppice.Spawn(n, func(p *coppice.Process) error { f(p); return nil })
	if err != nil {
		b.Fatal(err)
	}
	if reason, err := coppice.Await(n, pid); reason != coppice.Normal || err != nil {
		b.Fatal(reason, err)
	}
}

func BenchmarkAsyncAwait(b *testing.B) {
	measure(b, func(p *coppice.Process) {
		for b.Loop() {
			t, _ := task.Async(p, value(1))
			if v, err := t.Await(p); v != 1 || err != nil {
				b.Error(v, err)
			}
		}
	})
}

func BenchmarkAsyncNoLink(b *testing.B) {
	measure(b, func(p *coppice.Process) {
		sup, _ := (&task.Supervisor{}).StartLink(p)
		for b.Loop() {
			t, _ := task.AsyncNoLink(p, sup, value(1))
			if v, err := t.Await(p); v != 1 || err != nil {
				b.Error(v, err)
			}
		}
	})
}

func BenchmarkAwaitMany100(b *testing.B) {
	measure(b, func(p *coppice.Process) {
		for b.Loop() {
			tasks := make([]task.Task[int], 100)
			for i := range tasks {
				tasks[i], _ = task.Async(p, value(i))
			}
			if _, err := task.AwaitMany(p, tasks...); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkStream tells what an item costs.
func BenchmarkStream(b *testing.B) {
	same := func(_ *coppice.Process, i int) (int, error) { return i, nil }
	for _, options := range []struct {
		name string
		task.StreamOptions
	}{
		{"max=2", task.StreamOptions{MaxConcurrency: 2}},
		{"max=64", task.StreamOptions{MaxConcurrency: 64}},
		{"max=64/unordered", task.StreamOptions{MaxConcurrency: 64, Unordered: true}},
	} {
		b.Run(options.name, func(b *testing.B) {
			measure(b, func(p *coppice.Process) {
				inputs := func(yield func(int) bool) {
					for i := 0; b.Loop(); i++ {
						if !yield(i) {
							return
						}
					}
				}
				for _, err := range task.Stream(p, inputs, same, options.StreamOptions) {
					if err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
