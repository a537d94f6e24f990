package application

import (
	"context"
	"slices"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A controller is the state of the process [Controller].
type controller struct {
	apps  map[string]*entry
	order []*entry // those that have started, in start order
}

// An entry is an application that starts, runs or stops.
type entry struct {
	def    definition
	how    Type
	state  state
	master coppice.PID
	top    coppice.PID

	starters []genserver.Reply[bool]           // who waits for the start; the first one asked for it
	stoppers []genserver.Reply[genserver.None] // who waits for the end
	again    []again                           // who wants it started after the end
}

type again struct {
	request startOne
	reply   genserver.Reply[bool]
}

type state uint8

const (
	starting state = iota
	isRunning
	stopping
)

func controllers() *genserver.Definition[*controller, genserver.None] {
	return genserver.Define(newController,
		genserver.OnCallLater((*controller).startAll),
		genserver.OnCallLater((*controller).startOne),
		genserver.OnCallLater((*controller).stopOne),
		genserver.OnCall((*controller).running),
		genserver.OnCall((*controller).ownerOf),
		genserver.OnInfo((*controller).started),
		genserver.OnInfo((*controller).exited),
		genserver.OnTerminate((*controller).terminate),
	)
}

func newController(p *coppice.Process, _ genserver.None) (*controller, error) {
	p.TrapExit(true)
	return &controller{apps: make(map[string]*entry)}, nil
}

func (c *controller) startAll(p *coppice.Process, m startAll, reply genserver.Reply[[]string]) error {
	order, err := plan(m.defs,
		func(name string) bool { e := c.apps[name]; return e != nil && e.state == isRunning },
		func(name string) (def definition, ok bool) {
			if e := c.apps[name]; e != nil && e.state == starting {
				return e.def, true
			}
			return def, false
		})
	for _, def := range order {
		if e := c.apps[def.name]; e != nil && c.owner(m.by) == e {
			err = &StartError{def.name, coppice.CallingSelf}
		}
	}
	if err != nil {
		reply.Fail(err)
		return nil
	}
	self := p.Self()
	_, err = coppice.Spawn(p, func(q *coppice.Process) error { return m.run(q, self, order, reply) })
	return err
}

func (c *controller) startOne(p *coppice.Process, m startOne, reply genserver.Reply[bool]) error {
	if e := c.apps[m.def.name]; e != nil {
		switch e.state {
		case starting:
			e.starters = append(e.starters, reply)
		case isRunning:
			reply.Send(false)
		case stopping:
			e.again = append(e.again, again{m, reply})
		}
		return nil
	}
	for _, name := range m.def.dependsOn {
		if e := c.apps[name]; e == nil || e.state != isRunning { // it has ended since the plan was made
			reply.Fail(&NotRunningError{Application: name, NeededBy: m.def.name})
			return nil
		}
	}
	e := &entry{def: m.def, how: m.how, starters: []genserver.Reply[bool]{reply}}
	pid, err := coppice.SpawnLink(p, (&master{def: m.def}).run)
	if err != nil {
		reply.Fail(&StartError{m.def.name, err})
		return nil
	}
	e.master = pid
	c.apps[m.def.name] = e
	return nil
}

func (c *controller) started(_ *coppice.Process, m started) error {
	e := c.byMaster(m.master)
	if e == nil {
		return nil
	}
	e.state, e.top = isRunning, m.top
	c.order = append(c.order, e)
	for i, reply := range e.starters {
		reply.Send(i == 0)
	}
	e.starters = nil
	return nil
}

func (c *controller) stopOne(p *coppice.Process, m stopOne, reply genserver.Reply[genserver.None]) error {
	e := c.apps[m.name]
	switch {
	case e != nil && e.state != isRunning && c.owner(m.by) == e:
		reply.Fail(coppice.CallingSelf)
	case e == nil || e.state == starting:
		reply.Fail(&NotRunningError{Application: m.name})
	default:
		if e.state == isRunning {
			e.state = stopping
			_ = coppice.Send(p, e.master, end{})
		}
		e.stoppers = append(e.stoppers, reply)
	}
	return nil
}

// exited handles the end of a master. What becomes of the others is decided
// only where the application has ended by itself.
func (c *controller) exited(p *coppice.Process, m coppice.Exited) error {
	e := c.byMaster(m.PID)
	if e == nil {
		return nil
	}
	if c.gone(p, e, m.Reason) {
		return &EndedError{e.def.name, e.how, m.Reason}
	}
	for _, next := range e.again {
		if err := c.startOne(p, next.request, next.reply); err != nil {
			return err
		}
	}
	return nil
}

// gone strikes an application off, tells all who wait, and returns whether its
// end ends everything.
func (c *controller) gone(p *coppice.Process, e *entry, reason error) bool {
	delete(c.apps, e.def.name)
	c.order = slices.DeleteFunc(c.order, func(other *entry) bool { return other == e })
	for _, reply := range e.starters {
		reply.Fail(&StartError{e.def.name, reason})
	}
	for _, reply := range e.stoppers {
		reply.Send(genserver.None{})
	}
	if e.state == starting {
		return false
	}
	stopped := e.state == stopping
	endsAll := !stopped && e.how.ends(reason)
	p.Report(&ExitReport{
		At: time.Now(), Application: e.def.name, Type: e.how, Reason: reason, Stopped: stopped, EndsAll: endsAll,
	})
	return endsAll
}

// terminate stops what runs, the last one first, and for want of an application
// also the node. Those that are just starting come first.
func (c *controller) terminate(p *coppice.Process, reason error) error {
	for _, e := range c.apps {
		if e.state == starting {
			_ = coppice.Exit(p, e.master, coppice.Shutdown)
		}
	}
	for c.oneStarts() {
		c.attend(p)
	}
	for len(c.order) > 0 {
		e := c.order[len(c.order)-1]
		e.state = stopping
		_ = coppice.Exit(p, e.master, coppice.Shutdown)
		for c.apps[e.def.name] == e {
			c.attend(p)
		}
	}
	if _, ended := reason.(*EndedError); ended {
		p.Node().Stop(context.Background()) // begins only: this process has to end first
	}
	return nil
}

func (c *controller) oneStarts() bool {
	for _, e := range c.apps {
		if e.state == starting {
			return true
		}
	}
	return false
}

// attend waits for what the masters say while everything is being stopped, and
// refuses what is asked for meanwhile: an application that asks while it is
// being stopped would otherwise wait for the controller, and that for it.
func (c *controller) attend(p *coppice.Process) {
	m := p.Receive()
	switch body := m.Body.(type) {
	case started:
		_ = c.started(p, body)
	case coppice.Exited:
		if e := c.byMaster(body.PID); e != nil {
			c.gone(p, e, body.Reason)
			for _, next := range e.again {
				next.reply.Fail(ErrStopping)
			}
		}
	default:
		if _, stop := m.StopReason(); !stop && m.Kind() == coppice.CallMsg {
			m.From().Reply(nil, ErrStopping)
		}
	}
}

func (c *controller) running(*coppice.Process, askRunning) ([]Info, error) {
	var list []Info
	for _, e := range c.order {
		list = append(list, Info{e.def.name, e.how, slices.Clone(e.def.dependsOn), e.master, e.top})
	}
	return list, nil
}

func (c *controller) ownerOf(_ *coppice.Process, m ownerOf) (string, error) {
	if e := c.owner(m.pid); e != nil {
		return e.def.name, nil
	}
	return "", nil
}

// owner finds the application that a process belongs to, or nil.
func (c *controller) owner(pid coppice.PID) *entry {
	if pid.IsZero() {
		return nil
	}
	info, _ := coppice.Lookup(pid)
	for _, e := range c.apps {
		if e.master == pid || slices.Contains(info.Ancestors, e.master) {
			return e
		}
	}
	return nil
}

func (c *controller) byMaster(pid coppice.PID) *entry {
	for _, e := range c.apps {
		if e.master == pid {
			return e
		}
	}
	return nil
}
