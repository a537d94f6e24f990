package coppice_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
)

func TestLinkFiresOnce(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			p.TrapExit(true)
			other := start(n, nil)
			for range 3 { // twice is once
				if err := p.Link(other); err != nil {
					t.Error(err)
				}
			}
			coppice.Exit(p, other, errBoom)
			if m := p.Receive(); m.Body != (coppice.Exited{PID: other, Reason: errBoom}) {
				t.Errorf("message %v", m.Body)
			}
			if m, ok := p.ReceiveTimeout(1); ok {
				t.Errorf("a second message %v", m.Body)
			}
			return nil
		})
	})
}

func TestLinkSpreadsAbnormalEndsOnly(t *testing.T) {
	for reason, spreads := range map[error]bool{coppice.Normal: false, coppice.Shutdown: true, errBoom: true, coppice.Kill: true} {
		bubble(t, func(t *testing.T, n *coppice.Node) {
			chain := make([]coppice.PID, 1000)
			for i := range chain {
				chain[i] = start(n, nil)
				if i > 0 {
					coppice.Request(n, chain[i], do(func(p *coppice.Process, m coppice.Message) error {
						m.From().Reply(nil, p.Link(chain[i-1]))
						return nil
					}))
				}
			}
			coppice.Send(n, chain[0], do(func(p *coppice.Process, m coppice.Message) error { return reason }))
			synctest.Wait()
			last, alive := coppice.Lookup(chain[len(chain)-1])
			if alive == spreads || spreads && last.ExitReason != reason {
				t.Errorf("%v: the last of the chain: alive %t, reason %v", reason, alive, last.ExitReason)
			}
		})
	}
}

func TestLinkToTheDead(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		dead := start(n, nil)
		coppice.Exit(n, dead, coppice.Kill)
		within(t, n, func(p *coppice.Process) error {
			if err := p.Link(dead); !errors.Is(err, coppice.NoProc) {
				t.Errorf("not trapping: %v", err)
			}
			p.TrapExit(true)
			if err := p.Link(dead); err != nil {
				t.Errorf("trapping: %v", err)
			}
			if m, _ := p.ReceiveTimeout(0); m.Body != (coppice.Exited{PID: dead, Reason: coppice.NoProc}) {
				t.Errorf("message %v", m.Body)
			}
			if info, _ := coppice.Lookup(p.Self()); len(info.Links) != 0 {
				t.Errorf("links %v", info.Links)
			}
			if err := p.Link(p.Self()); err != nil {
				t.Errorf("to oneself: %v", err)
			}
			return nil
		})
	})
}

// A process that is linked already links again while the other one ends: it
// must hear of that end once, and with its reason.
func TestLinkingAgainLosesNoSignal(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(t.Context())
	for range 2000 {
		other := start(n, nil)
		got := make(chan error, 1)
		me := must(coppice.Spawn(n, func(p *coppice.Process) error {
			p.TrapExit(true)
			p.Link(other)
			got <- nil
			for range 3 {
				p.Link(other)
			}
			got <- p.Receive().Body.(coppice.Exited).Reason
			return nil
		}))
		<-got
		coppice.Exit(n, other, errBoom)
		if reason := <-got; reason != errBoom {
			t.Fatalf("reason %v", reason)
		}
		coppice.Exit(n, me, coppice.Kill)
	}
}

func TestUnlinkStopsTheSignal(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		got := within(t, n, func(p *coppice.Process) error {
			other := must(coppice.SpawnLink(p, func(p *coppice.Process) error { p.Receive(); return nil }))
			p.Unlink(other)
			coppice.Exit(p, other, errBoom)
			p.Sleep(1)
			return nil
		})
		if got != coppice.Normal {
			t.Errorf("ended with %v", got)
		}
	})
}

// Both ends link and unlink at once: in the end there are two halves or none.
func TestLinkAlwaysHasBothEnds(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(t.Context())
	for range 500 {
		pids := []coppice.PID{start(n, nil), start(n, nil)}
		var done sync.WaitGroup
		for i := range pids {
			done.Add(1)
			coppice.Send(n, pids[i], do(func(p *coppice.Process, m coppice.Message) error {
				defer done.Done()
				for j := range 20 {
					if (i+j)%2 == 0 {
						p.Link(pids[1-i])
					} else {
						p.Unlink(pids[1-i])
					}
					if j%5 == 0 {
						runtime.Gosched()
					}
				}
				return nil
			}))
		}
		done.Wait()
		a, _ := coppice.Lookup(pids[0])
		b, _ := coppice.Lookup(pids[1])
		if len(a.Links) != len(b.Links) {
			t.Fatalf("links %v and %v", a.Links, b.Links)
		}
		coppice.Exit(n, pids[0], coppice.Kill)
		coppice.Exit(n, pids[1], coppice.Kill)
	}
}

// The starter is killed while it spawns: a child that began is linked and ends
// with it, and none is left over.
func TestSpawnLinkIsOneStep(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(t.Context())
	for range 500 {
		ready := make(chan struct{})
		starter := must(coppice.Spawn(n, func(p *coppice.Process) error {
			close(ready)
			for {
				if _, err := coppice.SpawnLink(p, func(p *coppice.Process) error { p.Receive(); return nil }); err != nil {
					return err
				}
				runtime.Gosched()
			}
		}))
		<-ready
		runtime.Gosched()
		coppice.Exit(n, starter, coppice.Kill)
		coppice.Await(n, starter)
		for pid := range n.List() {
			if info, alive := coppice.Lookup(pid); alive && info.ExitReason == nil {
				t.Fatalf("%v is left over: %+v", pid, info)
			}
			coppice.Await(n, pid)
		}
	}
}
