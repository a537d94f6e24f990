package coppice_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
)

var errBoom = errors.New("boom")

// The table of what a signal does is tested in internal/signal; here is that
// the kernel does it.
func TestExitSignal(t *testing.T) {
	rows := []struct {
		name     string
		reason   error
		trapping bool
		want     error // the exit reason; nil: it lives
	}{
		{"normal does not end a process that does not trap", coppice.Normal, false, nil},
		{"nil is normal", nil, false, nil},
		{"normal is a message to one that traps", coppice.Normal, true, nil},
		{"any other reason ends one that does not trap", errBoom, false, errBoom},
		{"any other reason is a message to one that traps", errBoom, true, nil},
		{"kill ends one that does not trap with killed", coppice.Kill, false, coppice.Killed},
		{"kill ends one that traps with killed", coppice.Kill, true, coppice.Killed},
		{"a reason that wraps kill is an ordinary one", fmt.Errorf("%w", coppice.Kill), true, nil},
	}
	for _, r := range rows {
		for _, form := range []string{"body", "server"} {
			t.Run(form+": "+r.name, func(t *testing.T) {
				bubble(t, func(t *testing.T, n *coppice.Node) { testExitSignal(t, n, form, r.reason, r.trapping, r.want) })
			})
		}
	}
}

func testExitSignal(t *testing.T, n *coppice.Node, form string, reason error, trapping bool, want error) {
	messages := make(chan any, 1)
	var pid coppice.PID
	if form == "body" {
		pid = must(coppice.Spawn(n, func(p *coppice.Process) error {
			p.TrapExit(trapping)
			for {
				messages <- p.Receive().Body
			}
		}))
	} else {
		pid, _, _ = coppice.StartProcess(n, coppice.Spec{Behaviour: &server{
			init:   func(p *coppice.Process) error { p.TrapExit(trapping); return nil },
			handle: func(p *coppice.Process, m coppice.Message) error { messages <- m.Body; return nil },
		}})
	}
	synctest.Wait()
	sender := must(coppice.Spawn(n, func(p *coppice.Process) error { return coppice.Exit(p, pid, reason) }))
	synctest.Wait()
	info, alive := coppice.Lookup(pid)
	if alive != (want == nil) || info.ExitReason != want {
		t.Errorf("alive %t, exit reason %v; want %v", alive, info.ExitReason, want)
	}
	if want == nil && trapping {
		if reason == nil {
			reason = coppice.Normal
		}
		if m := <-messages; m != (coppice.Exited{PID: sender, Reason: reason}) {
			t.Errorf("message %v", m)
		}
	}
	if len(messages) > 0 {
		t.Errorf("unexpected message %v", <-messages)
	}
	if alive {
		coppice.Exit(n, pid, coppice.Kill)
	}
}

func TestExitToOneselfTakesEffectBeforeItReturns(t *testing.T) {
	for _, reason := range []error{coppice.Normal, coppice.Shutdown, errBoom, coppice.Kill} {
		t.Run(reason.Error(), func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				var after, deferred bool
				got := within(t, n, func(p *coppice.Process) error {
					defer func() { deferred = true }()
					coppice.Exit(p, p.Self(), reason)
					after = true
					return errors.New("returned")
				})
				want := reason
				if reason == coppice.Kill {
					want = coppice.Killed
				}
				synctest.Wait()
				if got != want || after || !deferred {
					t.Errorf("reason %v, went on %t, deferred functions ran %t", got, after, deferred)
				}
			})
		})
	}
	t.Run("a message when it traps", func(t *testing.T) {
		bubble(t, func(t *testing.T, n *coppice.Node) {
			within(t, n, func(p *coppice.Process) error {
				p.TrapExit(true)
				coppice.Exit(p, p.Self(), coppice.Normal)
				if m, _ := p.ReceiveTimeout(0); m.Body != (coppice.Exited{PID: p.Self(), Reason: coppice.Normal}) {
					t.Errorf("message %v", m.Body)
				}
				return nil
			})
		})
	})
}

func TestExitByName(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := start(n, nil)
		coppice.Register(n, "victim", pid)
		if err := coppice.Exit(n, coppice.Name("victim"), coppice.Kill); err != nil {
			t.Error(err)
		}
		if coppice.Alive(pid) {
			t.Error("alive after the kill")
		}
		if err := coppice.Exit(n, coppice.Name("victim"), coppice.Kill); !errors.Is(err, coppice.ErrNoName) {
			t.Errorf("to a name that nobody has: %v", err)
		}
		if err := coppice.Exit(n, pid, errBoom); err != nil {
			t.Errorf("to the dead: %v", err)
		}
		if err := coppice.Exit(n, coppice.PID{}, errBoom); !errors.Is(err, coppice.NoProc) {
			t.Errorf("to the zero PID: %v", err)
		}
		if err := coppice.Exit(n, nowhere{}, errBoom); !errors.Is(err, coppice.NoProc) {
			t.Errorf("to an address that finds nobody: %v", err)
		}
	})
}

// nowhere is an address of the user's that finds nobody.
type nowhere struct{}

func (nowhere) Whereis(context.Context) (coppice.PID, error) { return coppice.PID{}, nil }

// In a deferred function of a process that was told to end, an exit signal to
// another does not unwind: what comes after it is done too.
func TestCleaningUpWithExit(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		child := start(n, nil)
		cleaned := false
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			defer func() {
				coppice.Exit(p, child, coppice.Kill)
				cleaned = true
			}()
			p.Receive()
			return nil
		}))
		synctest.Wait()
		coppice.Exit(n, pid, errBoom)
		synctest.Wait()
		if !cleaned || coppice.Alive(child) {
			t.Errorf("cleaned %t, child alive %t", cleaned, coppice.Alive(child))
		}
	})
}

func TestExitSignalsTakeTheirPlaceInTheMailbox(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		got := make(chan any, 10)
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			p.TrapExit(true)
			p.Receive() // go
			for range 5 {
				got <- p.Receive().Body
			}
			if p.Err() != nil {
				t.Errorf("the context has ended: %v", context.Cause(p))
			}
			return nil
		}))
		synctest.Wait()
		sender := must(coppice.Spawn(n, func(p *coppice.Process) error {
			coppice.Send(p, pid, "go")
			coppice.Send(p, pid, 1)
			coppice.Exit(p, pid, errBoom)
			coppice.Send(p, pid, 2)
			coppice.Exit(p, pid, coppice.Shutdown)
			coppice.Send(p, pid, 3)
			return nil
		}))
		for _, want := range []any{1, coppice.Exited{PID: sender, Reason: errBoom}, 2, coppice.Exited{PID: sender, Reason: coppice.Shutdown}, 3} {
			if m := <-got; m != want {
				t.Errorf("got %v, want %v", m, want)
			}
		}
	})
}

func TestServerThatTrapsEndsByTheSignalOfItsParent(t *testing.T) {
	for _, reason := range []error{coppice.Normal, coppice.Shutdown, errBoom} {
		t.Run(reason.Error(), func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				var handled []any
				terminated := error(nil)
				pid, _, _ := coppice.StartProcess(n, coppice.Spec{Behaviour: &server{
					init:   func(p *coppice.Process) error { p.TrapExit(true); return nil },
					handle: func(p *coppice.Process, m coppice.Message) error { handled = append(handled, m.Body); return nil },
					terminate: func(p *coppice.Process, reason error) error {
						if p.Err() != nil {
							t.Error("the context has ended in Terminate")
						}
						p.Sleep(1) // it may wait
						terminated = reason
						return nil
					},
				}})
				stranger := must(coppice.Spawn(n, func(p *coppice.Process) error { return coppice.Exit(p, pid, reason) }))
				synctest.Wait()
				coppice.Send(n, pid, "before")
				coppice.Exit(n, pid, reason) // by the root, its parent
				if got := endOf(t, n, pid); got != reason {
					t.Errorf("exit reason %v", got)
				}
				synctest.Wait()
				if terminated != reason || len(handled) != 2 || handled[0] != (coppice.Exited{PID: stranger, Reason: reason}) || handled[1] != "before" {
					t.Errorf("terminated with %v, handled %v", terminated, handled)
				}
			})
		})
	}
}

func TestQueueIsNotReadOnceToldToEnd(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		var got []any
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			got = append(got, p.Receive().Body)
			coppice.Exit(n, p.Self(), errBoom) // by a plain goroutine: returns
			got = append(got, p.Receive().Body)
			return nil
		}))
		coppice.Send(n, pid, 1)
		coppice.Send(n, pid, 2)
		endOf(t, n, pid)
		synctest.Wait()
		if len(got) != 1 {
			t.Errorf("read %v", got)
		}
	})
}
