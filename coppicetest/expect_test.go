package coppicetest_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

func TestRegistered(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		began := time.Now()
		pid := spawn(t, n, func(p *coppice.Process) error {
			p.Sleep(2 * time.Second)
			if err := p.Register("late"); err != nil {
				return err
			}
			p.Sleep(time.Second)
			return nil
		})
		if got := coppicetest.Registered(t, n, coppice.Name("late")); got != pid {
			t.Errorf("%v, want %v", got, pid)
		}
		coppicetest.Freed(t, n, coppice.Name("late"))
		if passed := time.Since(began).Round(100 * time.Millisecond); passed != 3*time.Second {
			t.Errorf("it took %v", passed)
		}
	})
	r := record(t, coppicetest.Options{Limit: time.Second}, func(t testing.TB, n *coppice.Node) {
		coppicetest.Registered(t, n, coppice.Name("nobody"))
	})
	wantFailures(t, r, "waited 1s: want a process at nobody")
	r = record(t, coppicetest.Options{Limit: time.Second}, func(t testing.TB, n *coppice.Node) {
		startTree(t, n)
		coppicetest.Freed(t, n, cell)
	})
	wantFailures(t, r, "waited 1s: want nobody at cell, saw <|cell|idle")
}

func TestExited(t *testing.T) {
	errOwn := errors.New("own")
	type detail struct{ n int }
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{})
		for _, test := range []struct{ end, want error }{
			{nil, nil},
			{nil, coppice.Normal},
			{errOwn, errOwn},
			{fmt.Errorf("wrapped: %w", errOwn), errOwn},
			{&coppice.ShutdownError{Detail: detail{1}}, &coppice.ShutdownError{Detail: detail{1}}},
		} {
			pid := spawn(t, n, func(p *coppice.Process) error { p.Sleep(time.Second); return test.end })
			coppicetest.Exited(t, n, pid, test.want)
			coppicetest.Exited(t, n, pid, test.want) // after the fact too
		}
		pid := spawn(t, n, func(*coppice.Process) error { panic(errOwn) })
		coppicetest.Exited(t, n, pid, errOwn)
	})
	for _, test := range []struct {
		end, want error
		failure   string
	}{
		{errOwn, nil, "ended with the reason own, want normal"},
		{fmt.Errorf("wrapped: %w", coppice.Shutdown), coppice.Shutdown, "want shutdown"},
		{&coppice.ShutdownError{Detail: detail{1}}, &coppice.ShutdownError{Detail: detail{2}}, "reason shutdown: {1}, want shutdown: {2}"},
	} {
		r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
			coppicetest.AllowCrashes(t, n, coppicetest.Crash{})
			coppicetest.Exited(t, n, spawn(t, n, func(*coppice.Process) error { return test.end }), test.want)
		})
		wantFailures(t, r, test.failure)
	}
	r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		pid := spawn(t, n, func(p *coppice.Process) error { p.Receive(); return nil })
		coppicetest.Exited(t, n, pid, nil)
	})
	wantFailures(t, r, "waited 1m0s: want the end of a process for the reason normal, saw <|receiving")
}

func TestChildren(t *testing.T) {
	workers := &supervisor.Dynamic[time.Duration]{
		Template: func(d time.Duration) supervisor.ChildSpec {
			return supervisor.ChildSpec{Restart: supervisor.Temporary, Start: supervisor.Body(func(p *coppice.Process) error {
				p.Sleep(d)
				return nil
			})}
		},
		Options: []supervisor.Option{supervisor.Name(top)},
	}
	start := func(t testing.TB, n *coppice.Node) {
		if _, err := workers.Start(n); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if _, err := workers.StartChild(n, top, time.Duration(i+1)*time.Second); err != nil {
				t.Fatal(err)
			}
		}
	}
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		start(t, n)
		for left := 3; left >= 0; left-- {
			if got := coppicetest.Children(t, n, top, left); len(got) != left {
				t.Errorf("%v", got)
			}
		}
	})
	r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		start(t, n)
		coppicetest.Children(t, n, top, 4)
	})
	wantFailures(t, r, "top has 0 children, want 4")
	r = record(t, coppicetest.Options{Limit: time.Second}, func(t testing.TB, n *coppice.Node) {
		coppicetest.Children(t, n, top, 4)
	})
	wantFailures(t, r, "want 4 children of top")
}

func TestRestarted(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Process: "cell"})
		startTree(t, n)
		name := coppicetest.Watch(t, n, cell)
		child := coppicetest.WatchChild(t, n, top, "c")
		tree := coppicetest.Watch(t, n, top)
		if name.PID() != child.PID() {
			t.Errorf("%v, %v", name.PID(), child.PID())
		}
		first := name.PID()
		_ = coppice.Cast(n, cell, Crash{})
		if again := name.Restarted(1); again == first || again != child.Restarted(1) {
			t.Errorf("%v, %v after %v", again, child.PID(), first)
		}
		for range 2 {
			_ = coppice.Cast(n, cell, Crash{})
			coppicetest.Eventually(t, n, func() error { return nil })
		}
		if name.Restarted(2) != child.Restarted(2) {
			t.Errorf("%v, %v", name.PID(), child.PID())
		}
		name.Unchanged()
		tree.Unchanged()
		_ = coppice.Exit(n, cell, coppice.Kill)
		name.Exited(coppice.Killed)
	})
}

func TestNotRestarted(t *testing.T) {
	for _, test := range []struct {
		crashes, want int
		failure       string
	}{
		{0, 1, "want 1 restarts of cell|saw 0; now there is"},
		{1, 2, "want 2 restarts of cell|saw 1; now there is"},
		{3, 1, "cell was restarted 3 times, want 1"},
	} {
		r := record(t, coppicetest.Options{Limit: time.Second}, func(t testing.TB, n *coppice.Node) {
			coppicetest.AllowCrashes(t, n, coppicetest.Crash{Process: "cell"})
			startTree(t, n)
			w := coppicetest.Watch(t, n, cell)
			for range test.crashes {
				_ = coppice.Cast(n, cell, Crash{})
				coppicetest.Eventually(t, n, func() error { return nil })
			}
			w.Restarted(test.want)
		})
		wantFailures(t, r, test.failure)
	}
	r := record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		startTree(t, n)
		w := coppicetest.WatchChild(t, n, top, "c")
		_ = coppice.Exit(n, cell, coppice.Kill)
		w.Unchanged()
	})
	wantFailures(t, r, `want child "c" of top unchanged`)
	r = record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		coppicetest.Watch(t, n, coppice.Name("nobody"))
	})
	wantFailures(t, r, "no process to watch at nobody")
	r = record(t, coppicetest.Options{}, func(t testing.TB, n *coppice.Node) {
		startTree(t, n)
		coppicetest.WatchChild(t, n, top, "d")
	})
	wantFailures(t, r, `no process to watch at child "d" of top`)
}
