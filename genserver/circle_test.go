package genserver_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A ring is a world that looks for circles of calls.
type ring struct {
	world
	mu      sync.Mutex // guards circles
	circles []*coppice.CircleReport
}

// inRing is bubble for a node that looks for circles. No time may pass in it
// but what f says.
func inRing(t *testing.T, pause time.Duration, f func(t *testing.T, w *ring)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &ring{world: world{t: t}}
		w.Node = coppice.NewNode(coppice.Options{
			Logger: slog.New(slog.NewTextHandler(&w.world, nil)), FindCircles: true,
			OnReport: func(r coppice.Report) {
				if c, ok := r.(*coppice.CircleReport); ok {
					w.mu.Lock()
					defer w.mu.Unlock()
					w.circles = append(w.circles, c)
				}
			},
		})
		began := time.Now()
		f(t, w)
		if took := time.Since(began); took != pause {
			t.Errorf("it took %v, want %v", took, pause)
		}
		if report := w.Stop(context.Background()); len(report.Stuck) > 0 {
			t.Errorf("stuck: %v", report.Stuck)
		}
	})
}

// found returns the circles that were reported since the last time.
func (w *ring) found() []*coppice.CircleReport {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.circles
	w.circles = nil
	return all
}

// quiet says that no circle was found.
func (w *ring) quiet() {
	w.t.Helper()
	for _, c := range w.found() {
		w.t.Errorf("a false alarm: %v", c)
	}
}

// calls is a call whose handler calls the next, and answers with what that
// answers.
func calls(next coppice.Addr, m ask) ask {
	return ask{do: func(_ *lab, p *coppice.Process) (int, error) { return genserver.Call(p, next, m) }}
}

func TestCircleIsFoundWhenItCloses(t *testing.T) {
	for _, n := range []int{2, 3, 50} {
		for how, limit := range map[string]func(p *coppice.Process) *coppice.Process{
			"for ever":          func(p *coppice.Process) *coppice.Process { return p.WithoutTimeout() },
			"with a time limit": func(p *coppice.Process) *coppice.Process { return p.WithTimeout(time.Second) },
		} {
			t.Run(fmt.Sprint(n, " ", how), func(t *testing.T) {
				inRing(t, 0, func(t *testing.T, w *ring) { circleOf(t, w, n, limit) })
			})
		}
	}
}

func circleOf(t *testing.T, w *ring, n int, limit func(p *coppice.Process) *coppice.Process) {
	names := make([]coppice.Name, n)
	for i := range names {
		names[i] = coppice.Name(fmt.Sprint("s", i))
		w.start(nil, genserver.Name(names[i]))
	}
	var hop func(i int) ask
	hop = func(i int) ask {
		return ask{do: func(_ *lab, p *coppice.Process) (int, error) {
			if i == n {
				return 0, nil // it is handled when its caller waits no more
			}
			return genserver.Call(limit(p), names[(i+1)%n], hop(i+1))
		}}
	}
	_, err := genserver.Call(w.Node, names[0], hop(0))
	var circle *coppice.CircleError
	if !errors.As(err, &circle) || !errors.Is(err, coppice.CallingSelf) {
		t.Fatalf("Call = %v, want a *CircleError", err)
	}
	var call *coppice.CallError
	if !errors.As(err, &call) || call.Reason != circle || !strings.Contains(err.Error(), "waits for") {
		t.Errorf("the error says %v", err)
	}
	if len(circle.Waits) != n {
		t.Fatalf("%d members, want %d: %v", len(circle.Waits), n, err)
	}
	// Who begins to wait last closes it, which need not be who was called last.
	first := slices.Index(names, coppice.Name(circle.Waits[0].Name))
	for i, wait := range circle.Waits {
		at := (first + i) % n
		want := coppice.Wait{
			PID: coppice.Whereis(w.Node, names[at]), Name: string(names[at]),
			For: coppice.Whereis(w.Node, names[(at+1)%n]), Request: "genserver_test.ask",
		}
		if wait != want {
			t.Errorf("member %d is %v, want %v", i, wait, want)
		}
	}
	if all := w.found(); len(all) != 1 || all[0].Circle != circle || all[0].Failed != circle.Waits[0] {
		t.Errorf("reported: %v", all)
	}
	for _, name := range names {
		w.notes(name) // it is alive
	}
	if log := w.logged(); !strings.Contains(log, "a circle of calls") {
		t.Errorf("logged: %v", log)
	}
}

// Without the option it is the time limit that ends it.
func TestCirclesAreLeftAlone(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		a, b := w.start(nil), w.start(nil)
		began := time.Now()
		_, err := genserver.Call(genserver.NoTimeout(w.Node), a, calls(b, calls(a, returns(1))))
		if !errors.Is(err, coppice.Timeout) || time.Since(began) != coppice.DefaultTimeout {
			t.Errorf("Call = %v after %v", err, time.Since(began))
		}
	})
}

// Whatever a process waits for that one other alone can bring.
func TestCirclesOfOtherWaits(t *testing.T) {
	type labRef = genserver.Ref[*lab]
	for name, wait := range map[string]func(p *coppice.Process, a, b labRef) error{
		"a start": func(p *coppice.Process, a, _ labRef) error {
			_, err := labs.Start(p, func(_ *lab, q *coppice.Process) error {
				_, err := genserver.Call(q, a, returns(1))
				return err
			})
			return err
		},
		"an end": func(p *coppice.Process, a, b labRef) error {
			_ = genserver.Cast(p, b, tell{callBack(a)})
			reason, err := coppice.Await(p, b.PID())
			return errors.Join(reason, err)
		},
		"a stop": func(p *coppice.Process, a, b labRef) error {
			_ = genserver.Cast(p, b, tell{callBack(a)})
			return coppice.Stop(p, b, nil)
		},
		"a request": func(p *coppice.Process, a, b labRef) error {
			_, err := genserver.SendRequest(p, b, calls(a, returns(1))).Wait(p)
			return err
		},
		"a request to itself": func(p *coppice.Process, a, _ labRef) error {
			_, err := genserver.SendRequest(p, a, returns(1)).Wait(p)
			return err
		},
		"a set": func(p *coppice.Process, a, b labRef) error {
			var set genserver.PendingSet[int, string]
			set.Send(p, b, calls(a, returns(1)), "b")
			set.Send(p, b, calls(a, returns(1)), "b")
			_, _, _, first := set.Wait(p)
			label, _, ok, err := set.Wait(p)
			if !ok || label != "b" {
				return fmt.Errorf("%w: label %q, %v", err, label, ok)
			}
			return errors.Join(first, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inRing(t, 0, func(t *testing.T, w *ring) {
				a, b := w.start(nil), w.start(nil)
				_, err := genserver.Call(w.Node, a, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
					return 0, wait(p, a, b)
				}})
				if circle := new(coppice.CircleError); !errors.As(err, &circle) {
					t.Errorf("the wait gave %v, want a *CircleError", err)
				}
				if len(w.found()) == 0 {
					t.Error("nothing was reported")
				}
				w.notes(a)
			})
		})
	}
}

// callBack calls a server, and ends with the error that comes of it.
func callBack(to coppice.Addr) step {
	return func(_ *lab, p *coppice.Process) error { _, err := genserver.Call(p, to, returns(1)); return err }
}

// There is no circle where somebody else can answer, or where somebody who is
// waited for does not wait himself.
func TestNoFalseAlarm(t *testing.T) {
	// c calls a, which calls b, which calls c: if the request of c was not in
	// other hands than a's it would be a circle.
	handOver := func(t *testing.T, w *ring, elsewhere func(l *lab, p *coppice.Process, r genserver.Reply[int])) {
		a, b, c := w.start(nil), w.start(nil), w.start(nil)
		got, err := genserver.Call(w.Node, c, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
			return genserver.Call(p, a, defers{do: func(l *lab, p *coppice.Process, r genserver.Reply[int]) error {
				elsewhere(l, p, r)
				got, err := genserver.Call(p, b, calls(c, returns(5)))
				if got != 5 || err != nil {
					t.Errorf("the call in the handler gave %v, %v", got, err)
				}
				return err
			}})
		}})
		if got != 7 || err != nil {
			t.Errorf("Call = %v, %v", got, err)
		}
		w.notes(a) // its handler has returned
		w.quiet()
	}
	later := func(r genserver.Reply[int]) { time.AfterFunc(time.Second, func() { r.Send(7) }) }
	t.Run("answered elsewhere", func(t *testing.T) {
		inRing(t, time.Second, func(t *testing.T, w *ring) {
			handOver(t, w, func(_ *lab, _ *coppice.Process, r genserver.Reply[int]) { later(r) })
		})
	})
	t.Run("answered by a delegate", func(t *testing.T) {
		inRing(t, time.Second, func(t *testing.T, w *ring) {
			handOver(t, w, func(_ *lab, p *coppice.Process, r genserver.Reply[int]) {
				_, _ = coppice.SpawnLink(p, func(q *coppice.Process) error { q.Sleep(time.Second); r.Send(7); return nil })
			})
		})
	})
	t.Run("answered before", func(t *testing.T) {
		inRing(t, 0, func(t *testing.T, w *ring) {
			handOver(t, w, func(_ *lab, _ *coppice.Process, r genserver.Reply[int]) { r.Send(7) })
		})
	})
	t.Run("answered in a later callback", func(t *testing.T) {
		inRing(t, time.Second, func(t *testing.T, w *ring) {
			a, b := w.start(nil), w.start(nil)
			got, err := genserver.Call(w.Node, b, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
				return genserver.Call(p, a, defers{do: func(_ *lab, p *coppice.Process, r genserver.Reply[int]) error {
					_, err := coppice.SendAfter(p, p.Self(), time.Second, note{func(*lab, *coppice.Process) error { r.Send(7); return nil }})
					return err
				}})
			}})
			if got != 7 || err != nil {
				t.Errorf("Call = %v, %v", got, err)
			}
			w.quiet()
		})
	})
	t.Run("one of a set answers", func(t *testing.T) {
		inRing(t, time.Second, func(t *testing.T, w *ring) {
			a, b, c := w.start(nil), w.start(nil), w.start(nil)
			_, err := genserver.Call(w.Node, a, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
				var set genserver.PendingSet[int, int]
				set.Send(p, b, calls(a, returns(1)), 1)
				set.Send(p, c, ask{do: func(_ *lab, p *coppice.Process) (int, error) { p.Sleep(time.Second); return 2, nil }}, 2)
				label, value, _, err := set.Wait(p)
				if label != 2 || value != 2 {
					t.Errorf("the first of the set: %v, %v, %v", label, value, err)
				}
				set.Abandon()
				return value, err
			}})
			if err != nil {
				t.Error(err)
			}
			w.quiet()
		})
	})
	t.Run("another goroutine waits in its name", func(t *testing.T) {
		inRing(t, 0, func(t *testing.T, w *ring) {
			a, b := w.start(nil), w.start(nil)
			done := make(chan error, 1)
			_, err := genserver.Call(w.Node, a, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
				go func() { _, err := genserver.Call(p, b, calls(a, returns(1))); done <- err }()
				return 0, nil
			}})
			if err := errors.Join(err, <-done); err != nil {
				t.Error(err)
			}
			w.quiet()
		})
	})
}

// Servers call each other at random: every circle is found, or time would pass;
// and where each calls only those behind it there is none to be found.
func TestCirclesAtRandom(t *testing.T) {
	for _, circles := range []bool{true, false} {
		t.Run(fmt.Sprint("circles=", circles), func(t *testing.T) {
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			inRing(t, 0, func(t *testing.T, w *ring) {
				refs := make([]genserver.Ref[*lab], 8)
				for i := range refs {
					refs[i] = w.start(nil)
				}
				var clients sync.WaitGroup
				for i := range 16 {
					random := rand.New(rand.NewPCG(seed, uint64(i)))
					clients.Go(func() {
						for range 5 {
							at := random.IntN(len(refs))
							_, err := genserver.Call(w.Node, refs[at], wander(refs, at, random.Uint64(), circles))
							if err != nil && (!circles || !errors.Is(err, coppice.CallingSelf)) {
								t.Errorf("Call = %v", err)
							}
						}
					})
				}
				clients.Wait()
				if found := w.found(); !circles && len(found) > 0 {
					t.Errorf("a false alarm: %v", found[0])
				}
			})
		})
	}
}

// wander calls three servers one after the other, each of which does the same
// with those behind it, or with any.
func wander(refs []genserver.Ref[*lab], at int, seed uint64, any bool) ask {
	return ask{do: func(_ *lab, p *coppice.Process) (n int, err error) {
		random := rand.New(rand.NewPCG(seed, uint64(at)))
		for range random.IntN(3) {
			to := at + 1 + random.IntN(len(refs))
			if any {
				to %= len(refs)
			} else if to >= len(refs) {
				break
			}
			if _, e := genserver.Call(p, refs[to], wander(refs, to, random.Uint64(), any)); e != nil {
				err = e
			}
		}
		return 0, err
	}}
}
