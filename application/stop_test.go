package application_test

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/application"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/program"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

var errBug = errors.New("bug")

// application:stop/1: prep_stop/1, then "the top supervisor is told to shut
// down", then stop/1; others go on, those that depend on it too. For one that
// does not run the error is {not_started, Application}. It can be started again.
func TestStop(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		if err := application.Stop(n, "a"); !errors.Is(err, application.ErrNotRunning) {
			t.Errorf("stop before any start: %v", err)
		}
		var tr trace
		a, b := tr.define(app{name: "a"}), tr.define(app{name: "b", needs: []string{"a"}})
		start(t, n, application.Permanent, a, b)
		tr.want(t, "start a, start b")
		same(t, "stop", application.Stop(n, "a"), nil)
		tr.want(t, "prep_stop a, end a shutdown, stop a")
		runs(t, n, "b")
		if err := application.Stop(n, "a"); !errors.Is(err, application.ErrNotRunning) {
			t.Errorf("stop again: %v", err)
		}
		start(t, n, application.Permanent, a)
		runs(t, n, "b", "a")
	})
}

// A start while the application stops comes after its end, and all who stop it
// wait for the same end.
func TestStartWhileItStops(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		let := make(chan struct{})
		a := application.Define(application.Spec[int]{Name: "a", Start: func(*coppice.Process, int) (application.Tree, error) {
			tr.add("start")
			return application.Tree{PrepStop: func(*coppice.Process) { <-let; tr.add("prep_stop") }}, nil
		}})
		start(t, n, application.Permanent, a)
		done := make(chan error, 3)
		go func() { done <- application.Stop(n, "a") }()
		go func() { done <- application.Stop(n, "a") }()
		synctest.Wait()
		go func() {
			_, err := application.Start(n, application.Permanent, a)
			done <- err
		}()
		synctest.Wait()
		runs(t, n, "a")
		close(let)
		for range 3 {
			same(t, "error", <-done, nil)
		}
		tr.want(t, "start, prep_stop, start")
		runs(t, n, "a")
	})
}

// A crash in prep_stop/1 or stop/1 is reported, and does not keep the
// application from being stopped.
func TestCrashWhileStopping(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		a := application.Define(application.Spec[int]{Name: "a", Start: func(*coppice.Process, int) (application.Tree, error) {
			return application.Tree{
				PrepStop: func(*coppice.Process) { panic("prep") },
				Stop: func(p *coppice.Process) {
					if err := application.Stop(p, "a"); err != coppice.CallingSelf {
						t.Errorf("stop within Stop: %v", err)
					}
					panic("post")
				},
			}, nil
		}})
		start(t, n, application.Permanent, a)
		same(t, "stop", application.Stop(n, "a"), nil)
		coppicetest.ExpectCrash(t, n, coppicetest.Crash{Process: "prep_stop of a", Text: "prep"})
		coppicetest.ExpectCrash(t, n, coppicetest.Crash{Process: "stop of a", Text: "post"})
		runs(t, n)
	})
}

// A process that asks for the end of its own application ends in that call, as
// in OTP.
func TestProcessStopsItsApplication(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		a := tr.define(app{name: "a", worker: func(p *coppice.Process) error {
			p.InitAck()
			p.Receive()
			defer tr.add("unwound")
			return application.Stop(p, "a")
		}})
		start(t, n, application.Permanent, a)
		coppice.Send(n, coppice.Name("worker_a"), "go")
		coppicetest.Freed(t, n, coppice.Name("worker_a"))
		synctest.Wait()
		tr.want(t, "start a, prep_stop a, unwound, stop a")
		runs(t, n)
	})
}

// "When an application stops all its processes are killed", those outside of
// its tree too; here as far as the ones that started them still live.
func TestStrays(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		strays := make(chan coppice.PID, 2)
		stray := func(p *coppice.Process) error {
			pid, err := coppice.Spawn(p, func(p *coppice.Process) error {
				p.TrapExit(true)
				for {
					p.Receive()
				}
			})
			strays <- pid
			return err
		}
		a := tr.define(app{name: "a", start: stray, worker: func(p *coppice.Process) error {
			stray(p)
			p.InitAck()
			p.Receive()
			return nil
		}})
		start(t, n, application.Permanent, a)
		same(t, "stop", application.Stop(n, "a"), nil)
		for range 2 {
			coppicetest.Exited(t, n, <-strays, coppice.Killed)
		}
	})
}

// When the system stops, "all applications are stopped, in reverse start
// order"; each has the time that its processes need.
func TestNodeStop(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		start(t, n, application.Temporary, tr.define(app{name: "a"}), tr.define(app{name: "b"}))
		start(t, n, application.Permanent, tr.define(app{name: "c"}))
		n.Stop(context.Background())
		tr.want(t, "start a, start b, start c, prep_stop c, end c shutdown, stop c, "+
			"prep_stop b, end b shutdown, stop b, prep_stop a, end a shutdown, stop a")
	})
}

// One that is just starting when everything stops does not hold that up: Start
// ends where it waits, and a tree or phases are stopped as soon as they have
// started.
func TestStopWhileOneStarts(t *testing.T) {
	for _, row := range []struct {
		late app
		want string
	}{
		{app{start: func(p *coppice.Process) error { p.Sleep(time.Hour); return nil }}, ""},
		{app{worker: func(p *coppice.Process) error {
			p.TrapExit(true)
			p.Sleep(time.Second)
			p.InitAck()
			p.Receive()
			return nil
		}}, ", prep_stop b, stop b"},
	} {
		coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
			var tr trace
			row.late.name = "b"
			start(t, n, application.Temporary, tr.define(app{name: "a"}))
			done := make(chan error, 2)
			go func() {
				_, err := application.Start(n, application.Temporary, tr.define(row.late), tr.define(app{name: "c"}))
				done <- err
			}()
			synctest.Wait()
			same(t, "stop", coppice.Stop(n, application.Controller, nil), nil)
			if err := <-done; err == nil {
				t.Error("c has started")
			}
			tr.want(t, "start a, start b"+row.want+", prep_stop a, end a shutdown, stop a")
		})
	}
}

// While everything is being stopped an application that asks for something is
// refused. In OTP it waits for the controller, and the controller for it.
func TestAskWhileAllStop(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		a := tr.define(app{name: "a"})
		start(t, n, application.Temporary, a, application.Define(application.Spec[int]{
			Name: "b",
			Start: func(*coppice.Process, int) (application.Tree, error) {
				return application.Tree{PrepStop: func(p *coppice.Process) {
					_, err := application.Start(p, application.Temporary, tr.define(app{name: "c"}))
					tr.add("start: %v", err == application.ErrStopping)
					_, err = application.Running(p)
					tr.add("running: %v", err == application.ErrStopping)
					tr.add("stop: %v", application.Stop(p, "a") == application.ErrStopping)
				}}, nil
			},
		}))
		n.Stop(context.Background())
		tr.want(t, "start a, start: true, running: true, stop: true, prep_stop a, end a shutdown, stop a")
	})
}

// start/2 on types: "if a permanent application terminates, all other
// applications and the entire node are also terminated"; "a transient one with
// the reason normal: this is reported but no other applications are; abnormally,
// that is with any other reason: all other applications and the node"; "a
// temporary one: this is reported but no others are terminated".
func TestTypes(t *testing.T) {
	reasons := []error{coppice.Normal, coppice.Shutdown, errBug}
	for _, row := range []struct {
		how     application.Type
		endsAll [3]bool
	}{
		{application.Permanent, [3]bool{true, true, true}},
		{application.Transient, [3]bool{false, true, true}},
		{application.Temporary, [3]bool{false, false, false}},
	} {
		for i, reason := range reasons {
			t.Run(row.how.String()+" "+reason.Error(), func(t *testing.T) {
				testEnd(t, row.how, reason, row.endsAll[i])
			})
		}
	}
}

func testEnd(t *testing.T, how application.Type, reason error, endsAll bool) {
	var reported *application.ExitReport
	options := coppicetest.Options{}
	options.Node.OnReport = func(r coppice.Report) {
		if exit, ok := r.(*application.ExitReport); ok && exit.Application == "b" {
			reported = exit
		}
	}
	coppicetest.RunWith(t, options, func(t *testing.T, n *coppice.Node) {
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Reason: errBug})
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Process: string(application.Controller)})
		var tr trace
		start(t, n, application.Temporary, tr.define(app{name: "a"}))
		start(t, n, how, tr.define(app{name: "b", top: bare}))
		start(t, n, application.Temporary, tr.define(app{name: "c"}))
		tr.want(t, "start a, start b, start c")
		controller := coppice.Whereis(n, application.Controller)
		coppice.Send(n, coppice.Name("worker_b"), reason)
		synctest.Wait()
		if reported == nil || reported.Reason != reason || reported.EndsAll != endsAll || reported.Type != how {
			t.Errorf("reported: %+v", reported)
		}
		if !endsAll {
			tr.want(t, "prep_stop b, stop b")
			runs(t, n, "a", "c")
			return
		}
		tr.want(t, "prep_stop b, stop b, prep_stop c, end c shutdown, stop c, prep_stop a, end a shutdown, stop a")
		<-n.Done()
		info, _ := coppice.Lookup(controller)
		ended, ok := info.ExitReason.(*application.EndedError)
		if !ok || ended.Application != "b" || ended.Type != how || ended.Reason != reason {
			t.Errorf("the controller ended with %v", info.ExitReason)
		}
	})
}

// "If the application's supervision tree gives up, the reason is shutdown, not
// normal": so a transient application ends everything then too. One that has
// ended can be started again; OTP's start/1 of one that depends on it then says
// not_running.
func TestTreeGivesUp(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Reason: errBug})
		var tr trace
		a, b := tr.define(app{name: "a"}), tr.define(app{name: "b", needs: []string{"a"}})
		start(t, n, application.Temporary, a)
		coppice.Send(n, coppice.Name("worker_a"), errBug)
		synctest.Wait()
		tr.want(t, "start a, prep_stop a, stop a")
		runs(t, n)
		if _, err := application.Start(n, application.Temporary, b); !errors.Is(err, application.ErrNotRunning) {
			t.Errorf("b without a: %v", err)
		}
		start(t, n, application.Temporary, b, a)
		runs(t, n, "a", "b")
	})
}

// If the controller is killed the applications stop all the same.
func TestControllerKilled(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var tr trace
		start(t, n, application.Temporary, tr.define(app{name: "a"}))
		coppice.Exit(n, application.Controller, coppice.Kill)
		synctest.Wait()
		tr.want(t, "start a, prep_stop a, end a shutdown, stop a")
		start(t, n, application.Temporary, tr.define(app{name: "a"}))
	})
}

// All applications of a program start, and stop in reverse when it is to end;
// what ends everything is the error of program.Run.
func TestAll(t *testing.T) {
	run := func(ctx context.Context, apps ...application.Application) error {
		return program.Run(ctx, application.All(application.Permanent, apps...),
			program.Options{Signals: make(chan os.Signal), Out: io.Discard})
	}
	inBubble := func(f func(t *testing.T, n *coppice.Node, tr *trace, a, b application.Application)) {
		coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
			coppicetest.AllowCrashes(t, n, coppicetest.Crash{Reason: errBug})
			coppicetest.AllowCrashes(t, n, coppicetest.Crash{Process: string(application.Controller)})
			var tr trace
			f(t, n, &tr, tr.define(app{name: "a"}), tr.define(app{name: "b", top: bare}))
		})
	}
	done := func(f func() error) <-chan error {
		result := make(chan error, 1)
		go func() { result <- f() }()
		synctest.Wait()
		return result
	}
	inBubble(func(t *testing.T, n *coppice.Node, tr *trace, a, b application.Application) {
		ctx, cancel := context.WithCancel(n)
		result := done(func() error { return run(ctx, a, b) })
		cancel()
		same(t, "until ctx ends", <-result, nil)
		tr.want(t, "start a, start b, prep_stop b, end b shutdown, stop b, prep_stop a, end a shutdown, stop a")
	})
	inBubble(func(t *testing.T, n *coppice.Node, tr *trace, a, _ application.Application) {
		bad := tr.define(app{name: "bad", start: func(*coppice.Process) error { return errBug }})
		if err := run(n, a, bad); !errors.Is(err, errBug) {
			t.Errorf("what does not start: %v", err)
		}
		tr.want(t, "start a, start bad, prep_stop a, end a shutdown, stop a")
	})
	inBubble(func(t *testing.T, n *coppice.Node, tr *trace, a, b application.Application) {
		result := done(func() error { return run(n, a, b) })
		coppice.Send(n, coppice.Name("worker_b"), errBug)
		var ended *application.EndedError
		if err := <-result; !errors.As(err, &ended) || ended.Application != "b" || !errors.Is(err, errBug) {
			t.Errorf("until b ends: %v", err)
		}
		tr.want(t, "start a, start b, prep_stop b, stop b, prep_stop a, end a shutdown, stop a")
	})
}

// All is nobody's child.
func TestAllInAProcess(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		pid, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
			{ID: "all", Start: application.All(application.Temporary)},
		}}).Start(n)
		if err == nil || !strings.Contains(err.Error(), "cannot be a child") {
			t.Errorf("got %v, %v", pid, err)
		}
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{})
	})
}
