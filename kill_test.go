package coppice_test

import (
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// Many goroutines act in the name of one process while it is killed. Whatever
// the watcher counts when its Down arrives is all that there will ever be.
func TestNothingComesFromTheKilledAfterItsDown(t *testing.T) {
	const senders = 8
	n := coppice.NewNode(quiet())
	defer n.Stop(t.Context())
	for round := range 200 {
		messages, late := make(chan int), make(chan []coppice.Message)
		var victim atomic.Pointer[coppice.Process]
		traps := make(chan struct{})
		watcher := must(coppice.Spawn(n, func(p *coppice.Process) error {
			p.TrapExit(true)
			close(traps)
			ref, _ := p.Monitor(p.Receive().Body.(coppice.PID))
			seen := 0
			for {
				m := p.Receive()
				if d, ok := m.Body.(coppice.Down); ok && d.Ref == ref {
					break
				}
				seen++
			}
			messages <- seen
			var after []coppice.Message
			for m := p.Receive(); m.Body != "count"; m = p.Receive() {
				after = append(after, m)
			}
			late <- after
			return nil
		}))
		up, release := make(chan struct{}), make(chan struct{})
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			victim.Store(p)
			close(up)
			<-release // foreign code
			return nil
		}))
		<-up
		<-traps
		p := victim.Load()
		coppice.Send(n, watcher, pid)
		done := make(chan struct{}, senders)
		for i := range senders {
			go func() {
				defer func() { done <- struct{}{} }()
				for j := 0; ; j++ {
					runtime.Gosched()
					var err error
					switch i % 4 {
					case 0:
						err = coppice.Send(p, watcher, j)
					case 1:
						err = coppice.Exit(p, watcher, errBoom)
					case 2:
						err = coppice.Cast(p, watcher, j)
					case 3:
						_, err = coppice.Request(p.WithTimeout(0), watcher, j)
						if errors.Is(err, coppice.Timeout) {
							err = nil
						}
					}
					if err != nil {
						var exited *coppice.ExitedError
						if !errors.As(err, &exited) || !errors.Is(err, coppice.Killed) {
							t.Errorf("round %d, sender %d: %v", round, i, err)
						}
						return
					}
				}
			}()
		}
		for range round % 7 {
			runtime.Gosched()
		}
		coppice.Exit(n, pid, coppice.Kill)
		<-messages
		for range senders {
			<-done
		}
		coppice.Send(n, watcher, "count")
		if after := <-late; len(after) != 0 {
			t.Fatalf("round %d: %d messages after the Down: %+v", round, len(after), after)
		}
		close(release)
	}
}

// The same, seen from elsewhere: who has heard of the end of a process asks
// others for what came from it, and nothing comes there any more.
func TestNothingComesAnywhereAfterTheDownOfTheKilled(t *testing.T) {
	const receivers = 4
	n := coppice.NewNode(quiet())
	defer n.Stop(t.Context())
	for round := range 100 {
		late, ended := make(chan int, receivers), make(chan struct{}, receivers)
		others := make([]coppice.PID, receivers)
		for i := range others {
			others[i] = must(coppice.Spawn(n, func(p *coppice.Process) error {
				for p.Receive().Body != "down" {
				}
				after := 0
				for p.Receive().Body != "count" {
					after++
				}
				late <- after
				return nil
			}))
		}
		var victim atomic.Pointer[coppice.Process]
		up, release := make(chan struct{}), make(chan struct{})
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			victim.Store(p)
			close(up)
			<-release // foreign code
			return nil
		}))
		<-up
		watched, told := make(chan struct{}), make(chan struct{})
		must(coppice.Spawn(n, func(p *coppice.Process) error {
			p.Monitor(pid)
			close(watched)
			p.Receive()
			for _, other := range others {
				coppice.Send(p, other, "down")
			}
			close(told)
			return nil
		}))
		<-watched
		p := victim.Load()
		for i, other := range others {
			go func() {
				var err error
				for err == nil || errors.Is(err, coppice.Timeout) {
					runtime.Gosched()
					if i%2 == 0 {
						err = coppice.Send(p, other, 1)
					} else {
						_, err = coppice.Request(p.WithTimeout(0), other, 1)
					}
				}
				ended <- struct{}{}
			}()
		}
		for range round % 5 {
			runtime.Gosched()
		}
		coppice.Exit(n, pid, coppice.Kill)
		for range others {
			<-ended
		}
		<-told
		for _, other := range others {
			coppice.Send(n, other, "count")
		}
		for range others {
			if after := <-late; after != 0 {
				t.Fatalf("round %d: %d messages after the Down", round, after)
			}
		}
		close(release)
	}
}

// Every function by which a process has an effect on others, used by one that
// has been killed: on another goroutine it returns the reason, and has none.
func TestEveryEffectOfTheKilledIsFenced(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		other := start(n, nil)
		p, release := killed(n)
		body := func(p *coppice.Process) error { p.Receive(); return nil }
		spec := coppice.Spec{Behaviour: &server{}, Name: coppice.Name("late")}
		before := n.Count()
		effects := map[string]func() error{
			"Send":          func() error { return coppice.Send(p, other, 1) },
			"Cast":          func() error { return coppice.Cast(p, other, 1) },
			"Request":       func() error { _, err := coppice.Request(p, other, 1); return err },
			"RequestSystem": func() error { _, err := coppice.RequestSystem(p, other, 1); return err },
			"SendRequest":   func() error { _, err := coppice.SendRequest(p, other, 1).Wait(n); return err },
			"PendingSet": func() error {
				var set coppice.PendingSet
				set.Send(p, other, 1, "x")
				_, _, err := set.Wait(n)
				return err
			},
			"Stop":         func() error { return coppice.Stop(p, other, nil) },
			"Exit":         func() error { return coppice.Exit(p, other, coppice.Kill) },
			"Link":         func() error { return p.Link(other) },
			"Unlink":       func() error { return p.Unlink(other) },
			"Monitor":      func() error { _, err := p.Monitor(other); return err },
			"MonitorAlias": func() error { _, err := p.MonitorAlias(other, true); return err },
			"Register":     func() error { return p.Register("late") },
			"Register other": func() error {
				return coppice.Register(p, "late", other)
			},
			"Unregister":   func() error { return p.Unregister("late") },
			"Spawn":        func() error { _, err := coppice.Spawn(p, body); return err },
			"SpawnLink":    func() error { _, err := coppice.SpawnLink(p, body); return err },
			"SpawnMonitor": func() error { _, _, err := coppice.SpawnMonitor(p, body); return err },
			"StartProcess": func() error { _, _, err := coppice.StartProcess(p, spec); return err },
			"SendAfter":    func() error { _, err := coppice.SendAfter(p, other, 0, 1); return err },
			"SendEvery":    func() error { _, err := coppice.SendEvery(p, other, 1, 1); return err },
		}
		for name, effect := range effects {
			err := effect()
			var exited *coppice.ExitedError
			if !errors.As(err, &exited) || exited.Reason != coppice.Killed || !errors.Is(err, coppice.Killed) {
				t.Errorf("%s returns %v", name, err)
			}
		}
		synctest.Wait()
		info, alive := coppice.Lookup(other)
		if !alive || info.Received != 0 || len(info.Links)+len(info.MonitoredBy) > 0 || info.Name != "" {
			t.Errorf("something came through: %+v", info)
		}
		if n.Count() != before || !n.Whereis("late").IsZero() {
			t.Errorf("%d processes, before %d; the name is %v's", n.Count(), before, n.Whereis("late"))
		}
		close(release)
	})
}

// killed returns the hold of a process that has been killed while it runs
// foreign code, which release ends.
func killed(n *coppice.Node) (p *coppice.Process, release chan struct{}) {
	release = make(chan struct{})
	up := make(chan *coppice.Process)
	pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
		up <- p
		<-release
		return nil
	}))
	p = <-up
	coppice.Exit(n, pid, coppice.Kill)
	return p, release
}

// On its own goroutine an effect of the killed unwinds. What the starter began
// must not be left behind: the node would never stop.
func TestKilledCodeIsUnwoundByItsNextEffect(t *testing.T) {
	body := func(p *coppice.Process) error { p.Receive(); return nil }
	for name, effect := range map[string]func(p *coppice.Process){
		"Send":      func(p *coppice.Process) { coppice.Send(p, p.Self(), 1) },
		"Spawn":     func(p *coppice.Process) { coppice.Spawn(p, body) },
		"SpawnLink": func(p *coppice.Process) { coppice.SpawnLink(p, body) },
		"StartProcess": func(p *coppice.Process) {
			coppice.StartProcess(p, coppice.Spec{Behaviour: &server{}, Link: true, Monitor: true})
		},
		"Receive":    func(p *coppice.Process) { p.Receive() },
		"Sleep":      func(p *coppice.Process) { p.Sleep(1) },
		"Checkpoint": func(p *coppice.Process) { p.Checkpoint() },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				release, up := make(chan struct{}), make(chan struct{})
				var after, deferred bool
				pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
					defer func() { deferred = true }()
					close(up)
					<-release
					effect(p)
					after = true
					return nil
				}))
				<-up
				coppice.Exit(n, pid, coppice.Kill)
				close(release)
				synctest.Wait()
				if after || !deferred {
					t.Errorf("went on %t, deferred functions ran %t", after, deferred)
				}
				if n.Count() != 0 {
					t.Errorf("%d processes are left", n.Count())
				}
			})
		})
	}
}

func TestKilledIsGoneAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		pid := start(n, nil)
		coppice.Register(n, "victim", pid)
		queued := coppice.SendRequest(n, pid, do(func(p *coppice.Process, m coppice.Message) error { <-release; return nil }))
		synctest.Wait()
		second := coppice.SendRequest(n, pid, do(nil))
		coppice.Exit(n, pid, coppice.Kill)
		if coppice.Alive(pid) || !n.Whereis("victim").IsZero() {
			t.Error("alive, or its name is taken")
		}
		for _, r := range []*coppice.Pending{queued, second} {
			if _, done, err := r.Check(); !done || !errors.Is(err, coppice.Killed) {
				t.Errorf("a request of it: done %t, %v", done, err)
			}
		}
		close(release)
	})
}

// A process is killed at every stage of its life, also before it runs.
func TestKillAtAnyMoment(t *testing.T) {
	n := coppice.NewNode(quiet())
	for i := range 3000 {
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			coppice.Spawn(p, func(*coppice.Process) error { return nil })
			return nil
		}))
		for range i % 5 {
			runtime.Gosched()
		}
		coppice.Exit(n, pid, coppice.Kill)
		if coppice.Alive(pid) {
			t.Fatal("alive after the kill")
		}
	}
	n.Stop(t.Context())
	if n.Count() != 0 {
		t.Errorf("%d left", n.Count())
	}
}

func TestKillOvertakesWhatItWasToldBefore(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		release, up := make(chan struct{}), make(chan struct{})
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error { close(up); <-release; return nil }))
		<-up
		coppice.Exit(n, pid, coppice.Shutdown)
		if info, alive := coppice.Lookup(pid); !alive || info.ExitReason != coppice.Shutdown || info.Status != coppice.Exiting {
			t.Errorf("told to end: %+v", info)
		}
		coppice.Exit(n, pid, coppice.Kill)
		if info, alive := coppice.Lookup(pid); alive || info.ExitReason != coppice.Killed {
			t.Errorf("killed: %+v", info)
		}
		close(release)
	})
}

// A process that waits when it is told to end does end of that, whatever comes
// behind it: signals count in their order.
func TestKillComesAfterWhatEndsTheWaiting(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		silent := must(coppice.Spawn(n, func(p *coppice.Process) error {
			p.ReceiveMatch(func(coppice.Message) bool { return false }, -1)
			return nil
		}))
		for what, wait := range map[string]func(*coppice.Process){
			"a message": func(p *coppice.Process) { p.Receive() },
			"a reply":   func(p *coppice.Process) { _, _ = coppice.Request(p, silent, 1) },
			"a start": func(p *coppice.Process) {
				_, _, _ = coppice.StartProcess(p, coppice.Spec{Body: func(p *coppice.Process) error { p.Receive(); return nil }})
			},
			"time": func(p *coppice.Process) { p.Sleep(time.Hour) },
		} {
			pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
				defer func() { <-release }()
				wait(p)
				return nil
			}))
			synctest.Wait()
			coppice.Exit(n, pid, coppice.Shutdown)
			coppice.Exit(n, pid, coppice.Kill)
			if info, alive := coppice.Lookup(pid); alive || info.ExitReason != coppice.Shutdown {
				t.Errorf("told to end while it waited for %s, and killed: %+v", what, info)
			}
		}
		close(release)
	})
}
