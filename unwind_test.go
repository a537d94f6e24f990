package coppice_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// blocking are the calls in which a process that is told to end is unwound.
func blocking(n *coppice.Node) map[string]func(p *coppice.Process) {
	silent := start(n, nil)
	return map[string]func(p *coppice.Process){
		"Receive":        func(p *coppice.Process) { p.Receive() },
		"ReceiveTimeout": func(p *coppice.Process) { p.ReceiveTimeout(time.Hour) },
		"ReceiveMatch":   func(p *coppice.Process) { p.ReceiveMatch(func(coppice.Message) bool { return false }, -1) },
		"Sleep":          func(p *coppice.Process) { p.Sleep(time.Hour) },
		"Request":        func(p *coppice.Process) { coppice.Request(p, silent, 1) },
		"Request for ever": func(p *coppice.Process) {
			coppice.Request(coppice.NoTimeout(p), silent, 1)
		},
		"Await": func(p *coppice.Process) { coppice.Await(p, silent) },
		"Wait":  func(p *coppice.Process) { coppice.SendRequest(p, silent, 1).Wait(p) },
		"PendingSet.Wait": func(p *coppice.Process) {
			var set coppice.PendingSet
			set.Send(p, silent, 1, 1)
			set.Wait(p)
		},
		"Stop": func(p *coppice.Process) { coppice.Stop(p, hung(n), nil) },
		"StartProcess": func(p *coppice.Process) {
			coppice.StartProcess(p, coppice.Spec{Link: true, Body: func(p *coppice.Process) error { p.Receive(); return nil }})
		},
	}
}

// hung starts a process that handles a message until the node is stopped.
func hung(n *coppice.Node) coppice.PID {
	pid := start(n, nil)
	coppice.Send(n, pid, do(func(p *coppice.Process, m coppice.Message) error { p.Receive(); return nil }))
	return pid
}

func TestToldToEndUnwindsWhereItWaits(t *testing.T) {
	for name := range blocking(outside(t)) {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				wait := blocking(n)[name]
				var steps []string
				pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
					defer func() {
						steps = append(steps, "deferred")
						if v := recover(); v != nil {
							t.Errorf("recovered %v", v)
						}
					}()
					for {
						func() {
							defer func() { recover() }() // as a handler of errors would
							wait(p)
							steps = append(steps, "returned")
						}()
						steps = append(steps, "went on")
					}
				}))
				synctest.Wait()
				coppice.Exit(n, pid, errBoom)
				synctest.Wait()
				info, alive := coppice.Lookup(pid)
				if alive || info.ExitReason != errBoom || len(steps) != 1 {
					t.Errorf("alive %t, reason %v, steps %v", alive, info.ExitReason, steps)
				}
			})
		})
	}
}

// outside returns a node outside any bubble, for the names of a table only.
func outside(t *testing.T) *coppice.Node {
	n := coppice.NewNode(quiet())
	t.Cleanup(func() { n.Stop(context.Background()) })
	return n
}

func TestUnwindingFixesTheReason(t *testing.T) {
	for name, crash := range map[string]func(p *coppice.Process){
		"a panic":        func(p *coppice.Process) { panic("in a deferred function") },
		"a nil panic":    func(p *coppice.Process) { panic(nil) },
		"Goexit":         func(p *coppice.Process) { runtime.Goexit() },
		"Exit":           func(p *coppice.Process) { p.Exit(errors.New("other")) },
		"a wait":         func(p *coppice.Process) { p.Receive() },
		"another signal": func(p *coppice.Process) { coppice.Exit(p, p.Self(), errors.New("other")) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				outer := false
				pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
					defer func() { outer = true }()
					defer crash(p)
					p.Receive()
					return nil
				}))
				synctest.Wait()
				coppice.Exit(n, pid, errBoom)
				synctest.Wait()
				info, alive := coppice.Lookup(pid)
				if alive || info.ExitReason != errBoom || !outer {
					t.Errorf("alive %t, reason %v, outer deferred function ran %t", alive, info.ExitReason, outer)
				}
			})
		})
	}
}

func TestToldToEndRunsNoTerminate(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		terminated := false
		for _, busy := range []bool{false, true} {
			pid := start(n, func(*coppice.Process, error) error { terminated = true; return nil })
			if busy {
				coppice.Send(n, pid, do(func(p *coppice.Process, m coppice.Message) error { p.Receive(); return nil }))
				synctest.Wait()
			}
			coppice.Exit(n, pid, errBoom)
			synctest.Wait()
			if coppice.Alive(pid) || terminated {
				t.Errorf("busy %t: alive %t, terminated %t", busy, coppice.Alive(pid), terminated)
			}
		}
	})
}

// Goroutines that use the hold of a process as a context get an error; none of
// them is ended, nor does any keep the process from its messages.
func TestHoldOnOtherGoroutines(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		silent := start(n, nil)
		var group sync.WaitGroup
		errs := make(chan error, 20)
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			derived, cancel := context.WithCancel(p)
			defer cancel()
			for i := range 10 {
				ctx := coppice.NoTimeout(p)
				if i%2 == 0 {
					ctx = derived
				}
				group.Go(func() {
					_, err := coppice.Request(ctx, silent, 1)
					errs <- err
				})
			}
			for {
				p.Receive().From().Reply("awake", nil)
			}
		}))
		synctest.Wait()
		if v, err := coppice.Request(n, pid, 1); v != "awake" {
			t.Errorf("the process does not get its messages: %v, %v", v, err)
		}
		coppice.Exit(n, pid, errBoom)
		group.Wait() // none of them was unwound
		if len(errs) != 10 {
			t.Fatalf("%d returned", len(errs))
		}
		for range 10 {
			if err := <-errs; !errors.Is(err, errBoom) {
				t.Errorf("%v", err)
			}
		}
	})
}

// One process keeps the hold of another, which has ended, and runs on the same
// goroutine as that did.
func TestHoldOfTheDeadInAnotherProcess(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		for _, told := range []error{nil, errBoom} {
			var theirs *coppice.Process
			a := start(n, nil)
			coppice.Request(n, a, do(func(p *coppice.Process, m coppice.Message) error { theirs = p; m.From().Reply(nil, nil); return told }))
			synctest.Wait()
			coppice.Exit(n, a, errBoom)
			for range 10 {
				b := start(n, nil)
				_, err := coppice.Request(n, b, do(func(p *coppice.Process, m coppice.Message) error {
					m.From().Reply(nil, coppice.Send(theirs, p.Self(), 1))
					return nil
				}))
				if !errors.Is(err, errBoom) {
					t.Errorf("Send with the hold of the dead: %v", err)
				}
			}
		}
	})
}

func TestPanicInAMatchLeavesTheProcessWhole(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		got := within(t, n, func(p *coppice.Process) error {
			for i := range 3 {
				coppice.Send(p, p.Self(), i)
			}
			func() {
				defer func() { recover() }()
				p.ReceiveMatch(func(m coppice.Message) bool { panic("no") }, -1)
			}()
			for i := range 3 {
				if m, ok := p.ReceiveTimeout(0); !ok || m.Body != i {
					t.Errorf("%v, %t; want %d", m.Body, ok, i)
				}
			}
			p.ReceiveMatch(func(m coppice.Message) bool { return false }, 0)
			coppice.Send(p, p.Self(), 1)
			p.ReceiveMatch(func(m coppice.Message) bool { panic("uncaught") }, -1)
			return nil
		})
		var crash *coppice.PanicError
		if !errors.As(got, &crash) || crash.Value != "uncaught" {
			t.Errorf("%v", got)
		}
	})
}

func TestProcessExitNeedsItsOwnGoroutine(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			done := make(chan any)
			go func() {
				defer func() { done <- recover() }()
				p.Exit(errBoom)
			}()
			if <-done == nil {
				t.Error("Process.Exit on another goroutine did not panic")
			}
			return nil
		})
	})
}
