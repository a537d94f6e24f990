package registry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/registry"
)

type reg = registry.Registry[string, int]

// inNode runs f in a bubble with a node and a registry that has been started.
func inNode(t *testing.T, o registry.Options, f func(t *testing.T, n *coppice.Node, r *reg)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		defer n.Stop(context.Background())
		r := registry.New[string, int](o)
		if _, err := r.Start(n); err != nil {
			t.Fatal(err)
		}
		f(t, n, r)
	})
}

// A job is what an actor process is sent to do.
type job struct {
	do   func(*coppice.Process)
	done chan struct{}
}

// An actor is a process that does what it is told.
type actor struct {
	coppice.PID
	t *testing.T
	n *coppice.Node
}

func spawn(t *testing.T, n *coppice.Node) actor {
	t.Helper()
	pid, err := coppice.Spawn(n, func(p *coppice.Process) error {
		for {
			switch m := p.Receive().Body.(type) {
			case job:
				m.do(p)
				close(m.done)
			case coppice.Exited:
				if m.PID == p.Parent() {
					return m.Reason
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return actor{pid, t, n}
}

func (a actor) do(f func(p *coppice.Process)) {
	a.t.Helper()
	j := job{f, make(chan struct{})}
	if err := coppice.Send(a.n, a.PID, j); err != nil {
		a.t.Fatal(err)
	}
	<-j.done
}

func (a actor) register(r *reg, key string, value int) (err error) {
	a.t.Helper()
	a.do(func(p *coppice.Process) { err = r.Register(p, key, value) })
	return err
}

func (a actor) end(reason error) {
	_ = coppice.Exit(a.n, a.PID, reason)
	_, _ = coppice.Await(a.n, a.PID)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func want[T any](t *testing.T, what string, got, want T) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// TestUnique: a key has one owner, and is free when that ends.
func TestUnique(t *testing.T) {
	inNode(t, registry.Options{}, func(t *testing.T, n *coppice.Node, r *reg) {
		a, b := spawn(t, n), spawn(t, n)
		want(t, "first", a.register(r, "k", 1), nil)
		for _, other := range []actor{a, b} {
			var taken *registry.AlreadyRegisteredError
			if err := other.register(r, "k", 2); !errors.As(err, &taken) || taken.PID != a.PID {
				t.Errorf("Register = %v", err)
			}
		}
		want(t, "found", must(r.Find(n, "k")), registry.Entry[int]{PID: a.PID, Value: 1})
		a.end(coppice.Kill)
		want(t, "count", must(r.Count(n)), 0)
		want(t, "then", b.register(r, "k", 2), nil)
		want(t, "keys", must(r.Keys(n, b.PID)), []string{"k"})
		_, err := r.Find(n, "other")
		want(t, "nobody", err, coppice.ErrNoName)
	})
}

// TestUpdate: only the owner of a unique key changes its value.
func TestUpdate(t *testing.T) {
	inNode(t, registry.Options{}, func(t *testing.T, n *coppice.Node, r *reg) {
		a, b := spawn(t, n), spawn(t, n)
		_ = a.register(r, "k", 1)
		double := func(n int) int { return 2 * n }
		a.do(func(p *coppice.Process) {
			now, old, err := r.Update(p, "k", double)
			want(t, "update", fmt.Sprint(now, old, err), "2 1 <nil>")
			_, _, err = r.Update(p, "other", double)
			want(t, "other key", err, registry.ErrNotOwner)
			_, _, err = r.Update(p, "k", func(int) int { _ = r.Unregister(p, "k"); return 0 })
			want(t, "unregistered meanwhile", err, registry.ErrNotOwner)
			_ = r.Register(p, "k", 5)
		})
		b.do(func(p *coppice.Process) {
			_, _, err := r.Update(p, "k", double)
			want(t, "not the owner", err, registry.ErrNotOwner)
		})
	})
	inNode(t, registry.Options{Keys: registry.Duplicate}, func(t *testing.T, n *coppice.Node, r *reg) {
		spawn(t, n).do(func(p *coppice.Process) {
			_, _, err := r.Update(p, "k", func(n int) int { return n })
			want(t, "duplicate", err, registry.ErrDuplicate)
		})
	})
}

// TestDuplicate: entries keep their order, and what is unregistered is chosen by
// value.
func TestDuplicate(t *testing.T) {
	for _, partitions := range []int{1, 4} {
		inNode(t, registry.Options{Keys: registry.Duplicate, Partitions: partitions}, func(t *testing.T, n *coppice.Node, r *reg) {
			a, b := spawn(t, n), spawn(t, n)
			for i := range 4 {
				_ = a.register(r, "k", i)
				_ = b.register(r, "k", 10+i)
			}
			_ = a.register(r, "j", 7)
			want(t, "values", must(r.Values(n, "k", a.PID)), []int{0, 1, 2, 3})
			want(t, "keys", must(r.Keys(n, a.PID)), []string{"k", "k", "k", "k", "j"})
			want(t, "matching", must(r.CountMatch(n, "k", func(v int) bool { return v > 2 })), 5)
			odd := func(v int) bool { return v%2 == 1 }
			a.do(func(p *coppice.Process) { want(t, "err", r.UnregisterMatch(p, "k", odd), nil) })
			want(t, "left", must(r.Values(n, "k", a.PID)), []int{0, 2})
			a.do(func(p *coppice.Process) { want(t, "err", r.Unregister(p, "k"), nil) })
			want(t, "keys", must(r.Keys(n, a.PID)), []string{"j"})
			want(t, "count", must(r.Count(n)), 5)
			want(t, "selected", must(r.CountSelect(n, func(k string, e registry.Entry[int]) bool { return k == "j" || e.Value == 10 })), 2)
			b.end(coppice.Kill)
			all := map[string]int{}
			for k, e := range must(r.Select(n, nil)) {
				all[k] += e.Value
			}
			want(t, "rest", all, map[string]int{"j": 7})
		})
	}
}

// TestDispatch: every entry is reached, in as many calls as there are
// partitions with entries, and in processes of their own if they run in
// parallel.
func TestDispatch(t *testing.T) {
	inNode(t, registry.Options{Keys: registry.Duplicate, Partitions: 8}, func(t *testing.T, n *coppice.Node, r *reg) {
		var actors []actor
		for i := range 40 {
			actors = append(actors, spawn(t, n))
			_ = actors[i].register(r, "k", i)
		}
		var sum, calls atomic.Int64
		count := func(entries []registry.Entry[int]) {
			calls.Add(1)
			for _, e := range entries {
				sum.Add(int64(e.Value))
			}
		}
		for _, dispatch := range []func(context.Context, string, func([]registry.Entry[int])) error{r.Dispatch, r.DispatchParallel} {
			sum.Store(0)
			calls.Store(0)
			want(t, "plain", dispatch(n, "k", count), nil)
			actors[0].do(func(p *coppice.Process) {
				p.TrapExit(true)
				want(t, "process", dispatch(p, "k", count), nil)
				_, left := p.ReceiveTimeout(0)
				want(t, "messages left", left, false)
			})
			want(t, "sum", sum.Load(), 2*780)
			if calls.Load() < 4 || calls.Load() > 16 {
				t.Errorf("%d calls", calls.Load())
			}
			want(t, "nobody", dispatch(n, "other", func([]registry.Entry[int]) { t.Error("called") }), nil)
		}
		boom := func([]registry.Entry[int]) { panic("boom") }
		var crashed *coppice.PanicError
		if err := r.DispatchParallel(n, "k", boom); !errors.As(err, &crashed) {
			t.Errorf("DispatchParallel = %v", err)
		}
		actors[0].do(func(p *coppice.Process) { // it traps exits
			if err := r.DispatchParallel(p, "k", boom); !errors.As(err, &crashed) {
				t.Errorf("DispatchParallel = %v", err)
			}
		})
		_ = coppice.Send(n, actors[1].PID, job{func(p *coppice.Process) {
			_ = r.DispatchParallel(p, "k", boom)
			t.Error("it returned")
		}, make(chan struct{})})
		synctest.Wait()
		want(t, "caller lives", coppice.Alive(actors[1].PID), false)
	})
}

// TestEndOfRegistry: it takes those with it that have entries, and nobody else.
func TestEndOfRegistry(t *testing.T) {
	for _, reason := range []error{coppice.Shutdown, coppice.Kill} {
		inNode(t, registry.Options{Partitions: 2}, func(t *testing.T, n *coppice.Node, r *reg) {
			a, b, c := spawn(t, n), spawn(t, n), spawn(t, n)
			_ = a.register(r, "a", 1)
			_ = b.register(r, "b", 1)
			b.do(func(p *coppice.Process) { _ = r.Unregister(p, "b") })
			pid := must(r.Whereis(n))
			if reason == coppice.Kill {
				_ = coppice.Exit(n, pid, reason)
			} else {
				want(t, "stop", coppice.Stop(n, r, nil), nil)
			}
			synctest.Wait()
			want(t, "alive", fmt.Sprint(coppice.Alive(a.PID), coppice.Alive(b.PID), coppice.Alive(c.PID)), "false true true")
			_, err := r.Lookup(n, "a")
			want(t, "lookup", err, registry.ErrNotRunning)
			want(t, "register", c.register(r, "a", 1), registry.ErrNotRunning)
			_ = must(r.Start(n))
			want(t, "register", c.register(r, "a", 1), nil)
		})
	}
}

// TestStartedTwice: it runs once on a node, and on another too.
func TestStartedTwice(t *testing.T) {
	for _, name := range []coppice.Name{"", "names"} {
		inNode(t, registry.Options{Name: name}, func(t *testing.T, n *coppice.Node, r *reg) {
			spawn(t, n).do(func(p *coppice.Process) {
				var already *coppice.AlreadyStartedError
				if _, err := r.StartLink(p); !errors.As(err, &already) || already.PID != must(r.Whereis(n)) {
					t.Errorf("StartLink = %v", err)
				}
			})
			other := coppice.NewNode(coppice.Options{})
			defer other.Stop(context.Background())
			_, err := r.Count(other)
			want(t, "elsewhere", err, registry.ErrNotRunning)
			_ = must(r.Start(other))
			_ = spawn(t, other).register(r, "k", 1)
			want(t, "counts", fmt.Sprint(must(r.Count(n)), must(r.Count(other))), "0 1")
		})
	}
}

// TestListeners: they hear of what processes do, not of their ends.
func TestListeners(t *testing.T) {
	inNode(t, registry.Options{Listeners: []coppice.Name{"ears"}}, func(t *testing.T, n *coppice.Node, r *reg) {
		a := spawn(t, n)
		if err := a.register(r, "k", 1); !errors.Is(err, coppice.ErrNoName) {
			t.Errorf("without a listener: %v", err)
		}
		want(t, "entries", must(r.Count(n)), 1)
		var heard []any
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			for {
				heard = append(heard, p.Receive().Body)
			}
		}))
		_ = coppice.Register(n, "ears", pid)
		a.do(func(p *coppice.Process) {
			_ = r.Unregister(p, "k")
			_ = r.Unregister(p, "nothing")
			_ = r.Register(p, "j", 2)
		})
		a.end(coppice.Kill)
		synctest.Wait()
		if !slices.Equal(heard, []any{
			registry.Unregistered[string, int]{Registry: r, Key: "k", PID: a.PID},
			registry.Unregistered[string, int]{Registry: r, Key: "nothing", PID: a.PID},
			registry.Registered[string, int]{Registry: r, Key: "j", PID: a.PID, Value: 2},
		}) {
			t.Errorf("heard %v", heard)
		}
	})
}

// TestMeta: metadata has types, and is what the options say at each start.
func TestMeta(t *testing.T) {
	limit, word := registry.Meta[int]{Name: "limit"}, registry.Meta[string]{Name: "limit"}
	inNode(t, registry.Options{Meta: []registry.Setting{limit.With(3)}}, func(t *testing.T, n *coppice.Node, r *reg) {
		get := func() string { v, ok, err := limit.Get(n, r); return fmt.Sprint(v, ok, err) }
		want(t, "at first", get(), "3 true <nil>")
		_ = limit.Put(n, r, 4)
		_, ok, _ := word.Get(n, r)
		want(t, "of another type", ok, false)
		want(t, "put", get(), "4 true <nil>")
		_ = limit.Delete(n, r)
		want(t, "deleted", get(), "0 false <nil>")
		_ = coppice.Stop(n, r, nil)
		want(t, "stopped", get(), "0 false "+registry.ErrNotRunning.Error())
		_ = must(r.Start(n))
		want(t, "again", get(), "3 true <nil>")
	})
}

// TestLock: one at a time, the next when the holder is done or has ended, and
// those who have stopped waiting are passed over.
func TestLock(t *testing.T) {
	inNode(t, registry.Options{}, func(t *testing.T, n *coppice.Node, r *reg) {
		var inside atomic.Int32
		hold := func(ctx context.Context, d time.Duration) error {
			return r.Lock(ctx, "k", func() error {
				if inside.Add(1) != 1 {
					t.Error("two at a time")
				}
				time.Sleep(d)
				inside.Add(-1)
				return nil
			})
		}
		start := time.Now()
		for range 4 {
			_ = must(coppice.Spawn(n, func(p *coppice.Process) error { return hold(p, time.Second) }))
		}
		synctest.Wait()
		impatient, cancel := context.WithTimeout(n, 500*time.Millisecond)
		defer cancel()
		if err := hold(impatient, 0); !errors.Is(err, coppice.Timeout) {
			t.Errorf("impatient: %v", err)
		}
		want(t, "last", hold(n, 0), nil)
		want(t, "after", time.Since(start), 4*time.Second)

		killed := must(coppice.Spawn(n, func(p *coppice.Process) error {
			return r.Lock(p, "k", func() error { p.Receive(); return nil })
		}))
		synctest.Wait()
		_ = coppice.Exit(n, killed, coppice.Kill)
		want(t, "after a kill", hold(n, 0), nil)

		boom := errors.New("boom")
		want(t, "error", r.Lock(n, "other", func() error { return hold(n, 0) }), nil)
		want(t, "error", r.Lock(n, "k", func() error { return boom }), boom)
	})
}

type ask struct{ genserver.Returns[int] }

type server struct{ n int }

var servers = genserver.Define(
	func(_ *coppice.Process, n int) (*server, error) {
		if n < 0 {
			return nil, errors.New("negative")
		}
		return &server{n}, nil
	},
	genserver.OnCall(func(s *server, _ *coppice.Process, _ ask) (int, error) { return s.n, nil }),
)

// TestVia: servers are started and called by key.
func TestVia(t *testing.T) {
	inNode(t, registry.Options{}, func(t *testing.T, n *coppice.Node, r *reg) {
		ref := must(servers.Start(n, 7, genserver.Name(r.ViaWith("k", 42))))
		want(t, "call", must(genserver.Call(n, r.Via("k"), ask{})), 7)
		want(t, "entry", must(r.Find(n, "k")), registry.Entry[int]{PID: ref.PID(), Value: 42})
		var already *coppice.AlreadyStartedError
		if _, err := servers.Start(n, 8, genserver.Name(r.Via("k"))); !errors.As(err, &already) || already.PID != ref.PID() {
			t.Errorf("Start = %v", err)
		}
		want(t, "count", must(r.Count(n)), 1)
		if _, err := servers.Start(n, -1, genserver.Name(r.Via("j"))); err == nil || err.Error() != "negative" {
			t.Errorf("Start = %v", err)
		}
		want(t, "count", must(r.Count(n)), 1)
		_ = coppice.Stop(n, r.Via("k"), nil)
		if _, err := genserver.Call(n, r.Via("k"), ask{}); !errors.Is(err, coppice.NoProc) {
			t.Errorf("Call = %v", err)
		}
		_ = coppice.Stop(n, r, nil)
		if _, err := servers.Start(n, 7, genserver.Name(r.Via("k"))); !errors.Is(err, registry.ErrNotRunning) {
			t.Errorf("Start = %v", err)
		}
	})
}

// TestMisuse: what makes no sense panics.
func TestMisuse(t *testing.T) {
	for what, f := range map[string]func(){
		"partitions": func() { registry.New[string, int](registry.Options{Partitions: -1}) },
		"keys":       func() { registry.New[string, int](registry.Options{Keys: 7}) },
		"via":        func() { registry.New[string, int](registry.Options{Keys: registry.Duplicate}).Via("k") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", what)
				}
			}()
			f()
		}()
	}
}
