package coppice_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

func TestMonitorFiresOnce(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		other := start(n, nil)
		coppice.Register(n, "other", other)
		within(t, n, func(p *coppice.Process) error {
			a, _ := p.Monitor(other)
			b, _ := p.Monitor(coppice.Name("other"))
			coppice.Exit(p, other, errBoom)
			got := map[coppice.Ref]coppice.Down{}
			for range 2 {
				d := p.Receive().Body.(coppice.Down)
				got[d.Ref] = d
			}
			if got[a] != (coppice.Down{Ref: a, PID: other, Reason: errBoom}) || got[b] != (coppice.Down{Ref: b, PID: other, Name: "other", Reason: errBoom}) {
				t.Errorf("%v", got)
			}
			c, err := p.Monitor(other)
			if m, _ := p.ReceiveTimeout(0); err != nil || m.Body != (coppice.Down{Ref: c, PID: other, Reason: coppice.NoProc}) {
				t.Errorf("of the dead: %v", m.Body)
			}
			d, err := p.Monitor(coppice.Name("nobody"))
			if m, _ := p.ReceiveTimeout(0); err != nil || m.Body != (coppice.Down{Ref: d, Name: "nobody", Reason: coppice.NoProc}) {
				t.Errorf("of nobody: %v", m.Body)
			}
			if m, ok := p.ReceiveTimeout(1); ok {
				t.Errorf("another message %v", m.Body)
			}
			return nil
		})
	})
}

func TestDemonitor(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			other := start(n, nil)
			a, _ := p.Monitor(other)
			if !p.Demonitor(a, false) || p.Demonitor(a, true) {
				t.Error("Demonitor of a monitor that is there, and of one that is not")
			}
			b, _ := p.Monitor(other)
			coppice.Exit(p, other, errBoom)
			if p.Demonitor(b, true) {
				t.Error("the monitor has fired")
			}
			if m, ok := p.ReceiveTimeout(1); ok {
				t.Errorf("not flushed: %v", m.Body)
			}
			stranger := must(n.ParseRef(p.Self().String()[:1] + p.Self().String()[1:len(p.Self().String())-1] + ".99>"))
			if p.Demonitor(stranger, true) {
				t.Error("Demonitor of what never was")
			}
			return nil
		})
	})
}

// Flushing takes out the Down, and no message that came through the alias.
func TestFlushLeavesTheReply(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			other := start(n, nil)
			ref, _ := p.MonitorAlias(other, false)
			coppice.Send(p, ref, "reply")
			coppice.Exit(p, other, errBoom)
			p.Demonitor(ref, true)
			if m, _ := p.ReceiveTimeout(0); m.Body != (coppice.Aliased{Ref: ref, Body: "reply"}) {
				t.Errorf("%v", m.Body)
			}
			if m, ok := p.ReceiveTimeout(0); ok {
				t.Errorf("not flushed: %v", m.Body)
			}
			return nil
		})
	})
}

func TestAlias(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			other := start(n, nil)
			arrives := func(ref coppice.Ref, want bool) {
				t.Helper()
				if err := coppice.Send(n, ref, 1); err != nil {
					t.Error(err)
				}
				m, ok := p.ReceiveMatch(func(m coppice.Message) bool { _, ok := m.Body.(coppice.Aliased); return ok }, 0)
				if ok != want || ok && m.Body != (coppice.Aliased{Ref: ref, Body: 1}) {
					t.Errorf("%v, %t", m.Body, ok)
				}
			}
			many, _ := p.MonitorAlias(other, false)
			arrives(many, true)
			arrives(many, true)
			removed, _ := p.MonitorAlias(other, false)
			p.Demonitor(removed, false)
			arrives(removed, false)
			once, _ := p.MonitorAlias(other, true)
			arrives(once, true)
			arrives(once, false)
			if p.Demonitor(once, false) {
				t.Error("the first message did not end the monitor")
			}
			timer := must(coppice.SendAfter(n, many, time.Second, 1))
			p.Sleep(time.Second)
			synctest.Wait()
			if m, _ := p.ReceiveTimeout(0); m.Body != (coppice.Aliased{Ref: many, Body: 1}) {
				t.Errorf("by a timer: %v", m.Body)
			}
			timer.Cancel()
			none, _ := p.Monitor(other)
			arrives(none, false)
			coppice.Exit(p, other, errBoom)
			arrives(many, false) // the monitor has fired
			must(coppice.SendAfter(n, many, time.Second, 1))
			p.Sleep(2 * time.Second)
			arrives(many, false)
			if err := coppice.Send(n, coppice.Ref{}, 1); err != nil {
				t.Errorf("to the zero reference: %v", err)
			}
			dead, _ := p.MonitorAlias(other, false)
			arrives(dead, false)
			return nil
		})
	})
}

// Nothing arrives through an alias once Demonitor has returned.
func TestAliasEndsExactly(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(t.Context())
	other := start(n, nil)
	for range 300 {
		ref, stop := make(chan coppice.Ref), make(chan struct{})
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			r, _ := p.MonitorAlias(other, false)
			ref <- r
			p.Receive()
			p.Demonitor(r, true)
			for ok := true; ok; _, ok = p.ReceiveTimeout(0) {
			}
			<-stop
			if m, ok := p.ReceiveTimeout(0); ok {
				t.Errorf("late: %v", m.Body)
			}
			return nil
		}))
		r := <-ref
		var senders sync.WaitGroup
		for range 3 {
			senders.Go(func() {
				for range 50 {
					coppice.Send(n, r, 1)
				}
			})
		}
		senders.Wait()
		close(stop)
		coppice.Await(n, pid)
	}
}

// Monitors are made and removed while their target ends: each fires once, or
// not at all.
func TestDemonitorRacesWithTheEnd(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(t.Context())
	for range 200 {
		other := start(n, nil)
		var all sync.WaitGroup
		for i := range 4 {
			all.Add(1)
			must(coppice.Spawn(n, func(p *coppice.Process) error {
				defer all.Done()
				var refs []coppice.Ref
				for range 20 {
					refs = append(refs, must(p.Monitor(other)))
				}
				p.Done()
				want := 0
				for j, ref := range refs {
					if j%2 == i%2 && p.Demonitor(ref, true) {
						continue
					}
					if j%2 != i%2 {
						want++
					}
				}
				for range want {
					if _, ok := p.Receive().Body.(coppice.Down); !ok {
						t.Error("another message")
					}
				}
				if m, ok := p.ReceiveTimeout(0); ok {
					t.Errorf("one too many: %v", m.Body)
				}
				return nil
			}))
		}
		coppice.Exit(n, other, errBoom)
		all.Wait()
	}
}

// The order of an end: names and keys are free before anybody hears of it; a
// message that the process sent before comes before the Down.
func TestOrderOfAnEnd(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			p.TrapExit(true)
			for _, reason := range []error{coppice.Normal, coppice.Shutdown, coppice.Kill, errBoom} {
				terminated := false
				pid, ref, err := coppice.StartProcess(p, coppice.Spec{Name: coppice.Name("name"), Link: true, Monitor: true, Behaviour: &server{
					handle: func(q *coppice.Process, m coppice.Message) error {
						coppice.Send(q, p.Self(), "last word")
						return coppice.Exit(q, q.Self(), m.Body.(error))
					},
					terminate: func(*coppice.Process, error) error { terminated = true; return nil },
				}})
				if err != nil {
					t.Fatal(err)
				}
				_, err = coppice.Request(p, pid, reason)
				if !n.Whereis("name").IsZero() {
					t.Error("the caller finds the name taken")
				}
				if m := p.Receive(); m.Body != "last word" {
					t.Errorf("first comes %v", m.Body)
				}
				exit, down := p.Receive().Body, p.Receive().Body
				if exit, ok := exit.(coppice.Exited); !ok || !errors.Is(err, exit.Reason) {
					t.Errorf("%v; the call: %v", exit, err)
				}
				if d, ok := down.(coppice.Down); !ok || d.Ref != ref || terminated {
					t.Errorf("%v, terminated %t", down, terminated)
				}
			}
			return nil
		})
	})
}
