package coppice_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

type echo struct{}

func (echo) Init(p *coppice.Process) error { return nil }
func (echo) Handle(p *coppice.Process, m coppice.Message) error {
	switch m.Body {
	case "crash":
		panic("boom")
	case "stop":
		return coppice.Shutdown
	case "hang":
		return nil
	}
	m.From().Reply(m.Body, nil)
	return nil
}
func (echo) Terminate(p *coppice.Process, reason error) error { return nil }

func BenchmarkRequestPlain(b *testing.B) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	pid, _, _ := coppice.StartProcess(n, coppice.Spec{Behaviour: echo{}})
	b.ReportAllocs()
	for b.Loop() {
		coppice.Request(n, pid, "x")
	}
}

func BenchmarkRequestProcess(b *testing.B) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	pid, _, _ := coppice.StartProcess(n, coppice.Spec{Behaviour: echo{}})
	b.ReportAllocs()
	done := make(chan struct{})
	coppice.Spawn(n, func(p *coppice.Process) error {
		for b.Loop() {
			coppice.Request(p, pid, "x")
		}
		close(done)
		return nil
	})
	<-done
}

type sink struct{}

func (sink) Init(p *coppice.Process) error                      { return nil }
func (sink) Handle(p *coppice.Process, m coppice.Message) error { return nil }
func (sink) Terminate(p *coppice.Process, reason error) error   { return nil }

func BenchmarkSend(b *testing.B) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	pid, _, _ := coppice.StartProcess(n, coppice.Spec{Behaviour: sink{}})
	b.ReportAllocs()
	for b.Loop() {
		coppice.Send(n, pid, "x")
	}
}

func BenchmarkStartStop(b *testing.B) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	b.ReportAllocs()
	for b.Loop() {
		pid, _, _ := coppice.StartProcess(n, coppice.Spec{Behaviour: sink{}})
		coppice.Exit(n, pid, coppice.Shutdown)
	}
}

type forward struct{ next *coppice.PID }

func (forward) Init(p *coppice.Process) error                    { return nil }
func (forward) Terminate(p *coppice.Process, reason error) error { return nil }
func (f forward) Handle(p *coppice.Process, m coppice.Message) error {
	c := m.Body.(*count)
	if c.n--; c.n <= 0 {
		close(c.done)
		return nil
	}
	return coppice.Send(p, *f.next, c)
}

type count struct {
	n    int
	done chan struct{}
}

func BenchmarkRing(b *testing.B) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	pids := make([]coppice.PID, 100)
	for i := range pids {
		pids[i], _, _ = coppice.StartProcess(n, coppice.Spec{Behaviour: forward{&pids[(i+1)%len(pids)]}})
	}
	c := &count{b.N, make(chan struct{})}
	b.ReportAllocs()
	b.ResetTimer()
	coppice.Send(n, pids[0], c)
	<-c.done
}

// What a process takes while it waits for a message, without the goroutine
// that it does not have.
func BenchmarkIdleBytes(b *testing.B) {
	for name, addr := range map[string]func(i int) coppice.Addr{
		"sink":  func(int) coppice.Addr { return nil },
		"named": func(i int) coppice.Addr { return coppice.Name(fmt.Sprint("n", i)) },
	} {
		b.Run(name, func(b *testing.B) {
			const many = 100_000
			for b.Loop() {
				n := coppice.NewNode(coppice.Options{})
				before := heap()
				for i := range many {
					if _, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: sink{}, Name: addr(i)}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(heap()-before)/many, "B/process")
				n.Stop(context.Background())
			}
		})
	}
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkTimer is of timers to one process: one that is cancelled, alone and
// beside others that run, and one that fires.
func BenchmarkTimer(b *testing.B) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	for _, others := range []int{0, 1000, 100_000} {
		b.Run(fmt.Sprintf("cancelled beside %d", others), func(b *testing.B) {
			pid := startOne(b, n, sink{})
			for i := range others {
				_, _ = coppice.SendAfter(n, pid, time.Hour+time.Duration(i), nil)
			}
			b.ReportAllocs()
			for b.Loop() {
				t, _ := coppice.SendAfter(n, pid, time.Minute, nil)
				t.Cancel()
			}
			_ = coppice.Exit(n, pid, coppice.Kill)
		})
	}
	b.Run("fires", func(b *testing.B) {
		fired := make(chan struct{})
		pid := startOne(b, n, tells{fired})
		b.ReportAllocs()
		for b.Loop() {
			_, _ = coppice.SendAfter(n, pid, 0, nil)
			<-fired
		}
	})
}

// A tells tells of each message.
type tells struct{ told chan struct{} }

func (tells) Init(*coppice.Process) error                      { return nil }
func (t tells) Handle(*coppice.Process, coppice.Message) error { t.told <- struct{}{}; return nil }
func (tells) Terminate(*coppice.Process, error) error          { return nil }
