package genserver_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/task"
)

// a calls b, which is busy for a while and then calls c on a's behalf: how long
// a waits is how long c has, and how long b waits for c.
func TestDeadlineTravels(t *testing.T) {
	const busy = 100 * time.Millisecond
	for name, a := range map[string]struct {
		call func(p *coppice.Process, to coppice.Addr, m ask) (int, error)
		took time.Duration
	}{
		"a second": {func(p *coppice.Process, to coppice.Addr, m ask) (int, error) {
			return genserver.Call(p.WithTimeout(time.Second), to, m)
		}, time.Second},
		"a context": {func(p *coppice.Process, to coppice.Addr, m ask) (int, error) {
			ctx, cancel := context.WithTimeout(p, time.Second)
			defer cancel()
			return genserver.Call(ctx, to, m)
		}, time.Second},
		"the default": {func(p *coppice.Process, to coppice.Addr, m ask) (int, error) {
			return genserver.Call(p, to, m)
		}, coppice.DefaultTimeout},
		"no limit": {func(p *coppice.Process, to coppice.Addr, m ask) (int, error) {
			return genserver.Call(p.WithoutTimeout(), to, m)
		}, busy + coppice.DefaultTimeout}, // b calls c as anybody would
		"a request that is waited for later": {func(p *coppice.Process, to coppice.Addr, m ask) (int, error) {
			within := p.WithTimeout(time.Second)
			return genserver.SendRequest(within, to, m).Wait(within)
		}, time.Second},
	} {
		for _, options := range [][]genserver.Option{nil, {genserver.MaxMailbox(1, coppice.Block)}} {
			t.Run(fmt.Sprint(name, len(options)), func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					b, c := w.start(nil, options...), w.start(nil)
					for range 2 { // the second is waiting when a comes
						_ = genserver.Cast(w.Node, b, tell{do: func(_ *lab, p *coppice.Process) error { p.Sleep(busy / 2); return nil }})
						synctest.Wait()
					}
					began, told := time.Now(), make(chan error, 1)
					last := ask{do: func(_ *lab, p *coppice.Process) (int, error) {
						ctx := p.ForCaller()
						if deadline, has := ctx.Deadline(); !has || deadline.Sub(began) != a.took || time.Since(began) != busy {
							t.Errorf("c has until %v, %t, at %v", deadline.Sub(began), has, time.Since(began))
						}
						<-ctx.Done()
						told <- context.Cause(ctx)
						p.Sleep(1) // or its reply may be in time
						return 0, nil
					}}
					middle := ask{do: func(_ *lab, p *coppice.Process) (int, error) {
						_, err := genserver.Call(p.ForCaller(), c, last)
						if !errors.Is(err, coppice.Timeout) {
							t.Errorf("b is told %v", err)
						}
						return 0, err
					}}
					w.run(func(p *coppice.Process) {
						if _, err := a.call(p, b, middle); !errors.Is(err, coppice.Timeout) || time.Since(began) != a.took {
							t.Errorf("a is told %v after %v", err, time.Since(began))
						}
					})
					if err := <-told; err != context.DeadlineExceeded || time.Since(began) != a.took {
						t.Errorf("c is told %v after %v", err, time.Since(began))
					}
					w.notes(b)
					w.notes(c)
				})
			})
		}
	}
}

// What a handler waits for on behalf of its caller it waits for no longer than
// that one does: it is told at once that he has gone, however.
func TestCallerIsGone(t *testing.T) {
	waits := map[string]func(ctx *coppice.Process, other coppice.Addr) error{
		"a context": func(ctx *coppice.Process, _ coppice.Addr) error { <-ctx.Done(); return context.Cause(ctx) },
		"a derived context": func(ctx *coppice.Process, other coppice.Addr) error {
			derived, cancel := context.WithCancel(ctx)
			defer cancel()
			_, err := genserver.Call(derived, other, hangs())
			return err
		},
		"a call": func(ctx *coppice.Process, other coppice.Addr) error {
			_, err := genserver.Call(ctx, other, hangs())
			return err
		},
		"a call of those that were called": func(ctx *coppice.Process, other coppice.Addr) error {
			_, err := genserver.Call(ctx, other, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
				_, err := genserver.Call(p.ForCaller().WithTimeout(time.Minute), coppice.Name("third"), hangs())
				if !errors.Is(err, coppice.ErrAbandoned) {
					return 0, fmt.Errorf("the last call: %w", err)
				}
				return 0, err
			}})
			return err
		},
		"a call without a limit": func(ctx *coppice.Process, other coppice.Addr) error {
			_, err := genserver.Call(ctx.WithoutTimeout(), other, hangs())
			return err
		},
		"a set of calls": func(ctx *coppice.Process, other coppice.Addr) error {
			var set genserver.PendingSet[int, int]
			defer set.Abandon()
			set.Send(ctx, other, hangs(), 1)
			_, _, _, err := set.Wait(ctx)
			return err
		},
		"a start": func(ctx *coppice.Process, _ coppice.Addr) error {
			_, err := labs.StartLink(ctx, func(_ *lab, q *coppice.Process) error { q.Sleep(time.Hour); return nil })
			return err
		},
		"an end": func(ctx *coppice.Process, other coppice.Addr) error {
			_, err := coppice.Await(ctx, coppice.Whereis(ctx, other))
			return err
		},
		"a message": func(ctx *coppice.Process, _ coppice.Addr) error {
			if _, ok := ctx.ReceiveMatch(func(m coppice.Message) bool { return m.Body == "never" }, -1); ok {
				return errors.New("a message came")
			}
			return context.Cause(ctx)
		},
		"a task": func(ctx *coppice.Process, _ coppice.Addr) error {
			hanging, err := task.Async(ctx, func(q *coppice.Process) (int, error) { q.Sleep(time.Hour); return 0, nil })
			if err != nil {
				return err
			}
			if _, err := hanging.Await(ctx); !errors.Is(err, coppice.Timeout) {
				return err
			}
			return context.Cause(ctx)
		},
	}
	for name, wait := range waits {
		for how, goes := range map[string]func(w *world, to coppice.Addr, m ask){
			"it is killed": func(w *world, to coppice.Addr, m ask) {
				pid, _ := coppice.Spawn(w.Node, func(p *coppice.Process) error { _, err := genserver.Call(p, to, m); return err })
				time.Sleep(time.Second)
				_ = coppice.Exit(w.Node, pid, coppice.Kill)
			},
			"it ends before it waits": func(w *world, to coppice.Addr, m ask) {
				_, _ = coppice.Spawn(w.Node, func(p *coppice.Process) error {
					genserver.SendRequest(p, to, m)
					p.Sleep(time.Second)
					return nil
				})
			},
			"its context is cancelled": func(w *world, to coppice.Addr, m ask) {
				ctx, cancel := context.WithCancel(w.Node)
				time.AfterFunc(time.Second, cancel)
				_, _ = genserver.Call(ctx, to, m)
			},
			"it drops the request": func(w *world, to coppice.Addr, m ask) {
				pending := genserver.SendRequest(w.Node, to, m)
				time.Sleep(time.Second)
				pending.Abandon()
			},
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					server, other := w.start(nil), w.start(nil)
					w.start(nil, genserver.Name(coppice.Name("third")))
					began := time.Now()
					goes(w, server, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
						err := wait(p.ForCaller(), other)
						if !errors.Is(err, coppice.ErrAbandoned) || time.Since(began) != time.Second {
							t.Errorf("the handler is told %v after %v", err, time.Since(began))
						}
						return 0, nil
					}})
					synctest.Wait()
					w.notes(server)
					w.notes(other)
					if took := time.Since(began); took != time.Second {
						t.Errorf("it took %v", took)
					}
				})
			})
		}
	}
}

// The end of a process ends what it does for its callers, as all that it does.
func TestToldToEndForCaller(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		server, other := w.start(nil), w.start(nil)
		var ctx context.Context
		pending := genserver.SendRequest(w.Node, server, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
			ctx = p.ForCaller()
			ctx.Done()
			defer func() { _ = recover() }()
			_, err := genserver.Call(p.ForCaller(), other, hangs())
			t.Errorf("the call has returned: %v", err)
			return 0, nil
		}})
		synctest.Wait()
		_ = coppice.Exit(w.Node, server, errCrash)
		if _, err := pending.Wait(w.Node); callReason(err) != errCrash {
			t.Errorf("Wait = %v", err)
		}
		if context.Cause(ctx) != errCrash {
			t.Errorf("the cause is %v", context.Cause(ctx))
		}
	})
}

// A request that is handed on is still that of its caller: what works for him
// learns until when, and that he has gone, or that he was answered.
func TestLimitOfAReply(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		server, other := w.start(nil), w.start(nil)
		began, told := time.Now(), make(chan error, 1)
		handOn := func(work func(q *coppice.Process, r genserver.Reply[int]) error) defers {
			return defers{do: func(_ *lab, p *coppice.Process, r genserver.Reply[int]) error {
				_, err := coppice.Spawn(p, func(q *coppice.Process) error { told <- work(q, r); return nil })
				return err
			}}
		}
		within := func(d time.Duration, m defers) error {
			ctx, cancel := context.WithTimeout(w.Node, d)
			defer cancel()
			_, err := genserver.Call(ctx, server, m)
			return err
		}
		err := within(time.Second, handOn(func(q *coppice.Process, r genserver.Reply[int]) error {
			if at, ok := r.Deadline(); !ok || at.Sub(began) != time.Second {
				t.Errorf("the deadline is %v, %t", at.Sub(began), ok)
			}
			if at, ok := r.Limit(q.WithTimeout(time.Minute)).Deadline(); !ok || at.Sub(began) != time.Second {
				t.Errorf("the deadline of the hold is %v, %t", at.Sub(began), ok)
			}
			if at, ok := r.Limit(q.WithTimeout(time.Millisecond)).Deadline(); !ok || at.Sub(began) != time.Millisecond {
				t.Errorf("the deadline of the shorter hold is %v, %t", at.Sub(began), ok)
			}
			_, err := genserver.Call(r.Limit(q), other, hangs())
			synctest.Wait()
			if at, ok := r.Deadline(); ok {
				t.Errorf("nobody waits, until %v", at)
			}
			return err
		}))
		if err := errors.Join(err, <-told); !errors.Is(err, coppice.Timeout) || errors.Is(err, coppice.ErrAbandoned) || time.Since(began) != time.Second {
			t.Errorf("both are told %v after %v", err, time.Since(began))
		}
		err = within(time.Second, handOn(func(q *coppice.Process, r genserver.Reply[int]) error {
			ctx := r.Limit(q)
			ctx.Done()
			r.Send(1)
			if ctx.Err() != context.Canceled {
				t.Errorf("after the reply: %v", ctx.Err())
			}
			_, err := genserver.Call(ctx, other, returns(1))
			return err
		}))
		if told := <-told; err != nil || !errors.Is(told, coppice.ErrAbandoned) {
			t.Errorf("after the reply: %v, %v", err, told)
		}
		err = within(time.Second, handOn(func(q *coppice.Process, r genserver.Reply[int]) error {
			_ = coppice.Exit(q, server, coppice.Kill) // so it cannot be answered any more
			<-r.Limit(q).Done()
			return context.Cause(r.Limit(q))
		}))
		if told := <-told; callReason(err) != coppice.Killed || told != coppice.ErrAbandoned {
			t.Errorf("the server is dead: %v, %v", err, told)
		}
	})
}

// For what is no request there is no caller.
func TestForNoCaller(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		server := w.start(func(_ *lab, p *coppice.Process) error {
			if p.ForCaller() != p {
				t.Error("a constructor has a caller")
			}
			return nil
		})
		same := func(_ *lab, p *coppice.Process) error {
			if p.ForCaller() != p {
				t.Error("it has a caller")
			}
			return nil
		}
		_ = genserver.Cast(w.Node, server, tell{same})
		_ = coppice.Send(w.Node, server, note{same})
		w.notes(server)
	})
}
