package coppice_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A sluggish server notes what it handles, and takes a second for each.
type sluggish struct {
	mu   sync.Mutex
	seen []string
}

func (s *sluggish) Init(*coppice.Process) error             { return nil }
func (s *sluggish) Terminate(*coppice.Process, error) error { return nil }

func (s *sluggish) Handle(p *coppice.Process, m coppice.Message) error {
	s.mu.Lock()
	s.seen = append(s.seen, fmt.Sprint(m.Body))
	s.mu.Unlock()
	p.Sleep(time.Second)
	m.From().Reply("done", nil)
	return nil
}

// took returns what was handled so far.
func (s *sluggish) took() string {
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	all := strings.Join(s.seen, " ")
	s.seen = nil
	return all
}

// startSluggish starts a sluggish server, and has it at work on "first".
func startSluggish(t *testing.T, n *coppice.Node, spec coppice.Spec) (*sluggish, coppice.PID) {
	t.Helper()
	s := &sluggish{}
	spec.Behaviour = s
	pid, _, err := coppice.StartProcess(n, spec)
	if err != nil {
		t.Fatal(err)
	}
	_ = coppice.Send(n, pid, "first")
	synctest.Wait()
	return s, pid
}

func TestFullMailbox(t *testing.T) {
	for full, want := range map[coppice.Full]struct {
		send    error  // of the third message, where two may wait
		handled string // in the end
		call    bool   // a call that is the third is answered
	}{
		coppice.Reject:     {&coppice.FullError{}, "first a b", false},
		coppice.DropNewest: {nil, "first a b", false},
		coppice.DropOldest: {nil, "first b c", true},
	} {
		t.Run(full.String(), func(t *testing.T) {
			var told reports
			bubbleWith(t, coppice.Options{OnReport: told.add}, func(t *testing.T, n *coppice.Node) {
				s, pid := startSluggish(t, n, coppice.Spec{Bound: coppice.Bound{Max: 2, Full: full}})
				began := time.Now()
				for _, m := range []string{"a", "b"} {
					if err := coppice.Cast(n, pid, m); err != nil {
						t.Errorf("there is room for %s: %v", m, err)
					}
				}
				err := coppice.Send(n, pid, "c")
				if is := new(coppice.FullError); (want.send == nil) != (err == nil) || err != nil && (!errors.As(err, &is) || is.PID != pid || is.Max != 2) {
					t.Errorf("Send = %v", err)
				}
				stats, _ := coppice.Lookup(pid)
				if stats.Dropped != 1 || stats.Mailbox != 2 || stats.Bound.Max != 2 || stats.HighWater != 2 {
					t.Errorf("Stats: %+v", stats.Stats)
				}
				time.Sleep(10*time.Second - time.Since(began))
				if got := s.took(); got != want.handled {
					t.Errorf("handled: %s, want %s", got, want.handled)
				}

				_ = coppice.Send(n, pid, "again") // it is at work on that
				synctest.Wait()
				_ = coppice.Send(n, pid, "a")
				_ = coppice.Send(n, pid, "b")
				_, err = coppice.Request(n, pid, "c")
				if is := new(coppice.FullError); (err == nil) != want.call || err != nil && !errors.As(err, &is) {
					t.Errorf("Request = %v", err)
				}
				if got := len(told.full()); got != 2 {
					t.Errorf("%d reports that it is full, want 2: one for each time", got)
				}
			})
		})
	}
}

func (r *reports) full() (all []*coppice.FullReport) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, report := range r.all {
		if f, ok := report.(*coppice.FullReport); ok {
			all = append(all, f)
		}
	}
	return all
}

// A call that is dropped later is told so at once.
func TestDroppedCallIsTold(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		_, pid := startSluggish(t, n, coppice.Spec{Bound: coppice.Bound{Max: 1, Full: coppice.DropOldest}})
		call := coppice.SendRequest(n, pid, "a call")
		began := time.Now()
		_ = coppice.Send(n, pid, "newer")
		_, err := call.Wait(n)
		if is := new(coppice.FullError); !errors.As(err, &is) || time.Since(began) != 0 {
			t.Errorf("Wait = %v after %v", err, time.Since(began))
		}
	})
}

// Senders wait for room, in their order, and what they send arrives in it.
func TestBlockedSendersTakeTurns(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		s, pid := startSluggish(t, n, coppice.Spec{Bound: coppice.Bound{Max: 1}})
		for i := range 3 {
			send := func(ctx context.Context) {
				for j := range 2 {
					if err := coppice.Send(ctx, pid, fmt.Sprint(i, ".", j)); err != nil {
						t.Errorf("Send: %v", err)
					}
				}
			}
			if i == 1 {
				go send(n)
			} else {
				_, _ = coppice.Spawn(n, func(p *coppice.Process) error { send(p); return nil })
			}
			synctest.Wait()
		}
		time.Sleep(10 * time.Second)
		if got, want := s.took(), "first 0.0 0.1 1.0 2.0 1.1 2.1"; got != want {
			t.Errorf("handled: %s, want %s", got, want)
		}
	})
}

// What ends the wait for room.
func TestBlockedSenderIsFreed(t *testing.T) {
	full := func(t *testing.T, f func(t *testing.T, n *coppice.Node, pid coppice.PID)) {
		bubble(t, func(t *testing.T, n *coppice.Node) {
			s, pid := startSluggish(t, n, coppice.Spec{Bound: coppice.Bound{Max: 1}})
			_ = coppice.Send(n, pid, "fills it")
			f(t, n, pid)
			synctest.Wait()
			if !coppice.Alive(pid) {
				return
			}
			time.Sleep(time.Minute) // nobody who has given up holds room, or a place in the line
			s.took()
			if err := coppice.Send(n, pid, "x"); err != nil || s.took() != "x" {
				t.Errorf("Send after all is done: %v", err)
			}
		})
	}
	t.Run("its context", func(t *testing.T) {
		full(t, func(t *testing.T, n *coppice.Node, pid coppice.PID) {
			ctx, cancel := context.WithTimeout(n, 500*time.Millisecond)
			defer cancel()
			if err := coppice.Send(ctx, pid, "x"); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Send = %v", err)
			}
		})
	})
	t.Run("its time limit", func(t *testing.T) {
		full(t, func(t *testing.T, n *coppice.Node, pid coppice.PID) {
			within(t, n, func(p *coppice.Process) error {
				if err := coppice.Cast(p.WithTimeout(500*time.Millisecond), pid, "x"); !errors.Is(err, coppice.Timeout) {
					t.Errorf("Cast = %v", err)
				}
				return nil
			})
		})
	})
	for name, reason := range map[string]error{"told to end": coppice.Shutdown, "killed": coppice.Kill} {
		t.Run(name, func(t *testing.T) {
			full(t, func(t *testing.T, n *coppice.Node, pid coppice.PID) {
				unwound := false
				sender := must(coppice.Spawn(n, func(p *coppice.Process) error {
					defer func() { unwound = true }()
					_ = coppice.Send(p, pid, "never")
					t.Error("Send has returned")
					return nil
				}))
				synctest.Wait()
				_ = coppice.Exit(n, sender, reason)
				_, _ = coppice.Await(n, sender)
				synctest.Wait()
				if !unwound {
					t.Error("its code runs on")
				}
			})
		})
	}
	t.Run("the end of the receiver", func(t *testing.T) {
		full(t, func(t *testing.T, n *coppice.Node, pid coppice.PID) {
			time.AfterFunc(100*time.Millisecond, func() { _ = coppice.Exit(n, pid, coppice.Kill) })
			if err := coppice.Send(n, pid, "x"); !errors.Is(err, coppice.NoProc) {
				t.Errorf("Send = %v", err)
			}
		})
	})
	t.Run("a call has its time limit in all", func(t *testing.T) {
		bubble(t, func(t *testing.T, n *coppice.Node) {
			_, pid := startSluggish(t, n, coppice.Spec{Bound: coppice.Bound{Max: 4}})
			for range 4 {
				_ = coppice.Send(n, pid, "fills it")
			}
			began := time.Now()
			_, err := coppice.Request(n, pid, "x") // room after 1 s, and it would be answered after 6 s
			if !errors.Is(err, coppice.Timeout) || time.Since(began) != coppice.DefaultTimeout {
				t.Errorf("Request = %v after %v", err, time.Since(began))
			}
		})
	})
}

// Signals, system messages, aliases, timers and messages to oneself are let in.
func TestNotBounded(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		var got []string
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error { p.Receive(); return nil }))
		ready := make(chan coppice.Ref)
		_, _, err := coppice.StartProcess(n, coppice.Spec{
			Bound: coppice.Bound{Max: 1, Full: coppice.Reject},
			Body: func(p *coppice.Process) error {
				p.TrapExit(true)
				p.InitAck()
				ref := must(p.MonitorAlias(pid, false))
				_ = p.Link(pid)
				for range 3 {
					_ = coppice.Send(p, p.Self(), "own")
				}
				_ = must(coppice.SendAfter(p, p.Self(), time.Millisecond, "timer"))
				_ = must(coppice.SendAfter(p, p.Self(), time.Millisecond, "timer"))
				ready <- ref
				time.Sleep(time.Second)
				for {
					m, ok := p.ReceiveTimeout(0)
					if !ok {
						return nil
					}
					got = append(got, strings.TrimPrefix(fmt.Sprintf("%T", m.Body), "coppice."))
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		ref := <-ready
		_ = coppice.Send(n, ref, "alias")
		_ = coppice.Send(n, ref, "alias")
		_ = coppice.Exit(n, pid, coppice.Kill)
		time.Sleep(time.Minute)
		synctest.Wait()
		slices.Sort(got)
		want := []string{"Aliased", "Aliased", "Down", "Exited", "string", "string", "string", "string", "string"}
		if !slices.Equal(got, want) {
			t.Errorf("got %v", got)
		}
	})
}

// In a process of the function form messages that a selective receive has passed
// over go on counting, and are not dropped.
func TestBoundAndSelectiveReceive(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		var got []string
		pid, _, err := coppice.StartProcess(n, coppice.Spec{
			Bound: coppice.Bound{Max: 2, Full: coppice.DropOldest},
			Body: func(p *coppice.Process) error {
				p.InitAck()
				p.ReceiveMatch(func(m coppice.Message) bool { return m.Body == "go" }, -1)
				for {
					got = append(got, p.Receive().Body.(string))
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range []string{"a", "b", "c"} {
			_ = coppice.Send(n, pid, m)
			synctest.Wait() // it has looked at it
		}
		_, _ = coppice.SendAfter(n, pid, 0, "go")
		time.Sleep(time.Second)
		_ = coppice.Send(n, pid, "d") // there is room again
		_ = coppice.Send(n, pid, "e")
		synctest.Wait()
		if want := []string{"a", "b", "d", "e"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

func TestSkipAbandoned(t *testing.T) {
	for _, skips := range []bool{true, false} {
		bubble(t, func(t *testing.T, n *coppice.Node) {
			s, pid := startSluggish(t, n, coppice.Spec{SkipAbandoned: skips})
			dead := must(coppice.Spawn(n, func(p *coppice.Process) error { _, err := coppice.Request(p, pid, "dead"); return err }))
			synctest.Wait()
			_ = coppice.Exit(n, dead, coppice.Kill)
			ctx, cancel := context.WithTimeout(n, time.Millisecond)
			defer cancel()
			if _, err := coppice.Request(ctx, pid, "late"); !errors.Is(err, coppice.Timeout) {
				t.Errorf("Request = %v", err)
			}
			if _, err := coppice.Request(n, pid, "waits"); err != nil {
				t.Errorf("Request = %v", err)
			}
			stats, _ := coppice.Lookup(pid)
			want, dropped := "first dead late waits", uint64(0)
			if skips {
				want, dropped = "first waits", 2
			}
			if got := s.took(); got != want || stats.Dropped != dropped {
				t.Errorf("skips %v: handled %s, dropped %d", skips, got, stats.Dropped)
			}
		})
	}
}

// A server that gets ten times what it can do keeps its memory, and every caller
// learns what has become of his call.
func TestFlood(t *testing.T) {
	for _, full := range []coppice.Full{coppice.Block, coppice.Reject, coppice.DropNewest, coppice.DropOldest} {
		t.Run(full.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				const seconds, perSecond, most = 30, 10, 20
				_, pid := startSluggish(t, n, coppice.Spec{SkipAbandoned: true, Bound: coppice.Bound{Max: most, Full: full}})
				before := heapInUse()
				var callers sync.WaitGroup
				var mu sync.Mutex
				outcomes := map[string]int{}
				for i := range seconds * perSecond {
					callers.Go(func() {
						_, err := coppice.Request(n, pid, make([]byte, 10_000))
						mu.Lock()
						defer mu.Unlock()
						switch is := new(coppice.FullError); {
						case err == nil:
							outcomes["done"]++
						case errors.As(err, &is):
							outcomes["full"]++
						case errors.Is(err, coppice.Timeout):
							outcomes["timeout"]++
						default:
							t.Errorf("call %d: %v", i, err)
						}
					})
					time.Sleep(time.Second / perSecond)
					if stats, _ := coppice.Lookup(pid); stats.Mailbox+stats.Kept > most {
						t.Errorf("%d messages wait and %d are kept, want no more than %d", stats.Mailbox, stats.Kept, most)
					}
				}
				if grown := heapInUse() - before; grown > 4_000_000 {
					t.Errorf("%d bytes more are in use", grown)
				}
				callers.Wait()
				if sum := outcomes["done"] + outcomes["full"] + outcomes["timeout"]; sum != seconds*perSecond {
					t.Errorf("%d calls have an outcome: %v", sum, outcomes)
				}
				if (full == coppice.Block) != (outcomes["full"] == 0) {
					t.Errorf("%v", outcomes)
				}
				t.Logf("%v", outcomes)
			})
		})
	}
}

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Senders that give up, are killed and go on, and a receiver that is killed: no
// room is lost, none is given twice, and nobody waits for ever.
func TestBoundUnderStress(t *testing.T) {
	for _, full := range []coppice.Full{coppice.Block, coppice.Reject, coppice.DropNewest, coppice.DropOldest} {
		t.Run(full.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				for round := range 8 {
					pid, _, err := coppice.StartProcess(n, coppice.Spec{
						Bound: coppice.Bound{Max: 3, Full: full},
						Behaviour: &server{handle: func(p *coppice.Process, m coppice.Message) error {
							if m.Body == "slow" {
								p.Sleep(time.Millisecond)
							}
							m.From().Reply(m.Body, nil)
							return nil
						}},
					})
					if err != nil {
						t.Fatal(err)
					}
					var senders []coppice.PID
					for i := range 20 {
						senders = append(senders, must(coppice.Spawn(n, func(p *coppice.Process) error {
							for j := range 20 {
								q := p.WithTimeout(time.Duration(1+(i+j)%7) * time.Millisecond)
								_ = coppice.Send(q, pid, "slow")
								_, _ = coppice.Request(q, pid, "quick")
							}
							return nil
						})))
					}
					time.Sleep(time.Duration(round) * time.Millisecond)
					for _, sender := range senders[:5] {
						_ = coppice.Exit(n, sender, coppice.Kill)
					}
					if round%4 == 3 {
						_ = coppice.Exit(n, pid, coppice.Kill)
					}
					for _, sender := range senders {
						_, _ = coppice.Await(n, sender)
					}
					if round%4 == 3 {
						continue
					}
					time.Sleep(time.Second) // it has handled what was left
					for range 4 {           // all is there again: three wait, and one is at work
						if err := coppice.Send(n, pid, "slow"); err != nil {
							t.Errorf("round %d: %v", round, err)
						}
						synctest.Wait()
					}
					if stats, _ := coppice.Lookup(pid); stats.Mailbox != 3 {
						t.Errorf("round %d: %d wait, want 3", round, stats.Mailbox)
					}
				}
			})
		})
	}
}

func TestBoundIsValid(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		for _, bound := range []coppice.Bound{{Max: -1}, {Max: 1, Full: 9}} {
			if _, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: &server{}, Bound: bound}); err == nil {
				t.Errorf("%v was taken", bound)
			}
		}
	})
}
