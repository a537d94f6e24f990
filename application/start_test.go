package application_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/application"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// application:ensure_all_started/2: "calls start/1 repeatedly on all
// dependencies that are not yet started", and returns the names of those that
// this call has started. Each starts after those that it depends on.
func TestStartsDependenciesFirst(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		a := tr.define(app{name: "a"})
		b := tr.define(app{name: "b", needs: []string{"a"}})
		c := tr.define(app{name: "c", needs: []string{"b", "a"}})
		names, err := application.Start(n, application.Temporary, c, b, a)
		same(t, "started", names, []string{"a", "b", "c"})
		same(t, "error", err, nil)
		tr.want(t, "start a, start b, start c")
		runs(t, n, "a", "b", "c")

		names, err = application.Start(n, application.Temporary, c, a)
		same(t, "started again", names, []string{})
		same(t, "error", err, nil)
		tr.want(t, "")
	})
}

// application:start/2: "if a dependency is not started, {error, {not_started,
// App}} is returned". Here that is found before anything is started.
func TestMissingDependency(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		a := tr.define(app{name: "a"})
		b := tr.define(app{name: "b", needs: []string{"a", "nowhere"}})
		_, err := application.Start(n, application.Temporary, a, b)
		var missing *application.NotRunningError
		if !errors.As(err, &missing) || missing.Application != "nowhere" || missing.NeededBy != "b" {
			t.Errorf("got %v", err)
		}
		tr.want(t, "")
		runs(t, n)
	})
}

// In OTP ensure_all_started/1 does not return where dependencies form a circle.
func TestCircle(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		a := tr.define(app{name: "a", needs: []string{"c"}})
		b := tr.define(app{name: "b", needs: []string{"a"}})
		c := tr.define(app{name: "c", needs: []string{"b"}})
		_, err := application.Start(n, application.Temporary, tr.define(app{name: "d", needs: []string{"a"}}), a, b, c)
		var circle *application.CycleError
		if !errors.As(err, &circle) {
			t.Fatalf("got %v", err)
		}
		same(t, "path", circle.Path, []string{"a", "c", "b", "a"})
		_, err = application.Start(n, application.Temporary, a, tr.define(app{name: "a"}))
		var twice *application.DuplicateError
		if !errors.As(err, &twice) {
			t.Errorf("given twice: got %v", err)
		}
		tr.want(t, "")
	})
}

// application:ensure_all_started/2: if one fails, "all applications that were
// started by the function are stopped to bring the set of running applications
// back to its initial state"; in reverse order.
func TestFailingStartUndoesTheCall(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		a := tr.define(app{name: "a"})
		b := tr.define(app{name: "b", needs: []string{"a"}})
		c := tr.define(app{name: "c"})
		no := errors.New("no")
		bad := tr.define(app{name: "bad", needs: []string{"b", "c"}, start: func(*coppice.Process) error { return no }})
		start(t, n, application.Temporary, a)
		tr.want(t, "start a")
		names, err := application.Start(n, application.Permanent, a, b, c, bad)
		var failed *application.StartError
		if !errors.As(err, &failed) || failed.Application != "bad" || failed.Reason != no || names != nil {
			t.Errorf("got %v, %v", names, err)
		}
		tr.want(t, "start b, start c, start bad, "+
			"prep_stop c, end c shutdown, stop c, prep_stop b, end b shutdown, stop b")
		runs(t, n, "a")
	})
}

// The callback start/2 runs in a process of the application: its crash fails
// the start, and harms nobody else. A tree that ignores is {bad_return, …}.
func TestWhatFailsAStart(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		crash := tr.define(app{name: "crash", start: func(*coppice.Process) error { panic("boom") }})
		_, err := application.Start(n, application.Permanent, crash)
		var panicked *coppice.PanicError
		if !errors.As(err, &panicked) || panicked.Value != "boom" {
			t.Errorf("crash: got %v", err)
		}
		coppicetest.ExpectCrash(t, n, coppicetest.Crash{Process: "application crash", Text: "boom"})
		tr.want(t, "start crash")

		ignore := tr.define(app{name: "ignore", top: func(supervisor.Starter) supervisor.Starter {
			return supervisor.Func(func(*coppice.Process) (supervisor.Spec, error) { return supervisor.Spec{}, coppice.Ignore })
		}})
		if _, err = application.Start(n, application.Permanent, ignore); !errors.Is(err, coppice.Ignore) {
			t.Errorf("ignore: got %v", err)
		}
		tr.want(t, "start ignore, stop ignore")
		runs(t, n)
	})
}

// "Start phases": they run in their order after the tree has started, and a
// start has succeeded when the last of them has. One that fails fails the
// start; the tree is stopped then, which OTP forgets, and Stop is called, as
// nobody else can release what Start had opened.
func TestPhases(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		phase := func(name string, f func() error) application.Phase {
			return application.Phase{Name: name, Run: func(p *coppice.Process) error {
				tr.add("phase %s %v", name, coppice.Whereis(p, coppice.Name("worker_a")).IsZero())
				return f()
			}}
		}
		fine := func() error { return nil }
		no := errors.New("no")
		start(t, n, application.Temporary, tr.define(app{name: "a", phases: []application.Phase{phase("1", fine), phase("2", fine)}}))
		tr.want(t, "start a, phase 1 false, phase 2 false")
		same(t, "stop", application.Stop(n, "a"), nil)
		tr.want(t, "prep_stop a, end a shutdown, stop a")

		failing := tr.define(app{name: "a", phases: []application.Phase{phase("1", func() error { return no }), phase("2", fine)}})
		_, err := application.Start(n, application.Temporary, failing)
		var failed *application.PhaseError
		if !errors.As(err, &failed) || failed.Phase != "1" || failed.Reason != no {
			t.Errorf("got %v", err)
		}
		tr.want(t, "start a, phase 1 false, end a shutdown, stop a")

		crashing := tr.define(app{name: "a", phases: []application.Phase{phase("1", func() error { panic("boom") })}})
		var panicked *coppice.PanicError
		if _, err = application.Start(n, application.Temporary, crashing); !errors.As(err, &panicked) {
			t.Errorf("got %v", err)
		}
		coppicetest.ExpectCrash(t, n, coppicetest.Crash{Process: "start phase 1", Text: "boom"})
		tr.want(t, "start a, phase 1 false, end a shutdown, stop a")
		runs(t, n)
	})
}

// application:get_env/2: an application reads its configuration while it starts,
// runs and stops; what was said at the start goes before what the specification
// says. After its end there is none: that differs from OTP.
func TestEnv(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		type env struct {
			Port int
			Host string
		}
		var tr trace
		var web *application.App[env]
		web = application.Define(application.Spec[env]{
			Name: "web", Env: env{80, "here"},
			Start: func(p *coppice.Process, given env) (application.Tree, error) {
				now, err := web.Env(p)
				tr.add("start %v %v %v", given, now, err)
				return application.Tree{Stop: func(p *coppice.Process) {
					now, err := web.Env(p)
					tr.add("stop %v %v", now, err)
				}}, nil
			},
		})
		if _, err := web.Env(n); !errors.Is(err, application.ErrNotRunning) {
			t.Errorf("before: %v", err)
		}
		start(t, n, application.Temporary, web)
		now, err := web.Env(n)
		same(t, "default", now, env{80, "here"})
		same(t, "error", err, nil)
		same(t, "stop", application.Stop(n, web.Name()), nil)
		tr.want(t, "start {80 here} {80 here} <nil>, stop {80 here} <nil>")
		if _, err := web.Env(n); !errors.Is(err, application.ErrNotRunning) {
			t.Errorf("after: %v", err)
		}
		other := web.Defaults()
		other.Port = 8080
		start(t, n, application.Temporary, web.With(other))
		same(t, "stop", application.Stop(n, "web"), nil)
		tr.want(t, "start {8080 here} {8080 here} <nil>, stop {8080 here} <nil>")
	})
}

// "An application without processes" (a library application) can be started too.
// application:which_applications/0 lists it, get_application/1 finds its
// processes by their place in the tree.
func TestRunningAndOf(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		list, err := application.Running(n)
		same(t, "before", list, []application.Info(nil))
		same(t, "error", err, nil)
		var tr trace
		a := tr.define(app{name: "a", needs: []string{"library"}})
		start(t, n, application.Transient, a, application.Define(application.Spec[struct{}]{Name: "library"}))
		list, _ = application.Running(n)
		if len(list) != 2 || list[0].Name != "library" || !list[0].Top.IsZero() || list[1].Name != "a" ||
			list[1].Type != application.Transient || !coppice.Alive(list[1].Top) || list[1].DependsOn[0] != "library" {
			t.Errorf("running: %+v", list)
		}
		for pid, want := range map[coppice.PID]string{
			coppice.Whereis(n, coppice.Name("worker_a")): "a",
			list[1].Top:    "a",
			list[0].Master: "library",
			coppice.Whereis(n, application.Controller): "",
			{}: "",
		} {
			name, ok, err := application.Of(n, pid)
			if name != want || ok != (want != "") || err != nil {
				t.Errorf("Of(%v): %q, %v, %v, want %q", pid, name, ok, err, want)
			}
		}
	})
}

// application:start/2 may be called while an application starts, for another
// one. Two calls for the same one wait for one start. Where OTP waits for ever,
// for an application that starts itself, there is an error.
func TestStartWithinStart(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		b := tr.define(app{name: "b"})
		var a *application.App[int]
		a = tr.define(app{name: "a", start: func(p *coppice.Process) error {
			_, err := application.Start(p, application.Temporary, b)
			tr.add("b: %v", err)
			_, err = application.Start(p, application.Temporary, a)
			tr.add("itself: %v", errors.Is(err, coppice.CallingSelf))
			tr.add("stop itself: %v", application.Stop(p, "a"))
			p.Sleep(time.Second)
			return nil
		}})
		done := make(chan []string, 2)
		for range 2 {
			go func() {
				names, err := application.Start(n, application.Temporary, a)
				same(t, "error", err, nil)
				done <- names
			}()
		}
		if both := append(<-done, <-done...); len(both) != 1 {
			t.Errorf("started by the two: %v", both)
		}
		tr.want(t, "start a, start b, b: <nil>, itself: true, stop itself: calling_self")
		runs(t, n, "b", "a")
	})
}

// A caller that does not wait to the end leaves nothing behind: unlike in OTP.
func TestCallerGivesUp(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		a := tr.define(app{name: "a"})
		slow := tr.define(app{name: "slow", start: func(p *coppice.Process) error { p.Sleep(time.Minute); return nil }})
		c := tr.define(app{name: "c"})
		ctx, cancel := context.WithTimeout(n, time.Second)
		defer cancel()
		_, err := application.Start(ctx, application.Permanent, a, slow, c)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		coppicetest.Freed(t, n, coppice.Name("worker_slow"))
		time.Sleep(2 * time.Minute)
		tr.want(t, "start a, start slow, prep_stop slow, end slow shutdown, stop slow, prep_stop a, end a shutdown, stop a")
		runs(t, n)
	})
}
