package coppice_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
)

func TestRegister(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		a, b := start(n, nil), start(n, nil)
		steps := []struct {
			what string
			err  error
			want error
		}{
			{"a name", coppice.Register(n, "x", a), nil},
			{"a name that is taken", coppice.Register(n, "x", b), coppice.ErrNameTaken},
			{"a second name for a process", coppice.Register(n, "y", a), coppice.ErrNameTaken},
			{"the zero PID", coppice.Register(n, "z", coppice.PID{}), coppice.NoProc},
			{"the root", coppice.Register(n, "z", n.Root()), coppice.NoProc},
			{"unregistering", coppice.Unregister(n, "x"), nil},
			{"unregistering what nobody has", coppice.Unregister(n, "x"), coppice.ErrNoName},
			{"the name again", coppice.Register(n, "x", b), nil},
		}
		for _, s := range steps {
			if !errors.Is(s.err, s.want) {
				t.Errorf("%s: %v", s.what, s.err)
			}
		}
		if n.Whereis("x") != b || coppice.Whereis(n, coppice.Name("x")) != b {
			t.Error("the name does not lead to who has it")
		}
		names := []string{}
		for name := range n.Registered() {
			names = append(names, name)
		}
		if !slices.Equal(names, []string{"x"}) {
			t.Errorf("registered: %v", names)
		}
		coppice.Exit(n, b, coppice.Kill)
		if err := coppice.Register(n, "x", b); !errors.Is(err, coppice.NoProc) {
			t.Errorf("the dead: %v", err)
		}
		if err := coppice.Register(n, "", a); err == nil {
			t.Error("an empty name")
		}
		if err := coppice.Send(n, coppice.Name("x"), 1); !errors.Is(err, coppice.ErrNoName) {
			t.Errorf("Send to a name that nobody has: %v", err)
		}
		if err := coppice.Cast(n, coppice.Name("x"), 1); err != nil {
			t.Errorf("Cast to it: %v", err)
		}
		if err := coppice.Send(context.Background(), coppice.Name("x"), 1); !errors.Is(err, coppice.ErrNoNode) {
			t.Errorf("without a node: %v", err)
		}
	})
}

// A name has at most one living process at every moment, however many ask.
func TestNameIsUnique(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(t.Context())
	var holder sync.Mutex
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 500 {
				pid, _, err := coppice.StartProcess(n, coppice.Spec{Name: coppice.Name("one"), Behaviour: &server{}})
				var taken *coppice.AlreadyStartedError
				if err != nil {
					if !errors.As(err, &taken) {
						t.Error(err)
					}
					runtime.Gosched()
					continue
				}
				if !holder.TryLock() {
					t.Error("two have the name")
					return
				}
				if n.Whereis("one") != pid {
					t.Error("the name leads elsewhere")
				}
				holder.Unlock()
				coppice.Exit(n, pid, coppice.Kill)
			}
		})
	}
	all.Wait()
}

// keys is a Resolver. hook is called in Register.
type keys struct {
	mu   sync.Mutex
	all  map[any]coppice.PID
	hook func(ctx context.Context) error
}

func (k *keys) Register(ctx context.Context, key any, pid coppice.PID) error {
	if k.hook != nil {
		if err := k.hook(ctx); err != nil {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if other := k.all[key]; coppice.Alive(other) {
		return &coppice.AlreadyStartedError{Name: "key", PID: other}
	}
	if k.all == nil {
		k.all = map[any]coppice.PID{}
	}
	k.all[key] = pid
	return nil
}

func (k *keys) Release(key any, pid coppice.PID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all[key] == pid {
		delete(k.all, key)
	}
	if key == "panics" {
		panic("in Release")
	}
}

func (k *keys) Whereis(_ context.Context, key any) coppice.PID {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.all[key]
}

func TestVia(t *testing.T) {
	asCallers(t, func(t *testing.T, n *coppice.Node, ctx context.Context) {
		k := &keys{}
		ran := 0
		spec := coppice.Spec{Name: coppice.Via{Resolver: k, Key: 1}, Link: true, Behaviour: &server{
			init:   func(*coppice.Process) error { ran++; return nil },
			handle: func(p *coppice.Process, m coppice.Message) error { m.From().Reply(m.Body, nil); return nil },
		}}
		p, isProcess := ctx.(*coppice.Process)
		if isProcess {
			p.TrapExit(true)
			spec.Monitor = true
		}
		first := must3(coppice.StartProcess(ctx, spec))
		if v, err := coppice.Request(ctx, coppice.Via{Resolver: k, Key: 1}, 5); v != 5 || err != nil {
			t.Errorf("%v, %v", v, err)
		}
		var taken *coppice.AlreadyStartedError
		if _, _, err := coppice.StartProcess(ctx, spec); !errors.As(err, &taken) || taken.PID != first || ran != 1 {
			t.Errorf("%v; Init ran %d times", err, ran)
		}
		if isProcess {
			if m, ok := p.ReceiveTimeout(1); ok {
				t.Errorf("a message is left: %v", m.Body)
			}
		}
		synctest.Wait()
		if n.Count() != 1 && !isProcess || n.Count() != 2 && isProcess {
			t.Errorf("%d processes", n.Count())
		}
		coppice.Exit(n, first, coppice.Kill)
		if len(k.all) != 0 {
			t.Errorf("keys %v", k.all)
		}
		if err := coppice.Send(ctx, coppice.Via{Resolver: k, Key: 1}, 1); !errors.Is(err, coppice.ErrNoName) {
			t.Errorf("%v", err)
		}
	})
}

// A Resolver is code of the user's: it runs on the goroutine of the process
// that is to have the key, and harms only that.
func TestResolverThatMisbehaves(t *testing.T) {
	for name, hook := range map[string]func(ctx context.Context) error{
		"panics":     func(context.Context) error { panic("in Register") },
		"Goexit":     func(context.Context) error { runtime.Goexit(); return nil },
		"an error":   func(context.Context) error { return errBoom },
		"waits":      func(ctx context.Context) error { ctx.(*coppice.Process).Receive(); return nil },
		"uses names": func(ctx context.Context) error { return coppice.Register(ctx, "own", ctx.(*coppice.Process).Self()) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				k := &keys{hook: hook}
				pid, _, err := coppice.StartProcess(n, coppice.Spec{Name: coppice.Via{Resolver: k, Key: "panics"}, Behaviour: &server{}, Timeout: 1})
				if (err == nil) != (name == "uses names") {
					t.Errorf("%v, %v", pid, err)
				}
				coppice.Exit(n, pid, coppice.Kill)
				synctest.Wait()
				if len(k.all) != 0 || n.Count() != 0 || !n.Whereis("own").IsZero() {
					t.Errorf("left: keys %v, %d processes", k.all, n.Count())
				}
			})
		})
	}
}

// Register returns only after the process was killed: the key is released.
func TestKilledInRegisterKeepsNoKey(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		k := &keys{hook: func(context.Context) error { <-release; return nil }}
		_, _, err := coppice.StartProcess(n, coppice.Spec{Name: coppice.Via{Resolver: k, Key: 1}, Behaviour: &server{}, Timeout: 1})
		if err != coppice.Timeout {
			t.Error(err)
		}
		close(release)
		synctest.Wait()
		if len(k.all) != 0 {
			t.Errorf("keys %v", k.all)
		}
	})
}
