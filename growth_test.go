package coppice_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A plug waits in its first message until it is pulled, so that a queue forms
// behind that.
type plug struct {
	pulled chan struct{}
	last   chan struct{} // closed when the message "last" has come
}

func (plug) Init(*coppice.Process) error             { return nil }
func (plug) Terminate(*coppice.Process, error) error { return nil }
func (g plug) Handle(_ *coppice.Process, m coppice.Message) error {
	switch m.Body {
	case "first":
		<-g.pulled
	case "last":
		close(g.last)
	}
	return nil
}

// backlog queues messages before a process that does not come to them, and
// measures what each takes, and how long the process needs for all of them
// afterwards.
func backlog(tb testing.TB, messages int) (bytesEach float64, drain time.Duration) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	g := plug{make(chan struct{}), make(chan struct{})}
	pid, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: g})
	if err != nil {
		tb.Fatal(err)
	}
	_ = coppice.Send(n, pid, "first")
	before := heap()
	for range messages {
		_ = coppice.Send(n, pid, "x")
	}
	bytesEach = (float64(heap()) - float64(before)) / float64(messages)
	_ = coppice.Send(n, pid, "last")
	began := time.Now()
	close(g.pulled)
	<-g.last
	return bytesEach, time.Since(began)
}

// BenchmarkBacklog queues a million messages, and has them handled.
func BenchmarkBacklog(b *testing.B) {
	const many = 1_000_000
	var bytes float64
	var drain time.Duration
	for b.Loop() {
		each, d := backlog(b, many)
		bytes, drain = bytes+each, drain+d
	}
	b.ReportMetric(bytes/float64(b.N), "B/message")
	b.ReportMetric(float64(drain.Nanoseconds())/float64(b.N)/many, "ns/message")
}

// BenchmarkGrowth is what a request, a send and a start cost beside so many
// idle processes: it should be the same in each row.
func BenchmarkGrowth(b *testing.B) {
	for _, others := range []int{1_000, 10_000, 100_000, 1_000_000} {
		n := coppice.NewNode(quiet())
		for range others {
			if _, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: sink{}}); err != nil {
				b.Fatal(err)
			}
		}
		answers, _, _ := coppice.StartProcess(n, coppice.Spec{Behaviour: echo{}})
		swallows, _, _ := coppice.StartProcess(n, coppice.Spec{Behaviour: sink{}})
		for _, c := range []struct {
			what string
			does func()
		}{
			{"request", func() { _, _ = coppice.Request(n, answers, "x") }},
			{"send", func() { _ = coppice.Send(n, swallows, "x") }},
			{"start and end", func() {
				pid, _, _ := coppice.StartProcess(n, coppice.Spec{Behaviour: sink{}})
				_ = coppice.Exit(n, pid, coppice.Shutdown)
			}},
		} {
			b.Run(fmt.Sprintf("%s beside %d", c.what, others), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					c.does()
				}
			})
		}
		n.Stop(context.Background())
	}
}
