package task_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/task"
)

// inProcess runs f as a process of a node of its own, in a bubble, and returns
// the reason of its end. Nothing may be left running.
func inProcess(t *testing.T, f func(t *testing.T, p *coppice.Process) error) (reason error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		watched := make(chan struct{})
		pid, err := coppice.Spawn(n, func(p *coppice.Process) error { <-watched; return f(t, p) })
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { r, _ := coppice.Await(n, pid); ended <- r }()
		synctest.Wait()
		close(watched)
		reason = <-ended
		if report := n.Stop(context.Background()); len(report.Stuck) > 0 {
			t.Errorf("stuck: %v", report.Stuck)
		}
	})
	return reason
}

var errBad = errors.New("bad")

func value[R any](v R) func(*coppice.Process) (R, error) {
	return func(*coppice.Process) (R, error) { return v, nil }
}

func hang(p *coppice.Process) (int, error) { p.Sleep(time.Hour); return 0, nil }

func bad(*coppice.Process) (int, error) { return 0, errBad }

// async starts a task, or fails the test.
func async[R any](t *testing.T, p *coppice.Process, f func(*coppice.Process) (R, error)) task.Task[R] {
	t.Helper()
	started, err := task.Async(p, f)
	if err != nil {
		t.Fatal(err)
	}
	return started
}

// reasonOf is the reason in a *coppice.CallError, which err has to be.
func reasonOf(t *testing.T, err error) error {
	t.Helper()
	call, ok := err.(*coppice.CallError)
	if !ok {
		t.Fatalf("error is %v (%T), want a *coppice.CallError", err, err)
	}
	return call.Reason
}

func TestAwait(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		one, two := async(t, p, value(1)), async(t, p, value("two"))
		if s, err := two.Await(p); s != "two" || err != nil {
			t.Error(s, err)
		}
		if n, err := one.Await(p); n != 1 || err != nil {
			t.Error(n, err)
		}
		if m, ok := p.ReceiveTimeout(time.Second); ok {
			t.Errorf("there is a message left: %v", m.Body)
		}
		return nil
	})
}

// A task of an interface type may have the value nil.
func TestAwaitNil(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		if v, err := async(t, p, value[any](nil)).Await(p); v != nil || err != nil {
			t.Error(v, err)
		}
		if v, err := async(t, p, value[error](nil)).Await(p); v != nil || err != nil {
			t.Error(v, err)
		}
		return nil
	})
}

// How a task fails is what its owner learns, whether by Await or by its end.
func TestFailure(t *testing.T) {
	tests := []struct {
		name string
		f    func(*coppice.Process) (int, error)
		is   func(reason error) bool
	}{
		{"error", bad, func(r error) bool { return r == errBad }},
		{"exit", func(q *coppice.Process) (int, error) { q.Exit(errBad); return 0, nil }, func(r error) bool { return r == errBad }},
		{"panic", func(*coppice.Process) (int, error) { panic("boom") }, func(r error) bool {
			e, ok := r.(*coppice.PanicError)
			return ok && e.Value == "boom"
		}},
		{"shutdown", func(*coppice.Process) (int, error) { return 0, coppice.Shutdown }, func(r error) bool { return r == coppice.Shutdown }},
		{"wrapped", func(*coppice.Process) (int, error) { return 0, &coppice.ShutdownError{Detail: 1} }, func(r error) bool { return coppice.ClassOf(r) == coppice.ClassShutdown }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inProcess(t, func(t *testing.T, p *coppice.Process) error {
				p.TrapExit(true)
				_, err := async(t, p, test.f).Await(p)
				if reason := reasonOf(t, err); !test.is(reason) {
					t.Errorf("trapping: the reason is %v", reason)
				}
				return nil
			})
			reason := inProcess(t, func(t *testing.T, p *coppice.Process) error {
				_, err := async(t, p, test.f).Await(p)
				t.Errorf("not trapping: Await has returned %v", err)
				return nil
			})
			if !test.is(reason) {
				t.Errorf("not trapping: the owner ended with %v", reason)
			}
		})
	}
}

// A task that ends with Normal as its error has no value, and spares its owner.
func TestNormalWithoutValue(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		_, err := async(t, p, func(*coppice.Process) (int, error) { return 1, coppice.Normal }).Await(p)
		if reason := reasonOf(t, err); reason != coppice.Normal {
			t.Error(reason)
		}
		return nil
	})
}

func TestAwaitTimeout(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		for _, limit := range []struct {
			hold func() *coppice.Process
			want time.Duration
		}{
			{func() *coppice.Process { return p }, 5 * time.Second},
			{func() *coppice.Process { return p.WithTimeout(time.Minute) }, time.Minute},
		} {
			late := async(t, p, func(q *coppice.Process) (int, error) { q.Sleep(2 * time.Minute); return 1, nil })
			began := time.Now()
			_, err := late.Await(limit.hold())
			if reason := reasonOf(t, err); reason != coppice.Timeout || !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			if took := time.Since(began); took != limit.want {
				t.Errorf("it took %v, want %v", took, limit.want)
			}
			if m, ok := p.ReceiveTimeout(time.Hour); ok {
				t.Errorf("something came after the time-out: %v", m.Body)
			}
		}
		long := async(t, p, func(q *coppice.Process) (int, error) { q.Sleep(time.Hour); return 1, nil })
		if v, err := long.Await(p.WithoutTimeout()); v != 1 || err != nil {
			t.Error(v, err)
		}
		return nil
	})
}

// Who is not the owner is refused at once, and takes nothing away.
func TestNotOwner(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		mine := async(t, p, value(1))
		stranger := async(t, p, func(q *coppice.Process) (string, error) {
			for name, ask := range map[string]func() error{
				"Await":     func() error { _, err := mine.Await(q); return err },
				"Yield":     func() error { _, _, err := mine.Yield(q, time.Hour); return err },
				"Take":      func() error { _, _, err := mine.Take(q, coppice.Down{}); return err },
				"Ignore":    func() error { _, _, err := mine.Ignore(q); return err },
				"Shutdown":  func() error { _, _, err := mine.Shutdown(q, time.Hour); return err },
				"Kill":      func() error { _, _, err := mine.Kill(q); return err },
				"AwaitMany": func() error { _, err := task.AwaitMany(q, mine); return err },
				"YieldMany": func() error { _, err := task.YieldMany(q, time.Hour, mine); return err },
			} {
				var e *task.NotOwnerError
				if err := ask(); !errors.As(err, &e) || e.Owner != p.Self() || e.Caller != q.Self() || e.Task != mine.PID() {
					t.Errorf("%s: %v", name, err)
				}
			}
			return "asked", nil
		})
		if _, err := stranger.Await(p); err != nil {
			t.Error(err)
		}
		if v, err := mine.Await(p); v != 1 || err != nil {
			t.Error(v, err)
		}
		return nil
	})
}

func TestYield(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		slow := async(t, p, func(q *coppice.Process) (int, error) { q.Sleep(time.Minute); return 1, nil })
		for range 3 {
			if v, done, err := slow.Yield(p, time.Second); v != 0 || done || err != nil {
				t.Error(v, done, err)
			}
		}
		if v, done, err := slow.Yield(p, -1); v != 1 || !done || err != nil {
			t.Error(v, done, err)
		}
		if _, done, err := slow.Yield(p, 0); done || err != nil {
			t.Error(done, err)
		}
		p.TrapExit(true)
		if _, done, err := async(t, p, bad).Yield(p, -1); !done || !errors.Is(err, errBad) {
			t.Error(done, err)
		}
		return nil
	})
}

func TestMany(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		p.TrapExit(true)
		after := func(d time.Duration, v int) task.Task[int] {
			return async(t, p, func(q *coppice.Process) (int, error) { q.Sleep(d); return v, nil })
		}
		values, err := task.AwaitMany(p, after(3*time.Second, 1), after(0, 2), after(time.Second, 3))
		if err != nil || len(values) != 3 || values[0] != 1 || values[1] != 2 || values[2] != 3 {
			t.Error(values, err)
		}
		if values, err := task.AwaitMany[int](p); len(values) != 0 || err != nil {
			t.Error(values, err)
		}
		if _, err = task.AwaitMany(p, after(time.Hour, 1), async(t, p, bad)); reasonOf(t, err) != errBad {
			t.Error(err)
		}
		if _, err = task.AwaitMany(p.WithTimeout(time.Minute), after(0, 1), after(time.Hour, 2)); reasonOf(t, err) != coppice.Timeout {
			t.Error(err)
		}
		one, two, three := after(0, 1), after(time.Minute, 2), async(t, p, bad)
		began := time.Now()
		outcomes, err := task.YieldMany(p, time.Second, two, one, three)
		if err != nil || outcomes[0].Done || outcomes[1] != (task.Outcome[int]{Value: 1, Done: true}) || !errors.Is(outcomes[2].Err, errBad) {
			t.Error(outcomes, err)
		}
		if took := time.Since(began); took != time.Second {
			t.Error(took)
		}
		if outcomes, _ := task.YieldMany(p, -1, two); !outcomes[0].Done || outcomes[0].Value != 2 {
			t.Error(outcomes)
		}
		return nil
	})
}

// Task.yield_many/2: "if the limit is reached before the timeout, this function
// returns immediately".
func TestYieldSome(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		p.TrapExit(true)
		after := func(d time.Duration) task.Task[int] {
			return async(t, p, func(q *coppice.Process) (int, error) { q.Sleep(d); return 1, nil })
		}
		tasks := []task.Task[int]{after(time.Hour), after(time.Minute), async(t, p, bad), after(time.Second)}
		began := time.Now()
		for _, c := range []struct {
			n    int
			done [4]bool
			took time.Duration
		}{
			{0, [4]bool{}, 0},
			{2, [4]bool{2: true, 3: true}, time.Second}, // the one that fails, and the quick one
			{1, [4]bool{1: true}, time.Minute},
			{9, [4]bool{}, time.Minute + time.Second}, // none within that time
		} {
			outcomes, err := task.YieldSome(p, c.n, time.Minute+time.Second-time.Since(began), tasks...)
			if err != nil || len(outcomes) != 4 {
				t.Fatal(outcomes, err)
			}
			for i, o := range outcomes {
				if o.Done != c.done[i] {
					t.Errorf("limit %d: task %d is %+v", c.n, i, o)
				}
			}
			if took := time.Since(began); took != c.took {
				t.Errorf("limit %d: at %v and not %v", c.n, took, c.took)
			}
		}
		if v, done, err := tasks[0].Yield(p, -1); v != 1 || !done || err != nil {
			t.Error(v, done, err)
		}
		return nil
	})
}

func TestCompleted(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		known := func() task.Task[int] {
			c, err := task.Completed(p, 7)
			if err != nil || !c.PID().IsZero() || c.Owner() != p.Self() {
				t.Fatal(c, err)
			}
			return c
		}
		if v, err := known().Await(p); v != 7 || err != nil {
			t.Error(v, err)
		}
		if v, done, err := known().Shutdown(p, 0); v != 7 || !done || err != nil {
			t.Error(v, done, err)
		}
		if v, done, err := known().Ignore(p); v != 7 || !done || err != nil {
			t.Error(v, done, err)
		}
		if values, err := task.AwaitMany(p, known(), async(t, p, value(8))); err != nil || values[0] != 7 || values[1] != 8 {
			t.Error(values, err)
		}
		return nil
	})
}

// A task that takes its time to end has it, and no more.
func TestShutdown(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		stubborn := func(d time.Duration) func(q *coppice.Process) (int, error) {
			return func(q *coppice.Process) (int, error) { q.TrapExit(true); q.Sleep(d); return 1, nil }
		}
		for _, test := range []struct {
			name   string
			f      func(*coppice.Process) (int, error)
			d      time.Duration // negative: Kill
			took   time.Duration
			done   bool
			reason error
		}{
			{"heeds", hang, time.Minute, 0, false, nil},
			{"value in time", stubborn(time.Second), time.Minute, time.Second, true, nil},
			{"too late", stubborn(time.Hour), time.Minute, time.Minute, true, coppice.Killed},
			{"no time", stubborn(time.Hour), 0, 0, true, coppice.Killed},
			{"killed", stubborn(time.Hour), -1, 0, false, nil},
		} {
			running := async(t, p, test.f)
			p.Sleep(time.Millisecond)
			began := time.Now()
			end := func() (int, bool, error) { return running.Shutdown(p, test.d) }
			if test.d < 0 {
				end = func() (int, bool, error) { return running.Kill(p) }
			}
			_, done, err := end()
			if took := time.Since(began); test.name != "value in time" && took != test.took || done != test.done {
				t.Errorf("%s: done %v after %v, want %v after %v", test.name, done, took, test.done, test.took)
			}
			if test.reason == nil && err != nil || test.reason != nil && reasonOf(t, err) != test.reason {
				t.Errorf("%s: %v", test.name, err)
			}
			if coppice.Alive(running.PID()) {
				t.Errorf("%s: it lives", test.name)
			}
		}
		if m, ok := p.ReceiveTimeout(time.Hour); ok {
			t.Errorf("there is a message left: %v", m.Body)
		}
		return nil
	})
}

type key struct{}

// A task knows for whom it works, and inherits values.
func TestCallers(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		sup, err := (&task.Supervisor{}).StartLink(p)
		if err != nil {
			t.Fatal(err)
		}
		inner := func(q *coppice.Process) ([]coppice.PID, error) { return q.Callers(), nil }
		outer := async(t, p, func(q *coppice.Process) ([][]coppice.PID, error) {
			linked, _ := task.Async(q, inner)
			under, _ := task.AsyncUnder(q, sup, inner)
			nolink, _ := task.AsyncNoLink(q, sup, inner)
			all, err := task.AwaitMany(q, linked, under, nolink)
			for callers, err := range task.Stream(q, func(yield func(int) bool) { yield(1) }, func(r *coppice.Process, _ int) ([]coppice.PID, error) { return inner(r) }, task.StreamOptions{}) {
				if err != nil {
					return nil, err
				}
				all = append(all, callers)
			}
			reported := make(chan []coppice.PID, 3)
			tell := func(r *coppice.Process) error { reported <- r.Callers(); return nil }
			_, _ = task.Start(q, tell)
			_, _ = task.StartLink(q, tell)
			_, _ = task.StartChild(q, sup, tell)
			for range 3 {
				all = append(all, <-reported)
			}
			return all, err
		})
		all, err := outer.Await(p)
		if err != nil || len(all) != 7 {
			t.Fatal(all, err)
		}
		for i, callers := range all {
			if len(callers) != 2 || callers[0] != outer.PID() || callers[1] != p.Self() {
				t.Errorf("%d: callers are %v, want %v and %v", i, callers, outer.PID(), p.Self())
			}
		}
		waiting := async(t, p, hang)
		info, _ := coppice.Lookup(waiting.PID())
		if info.Parent != p.Self() {
			t.Errorf("parent is %v", info.Parent)
		}
		nolink, _ := task.AsyncNoLink(p, sup, hang)
		if info, _ := coppice.Lookup(nolink.PID()); info.Parent != sup {
			t.Errorf("parent is %v, want the supervisor", info.Parent)
		}
		waiting.Kill(p)
		return nil
	})
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{})
		defer n.Stop(context.Background())
		found := make(chan any, 1)
		_, err := task.Start(context.WithValue(n, key{}, "v"), func(q *coppice.Process) error {
			inner, err := task.Async(q, func(r *coppice.Process) (any, error) { return r.Value(key{}), nil })
			if err != nil {
				return err
			}
			v, err := inner.Await(q)
			found <- v
			return err
		})
		if v := <-found; v != "v" || err != nil {
			t.Error(v, err)
		}
	})
}
