package application

import (
	"slices"

	"github.com/seed-7832d3a3/coppice"
)

// A master is the process of one application, and the parent of its top. It
// answers to application_master and the hidden process beside it.
type master struct {
	def  definition
	tree Tree
	top  coppice.PID
}

// What a master says to the controller, and the other way round.
type (
	started struct{ master, top coppice.PID }
	end     struct{}
)

func (m *master) run(p *coppice.Process) error {
	p.SetLabel("application " + m.def.name)
	if err := m.up(p); err != nil {
		return quit(p, err)
	}
	if err := coppice.Send(p, p.Parent(), started{p.Self(), m.top}); err != nil {
		return err
	}
	for {
		switch body := p.Receive().Body.(type) {
		case end:
			m.down(p)
			return nil
		case coppice.Exited:
			switch body.PID {
			case m.top:
				m.prepStop(p)
				m.stopped(p, nil)
				return quit(p, body.Reason)
			case p.Parent():
				m.down(p)
				return quit(p, body.Reason)
			}
		}
	}
}

// quit ends the master with reason. That is no crash of its own, to be
// reported: whoever failed has been, and the controller tells of the
// application. So an abnormal reason comes by a signal.
func quit(p *coppice.Process, reason error) error {
	if coppice.ClassOf(reason) == coppice.ClassAbnormal {
		p.TrapExit(false)
		return coppice.Exit(p, p.Self(), reason)
	}
	return reason
}

// up starts the application, and leaves nothing behind if that fails.
func (m *master) up(p *coppice.Process) (err error) {
	if m.tree, err = m.def.start(p); err != nil {
		return err
	}
	p.TrapExit(true) // not before: Start ends where it waits if everything is to end
	if m.tree.Top != nil {
		m.top, err = m.tree.Top.StartLink(p)
	}
	for _, phase := range m.tree.Phases {
		if err != nil {
			break
		}
		err = m.phase(p, phase)
	}
	if err != nil {
		m.stopTree(p)
	}
	return err
}

// phase runs a phase. If the application is to end meanwhile the phase is killed,
// as nobody knows for how long it would go on.
func (m *master) phase(p *coppice.Process, phase Phase) error {
	var end error
	failed := apart(p, "start phase "+phase.Name, phase.Run, func(message coppice.Message) bool {
		exited, ok := message.Body.(coppice.Exited)
		if ok && exited.PID == p.Parent() {
			end = exited.Reason
		}
		return end != nil
	})
	switch {
	case end != nil:
		return end
	case failed != nil:
		return &PhaseError{phase.Name, failed}
	}
	return nil
}

// down stops the application.
func (m *master) down(p *coppice.Process) {
	m.prepStop(p)
	m.stopTree(p)
}

func (m *master) prepStop(p *coppice.Process) {
	if m.tree.PrepStop != nil {
		_ = apart(p, "prep_stop of "+m.def.name, func(p *coppice.Process) error { m.tree.PrepStop(p); return nil }, nil)
	}
}

// stopTree waits for the end of the tree as long as that takes: the top has the
// time limits of its children.
func (m *master) stopTree(p *coppice.Process) {
	had := descendants(p)
	if !m.top.IsZero() {
		_ = coppice.Exit(p, m.top, coppice.Shutdown)
		p.ReceiveMatch(func(message coppice.Message) bool {
			exited, ok := message.Body.(coppice.Exited)
			return ok && exited.PID == m.top
		}, -1)
	}
	m.stopped(p, had)
}

// stopped cleans up after the tree has ended: it kills what the application has
// started outside of it, of which had is what was known before.
func (m *master) stopped(p *coppice.Process, had []coppice.PID) {
	if m.tree.Stop != nil {
		_ = apart(p, "stop of "+m.def.name, func(p *coppice.Process) error { m.tree.Stop(p); return nil }, nil)
	}
	for _, pid := range append(had, descendants(p)...) {
		_ = coppice.Exit(p, pid, coppice.Kill)
	}
}

// descendants returns the living processes that p, or one that it has started
// and that lives, has started.
func descendants(p *coppice.Process) (found []coppice.PID) {
	for pid := range p.Node().List() {
		if info, ok := coppice.Lookup(pid); ok && slices.Contains(info.Ancestors, p.Self()) {
			found = append(found, pid)
		}
	}
	return found
}

// apart runs f in a process of its own, so that its crash is reported and ends
// nothing else, and returns its error or the reason of its end. A message for
// which until (or nil) is true has it killed.
func apart(p *coppice.Process, label string, f func(*coppice.Process) error, until func(coppice.Message) bool) error {
	var err error
	pid, ref, failed := coppice.SpawnMonitor(p, func(q *coppice.Process) error {
		q.SetLabel(label)
		err = f(q)
		return nil
	})
	if failed != nil {
		return failed
	}
	message, _ := p.ReceiveMatch(func(message coppice.Message) bool {
		down, ok := message.Body.(coppice.Down)
		return ok && down.Ref == ref || until != nil && until(message)
	}, -1)
	if _, ended := message.Body.(coppice.Down); !ended {
		_ = coppice.Exit(p, pid, coppice.Kill)
		message, _ = p.ReceiveRef(ref, -1)
	}
	if down, ok := message.Body.(coppice.Down); ok && down.Reason != coppice.Normal {
		return down.Reason
	}
	return err
}
