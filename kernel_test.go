package coppice_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// bubble runs f with a node of its own, which it stops. The bubble does not end
// as long as a goroutine is left.
func bubble(t *testing.T, f func(t *testing.T, n *coppice.Node)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		f(t, n)
		if report := n.Stop(context.Background()); len(report.Stuck) > 0 {
			t.Errorf("stuck: %v", report.Stuck)
		}
		if n.Count() != 0 {
			t.Errorf("%d processes left", n.Count())
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestSpawnSendReceive(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		got := make(chan any, 3)
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			for range 3 {
				got <- p.Receive().Body
			}
			return errors.New("done")
		}))
		for i := range 3 {
			if err := coppice.Send(n, pid, i); err != nil {
				t.Fatal(err)
			}
		}
		reason, err := coppice.Await(n, pid)
		if err != nil || fmt.Sprint(reason) != "done" && reason != coppice.NoProc {
			t.Errorf("Await = %v, %v", reason, err)
		}
		for i := range 3 {
			if v := <-got; v != i {
				t.Errorf("got %v, want %d", v, i)
			}
		}
	})
}

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

func TestRequest(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: echo{}, Name: coppice.Name("echo")})
		if err != nil {
			t.Fatal(err)
		}
		v, err := coppice.Request(n, coppice.Name("echo"), 42)
		if v != 42 || err != nil {
			t.Errorf("Request = %v, %v", v, err)
		}
		start := time.Now()
		_, err = coppice.Request(n, pid, "hang")
		if !errors.Is(err, coppice.Timeout) || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != coppice.DefaultTimeout {
			t.Errorf("hang: %v after %v", err, time.Since(start))
		}
		_, err = coppice.Request(n, pid, "crash")
		var pe *coppice.PanicError
		if !errors.As(err, &pe) || pe.Value != "boom" {
			t.Errorf("crash: %v", err)
		}
		_, err = coppice.Request(n, pid, 1)
		if !errors.Is(err, coppice.NoProc) {
			t.Errorf("after: %v", err)
		}
	})
}

func TestUnwindInCall(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		server, _, _ := coppice.StartProcess(n, coppice.Spec{Behaviour: echo{}})
		var deferred, after bool
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			defer func() { deferred = true }()
			coppice.Request(p.WithoutTimeout(), server, "hang")
			after = true
			return nil
		}))
		synctest.Wait()
		coppice.Exit(n, pid, errors.New("enough"))
		reason, _ := coppice.Await(n, pid)
		synctest.Wait()
		if !deferred || after {
			t.Errorf("reason %v deferred %v after %v", reason, deferred, after)
		}
	})
}

func BenchmarkRequestPlain(b *testing.B) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	pid, _, _ := coppice.StartProcess(n, coppice.Spec{Behaviour: echo{}})
	b.ReportAllocs()
	for b.Loop() {
		coppice.Request(n, pid, "x")
	}
}

func BenchmarkRequestProcess(b *testing.B) {
	n := coppice.NewNode(coppice.Options{})
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
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	pid, _, _ := coppice.StartProcess(n, coppice.Spec{Behaviour: sink{}})
	b.ReportAllocs()
	for b.Loop() {
		coppice.Send(n, pid, "x")
	}
}

func BenchmarkStartStop(b *testing.B) {
	n := coppice.NewNode(coppice.Options{})
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
	n := coppice.NewNode(coppice.Options{})
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
