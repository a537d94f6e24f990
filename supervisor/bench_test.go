package supervisor_test

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

type cell struct{}
type crash struct{}
type ping struct{ genserver.Returns[bool] }

var cells = genserver.Define(func(_ *coppice.Process, started chan<- coppice.PID) (*cell, error) { return &cell{}, nil })

// phoenix says that it has started, and crashes when it is told to.
var phoenix = genserver.Define(
	func(p *coppice.Process, started chan<- coppice.PID) (*cell, error) {
		started <- p.Self()
		return &cell{}, nil
	},
	genserver.OnCast(func(*cell, *coppice.Process, crash) error { panic("crash") }),
	genserver.OnCall(func(*cell, *coppice.Process, ping) (bool, error) { return true, nil }),
)

func quiet() *coppice.Node {
	return coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
}

var someCells = &supervisor.Dynamic[chan<- coppice.PID]{
	Template: func(started chan<- coppice.PID) supervisor.ChildSpec {
		return supervisor.ChildSpec{Start: cells.With(started)}
	},
}

func startBench(b *testing.B, sup supervisor.Starter) (*coppice.Node, coppice.PID) {
	n := quiet()
	b.Cleanup(func() { n.Stop(context.Background()) })
	pid, err := sup.StartLink(n)
	if err != nil {
		b.Fatal(err)
	}
	return n, pid
}

// BenchmarkStartChild starts children and keeps them, as many as make a
// supervisor of ordinary size.
func BenchmarkStartChild(b *testing.B) {
	b.ReportAllocs()
	n, sup := startBench(b, someCells)
	i := 0
	for b.Loop() {
		if i++; i%100_000 == 0 {
			b.StopTimer()
			_ = supervisor.Stop(n, sup, nil)
			sup, _ = someCells.Start(n)
			b.StartTimer()
		}
		if _, err := someCells.StartChild(n, sup, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "children/s")
}

// BenchmarkTerminateChild starts and terminates a child.
func BenchmarkTerminateChild(b *testing.B) {
	b.ReportAllocs()
	n, sup := startBench(b, someCells)
	for b.Loop() {
		pid, err := someCells.StartChild(n, sup, nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := supervisor.TerminateChild(n, sup, pid); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStop stops a supervisor of 100,000 children.
func BenchmarkStop(b *testing.B) {
	const children = 100_000
	n, _ := startBench(b, someCells)
	for b.Loop() {
		b.StopTimer()
		sup, _ := someCells.Start(n)
		for range children {
			_, _ = someCells.StartChild(n, sup, nil)
		}
		b.StartTimer()
		if err := supervisor.Stop(n, sup, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*children/b.Elapsed().Seconds(), "children/s")
}

// BenchmarkRestart is from the cast on which a child crashes until the next one
// has answered a call.
func BenchmarkRestart(b *testing.B) {
	started := make(chan coppice.PID, 1)
	limit := supervisor.AtMost(1<<30, 1)
	one := supervisor.ChildSpec{ID: "c", Start: phoenix.With(started)}
	for name, sup := range map[string]supervisor.Starter{
		"static":       supervisor.New(supervisor.Spec{Restarts: limit, Children: []supervisor.ChildSpec{one}}),
		"one of 10000": supervisor.New(supervisor.Spec{Restarts: limit, Children: append(many(9_999), one)}),
		"dynamic":      &supervisor.Dynamic[supervisor.ChildSpec]{Restarts: limit},
	} {
		b.Run(name, func(b *testing.B) {
			n, pid := startBench(b, sup)
			if name == "dynamic" {
				_, _ = supervisor.StartChild(n, pid, one)
			}
			restarts(b, n, <-started, started)
		})
	}
}

// BenchmarkRestartBeside has the same in front of so many idle servers: it
// should be the same in each row.
func BenchmarkRestartBeside(b *testing.B) {
	for _, others := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(strconv.Itoa(others), func(b *testing.B) {
			started := make(chan coppice.PID, 1)
			one := supervisor.ChildSpec{ID: "c", Start: phoenix.With(started)}
			n, _ := startBench(b, supervisor.New(supervisor.Spec{
				Restarts: supervisor.AtMost(1<<30, 1), Children: []supervisor.ChildSpec{one},
			}))
			for range others {
				_, _ = cells.Start(n, nil)
			}
			restarts(b, n, <-started, started)
		})
	}
}

// restarts crashes child after child.
func restarts(b *testing.B, n *coppice.Node, child coppice.PID, started <-chan coppice.PID) {
	var took []time.Duration
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		_ = genserver.Cast(n, child, crash{})
		child = <-started
		if up, err := genserver.Call(n, child, ping{}); !up {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns")
}

func many(n int) (all []supervisor.ChildSpec) {
	for i := range n {
		all = append(all, supervisor.ChildSpec{ID: strconv.Itoa(i), Start: cells.With(nil)})
	}
	return all
}

// BenchmarkStatic starts and stops a Supervisor of 10,000 children.
func BenchmarkStatic(b *testing.B) {
	n := quiet()
	defer n.Stop(context.Background())
	sup := supervisor.New(supervisor.Spec{Children: many(10_000)})
	for b.Loop() {
		pid, err := sup.Start(n)
		if err != nil {
			b.Fatal(err)
		}
		_ = supervisor.Stop(n, pid, nil)
	}
	b.ReportMetric(float64(b.N)*10_000/b.Elapsed().Seconds(), "children/s")
}
