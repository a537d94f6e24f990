package main

import (
	"log/slog"
	"math"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

func protoactorSubject() subject {
	return subject{
		name:     "protoactor",
		mode:     "actors on the default dispatcher, RequestFuture and Send, the default mailbox; UnboundedLockfree, which is cheaper to allocate, where there are many actors",
		call:     protoactorCall(false),
		cast:     protoactorCast,
		relay:    protoactorRelay,
		spawn:    protoactorSpawn,
		children: protoactorChildren,
		restart:  protoactorRestart,
		backlog:  protoactorBacklog,
		blocked:  protoactorBlocked,
		byName:   protoactorCall(true),
	}
}

// A protoactorServer takes part in every workload.
type protoactorServer struct {
	state
	next  *actor.PID
	ended *sync.WaitGroup // told of its end, if there is one
}

type protoactorMeet struct{ next *actor.PID } // who is next in the ring

var (
	protoactorOne  = actor.PropsFromProducer(func() actor.Actor { return &protoactorServer{} })
	protoactorMany = protoactorOne.Clone(actor.WithMailbox(actor.UnboundedLockfree()))
)

func (a *protoactorServer) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case ask:
		c.Respond(a.answer())
	case tick:
		a.count()
	case ball:
		if !a.count() {
			c.Send(a.next, m)
		}
	case want:
		a.left, a.done = m.ticks, m.done
	case serve:
		a.left, a.done = m.laps, m.done
		c.Send(a.next, ball{})
	case protoactorMeet:
		a.next = m.next
	case *actor.Props: // of a child
		c.Respond(c.Spawn(m))
	case crash:
		a.crash()
	case work:
		m()
	case *actor.Stopped:
		if a.ended != nil {
			a.ended.Done()
		}
	}
}

func newProtoactor(others int) *actor.RootContext {
	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}))
	for range others {
		system.Root.Spawn(protoactorMany)
	}
	return system.Root
}

func protoactorCall(byName bool) func(scene) loop {
	return func(s scene) loop {
		root := newProtoactor(s.others)
		pid := must(root.SpawnNamed(protoactorOne, "server"))
		return loop{end: func() {}, run: func(times int) {
			for range times {
				to := pid
				if byName {
					to = root.ActorSystem().NewLocalPID("server")
				}
				must(root.RequestFuture(to, ask{}, patience).Result())
			}
		}}
	}
}

func protoactorCast(s scene) loop {
	root := newProtoactor(s.others)
	pid := root.Spawn(protoactorOne)
	return loop{end: func() {}, run: func(times int) {
		done := make(chan struct{})
		root.Send(pid, want{times, done})
		for i := range s.groups {
			go func() {
				for range share(times, s.groups, i) {
					root.Send(pid, tick{})
				}
			}()
		}
		<-done
	}}
}

func protoactorRelay(s scene) loop {
	root := newProtoactor(s.others)
	firsts := make([]*actor.PID, s.groups)
	for i := range firsts {
		ring := make([]*actor.PID, s.size)
		for j := range ring {
			ring[j] = root.Spawn(protoactorOne)
		}
		for j, pid := range ring {
			root.Send(pid, protoactorMeet{ring[(j+1)%s.size]})
		}
		firsts[i] = ring[0]
	}
	return loop{end: func() {}, run: func(times int) {
		done := make(chan struct{}, s.groups)
		for _, pid := range firsts {
			root.Send(pid, serve{s.laps(times), done})
		}
		for range firsts {
			<-done
		}
	}}
}

func protoactorSpawn(scene) phases {
	root := newProtoactor(0)
	var pids []*actor.PID
	var all sync.WaitGroup
	props := actor.PropsFromProducer(func() actor.Actor { return &protoactorServer{ended: &all} },
		actor.WithMailbox(actor.UnboundedLockfree()))
	return phases{
		fill: func(many int) {
			pids = make([]*actor.PID, many)
			all.Add(many)
			for i := range pids {
				pids[i] = root.Spawn(props)
			}
		},
		empty: func() {
			for _, pid := range pids {
				root.Stop(pid)
			}
			all.Wait()
		},
	}
}

func protoactorChildren(scene) phases {
	root := newProtoactor(0)
	var all sync.WaitGroup
	parent := root.Spawn(actor.PropsFromProducer(func() actor.Actor { return &protoactorServer{ended: &all} }))
	return phases{
		fill: func(many int) {
			for range many {
				must(root.RequestFuture(parent, protoactorMany, patience).Result())
			}
		},
		empty: func() {
			// StopFuture gives up after ten seconds.
			all.Add(1)
			root.Stop(parent)
			all.Wait()
		},
	}
}

func protoactorRestart(s scene) laps {
	root := newProtoactor(s.others)
	strategy := actor.NewOneForOneStrategy(math.MaxInt, time.Duration(0), actor.DefaultDecider)
	parent := root.Spawn(protoactorOne.Clone(actor.WithSupervisor(strategy)))
	child := must(root.RequestFuture(parent, protoactorOne, patience).Result()).(*actor.PID)
	return laps{end: func() {}, run: func(times int, lap func()) {
		for range times {
			root.Send(child, crash{})
			isRight(must(root.RequestFuture(child, ask{}, patience).Result()))
			lap()
		}
	}}
}

func protoactorBacklog(scene) phases {
	root := newProtoactor(0)
	pid := root.Spawn(protoactorOne)
	gate, done := make(chan struct{}), make(chan struct{})
	return phases{
		fill: func(many int) {
			root.Send(pid, want{many, done})
			root.Send(pid, work(func() { <-gate }))
			for range many {
				root.Send(pid, tick{})
			}
		},
		empty: func() {
			close(gate)
			<-done
		},
	}
}

func protoactorBlocked(scene) stuck {
	root := newProtoactor(0)
	idle := root.Spawn(protoactorOne)
	return stuck{
		block: func(code []func()) {
			for _, foreign := range code {
				root.Send(root.Spawn(protoactorMany), work(foreign))
			}
		},
		laps: laps{end: func() {}, run: func(times int, lap func()) {
			for range times {
				must(root.RequestFuture(idle, ask{}, patience).Result())
				lap()
			}
		}},
	}
}
