package restart

import "iter"

// A Child is what the decision needs to know of a child.
type Child struct {
	ID          string // the supervisor's own name for it
	Restart     Restart
	Significant bool // its end may end the supervisor, see AutoShutdown
	Backoff     Backoff
}

// Children are the children of one supervisor, in start order. A Children is
// made by [New], is not to be copied, and is not safe for use by several
// goroutines: it belongs to its supervisor.
type Children struct {
	strategy     Strategy
	autoShutdown AutoShutdown
	intensity    Intensity

	// Random is asked for a number from 0 up to 1 where a Backoff has a Jitter.
	// It is set by the supervisor, if a child has one.
	Random func() float64

	// The children form a ring closed by root. In a slice, dropping one of n
	// temporary children would move all behind it, and their index too.
	root child
	byID map[string]*child
}

type child struct {
	Child
	status     Status
	waits      bool // it is Retrying until Due, and not until Retry
	pauses     Pauses
	prev, next *child
}

// New makes an empty Children.
func New(strategy Strategy, auto AutoShutdown, intensity Intensity) *Children {
	cs := &Children{strategy: strategy, autoShutdown: auto, intensity: intensity, byID: map[string]*child{}}
	cs.root.prev, cs.root.next = &cs.root, &cs.root
	return cs
}

// Len is the number of children, with and without a process.
func (cs *Children) Len() int { return len(cs.byID) }

// Status is the status of a child, Absent for an id that is not in use.
func (cs *Children) Status(id string) Status {
	if c := cs.byID[id]; c != nil {
		return c.status
	}
	return Absent
}

// All yields the children in start order.
func (cs *Children) All() iter.Seq2[string, Status] {
	return func(yield func(string, Status) bool) {
		for c := cs.root.next; c != &cs.root && yield(c.ID, c.status); c = c.next {
		}
	}
}

// Backward yields the children in reverse start order, as OTP lists them.
func (cs *Children) Backward() iter.Seq2[string, Status] {
	return func(yield func(string, Status) bool) {
		for c := cs.root.prev; c != &cs.root && yield(c.ID, c.status); c = c.prev {
		}
	}
}

// drop removes c from the children.
func (cs *Children) drop(c *child) {
	c.prev.next, c.next.prev = c.next, c.prev
	delete(cs.byID, c.ID)
}

// run is the children restarted along with c: from first up to and without end.
func (cs *Children) run(c *child) (first, end *child) {
	switch cs.strategy {
	case OneForAll:
		return cs.root.next, &cs.root
	case RestForOne:
		return c, &cs.root
	}
	return c, c.next
}

// down takes all from first up to end as stopped and lists, in reverse order,
// those that are therefore to be stopped.
func down(first, end *child) (stop []string) {
	for c, before := end.prev, first.prev; c != before; c = c.prev {
		if c.status == Running {
			stop = append(stop, c.ID)
		}
		c.status = Down
	}
	return stop
}
