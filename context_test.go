package coppice_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

func TestCauseIsTheReason(t *testing.T) {
	for name, end := range map[string]struct {
		end  func(n *coppice.Node, pid coppice.PID)
		want error
	}{
		"a signal":     {func(n *coppice.Node, pid coppice.PID) { coppice.Exit(n, pid, errBoom) }, errBoom},
		"kill":         {func(n *coppice.Node, pid coppice.PID) { coppice.Exit(n, pid, coppice.Kill) }, coppice.Killed},
		"a normal end": {func(n *coppice.Node, pid coppice.PID) { coppice.Send(n, pid, "end") }, coppice.Normal},
	} {
		for _, asked := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				bubble(t, func(t *testing.T, n *coppice.Node) {
					hold := make(chan *coppice.Process, 1)
					pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
						if asked {
							p.Done()
						}
						hold <- p
						p.Receive()
						return nil
					}))
					p := <-hold
					if p.Err() != nil || context.Cause(p) != nil {
						t.Errorf("alive: %v, %v", p.Err(), context.Cause(p))
					}
					end.end(n, pid)
					synctest.Wait()
					<-p.Done()
					if p.Err() != context.Canceled || context.Cause(p) != end.want {
						t.Errorf("%v, %v", p.Err(), context.Cause(p))
					}
				})
			})
		}
	}
}

func TestDerivedContextsCostNoGoroutine(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			before := runtime.NumGoroutine()
			var contexts []context.Context
			for range 100 {
				ctx, cancel := context.WithTimeout(p, time.Hour)
				defer cancel()
				nested, cancel2 := context.WithCancel(ctx)
				defer cancel2()
				contexts = append(contexts, nested)
			}
			if now := runtime.NumGoroutine(); now > before+50 { // those of earlier tests come and go
				t.Errorf("%d goroutines more", now-before)
			}
			coppice.Exit(n, p.Self(), errBoom)
			for _, ctx := range contexts {
				if context.Cause(ctx) != errBoom {
					t.Fatalf("a derived context: %v", context.Cause(ctx))
				}
			}
			return nil
		})
	})
}

type valueKey struct{}

func TestValuesAreInheritedAndCancellationIsNot(t *testing.T) {
	base := context.WithValue(context.Background(), valueKey{}, "of the node")
	bubbleWith(t, coppice.Options{Values: base}, func(t *testing.T, n *coppice.Node) {
		ctx, cancel := context.WithCancel(context.WithValue(n, valueKey{}, "of the starter"))
		check := func(ctx context.Context, want any) {
			t.Helper()
			within(t, n, func(p *coppice.Process) error {
				_, err := coppice.Spawn(ctx, func(p *coppice.Process) error {
					cancel()
					p.Sleep(1)
					if p.Err() != nil || p.Value(valueKey{}) != want {
						t.Errorf("%v, %v; want %v", p.Err(), p.Value(valueKey{}), want)
					}
					child, _ := coppice.Spawn(p, func(p *coppice.Process) error {
						if p.Value(valueKey{}) != want {
							t.Errorf("a child of it: %v", p.Value(valueKey{}))
						}
						return nil
					})
					coppice.Await(p, child)
					return nil
				})
				return err
			})
			synctest.Wait()
		}
		check(n, "of the node")
		check(ctx, "of the starter")
		if got := must(coppice.NodeOf(context.WithoutCancel(ctx))); got != n {
			t.Errorf("node %v", got)
		}
	})
}

func TestHoldWithLimit(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			q := p.WithTimeout(time.Second)
			if d, ok := q.Deadline(); !ok || time.Until(d) != time.Second || q.Self() != p.Self() {
				t.Errorf("deadline in %v, %t", time.Until(d), ok)
			}
			if _, ok := p.WithoutTimeout().Deadline(); ok {
				t.Error("a deadline without a limit")
			}
			began := time.Now()
			<-q.Done()
			if time.Since(began) != time.Second || q.Err() != context.DeadlineExceeded || p.Err() != nil {
				t.Errorf("done after %v: %v, %v", time.Since(began), q.Err(), p.Err())
			}
			if _, ok := q.ReceiveTimeout(time.Hour); ok || time.Since(began) != time.Second {
				t.Errorf("Receive took %v", time.Since(began))
			}
			return nil
		})
	})
}

// Two nodes in one program: processes of both reach each other, each on the
// goroutines of its own node, and one node outlives the other.
func TestTwoNodes(t *testing.T) {
	bubble(t, func(t *testing.T, a *coppice.Node) {
		b := coppice.NewNode(coppice.Options{Name: "b"})
		there := start(b, nil)
		within(t, a, func(p *coppice.Process) error {
			p.TrapExit(true)
			if v, err := coppice.Request(p, there, reply(1)); v != 1 || err != nil {
				t.Errorf("Request: %v, %v", v, err)
			}
			if err := p.Link(there); err != nil {
				t.Error(err)
			}
			ref := must(p.Monitor(there))
			blocked := make(chan struct{})
			coppice.Send(p, there, do(func(q *coppice.Process, m coppice.Message) error { <-blocked; return nil }))
			close(blocked)
			for range 100 { // from here, it is made ready by a runner of a
				coppice.Send(p, there, do(func(q *coppice.Process, m coppice.Message) error { return nil }))
			}
			if q := must(coppice.Spawn(b, func(*coppice.Process) error { return nil })); q.Node() != b {
				t.Error("spawned elsewhere")
			}
			b.Stop(context.Background())
			if d := down(p, ref); d != coppice.Shutdown {
				t.Errorf("Down: %v", d)
			}
			if m := p.Receive(); m.Body != (coppice.Exited{PID: there, Reason: coppice.Shutdown}) {
				t.Errorf("%v", m.Body)
			}
			if _, err := coppice.Request(p, there, 1); !errors.Is(err, coppice.NoProc) {
				t.Errorf("a call to a node that has stopped: %v", err)
			}
			return nil
		})
	})
}
