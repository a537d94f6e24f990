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

// Of a server that a process started with neither link nor monitor nobody is
// the parent, so to one that traps exits every exit signal is a message.
func TestUnlinkedServerHasNoParent(t *testing.T) {
	for _, row := range []struct {
		name          string
		link, monitor bool
		ends          bool
	}{
		{"unlinked", false, false, false},
		{"linked", true, false, true},
		{"monitored", false, true, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				within(t, n, func(p *coppice.Process) error {
					p.TrapExit(true)
					pid, _, err := coppice.StartProcess(p, coppice.Spec{
						Link: row.link, Monitor: row.monitor,
						Behaviour: &server{init: func(q *coppice.Process) error { q.TrapExit(true); return nil }},
					})
					if err != nil {
						return err
					}
					_ = coppice.Exit(p, pid, errBoom)
					synctest.Wait()
					if coppice.Alive(pid) == row.ends {
						t.Errorf("after a signal of its starter it lives: %v", !row.ends)
					}
					_ = coppice.Exit(p, pid, coppice.Kill)
					return nil
				})
			})
		})
	}
}

// A start that fails leaves no Down of the monitor that it was to have.
func TestFailedStartMonitorLeavesNoDown(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			for _, reason := range []error{errBoom, coppice.Ignore} {
				_, ref, err := coppice.StartProcess(p, coppice.Spec{
					Monitor:   true,
					Behaviour: &server{init: func(*coppice.Process) error { return reason }},
				})
				if err != reason || !ref.IsZero() {
					t.Errorf("%v, %v", ref, err)
				}
				if m, ok := p.ReceiveTimeout(0); ok {
					t.Errorf("%v: a message is left: %v", reason, m.Body)
				}
			}
			return nil
		})
	})
}

// A refusing Resolver gives its key to nobody.
type refusing struct{}

func (refusing) Register(context.Context, any, coppice.PID) error { return errBoom }
func (refusing) Release(any, coppice.PID)                         {}
func (refusing) Whereis(context.Context, any) coppice.PID         { return coppice.PID{} }

// A starter that has many monitors is killed while a start that monitors is
// refused or times out: both go through its monitors, on two goroutines.
func TestStarterIsKilledWhileItsStartFails(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	victim := must(coppice.Spawn(n, func(p *coppice.Process) error { p.Receive(); return nil }))
	rounds := 100
	if testing.Short() {
		rounds = 10
	}
	for i := range rounds {
		spec := coppice.Spec{Monitor: true, Name: coppice.Via{Resolver: refusing{}, Key: 1}, Behaviour: sink{}}
		if i%2 == 0 {
			spec = coppice.Spec{Monitor: true, Timeout: time.Microsecond, Behaviour: &server{init: func(p *coppice.Process) error {
				p.Receive()
				return nil
			}}}
		}
		ready := make(chan struct{})
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			for range 500 {
				if _, err := p.Monitor(victim); err != nil {
					return err
				}
			}
			close(ready)
			for {
				_, _, _ = coppice.StartProcess(p, spec)
			}
		}))
		<-ready
		for range i {
			runtime.Gosched()
		}
		_ = coppice.Exit(n, pid, coppice.Kill)
		if _, err := coppice.Await(n, pid); err != nil {
			t.Fatal(err)
		}
	}
	_ = coppice.Exit(n, victim, coppice.Kill)
}

// A leaving Resolver calls runtime.Goexit, as t.FailNow would.
type leaving struct{ refusing }

func (leaving) Register(context.Context, any, coppice.PID) error { return nil }
func (leaving) Release(any, coppice.PID)                         { runtime.Goexit() }

// Whatever a Resolver does, others hear of the end.
func TestGoexitInReleaseLosesNobody(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := must3(coppice.StartProcess(n, coppice.Spec{Behaviour: sink{}, Name: coppice.Via{Resolver: leaving{}, Key: 1}}))
		heard := make(chan error, 2)
		must(coppice.Spawn(n, func(p *coppice.Process) error {
			ref, err := p.Monitor(pid)
			if err != nil {
				return err
			}
			heard <- down(p, ref)
			return nil
		}))
		must(coppice.Spawn(n, func(p *coppice.Process) error {
			p.TrapExit(true)
			if err := p.Link(pid); err != nil {
				return err
			}
			heard <- p.Receive().Body.(coppice.Exited).Reason
			return nil
		}))
		synctest.Wait()
		go func() { _ = coppice.Exit(n, pid, errBoom) }()
		for range 2 {
			if reason := <-heard; reason != errBoom {
				t.Error(reason)
			}
		}
	})
}

// To send oneself a request, and go on, is no deadlock.
func TestSendRequestToOneself(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			r := coppice.SendRequest(p, p.Self(), "x")
			m := p.Receive()
			if m.Body != "x" || !m.From().Reply("y", nil) {
				t.Errorf("%v", m.Body)
			}
			if v, err := r.Wait(p); v != "y" || err != nil {
				t.Errorf("%v, %v", v, err)
			}
			if _, err := coppice.Request(p, p.Self(), "x"); !errors.Is(err, coppice.CallingSelf) {
				t.Errorf("Request: %v", err)
			}
			return nil
		})
	})
}
