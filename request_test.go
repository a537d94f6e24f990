package coppice_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

func reply(value any) do {
	return func(p *coppice.Process, m coppice.Message) error { m.From().Reply(value, nil); return nil }
}

// asCallers runs f as a plain goroutine and as a process.
func asCallers(t *testing.T, f func(t *testing.T, n *coppice.Node, ctx context.Context)) {
	t.Run("plain", func(t *testing.T) {
		bubble(t, func(t *testing.T, n *coppice.Node) { f(t, n, n) })
	})
	t.Run("process", func(t *testing.T) {
		bubble(t, func(t *testing.T, n *coppice.Node) {
			if reason := within(t, n, func(p *coppice.Process) error { f(t, n, p); return nil }); reason != coppice.Normal {
				t.Errorf("the caller ended with %v", reason)
			}
		})
	})
}

func TestCallEndsInOneOf(t *testing.T) {
	asCallers(t, func(t *testing.T, n *coppice.Node, ctx context.Context) {
		errDomain := errors.New("domain")
		from := make(chan coppice.From, 1)
		rows := []struct {
			name   string
			do     do
			value  any
			err    error // what the error is, or the reason of the *CallError
			failed bool
			after  time.Duration
		}{
			{"the reply", reply(1), 1, nil, false, 0},
			{"value and error of the reply", func(p *coppice.Process, m coppice.Message) error { m.From().Reply(2, errDomain); return nil }, 2, errDomain, false, 0},
			{"the first of two replies", func(p *coppice.Process, m coppice.Message) error {
				if !m.From().Reply(3, nil) || m.From().Reply(4, nil) {
					t.Error("the second reply counts")
				}
				return nil
			}, 3, nil, false, 0},
			{"a reply from another goroutine", func(p *coppice.Process, m coppice.Message) error { go m.From().Reply(5, nil); return nil }, 5, nil, false, 0},
			{"the time limit", func(p *coppice.Process, m coppice.Message) error { from <- m.From(); return nil }, nil, coppice.Timeout, true, coppice.DefaultTimeout},
			{"the error of its end", func(p *coppice.Process, m coppice.Message) error { return errBoom }, nil, errBoom, true, 0},
			{"shutdown", func(p *coppice.Process, m coppice.Message) error { p.Exit(coppice.Shutdown); return nil }, nil, coppice.Shutdown, true, 0},
			{"normal", func(p *coppice.Process, m coppice.Message) error { return coppice.Normal }, nil, coppice.Normal, true, 0},
			{"killed", func(p *coppice.Process, m coppice.Message) error { return coppice.Exit(p, p.Self(), coppice.Kill) }, nil, coppice.Killed, true, 0},
		}
		for _, r := range rows {
			pid := start(n, nil)
			began := time.Now()
			value, err := coppice.Request(ctx, pid, r.do)
			var failed *coppice.CallError
			if value != r.value || errors.As(err, &failed) != r.failed || !errors.Is(err, r.err) || time.Since(began) != r.after {
				t.Errorf("%s: %v, %v after %v", r.name, value, err, time.Since(began))
			}
			if r.failed && failed.Reason != r.err {
				t.Errorf("%s: reason %v", r.name, failed.Reason)
			}
		}
		if f := <-from; f.Waiting() || f.Reply("late", nil) {
			t.Error("a late reply counts")
		}
		pid := start(n, nil)
		if value, err := coppice.Request(ctx, pid, reply(6)); value != 6 || err != nil {
			t.Errorf("after the late reply: %v, %v", value, err)
		}
		coppice.Exit(n, pid, coppice.Kill)
		for _, to := range []coppice.Addr{pid, coppice.PID{}, coppice.Name("nobody")} {
			var failed *coppice.CallError
			if _, err := coppice.Request(ctx, to, 1); !errors.As(err, &failed) || failed.Reason != coppice.NoProc {
				t.Errorf("to %v: %v", to, err)
			}
		}
	})
}

// A request is failed when its holder dies, wherever it is: queued, being
// handled, or deferred.
func TestRequestsFailWithTheirHolder(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		pid := start(n, nil)
		deferred := coppice.SendRequest(n, pid, do(func(*coppice.Process, coppice.Message) error { return nil }))
		handled := coppice.SendRequest(n, pid, do(func(*coppice.Process, coppice.Message) error { <-release; return nil }))
		queued := coppice.SendRequest(n, pid, reply(1))
		synctest.Wait()
		if info, _ := coppice.Lookup(pid); info.Pending != 3 {
			t.Errorf("%d pending, want 3", info.Pending)
		}
		coppice.Exit(n, pid, coppice.Kill)
		for _, r := range []*coppice.Pending{deferred, handled, queued} {
			if _, err := r.Wait(n); !errors.Is(err, coppice.Killed) {
				t.Errorf("%v", err)
			}
			if _, err := r.Wait(n); err == nil || errors.Is(err, coppice.Killed) {
				t.Errorf("a second Wait: %v", err)
			}
		}
		close(release)
	})
}

func TestCallingSelf(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			if _, err := coppice.Request(p, p.Self(), 1); !errors.Is(err, coppice.CallingSelf) {
				t.Errorf("Request: %v", err)
			}
			if _, err := coppice.Await(p, p.Self()); !errors.Is(err, coppice.CallingSelf) {
				t.Errorf("Await: %v", err)
			}
			return nil
		})
	})
}

func TestTimeLimits(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := start(n, nil)
		never := do(func(*coppice.Process, coppice.Message) error { return nil })
		took := func(ctx context.Context, want time.Duration) {
			t.Helper()
			began := time.Now()
			if _, err := coppice.Request(ctx, pid, never); !errors.Is(err, coppice.Timeout) || !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != want {
				t.Errorf("%v after %v, want %v", err, time.Since(began), want)
			}
		}
		ctx, cancel := context.WithTimeout(n, 7*time.Second)
		defer cancel()
		took(ctx, 7*time.Second)
		took(ctx, 0)
		took(n, coppice.DefaultTimeout)
		within(t, n, func(p *coppice.Process) error {
			took(p.WithTimeout(time.Minute), time.Minute)
			took(p.WithTimeout(time.Minute).WithTimeout(time.Hour), time.Minute)
			took(p.WithTimeout(0), 0)
			ctx, cancel := context.WithTimeout(p, time.Second)
			defer cancel()
			took(ctx, time.Second)
			return nil
		})
		for _, ctx := range []context.Context{coppice.NoTimeout(n), n} {
			r := coppice.SendRequest(ctx, pid, never)
			time.AfterFunc(time.Hour, func() { coppice.Exit(n, pid, errBoom) })
			if _, err := r.Wait(coppice.NoTimeout(n)); !errors.Is(err, errBoom) {
				t.Errorf("without a limit: %v", err)
			}
			pid = start(n, nil)
		}
	})
}

func TestCallerThatGivesUp(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := start(n, nil)
		ctx, cancel := context.WithCancelCause(n)
		time.AfterFunc(time.Second, func() { cancel(errBoom) })
		if _, err := coppice.Request(ctx, pid, do(func(*coppice.Process, coppice.Message) error { return nil })); !errors.Is(err, errBoom) {
			t.Errorf("%v", err)
		}
		if info, _ := coppice.Lookup(pid); info.Pending != 0 || info.Received != 1 {
			t.Errorf("%d pending", info.Pending)
		}
		if _, err := coppice.Request(ctx, pid, 1); !errors.Is(err, errBoom) {
			t.Errorf("with a context that has ended: %v", err)
		}
		if info, _ := coppice.Lookup(pid); info.Received != 1 {
			t.Error("a request is sent with a context that has ended")
		}
	})
}

// A caller that dies before it takes the reply leaves nothing at the server.
func TestDeadCallersAreNotOwed(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := start(n, nil)
		for range 10 {
			within(t, n, func(p *coppice.Process) error { coppice.SendRequest(p, pid, reply(1)); return nil })
		}
		synctest.Wait()
		if info, _ := coppice.Lookup(pid); info.Pending != 0 {
			t.Errorf("%d requests are owed", info.Pending)
		}
	})
}

// Nor does one that dies while the server has not answered and never will.
func TestDeadCallersLeaveNoRequests(t *testing.T) {
	never := do(func(*coppice.Process, coppice.Message) error { return nil })
	for _, reason := range []error{coppice.Normal, errBoom, coppice.Kill} {
		bubble(t, func(t *testing.T, n *coppice.Node) {
			pid := start(n, nil)
			kept := make(chan *coppice.Pending, 1)
			within(t, n, func(p *coppice.Process) error {
				var set coppice.PendingSet
				set.Send(p, pid, never, 1)
				coppice.SendRequest(p, pid, never)
				coppice.SendRequest(p, pid, reply(1))
				kept <- coppice.SendRequest(p, pid, never)
				synctest.Wait()
				if info, _ := coppice.Lookup(pid); info.Pending != 3 {
					t.Errorf("%d requests are owed to the living, want 3", info.Pending)
				}
				coppice.Exit(p, p.Self(), reason)
				return reason
			})
			if info, _ := coppice.Lookup(pid); info.Pending != 0 {
				t.Errorf("%v: %d requests are owed to the dead", reason, info.Pending)
			}
			if _, err := (<-kept).Wait(n); !errors.As(err, new(*coppice.ExitedError)) {
				t.Errorf("%v: what another goroutine has of it: %v", reason, err)
			}
		})
	}
}

// Callers are killed while their replies come.
func TestCallersDieAsRepliesCome(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := start(n, nil)
		for i := range 200 {
			caller := must(coppice.Spawn(n, func(p *coppice.Process) error {
				for range 5 {
					coppice.SendRequest(p, pid, reply(i))
					coppice.SendRequest(p, pid, reply(i)).Abandon()
				}
				value, err := coppice.SendRequest(p, pid, reply(i)).Wait(p)
				if value != i || err != nil {
					t.Errorf("%v, %v, want %d", value, err, i)
				}
				return nil
			}))
			go coppice.Exit(n, caller, coppice.Kill)
			if value, err := coppice.Request(n, pid, reply(i)); value != i || err != nil {
				t.Errorf("another caller: %v, %v, want %d", value, err, i)
			}
		}
		synctest.Wait()
		if info, _ := coppice.Lookup(pid); info.Pending != 0 {
			t.Errorf("%d requests are owed", info.Pending)
		}
	})
}

func TestAwait(t *testing.T) {
	asCallers(t, func(t *testing.T, n *coppice.Node, ctx context.Context) {
		pid := start(n, nil)
		time.AfterFunc(time.Hour, func() { coppice.Exit(n, pid, errBoom) })
		if reason, err := coppice.Await(ctx, pid); reason != errBoom || err != nil {
			t.Errorf("%v, %v", reason, err)
		}
		if reason, err := coppice.Await(ctx, pid); reason != errBoom || err != nil {
			t.Errorf("of the dead: %v, %v", reason, err)
		}
		if info, _ := coppice.Lookup(pid); info.Pending != 0 {
			t.Errorf("%d requests pending", info.Pending)
		}
	})
}

// The time limit and the end come at the same time: the answer is one or the
// other, and never the limit as the exit reason.
func TestAwaitDoesNotMixUpLimitAndEnd(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		for range 200 {
			pid := start(n, nil)
			ctx, cancel := context.WithTimeout(n, time.Second)
			time.AfterFunc(time.Second, func() { coppice.Exit(n, pid, errBoom) })
			if reason, err := coppice.Await(ctx, pid); (err == nil) != (reason == errBoom) {
				t.Fatalf("%v, %v", reason, err)
			}
			cancel()
		}
	})
}

func TestPendingCheck(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := start(n, nil)
		release := make(chan struct{})
		r := coppice.SendRequest(n, pid, do(func(p *coppice.Process, m coppice.Message) error {
			<-release
			m.From().Reply("there", nil)
			return nil
		}))
		synctest.Wait()
		if _, done, err := r.Check(); done || err != nil {
			t.Errorf("done %t, %v", done, err)
		}
		close(release)
		synctest.Wait()
		if value, done, err := r.Check(); value != "there" || !done || err != nil {
			t.Errorf("%v, %t, %v", value, done, err)
		}
		r = coppice.SendRequest(n, pid, reply(1))
		r.Abandon()
		if _, err := r.Wait(n); err == nil {
			t.Error("Wait after Abandon")
		}
		if info, _ := coppice.Lookup(pid); info.Pending != 0 {
			t.Errorf("%d pending", info.Pending)
		}
	})
}

func TestPendingSetTakesRepliesAsTheyCome(t *testing.T) {
	asCallers(t, func(t *testing.T, n *coppice.Node, ctx context.Context) {
		after := func(d time.Duration) do {
			return func(p *coppice.Process, m coppice.Message) error {
				time.AfterFunc(d, func() { m.From().Reply(d, nil) })
				return nil
			}
		}
		pid := start(n, nil)
		var set coppice.PendingSet
		set.Send(ctx, pid, after(3), "c")
		set.Send(ctx, pid, after(1), "a")
		set.Send(ctx, coppice.Name("nobody"), 1, "x")
		set.Send(ctx, pid, after(2), "b")
		for _, want := range []string{"x", "a", "b", "c"} {
			label, _, err := set.Wait(ctx)
			if label != want || errors.Is(err, coppice.NoProc) != (want == "x") {
				t.Errorf("%v, %v; want %v", label, err, want)
			}
		}
		if _, _, err := set.Wait(ctx); err == nil || set.Len() != 0 {
			t.Error("Wait of an empty set")
		}
		set.Send(ctx, pid, after(time.Hour), "late")
		if label, _, err := set.Wait(ctx); label != nil || !errors.Is(err, coppice.Timeout) || set.Len() != 1 {
			t.Errorf("a time limit: %v, %v, %d left", label, err, set.Len())
		}
		dying := start(n, nil)
		set.Send(ctx, dying, after(time.Hour), "dying")
		coppice.Exit(n, dying, errBoom)
		if label, _, err := set.Wait(ctx); label != "dying" || !errors.Is(err, errBoom) {
			t.Errorf("%v, %v", label, err)
		}
		set.Abandon()
		if info, _ := coppice.Lookup(pid); info.Pending != 0 || set.Len() != 0 {
			t.Errorf("%d pending, %d in the set after Abandon", info.Pending, set.Len())
		}
	})
}

func TestAbandonRacesWithReplies(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(t.Context())
	pid := start(n, nil)
	var set coppice.PendingSet
	for range 2000 {
		for i := range 5 {
			set.Send(n, pid, reply(i), i)
		}
		if label, value, err := set.Wait(n); label != value || err != nil {
			t.Fatalf("%v, %v, %v", label, value, err)
		}
		set.Abandon()
		if value, err := coppice.Request(n, pid, reply("own")); value != "own" || err != nil {
			t.Fatalf("the reply of another request: %v, %v", value, err)
		}
	}
}

// Replies, time limits, cancelled contexts, deaths of servers and of callers,
// all at once: every request gets its own reply or one of the errors, so no
// slot is used twice and none has a token left in it.
func TestSlotsUnderStress(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(t.Context())
	server := func() coppice.PID {
		return start(n, nil)
	}
	var mu sync.Mutex
	pids := []coppice.PID{server(), server(), server()}
	pick := func(i int) coppice.PID { mu.Lock(); defer mu.Unlock(); return pids[i%len(pids)] }
	answer := func(i int) do {
		return func(p *coppice.Process, m coppice.Message) error {
			switch i % 11 {
			case 0:
				time.AfterFunc(time.Duration(i%3)*10*time.Microsecond, func() { m.From().Reply(i, nil) })
			case 1:
				go m.From().Reply(i, nil)
				m.From().Reply(i, nil)
			case 2:
				return coppice.Timeout // an exit reason that looks like a time limit
			default:
				m.From().Reply(i, nil)
			}
			return nil
		}
	}
	check := func(i int, value any, err error) {
		if err == nil && value != i {
			t.Errorf("request %d got the reply %v", i, value)
		}
	}
	var all sync.WaitGroup
	for c := range 4 {
		all.Go(func() {
			for i := c; i < 4000; i += 4 {
				limit := time.Duration(i%4) * 10 * time.Microsecond
				switch i % 3 {
				case 0:
					ctx, cancel := context.WithTimeout(n, limit)
					value, err := coppice.Request(ctx, pick(i), answer(i))
					check(i, value, err)
					cancel()
				case 1:
					caller := must(coppice.Spawn(n, func(p *coppice.Process) error {
						value, err := coppice.Request(p.WithTimeout(limit), pick(i), answer(i))
						check(i, value, err)
						return nil
					}))
					if i%2 == 0 {
						coppice.Exit(n, caller, coppice.Shutdown)
					}
				case 2:
					value, err := coppice.Request(n, pick(i), answer(i))
					check(i, value, err)
				}
			}
		})
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			mu.Lock()
			if !coppice.Alive(pids[i%3]) {
				pids[i%3] = server()
			}
			mu.Unlock()
		}
	}()
	all.Wait()
	close(stop)
	<-stopped
}
