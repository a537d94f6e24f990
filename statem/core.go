package statem

import (
	"slices"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/sys"
)

// A core is the part of a machine that does not depend on its types: its state,
// the events that wait in it, and its time-outs.
type core struct {
	state     string
	target    string // while OnEnter runs: the state it comes to
	step      step
	queue     []event // events before those of the mailbox; the last is next
	postponed []event // in the order they came
	timers    []timer
	zero      []TimeoutName // the timers that are due, in order
	fired     uint64        // counts the timers that have been started
	check     func(state string)
	control   *sys.Control // nil before the first system request
}

// An event is what a handler handles.
type event struct {
	kind    kind
	message coppice.Message
}

// A timer is a time-out that runs.
type timer struct {
	name    TimeoutName
	message any
	number  uint64
	timer   *coppice.Timer // nil: it is in core.zero
}

// A firing is the message by which a timer tells that it is due.
type firing struct {
	name   TimeoutName
	number uint64
}

// A setting is what a handler does to a time-out.
type setting struct {
	what    settingKind
	name    TimeoutName
	after   time.Duration
	message any
}

type settingKind uint8

const (
	set settingKind = iota
	update
	cancel
)

func (c *core) current() string {
	if c.step.phase == entering {
		return c.target
	}
	return c.state
}

func (c *core) reply(p *coppice.Process, from coppice.From, value any, err error) {
	from.Reply(value, err)
	c.tell(p, sys.Event{What: sys.Out, Message: value, Err: err, State: c.state})
}

func (c *core) tell(p *coppice.Process, e sys.Event) {
	if c.control != nil {
		c.control.Tell(p, e)
	}
}

// commit carries out what the handlers of an event have asked for, when the
// machine goes to a state. ev is the event, or nil at the start.
func (c *core) commit(p *coppice.Process, ev *event, to string) error {
	s := &c.step
	if ev != nil {
		c.tellOutcome(p, ev, to)
	}
	if s.postpone {
		c.postponed = append(c.postponed, *ev)
	}
	if to != c.state {
		c.state = to
		c.cancel(StateTimeout)
		for _, again := range slices.Backward(c.postponed) {
			c.queue = append(c.queue, again)
		}
		clear(c.postponed)
		c.postponed = c.postponed[:0]
	}
	c.cancel(EventTimeout)
	for i, t := range s.timeouts {
		later := s.timeouts[i+1:]
		if slices.ContainsFunc(later, func(l setting) bool { return l.name == t.name }) {
			continue
		}
		if err := c.apply(p, t); err != nil {
			return err
		}
	}
	for _, m := range slices.Backward(s.inserts) {
		c.queue = append(c.queue, event{internal, m})
	}
	return nil
}

func (c *core) tellOutcome(p *coppice.Process, ev *event, to string) {
	if c.control == nil || !c.control.On() {
		return
	}
	e := sys.Event{What: sys.Consumed, How: ev.message.Kind(), Message: ev.message.Body, State: c.state, Next: to}
	if c.step.postpone {
		e.What = sys.Postponed
	}
	c.tell(p, e)
	for _, m := range c.step.inserts {
		c.tell(p, sys.Event{What: sys.In, Message: m.Body, State: to})
	}
}

// apply carries out one setting.
func (c *core) apply(p *coppice.Process, t setting) error {
	if t.what == update {
		if i := c.timer(t.name); i >= 0 {
			c.timers[i].message = t.message
			return nil
		}
	}
	c.cancel(t.name)
	if t.what == cancel {
		return nil
	}
	c.tell(p, sys.Event{What: sys.TimerSet, Message: t.message, State: c.state})
	c.fired++
	running := timer{name: t.name, message: t.message, number: c.fired}
	if t.after == 0 {
		c.zero = append(c.zero, t.name)
	} else {
		var err error
		running.timer, err = coppice.SendAfter(p, p.Self(), t.after, firing{t.name, c.fired})
		if err != nil {
			return err
		}
	}
	c.timers = append(c.timers, running)
	return nil
}

func (c *core) timer(name TimeoutName) int {
	return slices.IndexFunc(c.timers, func(t timer) bool { return t.name == name })
}

// cancel ends a time-out, if it is there. One whose message is in the mailbox
// already is not known any more when that is handled.
func (c *core) cancel(name TimeoutName) {
	i := c.timer(name)
	if i < 0 {
		return
	}
	if t := c.timers[i].timer; t != nil {
		t.Cancel()
	} else {
		z := slices.Index(c.zero, name)
		c.zero = slices.Delete(c.zero, z, z+1)
	}
	c.timers = slices.Delete(c.timers, i, i+1)
}

// due takes the time-out that f tells of; false means that it was cancelled.
func (c *core) due(f firing) (event, bool) {
	i := c.timer(f.name)
	if i < 0 || c.timers[i].number != f.number {
		return event{}, false
	}
	ev := event{timeout, coppice.Message{Body: c.timers[i].message}}
	c.timers = slices.Delete(c.timers, i, i+1)
	return ev, true
}

// pop takes the next event that waits in the machine: of those that were
// inserted or come again, and then of the time-outs of zero.
func (c *core) pop(p *coppice.Process) (event, bool) {
	if last := len(c.queue) - 1; last >= 0 {
		ev := c.queue[last]
		c.queue[last] = event{}
		c.queue = c.queue[:last]
		return ev, true
	}
	if len(c.zero) == 0 {
		return event{}, false
	}
	i := c.timer(c.zero[0])
	ev := event{timeout, coppice.Message{Body: c.timers[i].message}}
	c.cancel(c.zero[0])
	c.tell(p, sys.Event{What: sys.In, Message: ev.message.Body, State: c.state})
	return ev, true
}
