package coppice_test

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// received takes so many messages, as text.
func received(p *coppice.Process, n int) (text string) {
	for range n {
		text += fmt.Sprint(p.Receive().Body)
	}
	return text
}

// Timers to one target come in the order in which they are due, and those due at
// the same time as they were set.
func TestTimersComeInTheirOrder(t *testing.T) {
	for name, to := range map[string]func(*coppice.Process) coppice.Addr{
		"a PID":  func(p *coppice.Process) coppice.Addr { return p.Self() },
		"a name": func(*coppice.Process) coppice.Addr { return coppice.Name("clock") },
	} {
		bubble(t, func(t *testing.T, n *coppice.Node) {
			within(t, n, func(p *coppice.Process) error {
				if err := coppice.Register(p, "clock", p.Self()); err != nil {
					return err
				}
				for i, d := range []time.Duration{5, 1, 3, 1, 9, 3, 1, -7, 0, 5} {
					must(coppice.SendAfter(p, to(p), d*time.Second, i))
				}
				must(coppice.SendAfter(p, to(p), 3*time.Second, "cancelled")).Cancel()
				every := must(coppice.SendEvery(p, to(p), 2*time.Second, "e"))
				if got := received(p, 14); got != "78136e25e09ee4" {
					t.Errorf("to %s: %s", name, got)
				}
				every.Cancel()
				return nil
			})
		})
	}
}

// On a busy machine many are late together, and still come in their order.
func TestLateTimersComeInTheirOrder(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(context.Background())
	within(t, n, func(p *coppice.Process) error {
		for range 20 {
			for i := range 10 {
				must(coppice.SendAfter(p, p.Self(), time.Millisecond, i))
			}
			if got := received(p, 10); got != "0123456789" {
				t.Errorf("%s", got)
			}
		}
		return nil
	})
}

// An exit signal by a timer takes its place among the messages of others.
func TestExitTimerTakesItsPlace(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			p.TrapExit(true)
			must(coppice.SendAfter(p, p.Self(), time.Second, "a"))
			must(coppice.ExitAfter(p, p.Self(), time.Second, errBoom))
			must(coppice.SendAfter(p, p.Self(), time.Second, "b"))
			first, second, third := p.Receive().Body, p.Receive().Body, p.Receive().Body
			if want := any(coppice.Exited{PID: p.Self(), Reason: errBoom}); first != "a" || !reflect.DeepEqual(second, want) || third != "b" {
				t.Errorf("%v, %v, %v", first, second, third)
			}
			return nil
		})
	})
}

// A badResolver does as it likes when it is asked who has a key.
type badResolver struct{ does func() }

func (badResolver) Register(context.Context, any, coppice.PID) error { return nil }
func (badResolver) Release(any, coppice.PID)                         {}
func (r badResolver) Whereis(context.Context, any) coppice.PID       { r.does(); return coppice.PID{} }

// To whom a Via leads is code of the user's. What that does harms no timer but
// its own, and one that repeats is tried again.
func TestTimersToAViaThatMisbehaves(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			hangs, asked := make(chan struct{}), atomic.Int32{}
			defer close(hangs)
			for _, does := range []func(){
				func() { <-hangs },
				func() { panic("bad") },
				func() { asked.Add(1); runtime.Goexit() },
			} {
				via := coppice.Via{Resolver: badResolver{does}, Key: []int{1}}
				must(coppice.SendEvery(p, via, time.Second, "lost"))
			}
			must(coppice.SendAfter(p, p.Self(), 5*time.Second+1, "x"))
			if p.Receive(); asked.Load() != 5 {
				t.Errorf("one that calls Goexit was asked %d times in 5 s", asked.Load())
			}
			return nil
		})
	})
}
