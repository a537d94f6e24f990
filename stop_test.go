package coppice_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// trapping starts a server that traps exits and takes its time to end.
func trapping(ctx context.Context, takes time.Duration, ended func()) coppice.PID {
	return must3(coppice.StartProcess(ctx, coppice.Spec{Behaviour: &server{
		init:      func(p *coppice.Process) error { p.TrapExit(true); return nil },
		terminate: func(p *coppice.Process, reason error) error { p.Sleep(takes); ended(); return nil },
	}}))
}

func TestStopEndsInReverseOrder(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		var order []string
		began := time.Now()
		for i := range 3 {
			trapping(n, time.Minute, func() {
				order = append(order, fmt.Sprint(i, " after ", time.Since(began)))
				if n.Err() != nil {
					t.Error("the node is done before its processes")
				}
			})
		}
		if report := n.Stop(n); len(report.Stuck) != 0 {
			t.Errorf("%v", report)
		}
		if want := []string{"2 after 1m0s", "1 after 2m0s", "0 after 3m0s"}; !slices.Equal(order, want) {
			t.Errorf("%q", order)
		}
		if n.Err() == nil || n.Count() != 0 {
			t.Errorf("after Stop: %v, %d processes", n.Err(), n.Count())
		}
		<-n.Done()
		if report := n.Stop(context.Background()); len(report.Stuck) != 0 {
			t.Errorf("a second Stop: %v", report)
		}
		if _, err := coppice.Spawn(n, func(*coppice.Process) error { return nil }); !errors.Is(err, coppice.ErrStopped) {
			t.Errorf("Spawn after Stop: %v", err)
		}
		if _, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: &server{}}); !errors.Is(err, coppice.ErrStopped) {
			t.Errorf("StartProcess after Stop: %v", err)
		}
	})
}

// While it stops, processes start others as before, and plain goroutines do
// not: or a server of requests could keep it from ever ending.
func TestStartingWhileTheNodeStops(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		must3(coppice.StartProcess(n, coppice.Spec{Behaviour: &server{
			init: func(p *coppice.Process) error { p.TrapExit(true); return nil },
			terminate: func(p *coppice.Process, _ error) error {
				pid, err := coppice.Spawn(p, func(*coppice.Process) error { return nil })
				if err != nil {
					t.Errorf("a process: %v", err)
				}
				coppice.Await(p, pid)
				if _, err := coppice.Spawn(n, func(*coppice.Process) error { return nil }); !errors.Is(err, coppice.ErrStopped) {
					t.Errorf("a plain goroutine: %v", err)
				}
				return nil
			},
		}}))
		n.Stop(n)
	})
}

func TestStopKillsWhenItsContextEnds(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ended := 0
		for range 3 {
			trapping(n, time.Hour, func() { ended++ })
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		began := time.Now()
		n.Stop(ctx)
		if ended != 0 || time.Since(began) != time.Second {
			t.Errorf("%d ended, after %v", ended, time.Since(began))
		}
	})
}

// The second caller has less patience than the first.
func TestAnyCallerOfStopMayEndThePatience(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		trapping(n, time.Hour, func() {})
		began := time.Now()
		time.AfterFunc(time.Second, func() {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			n.Stop(ctx)
		})
		n.Stop(context.Background())
		if time.Since(began) != time.Second {
			t.Errorf("took %v", time.Since(began))
		}
	})
}

// What nobody waits for gets the node's grace: a process that traps exits and
// whose parent has ended takes Shutdown for a message like any other.
func TestStopEndsOrphans(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		up := make(chan coppice.PID)
		must(coppice.Spawn(n, func(p *coppice.Process) error {
			up <- must(coppice.Spawn(p, func(p *coppice.Process) error {
				p.TrapExit(true)
				for {
					p.Receive()
				}
			}))
			return nil
		}))
		orphan := <-up
		synctest.Wait()
		began := time.Now()
		n.Stop(context.Background())
		if info, alive := coppice.Lookup(orphan); alive || info.ExitReason != coppice.Killed || time.Since(began) != 5*time.Second {
			t.Errorf("%+v after %v", info, time.Since(began))
		}
	})
}

func TestStopTellsWhereCodeIsStuck(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error { stuckHere(release); return nil }))
		synctest.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		report := n.Stop(ctx)
		if len(report.Stuck) != 1 || report.Stuck[0].PID != pid || !report.Stuck[0].Killed || !strings.Contains(report.Stuck[0].Stack, "stuckHere") {
			t.Errorf("%v", report)
		}
		if again := n.Stop(ctx); len(again.Stuck) != 1 {
			t.Errorf("a second Stop: %v", again)
		}
		close(release)
	})
}

func stuckHere(release chan struct{}) { <-release }

// From within a process Stop cannot wait, as the process has to end first.
func TestStopFromWithinAProcess(t *testing.T) {
	for _, traps := range []bool{false, true} {
		for _, with := range []string{"its hold", "a derived context", "a plain context"} {
			t.Run(fmt.Sprint(with, ", trapping ", traps), func(t *testing.T) {
				bubble(t, func(t *testing.T, n *coppice.Node) {
					graceful := false
					trapping(n, time.Minute, func() { graceful = true })
					pid := start(n, nil)
					coppice.Send(n, pid, do(func(p *coppice.Process, m coppice.Message) error {
						p.TrapExit(traps)
						ctx, cancel := context.WithCancel(p)
						defer cancel()
						if with == "its hold" {
							ctx = p
						} else if with == "a plain context" {
							ctx = context.Background()
						}
						if report := n.Stop(ctx); len(report.Stuck) != 0 {
							t.Errorf("%v", report)
						}
						return nil
					}))
					<-n.Done()
					if !graceful {
						t.Error("others had no time to end")
					}
				})
			})
		}
	}
}
