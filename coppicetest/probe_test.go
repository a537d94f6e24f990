package coppicetest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
)

func TestProbe(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		probe := coppicetest.NewProbe(t, n)
		probe.None()
		_ = coppice.Send(n, probe, "one")
		_ = coppice.Cast(n, probe, Add{2})
		_, _ = coppice.SendAfter(n, probe, time.Minute/2, "three")
		_ = coppice.Send(n, probe, "four")
		probe.Expect("one")
		if got := coppicetest.ReceiveMatch(probe, func(s string) bool { return s != "four" }); got != "three" {
			t.Errorf("%v", got)
		}
		if got := coppicetest.Receive[Add](probe); got.N != 2 {
			t.Errorf("%v", got)
		}
		if got := coppicetest.ReceiveMatch[string](probe, nil); got != "four" {
			t.Errorf("%v", got)
		}
		probe.NoneFor(time.Hour)
	})
}

// A probe stands for a server, and acts as a process.
func TestProbeActs(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		probe := coppicetest.NewProbe(t, n)
		request := coppice.SendRequest(n, probe, "question")
		m := probe.Next()
		if m.Body != "question" || m.Kind() != coppice.CallMsg {
			t.Errorf("%v %v", m.Kind(), m.Body)
		}
		m.From().Reply("answer", nil)
		if got, err := request.Wait(n); got != "answer" || err != nil {
			t.Errorf("%v, %v", got, err)
		}

		var pid coppice.PID
		var ref coppice.Ref
		probe.Do(func(p *coppice.Process) {
			pid, ref, _ = coppice.SpawnMonitor(p, func(p *coppice.Process) error { p.Receive(); return nil })
			_ = p.Link(pid)
		})
		_ = coppice.Send(n, pid, "go")
		coppicetest.ReceiveMatch(probe, func(d coppice.Down) bool { return d.Ref == ref && d.Reason == coppice.Normal })
		probe.Expect(coppice.Exited{PID: pid, Reason: coppice.Normal})
		if _, err := coppice.RequestSystem(n, probe, "unknown"); !errors.Is(err, coppice.ErrNotSystem) {
			t.Error(err)
		}
	})
}

func TestProbeFails(t *testing.T) {
	for _, test := range []struct {
		name    string
		f       func(t testing.TB, b *coppicetest.Probe)
		failure string
	}{
		{"another type", func(_ testing.TB, b *coppicetest.Probe) { coppicetest.Receive[Add](b) }, "got string hello, want a coppicetest_test.Add"},
		{"another value", func(_ testing.TB, b *coppicetest.Probe) { b.Expect("hullo") }, "got string hello, want string hullo"},
		{"no match", func(_ testing.TB, b *coppicetest.Probe) { coppicetest.ReceiveMatch[Add](b, nil) }, "waited 1m0s: want a coppicetest_test.Add that matches|saw string hello"},
		{"not none", func(_ testing.TB, b *coppicetest.Probe) { b.None() }, "want no message|saw string hello"},
		{"nothing more", func(_ testing.TB, b *coppicetest.Probe) { b.Next(); b.Next() }, "waited 1m0s: want a message|saw none"},
		{"it exits", func(_ testing.TB, b *coppicetest.Probe) {
			b.Do(func(p *coppice.Process) { p.Exit(coppice.Shutdown) })
		}, "what the probe|did ended it"},
		{"it has exited", func(t testing.TB, b *coppicetest.Probe) {
			_ = coppice.Exit(b.PID().Node(), b, coppice.Kill)
			b.Do(func(*coppice.Process) { t.Error("it ran") })
		}, "has ended"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
				probe := coppicetest.NewProbe(t, n)
				_ = coppice.Send(n, probe, "hello")
				test.f(t, probe)
			})
			wantFailures(t, r, test.failure)
		})
	}
}
