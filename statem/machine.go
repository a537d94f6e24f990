package statem

import (
	"errors"
	"reflect"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/sys"
)

// A machine is one state machine: the behaviour that its process runs.
type machine[D, A any] struct {
	def   *Definition[D, A]
	arg   A // for the constructor
	data  D
	table *table[D] // of the present state, or nil
	core  core
	built bool // there is data
	late  bool // it began by Enter, and OnEnter of its state has not run
}

// entered is the message that a machine which began by Enter sends itself.
type entered struct{}

// A stopper is the error that [Stop] makes.
type stopper interface {
	Stops() (reason error, reply bool)
}

var errNoState = errors.New("statem: a machine without a state: list one in Define, or call Next in the constructor")

func newMachine[D, A any](d *Definition[D, A], arg A) *machine[D, A] {
	return &machine[D, A]{def: d, arg: arg}
}

func (m *machine[D, A]) machine() *core { return &m.core }

// Init implements coppice.Behaviour.
func (m *machine[D, A]) Init(p *coppice.Process) error {
	c := &m.core
	c.check = m.def.check
	c.step.begin(starting)
	data, err := m.def.init(p, m.arg)
	if err != nil {
		return reasonOf(err)
	}
	if c.state = c.step.next; c.state == "" {
		c.state = m.def.first
	}
	if c.state == "" {
		return errNoState
	}
	var none A
	m.arg, m.data, m.built = none, data, true
	m.table = m.def.states[c.state]
	if m.onEnter(m.table) == nil && len(c.step.timeouts) == 0 && len(c.step.inserts) == 0 {
		c.step.begin(outside)
		return nil
	}
	p.InitAck()
	return m.begin(p)
}

// begin enters the first state, does what the constructor has asked for, and
// handles what comes of that.
func (m *machine[D, A]) begin(p *coppice.Process) error {
	m.core.step.next, m.core.step.repeat = "", true
	if err := m.transit(p, nil); err != nil {
		return reasonOf(err)
	}
	return m.drain(p)
}

// Handle implements coppice.Behaviour.
func (m *machine[D, A]) Handle(p *coppice.Process, message coppice.Message) error {
	if m.late {
		m.late = false
		if err := m.begin(p); err != nil {
			return err
		}
	}
	if _, ok := message.Body.(entered); ok {
		return nil
	}
	ev := event{info, message}
	switch message.Kind() {
	case coppice.SysMsg:
		return m.system(p, message)
	case coppice.CallMsg:
		ev.kind = call
	case coppice.CastMsg:
		ev.kind = cast
	default:
		if f, ok := message.Body.(firing); ok {
			if ev, ok = m.core.due(f); !ok {
				return nil
			}
		}
	}
	if c := m.core.control; c.On() {
		c.Begin(p, sys.Event{What: sys.In, How: message.Kind(), Message: ev.message.Body, Arrived: p.Arrived(message), State: m.core.state})
		defer c.End()
	}
	if err := m.handle(p, ev); err != nil {
		return reasonOf(err)
	}
	return m.drain(p)
}

// drain handles the events that wait in the machine.
func (m *machine[D, A]) drain(p *coppice.Process) error {
	for p.Err() == nil { // or it was told to end: the kernel sees to it
		ev, ok := m.core.pop(p)
		if !ok {
			break
		}
		if err := m.handle(p, ev); err != nil {
			return reasonOf(err)
		}
	}
	return nil
}

// handle handles one event, with all that its handler asks for.
func (m *machine[D, A]) handle(p *coppice.Process, ev event) error {
	m.core.step.begin(handling)
	p.Handles(ev.message) // it may have been postponed
	message := reflect.TypeOf(ev.message.Body)
	h := m.table.find(ev.kind, message)
	if h == nil {
		h = m.def.any.find(ev.kind, message)
	}
	var err error
	if h == nil {
		err = m.unknown(p, ev)
	} else {
		err = h.run(m.data, p, &m.core, ev.message)
	}
	if err != nil {
		return err
	}
	return m.transit(p, &ev)
}

// transit does what follows when a handler has returned.
func (m *machine[D, A]) transit(p *coppice.Process, ev *event) error {
	c := &m.core
	to := c.state
	if c.step.next != "" {
		to = c.step.next
	}
	if to != c.state || c.step.repeat {
		if err := m.enter(p, to); err != nil {
			return err
		}
	}
	if to != c.state {
		m.table = m.def.states[to]
	}
	err := c.commit(p, ev, to)
	c.step.begin(outside)
	return err
}

// enter calls OnEnter of the state to. Until it has returned the machine is in
// the old one; as in gen_statem, one that crashes in it ends there, and one that
// it stops in the new one.
func (m *machine[D, A]) enter(p *coppice.Process, to string) error {
	c := &m.core
	f := m.onEnter(m.def.states[to])
	if f == nil {
		return nil
	}
	c.target, c.step.phase = to, entering
	for again := true; again; again = c.step.repeat {
		c.step.repeat = false
		if err := f(m.data, p, c.state); err != nil {
			c.state = to
			return err
		}
	}
	return nil
}

func (m *machine[D, A]) onEnter(t *table[D]) func(D, *coppice.Process, string) error {
	if t != nil && t.enter != nil {
		return t.enter
	}
	return m.def.any.enter
}

// unknown deals with an event that no handler is for, as genserver does.
func (m *machine[D, A]) unknown(p *coppice.Process, ev event) error {
	e := m.def.refuse(m.core.state, ev.kind, ev.message.Body)
	switch ev.kind {
	case call:
		ev.message.From().Reply(nil, e)
		return nil
	case info:
		p.Logger().Warn("unexpected message: "+e.Error(), "server", e.Server, "message_type", e.Message)
		return nil
	}
	return e
}

func reasonOf(err error) error {
	if st, ok := err.(stopper); ok {
		reason, _ := st.Stops()
		return reason
	}
	return err
}

// Terminate implements coppice.Behaviour.
func (m *machine[D, A]) Terminate(p *coppice.Process, reason error) error {
	c := &m.core
	c.step.begin(ending)
	c.tell(p, sys.Event{What: sys.Ended, Err: reason, State: c.state})
	for _, t := range c.timers {
		if t.timer != nil {
			t.timer.Cancel()
		}
	}
	if m.def.terminate == nil || !m.built {
		return nil
	}
	return reasonOf(m.def.terminate(m.data, p, reason))
}

// String names the type of machine.
func (m *machine[D, A]) String() string { return m.def.name }
