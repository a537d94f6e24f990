package sys

import (
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A Control is the part of a behaviour that takes the requests of this package.
// Its zero value is ready. It belongs to the goroutine of the process. A
// behaviour hands it its system requests, and where that costs it nothing, tells
// it what it does:
//
//	func (c *counter) Handle(p *coppice.Process, m coppice.Message) error {
//		if m.Kind() == coppice.SysMsg {
//			return c.control.Handle(p, m, c, nil)
//		}
//		c.control.Begin(p, sys.Event{How: m.Kind(), Message: m.Body, Arrived: p.Arrived(m)})
//		defer c.control.End()
//		…
//	}
//
// A process of the function form does so in what it gives to
// [coppice.Process.OnSystem].
type Control struct {
	suspended bool
	stats     *statistics
	traces    []*stream
	began     time.Time // when the message that is being handled was taken
}

// Handle answers a system request. state is what Replace changes by calling
// set, which may be nil, and what State shows as [View] makes it. When it has
// suspended the process Handle returns only after a Resume. An error is why the
// process has to end meanwhile: return it.
func (c *Control) Handle(p *coppice.Process, m coppice.Message, state any, set func(any)) error {
	s := subject{state, set}
	if set != nil {
		s.set = func(v any) { // for the requests that follow while it is suspended
			set(v)
			s.state = v
		}
	}
	c.answer(p, m, s)
	for c.suspended {
		m, _ := p.ReceiveMatch(forSuspended(p.Parent()), -1)
		if exit, ok := m.Body.(coppice.Exited); ok {
			return exit.Reason
		}
		if reason, ok := m.StopReason(); ok {
			return reason
		}
		c.answer(p, m, subject{s.state, s.set})
	}
	return nil
}

// forSuspended accepts what a suspended process takes from its mailbox.
func forSuspended(parent coppice.PID) func(coppice.Message) bool {
	return func(m coppice.Message) bool {
		exit, ok := m.Body.(coppice.Exited)
		return m.Kind() == coppice.SysMsg || ok && exit.PID == parent
	}
}

func (c *Control) answer(p *coppice.Process, m coppice.Message, s subject) {
	r, ok := m.Body.(request)
	if !ok {
		m.From().Reply(nil, coppice.ErrNotSystem)
		return
	}
	value, err := r(c, p, s)
	m.From().Reply(value, err)
}

// On reports whether anybody wants to be told anything. It is false for a nil
// Control: so a behaviour need not have one before its first system request.
func (c *Control) On() bool { return c != nil && (c.stats != nil || len(c.traces) > 0) }

// Begin tells that the process handles a message now: an event with What [In].
func (c *Control) Begin(p *coppice.Process, e Event) {
	if !c.On() {
		return
	}
	c.Tell(p, e)
	if c.stats != nil {
		c.began = time.Now()
	}
}

// End tells that it has handled it.
func (c *Control) End() {
	if c != nil && c.stats != nil && !c.began.IsZero() {
		c.stats.busy(time.Since(c.began))
		c.began = time.Time{}
	}
}

// Tell passes an event on to those who trace the process, and counts it. PID
// and At need not be set. It never waits.
func (c *Control) Tell(p *coppice.Process, e Event) {
	if !c.On() {
		return
	}
	if c.stats != nil {
		c.stats.count(e)
	}
	if len(c.traces) == 0 {
		return
	}
	e.PID, e.At = p.Self(), time.Now()
	open := c.traces[:0]
	for _, s := range c.traces {
		if s.put(e) {
			open = append(open, s)
		}
	}
	clear(c.traces[len(open):])
	if c.traces = open; len(open) == 0 {
		p.NoteArrivals(false)
	}
}

// Stats is what a server counts while [Collect] is on.
type Stats struct {
	Since   time.Time // when it began
	At      time.Time // when this was read
	In      uint64    // messages handled
	Out     uint64    // replies given by handlers
	Busy    time.Duration
	Longest time.Duration // that the handling of one message took
}

type statistics struct{ Stats }

func (c *Control) collect(on bool) {
	c.stats = nil
	if on {
		c.stats = &statistics{Stats{Since: time.Now()}}
	}
}

func (s *statistics) count(e Event) {
	switch e.What {
	case In:
		s.In++
	case Out:
		s.Out++
	}
}

func (s *statistics) busy(d time.Duration) {
	s.Busy += d
	s.Longest = max(s.Longest, d)
}

func (s *statistics) now() Stats {
	read := s.Stats
	read.At = time.Now()
	return read
}
