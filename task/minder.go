package task

import (
	"errors"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A minder is the process between the owner of a stream and its tasks. It
// starts them and is what they are linked with, so that a task's end reaches the
// owner by the minder's, or not at all if the owner traps exits, and it keeps
// the time limits while the owner is busy with what the stream has yielded.
type minder struct {
	p       *coppice.Process
	owner   coppice.PID
	parent  coppice.Ref // the monitor on the owner
	to      coppice.Addr
	options StreamOptions
	callers []coppice.PID
	running map[coppice.PID]*minded
	due     []*minded // those with a time limit, in start order, which is that of their deadlines
}

// A minded is a task of a minder.
type minded struct {
	itemEnded
	pid      coppice.PID
	watch    coppice.Ref
	deadline time.Time
	gone     bool
}

// The messages to a minder and from it.
type (
	startItem struct { // a request; replied to when the task has started
		index int
		label string
		run   func(*coppice.Process) (any, error)
	}
	itemValue struct { // from a task
		from  coppice.PID
		value any
	}
	stopItems struct{} // end all tasks, and then yourself
	itemEnded struct { // to the owner
		index  int
		value  any
		ok     bool  // there is a value
		late   bool  // it was killed as it took too long
		reason error // of its end
	}
)

// startMinder starts the minder of a stream, linked with its owner.
func startMinder(p *coppice.Process, options StreamOptions) (coppice.PID, coppice.Ref, error) {
	info, _ := coppice.Lookup(p.Self())
	m := &minder{owner: p.Self(), options: options, callers: callersOf(p), running: make(map[coppice.PID]*minded)}
	pid, err := coppice.SpawnLink(p, func(q *coppice.Process) error {
		q.TrapExit(info.Trapping)
		q.SetLabel("task.Stream")
		m.p = q
		return m.run()
	})
	if err != nil {
		return pid, coppice.Ref{}, err
	}
	ref, err := p.MonitorAlias(pid, false)
	if err != nil {
		return pid, ref, err
	}
	return pid, ref, coppice.Send(p, pid, start{ref})
}

func (m *minder) run() (err error) {
	if m.parent, err = m.p.Monitor(m.owner); err != nil {
		return err
	}
	for {
		message, ok := m.next()
		if !ok {
			m.killLate()
			continue
		}
		switch body := message.Body.(type) {
		case start:
			m.to = body.to
		case startItem:
			if err := m.startItem(body, message.From()); err != nil {
				return err
			}
		case itemValue:
			if t := m.running[body.from]; t != nil {
				t.value, t.ok = body.value, true
			}
		case stopItems:
			m.stop()
			return nil
		case coppice.Down:
			if body.Ref == m.parent {
				m.follow(body.Reason)
				return body.Reason
			}
			if err := m.ended(body); err != nil {
				return err
			}
		}
	}
}

// next returns the next message, or false when a task has run too long.
func (m *minder) next() (coppice.Message, bool) {
	for len(m.due) > 0 && m.due[0].gone {
		m.due = m.due[1:]
	}
	left := time.Duration(-1)
	if len(m.due) > 0 {
		left = max(time.Until(m.due[0].deadline), 0)
	}
	return m.p.ReceiveFrom(m.others, nil, left)
}

// others yields those that send messages to m.
func (m *minder) others(yield func(coppice.PID) bool) {
	if !yield(m.owner) {
		return
	}
	for pid := range m.running {
		if !yield(pid) {
			return
		}
	}
}

// startItem starts a task. An error ends the minder: there is no supervisor to
// start it under. That the supervisor is full is for the owner to hear.
func (m *minder) startItem(s startItem, from coppice.From) error {
	pid, err := m.spawn(s)
	switch {
	case errors.Is(err, supervisor.ErrMaxChildren):
		from.Reply(nil, err)
		return nil
	case err != nil:
		return err
	}
	watch, err := m.p.Monitor(pid)
	if err != nil {
		return err
	}
	t := &minded{itemEnded: itemEnded{index: s.index}, pid: pid, watch: watch}
	m.running[pid] = t
	if m.options.Timeout > 0 {
		t.deadline = time.Now().Add(m.options.Timeout)
		m.due = append(m.due, t)
	}
	if err := coppice.Send(m.p, pid, start{m.p.Self()}); err != nil {
		return err
	}
	from.Reply(nil, nil)
	return nil
}

// spawn starts the process of a task; it waits for start.
func (m *minder) spawn(s startItem) (coppice.PID, error) {
	w := worker{boss: m.p.Self(), callers: m.callers, label: s.label}
	w.run = func(q *coppice.Process) (any, error) {
		value, err := s.run(q)
		return itemValue{q.Self(), value}, err
	}
	if m.options.Supervisor == nil {
		return coppice.SpawnLink(m.p, w.body)
	}
	w.strangers = true
	pid, err := child(m.p, m.options.Supervisor, w.body, m.options.Options, Restart(supervisor.Temporary))
	if err == nil && !m.options.NoLink {
		err = m.p.Link(pid)
	}
	return pid, err
}

// ended tells the owner what has become of a task.
func (m *minder) ended(down coppice.Down) error {
	t := m.running[down.PID]
	if t == nil || t.watch != down.Ref {
		return nil
	}
	delete(m.running, down.PID)
	t.gone, t.reason = true, down.Reason
	return coppice.Send(m.p, m.to, t.itemEnded)
}

// killLate kills the first task whose time is over; its end is not the minder's.
func (m *minder) killLate() {
	t := m.due[0]
	m.due = m.due[1:]
	if !t.gone {
		t.late = true
		_ = unlinkAndExit(m.p, t.pid, coppice.Kill)
	}
}

// stop kills all tasks and waits until they have ended.
func (m *minder) stop() {
	m.p.TrapExit(true)
	for pid := range m.running {
		_ = coppice.Exit(m.p, pid, coppice.Kill)
	}
	for _, t := range m.running {
		m.p.ReceiveRef(t.watch, -1)
	}
}

// follow ends the tasks that are linked, as the owner has ended.
func (m *minder) follow(reason error) {
	if m.options.NoLink {
		return
	}
	for pid := range m.running {
		_ = coppice.Exit(m.p, pid, reason)
	}
}
