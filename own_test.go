package coppice_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
)

// releases notes what it is told to release.
type releases struct{ keys []any }

func (r *releases) Register(context.Context, any, coppice.PID) error { return nil }
func (r *releases) Release(key any, pid coppice.PID) {
	if coppice.Alive(pid) {
		key = "alive"
	}
	r.keys = append(r.keys, key)
}
func (r *releases) Whereis(context.Context, any) coppice.PID { return coppice.PID{} }

// TestOwn: what a process owns is released at its end, once, before its monitors
// fire; what it has disowned is not, and a process that has ended owns nothing.
func TestOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{})
		defer n.Stop(context.Background())
		r := new(releases)
		via := func(key string) coppice.Via { return coppice.Via{Resolver: r, Key: key} }
		var hold *coppice.Process
		watcher, _ := coppice.Spawn(n, func(p *coppice.Process) error {
			_, ref, err := coppice.SpawnMonitor(p, func(q *coppice.Process) error {
				hold = q
				for _, key := range []string{"a", "b", "a"} {
					if err := q.Own(via(key)); err != nil {
						t.Error(err)
					}
				}
				if !q.Disown(via("b")) || q.Disown(via("c")) {
					t.Error("Disown")
				}
				if q.Own(coppice.Via{}) == nil {
					t.Error("it owns a Via without a Resolver")
				}
				return nil
			})
			p.ReceiveRef(ref, -1)
			if len(r.keys) != 1 || r.keys[0] != "a" {
				t.Errorf("released %v", r.keys)
			}
			return err
		})
		_, _ = coppice.Await(n, watcher)
		if err := hold.Own(via("d")); err == nil || hold.Disown(via("a")) {
			t.Errorf("after its end: %v", err)
		}
	})
}
