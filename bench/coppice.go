package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/registry"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

func coppiceSubject() subject {
	return subject{
		name:     "coppice",
		mode:     "genserver with typed messages, supervised, the client a process; reports made and given to slog.DiscardHandler",
		call:     coppiceCall(theServer, true),
		cast:     coppiceCast,
		relay:    coppiceRelay,
		spawn:    coppiceSpawn,
		children: coppiceChildren,
		restart:  coppiceRestart,
		backlog:  coppiceBacklog,
		blocked:  coppiceBlocked,
		byName:   coppiceCall(theServer, false),
		byKey:    coppiceCall(theKeys.Via(1), false),
	}
}

const theServer = coppice.Name("server")

var theKeys = registry.New[int, struct{}](registry.Options{})

type (
	get  struct{ genserver.Returns[int] }
	meet struct{ next coppice.PID } // who is next in the ring
)

// A coppiceServer takes part in every workload; its table decides in which.
type coppiceServer struct {
	state
	next coppice.PID
}

var (
	server = genserver.Define(
		func(*coppice.Process, genserver.None) (*coppiceServer, error) { return &coppiceServer{}, nil },
		genserver.OnCall((*coppiceServer).get),
		genserver.OnCast((*coppiceServer).tick),
		genserver.OnCast((*coppiceServer).want),
		genserver.OnCast((*coppiceServer).work),
	)
	player = genserver.Define(
		func(*coppice.Process, genserver.None) (*coppiceServer, error) { return &coppiceServer{}, nil },
		genserver.OnCast((*coppiceServer).ball),
		genserver.OnCast((*coppiceServer).meet),
		genserver.OnCast((*coppiceServer).serve),
	)
	// phoenix tells of each of its starts.
	phoenix = genserver.Define(
		func(p *coppice.Process, owner coppice.PID) (*coppiceServer, error) {
			return &coppiceServer{}, coppice.Send(p, owner, p.Self())
		},
		genserver.OnCall((*coppiceServer).get),
		genserver.OnCast((*coppiceServer).die),
	)
)

func (c *coppiceServer) get(*coppice.Process, get) (int, error)      { return c.answer(), nil }
func (c *coppiceServer) die(*coppice.Process, crash) error           { c.crash(); return nil }
func (c *coppiceServer) work(_ *coppice.Process, foreign work) error { foreign(); return nil }
func (c *coppiceServer) tick(*coppice.Process, tick) error           { c.count(); return nil }
func (c *coppiceServer) meet(_ *coppice.Process, m meet) error       { c.next = m.next; return nil }

func (c *coppiceServer) want(_ *coppice.Process, m want) error {
	c.left, c.done = m.ticks, m.done
	return nil
}

func (c *coppiceServer) serve(p *coppice.Process, m serve) error {
	c.left, c.done = m.laps, m.done
	return genserver.Cast(p, c.next, ball{})
}

func (c *coppiceServer) ball(p *coppice.Process, m ball) error {
	if c.count() {
		return nil
	}
	return genserver.Cast(p, c.next, m)
}

// A coppiceNode is a node with a client, which is a process.
type coppiceNode struct {
	*coppice.Node
	base int // processes that were there before the workload
}

func newCoppice(others int) coppiceNode {
	n := coppiceNode{Node: coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})}
	for range others {
		must(server.Start(n, genserver.None{}))
	}
	n.base = n.Count()
	return n
}

// as runs body in a process and waits for it.
func (n coppiceNode) as(body func(p *coppice.Process)) {
	done := make(chan struct{})
	must(coppice.Spawn(n, func(p *coppice.Process) error {
		defer close(done)
		body(p)
		return nil
	}))
	<-done
}

func (n coppiceNode) end() { n.Stop(context.Background()) }

// supervised starts a supervisor that restarts its children without limit.
func (n coppiceNode) supervised(ctx context.Context, children ...supervisor.ChildSpec) coppice.PID {
	return must(supervisor.New(supervisor.Spec{
		Restarts: supervisor.AtMost(1<<30, time.Second),
		Children: children,
	}).Start(ctx))
}

// startServer starts a server under a supervisor, registered at an address.
func (n coppiceNode) startServer(at coppice.Addr) coppice.PID {
	n.supervised(n,
		supervisor.ChildSpec{ID: "keys", Start: theKeys},
		supervisor.ChildSpec{ID: "server", Start: server.With(genserver.None{}, genserver.Name(at))},
	)
	return coppice.Whereis(n, at)
}

func coppiceCall(at coppice.Addr, direct bool) func(scene) loop {
	return func(s scene) loop {
		n := newCoppice(s.others)
		pid := n.startServer(at)
		to := at
		if direct {
			to = pid
		}
		return loop{end: n.end, run: func(times int) {
			n.as(func(p *coppice.Process) {
				for range times {
					must(genserver.Call(p, to, get{}))
				}
			})
		}}
	}
}

func coppiceCast(s scene) loop {
	n := newCoppice(s.others)
	pid := n.startServer(theServer)
	return loop{end: n.end, run: func(times int) {
		done := make(chan struct{})
		check(genserver.Cast(n, pid, want{times, done}))
		for i := range s.groups {
			must(coppice.Spawn(n, func(p *coppice.Process) error {
				for range share(times, s.groups, i) {
					check(genserver.Cast(p, pid, tick{}))
				}
				return nil
			}))
		}
		<-done
	}}
}

func coppiceRelay(s scene) loop {
	n := newCoppice(s.others)
	players := &supervisor.Dynamic[genserver.None]{
		Template: func(genserver.None) supervisor.ChildSpec {
			return supervisor.ChildSpec{Start: player.With(genserver.None{})}
		},
	}
	sup := must(players.Start(n))
	firsts := make([]coppice.PID, s.groups)
	for i := range firsts {
		ring := make([]coppice.PID, s.size)
		for j := range ring {
			ring[j] = must(players.StartChild(n, sup, genserver.None{}))
		}
		for j, pid := range ring {
			check(genserver.Cast(n, pid, meet{ring[(j+1)%s.size]}))
		}
		firsts[i] = ring[0]
	}
	return loop{end: n.end, run: func(times int) {
		done := make(chan struct{}, s.groups)
		for _, pid := range firsts {
			check(genserver.Cast(n, pid, serve{s.laps(times), done}))
		}
		for range firsts {
			<-done
		}
	}}
}

func coppiceSpawn(s scene) phases {
	n := newCoppice(s.others)
	var pids []coppice.PID
	return phases{
		fill: func(many int) {
			pids = make([]coppice.PID, many)
			n.as(func(p *coppice.Process) {
				for i := range pids {
					pids[i] = must(server.Start(p, genserver.None{})).PID()
				}
			})
		},
		empty: func() {
			n.as(func(p *coppice.Process) {
				for _, pid := range pids {
					check(coppice.Exit(p, pid, coppice.Shutdown))
				}
			})
			for n.Count() > n.base {
				time.Sleep(pause)
			}
		},
	}
}

func coppiceChildren(s scene) phases {
	n := newCoppice(s.others)
	servers := &supervisor.Dynamic[genserver.None]{
		Template: func(genserver.None) supervisor.ChildSpec {
			return supervisor.ChildSpec{Start: server.With(genserver.None{})}
		},
	}
	sup := must(servers.Start(n))
	return phases{
		fill: func(many int) {
			n.as(func(p *coppice.Process) {
				for range many {
					must(servers.StartChild(p, sup, genserver.None{}))
				}
			})
		},
		empty: func() { check(supervisor.Stop(n, sup, nil)) },
	}
}

func coppiceRestart(s scene) laps {
	n := newCoppice(s.others)
	return laps{end: n.end, run: func(times int, lap func()) {
		n.as(func(p *coppice.Process) {
			sup := n.supervised(p, supervisor.ChildSpec{ID: "phoenix", Start: phoenix.With(p.Self())})
			child := p.Receive().Body.(coppice.PID)
			for range times {
				check(genserver.Cast(p, child, crash{}))
				child = p.Receive().Body.(coppice.PID)
				isRight(must(genserver.Call(p, child, get{})))
				lap()
			}
			check(supervisor.Stop(p, sup, nil))
		})
	}}
}

func coppiceBacklog(s scene) phases {
	n := newCoppice(s.others)
	pid := n.startServer(theServer)
	gate, done := make(chan struct{}), make(chan struct{})
	return phases{
		fill: func(many int) {
			check(genserver.Cast(n, pid, want{many, done}))
			check(genserver.Cast(n, pid, work(func() { <-gate })))
			n.as(func(p *coppice.Process) {
				for range many {
					check(genserver.Cast(p, pid, tick{}))
				}
			})
		},
		empty: func() {
			close(gate)
			<-done
		},
	}
}

func coppiceBlocked(s scene) stuck {
	n := newCoppice(s.others)
	idle := n.startServer(theServer)
	return stuck{
		block: func(code []func()) {
			for _, foreign := range code {
				check(genserver.Cast(n, must(server.Start(n, genserver.None{})), work(foreign)))
			}
		},
		laps: laps{end: n.end, run: func(times int, lap func()) {
			n.as(func(p *coppice.Process) {
				for range times {
					must(genserver.Call(p, idle, get{}))
					lap()
				}
			})
		}},
	}
}
