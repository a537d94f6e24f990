package coppice_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

func TestStartReturnsWhenInitHas(t *testing.T) {
	asCallers(t, func(t *testing.T, n *coppice.Node, ctx context.Context) {
		began := time.Now()
		pid, _, err := coppice.StartProcess(ctx, coppice.Spec{Behaviour: &server{init: func(p *coppice.Process) error { p.Sleep(time.Hour); return nil }}})
		if err != nil || !coppice.Alive(pid) || time.Since(began) != time.Hour {
			t.Errorf("%v, %v after %v", pid, err, time.Since(began))
		}
		pid, _, err = coppice.StartProcess(ctx, coppice.Spec{Body: func(p *coppice.Process) error { p.InitAck(); p.Receive(); return nil }})
		if err != nil || !coppice.Alive(pid) {
			t.Errorf("a body: %v, %v", pid, err)
		}
		pid, _, err = coppice.StartProcess(ctx, coppice.Spec{Behaviour: &server{init: func(p *coppice.Process) error { p.InitAck(); p.Sleep(time.Hour); return errBoom }}})
		if err != nil || !coppice.Alive(pid) {
			t.Errorf("InitAck before the end of Init: %v, %v", pid, err)
		}
		if reason, _ := coppice.Await(ctx, pid); reason != errBoom {
			t.Errorf("and its failure: %v", reason)
		}
	})
}

// A start fails in every way there is, each with and without a link, from a
// plain goroutine and from processes that trap exits or do not. In all of them
// the name is free when StartProcess returns.
func TestFailedStart(t *testing.T) {
	rows := []struct {
		name string
		init func(p *coppice.Process) error
		want error // nil: a *PanicError
		exit error // the exit reason; nil: as want
	}{
		{"an error", func(*coppice.Process) error { return errBoom }, errBoom, nil},
		{"InitFail", func(p *coppice.Process) error { p.InitFail(errBoom); return nil }, errBoom, nil},
		{"ignore", func(*coppice.Process) error { return coppice.Ignore }, coppice.Ignore, coppice.Normal},
		{"InitFail with ignore", func(p *coppice.Process) error { p.InitFail(coppice.Ignore); return nil }, coppice.Ignore, coppice.Normal},
		{"exit", func(p *coppice.Process) error { p.Exit(errBoom); return nil }, errBoom, nil},
		{"Goexit", func(*coppice.Process) error { runtime.Goexit(); return nil }, coppice.Goexit, nil},
		{"shutdown", func(*coppice.Process) error { return coppice.Shutdown }, coppice.Shutdown, nil},
		{"killed", func(p *coppice.Process) error { return coppice.Exit(p, p.Self(), coppice.Kill) }, coppice.Killed, nil},
		{"a panic", func(*coppice.Process) error { panic(1) }, nil, nil},
		{"too slow", func(p *coppice.Process) error { p.Sleep(time.Hour); return nil }, coppice.Timeout, coppice.Killed},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				spec := coppice.Spec{Behaviour: &server{init: r.init}, Name: coppice.Name("name"), Timeout: time.Second}
				check := func(pid coppice.PID, err error) {
					t.Helper()
					var crash *coppice.PanicError
					if !pid.IsZero() || r.want != nil && err != r.want || r.want == nil && !errors.As(err, &crash) {
						t.Errorf("%v, %v; want %v", pid, err, r.want)
					}
					if pid := n.Whereis("name"); !pid.IsZero() {
						t.Errorf("the name is %v's", pid)
					}
				}
				pid, _, err := coppice.StartProcess(n, spec)
				check(pid, err)
				spec.Link = true
				within(t, n, func(p *coppice.Process) error {
					p.TrapExit(true)
					pid, _, err := coppice.StartProcess(p, spec)
					check(pid, err)
					m, came := p.ReceiveTimeout(0)
					exited, _ := m.Body.(coppice.Exited)
					switch {
					case r.want == coppice.Timeout || r.want == coppice.Killed: // it did not fail by itself
						if came {
							t.Errorf("a message %v", m.Body)
						}
					case r.exit != nil && exited.Reason != r.exit || r.exit == nil && exited.Reason != err:
						t.Errorf("message %v, %t", m.Body, came)
					}
					if m, ok := p.ReceiveTimeout(time.Minute); ok {
						t.Errorf("another message %v", m.Body)
					}
					return nil
				})
				returned := false
				got := within(t, n, func(p *coppice.Process) error {
					coppice.StartProcess(p, spec)
					returned = true
					return nil
				})
				synctest.Wait()
				quiet := r.want == coppice.Ignore || r.want == coppice.Timeout
				if returned != quiet || quiet != (got == coppice.Normal) {
					t.Errorf("not trapping: returned %t, ended with %v", returned, got)
				}
			})
		})
	}
}

func TestNameTaken(t *testing.T) {
	asCallers(t, func(t *testing.T, n *coppice.Node, ctx context.Context) {
		ran := 0
		spec := coppice.Spec{Name: coppice.Name("name"), Link: true, Behaviour: &server{init: func(*coppice.Process) error { ran++; return nil }}}
		first := must3(coppice.StartProcess(ctx, spec))
		if p, ok := ctx.(*coppice.Process); ok {
			spec.Monitor = true
			defer func() {
				if m, ok := p.ReceiveTimeout(time.Second); ok {
					t.Errorf("a message is left: %v", m.Body)
				}
			}()
		}
		for range 3 {
			pid, _, err := coppice.StartProcess(ctx, spec)
			var taken *coppice.AlreadyStartedError
			if !pid.IsZero() || !errors.As(err, &taken) || taken.PID != first || ran != 1 {
				t.Errorf("%v, %v, Init ran %d times", pid, err, ran)
			}
		}
		coppice.Stop(ctx, first, nil)
	})
}

func must3(pid coppice.PID, _ coppice.Ref, err error) coppice.PID { return must(pid, err) }

func TestBadSpecs(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		for _, spec := range []coppice.Spec{
			{},
			{Behaviour: &server{}, Name: coppice.Name("")},
			{Behaviour: &server{}, Name: n.Root()},
			{Behaviour: &server{}, Name: coppice.Via{}},
			{Behaviour: &server{}, Monitor: true},
		} {
			if _, _, err := coppice.StartProcess(n, spec); err == nil {
				t.Errorf("%+v is accepted", spec)
			}
		}
		if _, err := coppice.Spawn(context.Background(), func(*coppice.Process) error { return nil }); !errors.Is(err, coppice.ErrNoNode) {
			t.Errorf("without a node: %v", err)
		}
	})
}

func TestStarterThatGivesUp(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		slow := coppice.Spec{Name: coppice.Name("slow"), Link: true, Monitor: true, Body: func(p *coppice.Process) error { p.Receive(); return nil }}
		ctx, cancel := context.WithCancelCause(n)
		time.AfterFunc(time.Second, func() { cancel(errBoom) })
		plain := slow
		plain.Monitor = false
		if _, _, err := coppice.StartProcess(ctx, plain); err != errBoom || n.Count() != 0 {
			t.Errorf("a plain goroutine: %v, %d processes left", err, n.Count())
		}
		within(t, n, func(p *coppice.Process) error {
			began := time.Now()
			if _, _, err := coppice.StartProcess(p.WithTimeout(time.Second), slow); err != coppice.Timeout || time.Since(began) != time.Second || n.Count() != 1 {
				t.Errorf("a hold with a limit: %v after %v, %d processes", err, time.Since(began), n.Count())
			}
			if m, ok := p.ReceiveTimeout(time.Second); ok {
				t.Errorf("a message is left: %v", m.Body)
			}
			return nil
		})
		starter := must(coppice.Spawn(n, func(p *coppice.Process) error { coppice.StartProcess(p, slow); return nil }))
		synctest.Wait()
		coppice.Exit(n, starter, errBoom)
		synctest.Wait()
		if n.Count() != 0 {
			t.Errorf("the child of a starter that was told to end is left: %d", n.Count())
		}
	})
}

func TestBecome(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid, _, err := coppice.StartProcess(n, coppice.Spec{Body: func(p *coppice.Process) error {
			coppice.Send(p, p.Self(), "kept")
			return p.Become(&server{handle: func(p *coppice.Process, m coppice.Message) error { m.From().Reply(m.Body, nil); return nil }})
		}})
		if v, e := coppice.Request(n, pid, 1); err != nil || v != 1 || e != nil {
			t.Errorf("%v, %v, %v", err, v, e)
		}
		synctest.Wait()
		if info, _ := coppice.Lookup(pid); info.Status != coppice.Idle {
			t.Errorf("it has a goroutine: %v", info.Status)
		}
	})
}

// A process that was told to end before it has started has not started, even if
// its Init goes on to its end.
func TestToldToEndWhileStarting(t *testing.T) {
	for name, spec := range map[string]func(init func(*coppice.Process)) coppice.Spec{
		"a behaviour": func(init func(*coppice.Process)) coppice.Spec {
			return coppice.Spec{Behaviour: &server{init: func(p *coppice.Process) error { init(p); return nil }}}
		},
		"a body": func(init func(*coppice.Process)) coppice.Spec {
			return coppice.Spec{Body: func(p *coppice.Process) error { init(p); p.InitAck(); p.Receive(); return nil }}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				var pid coppice.PID
				release := make(chan struct{})
				go func() {
					synctest.Wait()
					coppice.Exit(n, pid, coppice.Shutdown)
					close(release)
				}()
				_, _, err := coppice.StartProcess(n, spec(func(p *coppice.Process) {
					pid = p.Self()
					<-release
				}))
				if err != coppice.Shutdown {
					t.Errorf("started: %v, want %v", err, coppice.Shutdown)
				}
			})
		})
	}
}
