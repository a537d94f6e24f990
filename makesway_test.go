package coppice_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A start waits for the name of a process that was told to end and is at it, as
// long as the node's grace; that of any other it finds taken at once.
func TestStartWaitsForTheNameOfWhoLeaves(t *testing.T) {
	const name = coppice.Name("name")
	for _, row := range []struct {
		label string
		ends  time.Duration // in its deferred function
		trap  bool
		tell  bool
		limit time.Duration // of the start
		after time.Duration
		taken bool
	}{
		{"leaves", time.Second, false, true, 0, time.Second, false},
		{"is stuck", time.Hour, false, true, 0, 5 * time.Second, true},
		{"is slower than the start may be", 3 * time.Second, false, true, time.Second, time.Second, true},
		{"traps exits", time.Second, true, true, 0, 0, true},
		{"is not told", time.Second, false, false, 0, 0, true},
	} {
		t.Run(row.label, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				release := make(chan struct{})
				_, _, err := coppice.StartProcess(n, coppice.Spec{Name: name, Body: func(p *coppice.Process) error {
					p.TrapExit(row.trap)
					p.InitAck()
					defer func() {
						select {
						case <-time.After(row.ends):
						case <-release:
						}
					}()
					p.ReceiveMatch(func(coppice.Message) bool { return false }, -1)
					return nil
				}})
				if err != nil {
					t.Fatal(err)
				}
				if row.tell {
					_ = coppice.Exit(n, name, errBoom)
				}
				for _, ctx := range []context.Context{n, nil} { // of a plain goroutine, then of a process
					began := time.Now()
					start := func(ctx context.Context) {
						pid, _, err := coppice.StartProcess(ctx, coppice.Spec{Name: name, Timeout: row.limit, Behaviour: &server{}})
						var taken *coppice.AlreadyStartedError
						if errors.As(err, &taken) != row.taken || (err == nil) == row.taken {
							t.Errorf("%v, %v", pid, err)
						}
						if took := time.Since(began); took != row.after {
							t.Errorf("it took %v, want %v", took, row.after)
						}
						if err == nil {
							_ = coppice.Exit(n, pid, coppice.Kill)
						}
					}
					if ctx != nil {
						start(ctx)
						if !row.taken {
							break // who had the name is gone
						}
						continue
					}
					must(coppice.Spawn(n, func(p *coppice.Process) error { start(p); return nil }))
					time.Sleep(row.after) // time is the subject
					synctest.Wait()
				}
				close(release)
				_ = coppice.Exit(n, name, coppice.Kill)
			})
		})
	}
}

// When the parent hears of an end, all others that were linked have: it may start
// a replacement at once.
func TestParentHearsLast(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		must(coppice.Spawn(n, func(p *coppice.Process) error {
			p.TrapExit(true)
			var linked []coppice.PID
			ready := make(chan struct{})
			pid := must(coppice.SpawnLink(p, func(p *coppice.Process) error {
				for range 100 {
					linked = append(linked, must(coppice.SpawnLink(p, func(p *coppice.Process) error { p.Receive(); return nil })))
				}
				close(ready)
				p.Receive()
				return nil
			}))
			<-ready
			_ = coppice.Exit(p, pid, errBoom)
			p.Receive() // its end
			for _, other := range linked {
				if info, alive := coppice.Lookup(other); alive && !info.Told {
					t.Error("the parent knows, and one that was linked was not told")
					break
				}
			}
			return nil
		}))
		synctest.Wait()
	})
}

// A resolver that never lets go of a key is not asked for ever.
func TestResolverThatNeverLetsGo(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		dead := must(coppice.Spawn(n, func(*coppice.Process) error { return nil }))
		synctest.Wait()
		_, _, err := coppice.StartProcess(n, coppice.Spec{
			Behaviour: &server{}, Name: coppice.Via{Resolver: stale{dead}, Key: "key"},
		})
		var taken *coppice.AlreadyStartedError
		if !errors.As(err, &taken) || taken.PID != dead {
			t.Errorf("got %v", err)
		}
	})
}

// A stale resolver says that a process has every key.
type stale struct{ pid coppice.PID }

func (r stale) Register(context.Context, any, coppice.PID) error {
	return &coppice.AlreadyStartedError{Name: "key", PID: r.pid}
}
func (stale) Release(any, coppice.PID)                   {}
func (r stale) Whereis(context.Context, any) coppice.PID { return r.pid }
