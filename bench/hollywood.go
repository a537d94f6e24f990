package main

import (
	"log/slog"
	"math"

	"github.com/anthdm/hollywood/actor"
)

func hollywoodSubject() subject {
	return subject{
		name:     "hollywood",
		mode:     "receivers on one engine, Engine.Request and Engine.Send, an inbox of the default size; of 16 where there are many actors; restarts without the default delay",
		call:     hollywoodCall(false),
		cast:     hollywoodCast,
		relay:    hollywoodRelay,
		spawn:    hollywoodSpawn,
		children: hollywoodChildren,
		restart:  hollywoodRestart,
		backlog:  hollywoodBacklog,
		blocked:  hollywoodBlocked,
		byName:   hollywoodCall(true),
	}
}

// The inbox of 1024 messages that an actor has by default takes 32 kB.
var smallInbox = actor.WithInboxSize(16)

func newHollywood(others int) *actor.Engine {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // there is no other way to switch its log off
	e := must(actor.NewEngine(actor.NewEngineConfig()))
	for range others {
		e.Spawn(newHollywoodServer, "idle", smallInbox)
	}
	return e
}

// A hollywoodServer takes part in every workload.
type hollywoodServer struct {
	state
	next *actor.PID
}

func newHollywoodServer() actor.Receiver { return &hollywoodServer{} }

type (
	hollywoodMeet struct{ next *actor.PID } // who is next in the ring
	hollywoodHave struct{}                  // a child
)

func (h *hollywoodServer) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case ask:
		c.Respond(h.answer())
	case tick:
		h.count()
	case ball:
		if !h.count() {
			c.Send(h.next, m)
		}
	case want:
		h.left, h.done = m.ticks, m.done
	case serve:
		h.left, h.done = m.laps, m.done
		c.Send(h.next, ball{})
	case hollywoodMeet:
		h.next = m.next
	case hollywoodHave:
		c.Respond(c.SpawnChild(newHollywoodServer, "child", smallInbox))
	case crash:
		h.crash()
	case work:
		m()
	}
}

func hollywoodCall(byName bool) func(scene) loop {
	return func(s scene) loop {
		e := newHollywood(s.others)
		pid := e.Spawn(newHollywoodServer, "server", actor.WithID("1"))
		return loop{end: func() {}, run: func(times int) {
			for range times {
				if byName {
					pid = e.Registry.GetPID("server", "1")
				}
				must(e.Request(pid, ask{}, patience).Result())
			}
		}}
	}
}

func hollywoodCast(s scene) loop {
	e := newHollywood(s.others)
	pid := e.Spawn(newHollywoodServer, "server")
	return loop{end: func() {}, run: func(times int) {
		done := make(chan struct{})
		e.Send(pid, want{times, done})
		for i := range s.groups {
			go func() {
				for range share(times, s.groups, i) {
					e.Send(pid, tick{})
				}
			}()
		}
		<-done
	}}
}

func hollywoodRelay(s scene) loop {
	e := newHollywood(s.others)
	firsts := make([]*actor.PID, s.groups)
	for i := range firsts {
		ring := make([]*actor.PID, s.size)
		for j := range ring {
			ring[j] = e.Spawn(newHollywoodServer, "player", smallInbox)
		}
		for j, pid := range ring {
			e.Send(pid, hollywoodMeet{ring[(j+1)%s.size]})
		}
		firsts[i] = ring[0]
	}
	return loop{end: func() {}, run: func(times int) {
		done := make(chan struct{}, s.groups)
		for _, pid := range firsts {
			e.Send(pid, serve{s.laps(times), done})
		}
		for range firsts {
			<-done
		}
	}}
}

func hollywoodSpawn(scene) phases {
	e := newHollywood(0)
	var pids []*actor.PID
	return phases{
		fill: func(many int) {
			pids = make([]*actor.PID, many)
			for i := range pids {
				pids[i] = e.Spawn(newHollywoodServer, "idle", smallInbox)
			}
		},
		empty: func() {
			ends := make([]<-chan struct{}, len(pids))
			for i, pid := range pids {
				ends[i] = e.Stop(pid).Done()
			}
			for _, ended := range ends {
				<-ended
			}
		},
	}
}

func hollywoodChildren(scene) phases {
	e := newHollywood(0)
	parent := e.Spawn(newHollywoodServer, "parent")
	return phases{
		fill: func(many int) {
			for range many {
				must(e.Request(parent, hollywoodHave{}, patience).Result())
			}
		},
		empty: func() { <-e.Poison(parent).Done() },
	}
}

func hollywoodRestart(s scene) laps {
	e := newHollywood(s.others)
	pid := e.Spawn(newHollywoodServer, "server", actor.WithRestartDelay(0), actor.WithMaxRestarts(math.MaxInt32))
	return laps{end: func() {}, run: func(times int, lap func()) {
		for range times {
			e.Send(pid, crash{})
			isRight(must(e.Request(pid, ask{}, patience).Result()))
			lap()
		}
	}}
}

func hollywoodBacklog(scene) phases {
	e := newHollywood(0)
	pid := e.Spawn(newHollywoodServer, "server")
	gate, done := make(chan struct{}), make(chan struct{})
	return phases{
		fill: func(many int) {
			e.Send(pid, want{many, done})
			e.Send(pid, work(func() { <-gate }))
			for range many {
				e.Send(pid, tick{})
			}
		},
		empty: func() {
			close(gate)
			<-done
		},
	}
}

func hollywoodBlocked(scene) stuck {
	e := newHollywood(0)
	idle := e.Spawn(newHollywoodServer, "server")
	return stuck{
		block: func(code []func()) {
			for _, foreign := range code {
				e.Send(e.Spawn(newHollywoodServer, "blocked", smallInbox), work(foreign))
			}
		},
		laps: laps{end: func() {}, run: func(times int, lap func()) {
			for range times {
				must(e.Request(idle, ask{}, patience).Result())
				lap()
			}
		}},
	}
}
