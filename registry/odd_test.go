package registry_test

import (
	"errors"
	"math"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/registry"
)

// A key that cannot be found again is not taken; one that is none ends at most
// the process that has it.
func TestOddKeys(t *testing.T) {
	for _, kind := range []registry.Kind{registry.Unique, registry.Duplicate} {
		inNode(t, registry.Options{}, func(t *testing.T, n *coppice.Node, _ *reg) {
			r := registry.New[any, int](registry.Options{Keys: kind, Partitions: 3})
			top := must(r.Start(n))
			for name, key := range map[string]any{
				"NaN": math.NaN(), "one in an array": [2]float64{1, math.NaN()}, "one in a struct": struct{ at any }{math.NaN()},
			} {
				_, _ = coppice.Await(n, must(coppice.Spawn(n, func(p *coppice.Process) error {
					if err := r.Register(p, key, 1); err == nil {
						t.Errorf("%s: it was registered", name)
					}
					if err := r.Lock(p, key, func() error { return nil }); err == nil {
						t.Errorf("%s: it was locked", name)
					}
					return nil
				})))
			}
			for _, use := range []func(p *coppice.Process, key any) error{
				func(p *coppice.Process, key any) error { return r.Register(p, key, 1) },
				func(p *coppice.Process, key any) error { return r.Lock(p, key, func() error { return nil }) },
				func(p *coppice.Process, key any) error { _, err := r.Lookup(p, key); return err },
				func(p *coppice.Process, key any) error { return coppice.Send(p, r.Via(key), 1) },
			} {
				pid := must(coppice.Spawn(n, func(p *coppice.Process) error { return use(p, []int{1}) }))
				if reason, _ := coppice.Await(n, pid); !isPanic(reason) {
					t.Errorf("with a key that cannot be compared it ended with %v", reason)
				}
			}
			want(t, "left", must(r.Count(n)), 0)
			want(t, "alive", coppice.Alive(top), true)
			_, _ = coppice.Await(n, must(coppice.Spawn(n, func(p *coppice.Process) error {
				want(t, "after all that", r.Register(p, 1, 1), nil)
				return nil
			})))
		})
	}
}

func isPanic(reason error) bool {
	var p *coppice.PanicError
	return errors.As(reason, &p)
}

func TestLockWithinItself(t *testing.T) {
	inNode(t, registry.Options{}, func(t *testing.T, n *coppice.Node, r *reg) {
		_, _ = coppice.Await(n, must(coppice.Spawn(n, func(p *coppice.Process) error {
			inner := errors.New("not called")
			err := r.Lock(p, "k", func() error {
				inner = r.Lock(p, "k", func() error { t.Error("twice at a time"); return nil })
				return r.Lock(p, "another", func() error { return nil })
			})
			want(t, "outer", err, nil)
			if !errors.Is(inner, coppice.CallingSelf) {
				t.Errorf("inner: %v", inner)
			}
			want(t, "afterwards", r.Lock(p, "k", func() error { return nil }), nil)
			return nil
		})))
	})
}
