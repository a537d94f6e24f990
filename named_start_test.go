package coppice_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
)

// A gate is a Resolver that takes its time.
type gate struct{ entered, open chan struct{} }

func (g gate) Register(context.Context, any, coppice.PID) error {
	close(g.entered)
	<-g.open
	return nil
}
func (gate) Release(any, coppice.PID)                 {}
func (gate) Whereis(context.Context, any) coppice.PID { return coppice.PID{} }

// A process that is told to end, or killed, while a Resolver registers it does
// not begin with its own code.
func TestEndWhileANameIsTaken(t *testing.T) {
	for _, reason := range []error{coppice.Shutdown, coppice.Kill} {
		bubbleWith(t, quiet(), func(t *testing.T, n *coppice.Node) {
			g := gate{make(chan struct{}), make(chan struct{})}
			var pid coppice.PID
			var err error
			go func() {
				pid, _, err = coppice.StartProcess(n, coppice.Spec{Name: coppice.Via{Resolver: g, Key: 1}, Body: func(p *coppice.Process) error {
					t.Error("its code has begun")
					return nil
				}})
			}()
			<-g.entered
			for q := range n.List() {
				_ = coppice.Exit(n, q, reason)
			}
			synctest.Wait()
			close(g.open)
			synctest.Wait()
			if err == nil {
				t.Errorf("%v has started", pid)
			}
		})
	}
}
