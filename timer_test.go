package coppice_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

func TestSendAfter(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			began := time.Now()
			timer := must(coppice.SendAfter(p, p.Self(), time.Second, "x"))
			if left, ok := timer.Left(); left != time.Second || !ok {
				t.Errorf("left %v, %t", left, ok)
			}
			if m := p.Receive(); m.Body != "x" || time.Since(began) != time.Second {
				t.Errorf("%v after %v", m.Body, time.Since(began))
			}
			if left, ok := timer.Left(); left != 0 || ok {
				t.Errorf("fired: left %v, %t", left, ok)
			}
			if left, ok := timer.Cancel(); left != 0 || ok {
				t.Errorf("fired: cancelled with %v, %t", left, ok)
			}
			timer = must(coppice.SendAfter(p, p.Self(), time.Minute, "x"))
			p.Sleep(time.Second)
			if left, ok := timer.Cancel(); left != 59*time.Second || !ok {
				t.Errorf("cancelled with %v, %t", left, ok)
			}
			if m, ok := p.ReceiveTimeout(time.Hour); ok {
				t.Errorf("a cancelled timer: %v", m.Body)
			}
			return nil
		})
	})
}

func TestTimerOfTheDeadIsVoid(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := start(n, nil)
		once := must(coppice.SendAfter(n, pid, time.Hour, 1))
		every := must(coppice.SendEvery(n, pid, time.Second, 1))
		coppice.Exit(n, pid, coppice.Kill)
		for _, timer := range []*coppice.Timer{once, every} {
			if left, ok := timer.Left(); left != 0 || ok {
				t.Errorf("left %v, %t", left, ok)
			}
			if left, ok := timer.Cancel(); left != 0 || ok {
				t.Errorf("cancelled with %v, %t", left, ok)
			}
		}
	})
}

func TestTimerLooksUpNamesWhenItFires(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		must(coppice.SendAfter(n, coppice.Name("late"), time.Second, "x"))
		within(t, n, func(p *coppice.Process) error {
			p.Register("late")
			if m, ok := p.ReceiveTimeout(time.Hour); !ok || m.Body != "x" {
				t.Errorf("%v, %t", m.Body, ok)
			}
			must(coppice.SendAfter(n, coppice.Via{Resolver: panicky{}, Key: 1}, time.Second, "x"))
			p.Sleep(time.Hour)
			return nil
		})
	})
}

// panicky is a Resolver that panics.
type panicky struct{ coppice.Resolver }

// timer:exit_after/3: the signal is that of exit/2, so normal is ignored, and a
// trapping process gets a message; kill_after/2 cannot be trapped.
func TestExitAfter(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			other := start(n, nil)
			_ = must(coppice.ExitAfter(p, other, time.Second, nil))
			_ = must(coppice.ExitAfter(p, other, time.Minute, errors.New("late")))
			cancelled := must(coppice.ExitAfter(p, other, 2*time.Second, coppice.Kill))
			if _, ok := cancelled.Cancel(); !ok {
				t.Error("not cancelled")
			}
			began, ref := time.Now(), must(p.Monitor(other))
			if reason := down(p, ref); reason.Error() != "late" || time.Since(began) != time.Minute {
				t.Errorf("ended with %v after %v", reason, time.Since(began))
			}
			p.TrapExit(true)
			_ = must(coppice.ExitAfter(p, p.Self(), time.Second, nil))
			if e, ok := p.Receive().Body.(coppice.Exited); !ok || e != (coppice.Exited{PID: p.Self(), Reason: coppice.Normal}) {
				t.Errorf("got %v", e)
			}
			return nil
		})
		killed := start(n, nil)
		_ = must(coppice.ExitAfter(n, coppice.Name("later"), time.Second, coppice.Kill))
		_ = must(coppice.ExitAfter(n, coppice.Name("nobody"), time.Second, coppice.Kill))
		_ = coppice.Register(n, "later", killed)
		if reason := endOf(t, n, killed); reason != coppice.Killed {
			t.Errorf("ended with %v", reason)
		}
		if _, err := coppice.ExitAfter(t.Context(), killed, 0, nil); !errors.Is(err, coppice.ErrNoNode) {
			t.Errorf("without a node: %v", err)
		}
	})
}

func TestSendEvery(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			began := time.Now()
			timer := must(coppice.SendEvery(p, p.Self(), time.Second, "x"))
			for i := range 5 {
				if p.Receive(); time.Since(began) != time.Duration(i+1)*time.Second {
					t.Errorf("message %d after %v", i, time.Since(began))
				}
			}
			p.Sleep(300 * time.Millisecond)
			if left, ok := timer.Cancel(); left != 700*time.Millisecond || !ok {
				t.Errorf("cancelled with %v, %t", left, ok)
			}
			if m, ok := p.ReceiveTimeout(time.Hour); ok {
				t.Errorf("after Cancel: %v", m.Body)
			}
			return nil
		})
	})
}

func TestTimersEndWithTheNode(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		m := coppice.NewNode(coppice.Options{})
		timer := must(coppice.SendAfter(m, coppice.Name("x"), time.Second, 1))
		m.Stop(n)
		if _, ok := timer.Left(); ok {
			t.Error("a timer is left")
		}
		if _, err := coppice.SendAfter(m, coppice.Name("x"), 1, 1); !errors.Is(err, coppice.ErrStopped) {
			t.Errorf("after Stop: %v", err)
		}
	})
}

func TestIdleTimeout(t *testing.T) {
	type step struct {
		at   time.Duration
		body any
	}
	rows := []struct {
		name  string
		init  time.Duration // -1: none
		sends []time.Duration
		want  []step
	}{
		{"fires once when no message comes", time.Second, nil, []step{{time.Second, coppice.IdleTimeout{}}}},
		{"is cancelled by a message", time.Second, []time.Duration{time.Second / 2}, []step{{time.Second / 2, "m"}}},
		{"comes at once with 0", 0, nil, []step{{0, coppice.IdleTimeout{}}}},
		{"is taken back by a negative one", -5, []time.Duration{time.Hour}, []step{{time.Hour, "m"}}},
		{"with 0 comes only if there is no message", 0, []time.Duration{-1}, []step{{0, "m"}}},
		{"is none if not asked for", -1, []time.Duration{time.Hour}, []step{{time.Hour, "m"}}},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				began := time.Now()
				var got []step
				pid := must3(coppice.StartProcess(n, coppice.Spec{Behaviour: &server{
					init: func(p *coppice.Process) error {
						if r.init != -1 {
							p.SetTimeout(r.init)
						}
						for _, at := range r.sends {
							if at < 0 {
								coppice.Send(p, p.Self(), "m")
							} else {
								coppice.SendAfter(p, p.Self(), at, "m")
							}
						}
						return nil
					},
					handle: func(p *coppice.Process, m coppice.Message) error {
						got = append(got, step{time.Since(began), m.Body})
						return nil
					},
				}}))
				time.Sleep(2 * time.Hour) // time is the subject
				synctest.Wait()
				if len(got) != len(r.want) || got[0] != r.want[0] {
					t.Errorf("%v, want %v", got, r.want)
				}
				coppice.Exit(n, pid, coppice.Kill)
			})
		})
	}
}

func TestIdleTimeoutHoldsForOneCallback(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		timeouts := 0
		pid := must3(coppice.StartProcess(n, coppice.Spec{Behaviour: &server{
			handle: func(p *coppice.Process, m coppice.Message) error {
				switch m.Body {
				case "arm":
					p.SetTimeout(time.Minute)
				case coppice.IdleTimeout{}:
					if timeouts++; timeouts < 3 {
						p.SetTimeout(time.Minute)
					}
				}
				return nil
			},
		}}))
		coppice.Send(n, pid, "arm")
		coppice.Send(n, pid, "disarm")
		time.Sleep(time.Hour) // time is the subject
		if timeouts != 0 {
			t.Errorf("%d time-outs", timeouts)
		}
		coppice.Send(n, pid, "arm")
		time.Sleep(time.Hour)
		synctest.Wait()
		if timeouts != 3 {
			t.Errorf("%d time-outs, want 3", timeouts)
		}
		coppice.Send(n, pid, "arm")
		synctest.Wait()
		coppice.Exit(n, pid, coppice.Kill) // armed
	})
}
