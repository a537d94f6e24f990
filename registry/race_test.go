package registry_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/registry"
)

// TestFreeBeforeDown: who hears of an end, by a link or a monitor, finds the
// keys free, however the process came to its end.
func TestFreeBeforeDown(t *testing.T) {
	for _, kind := range []registry.Kind{registry.Unique, registry.Duplicate} {
		inNode(t, registry.Options{Keys: kind, Partitions: 2}, func(t *testing.T, n *coppice.Node, r *reg) {
			watcher := spawn(t, n)
			watcher.do(func(p *coppice.Process) {
				p.TrapExit(true)
				for i := range 50 {
					owner := must(coppice.SpawnLink(p, func(q *coppice.Process) error {
						for j := range 5 {
							if err := r.Register(q, fmt.Sprint("k", j), i); err != nil {
								t.Errorf("register: %v", err)
							}
						}
						q.Receive()
						return nil
					}))
					if i%2 == 0 {
						_ = coppice.Exit(p, owner, coppice.Kill) // perhaps in the middle of it
					} else {
						_ = coppice.Send(p, owner, "end")
					}
					if e := p.Receive().Body.(coppice.Exited); e.PID != owner {
						t.Errorf("exit of %v", e.PID)
					}
					want(t, "count", must(r.Count(p)), 0)
					want(t, "keys", must(r.Keys(p, owner)), nil)
				}
			})
		})
	}
}

// TestManyAtOnce: processes take and leave keys and are killed meanwhile; a key
// never has two owners, nobody finds a dead one, and nothing is left.
func TestManyAtOnce(t *testing.T) {
	inNode(t, registry.Options{Partitions: 3}, func(t *testing.T, n *coppice.Node, r *reg) {
		var all sync.WaitGroup
		for g := range 6 {
			all.Go(func() {
				for i := range 60 {
					key := fmt.Sprint(i % 5)
					pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
						err := r.Register(p, key, g)
						var taken *registry.AlreadyRegisteredError
						if err != nil && !errors.As(err, &taken) {
							t.Errorf("Register = %v", err)
						}
						if i%3 == 0 {
							_ = r.Unregister(p, key)
						}
						_ = r.Register(p, key+"x", g)
						return nil
					}))
					if e, err := r.Find(n, key); err == nil && e.PID == pid && i%7 == 0 {
						_ = coppice.Exit(n, pid, coppice.Kill)
					}
					entries, _ := r.Lookup(n, key)
					if len(entries) > 1 {
						t.Errorf("%d owners", len(entries))
					}
					_, _ = coppice.Await(n, pid)
					if keys := must(r.Keys(n, pid)); len(keys) > 0 {
						t.Errorf("a dead process has %v", keys)
					}
				}
			})
		}
		all.Wait()
		want(t, "left", must(r.Count(n)), 0)
		info, _ := coppice.Lookup(must(r.Whereis(n)))
		want(t, "links of the registry", len(info.Links), 3)
	})
}

// TestStopWhileRegistering: a registry that ends leaves nobody behind who has
// registered and does not know.
func TestStopWhileRegistering(t *testing.T) {
	inNode(t, registry.Options{Partitions: 2}, func(t *testing.T, n *coppice.Node, r *reg) {
		var pids []coppice.PID
		var results [20]error
		for i := range results {
			pids = append(pids, must(coppice.Spawn(n, func(p *coppice.Process) error {
				results[i] = r.Register(p, fmt.Sprint(i), i)
				p.Receive()
				return nil
			})))
		}
		_ = coppice.Stop(n, r, nil)
		_ = must(r.Start(n))
		want(t, "count", must(r.Count(n)) <= len(pids), true)
		for _, pid := range pids {
			_ = coppice.Exit(n, pid, coppice.Kill)
			_, _ = coppice.Await(n, pid)
		}
		want(t, "left", must(r.Count(n)), 0)
	})
}
