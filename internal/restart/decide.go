package restart

import "time"

// Init plans the start of the supervisor: of all its children. If a start
// fails, what follows is not Failed but [Children.Shutdown], which stops those
// that had started.
func (cs *Children) Init() (p Plan) {
	for id := range cs.All() {
		p.Start = append(p.Start, id)
	}
	return p
}

// Shutdown plans the end of the supervisor. It may be asked for again: after a
// plan that says Exit nothing is left to do.
func (cs *Children) Shutdown() Plan {
	return Plan{Stop: down(cs.root.next, &cs.root), Exit: true}
}

// Started records that a child was started, by a plan or by hand.
func (cs *Children) Started(id string) { cs.child(id).status = Running }

// Ignored records that a child was to be started and did not want to. It keeps
// its place, unless it is temporary: then it is dropped, and Ignored says so.
func (cs *Children) Ignored(id string) (dropped bool) {
	c := cs.child(id)
	c.status = Down
	if c.Restart == Temporary {
		cs.drop(c)
		return true
	}
	return false
}

// Failed records that a start that a plan of Exited or Retry asked for has
// failed. The supervisor sends itself a message, one for each Failed, on which
// it calls Retry; the children that the plan did not come to wait for that.
func (cs *Children) Failed(id string) {
	c := cs.child(id)
	c.status, c.waits = Retrying, false
}

// Retry plans another try at a restart that failed. The plan is empty if there
// is nothing to retry any more: the child was terminated, or another restart
// has taken it along.
func (cs *Children) Retry(id string, now time.Time) Plan {
	if c := cs.byID[id]; c != nil && c.status == Retrying && !c.waits {
		return cs.restart(c, now)
	}
	return Plan{}
}

// Waits reports whether a child waits until [Children.Due].
func (cs *Children) Waits(id string) bool {
	c := cs.byID[id]
	return c != nil && c.status == Retrying && c.waits
}

// Due plans the restart of a child that a plan had wait, when the wait is over
// or is cut short. It was counted when it was decided. The plan is empty if the
// child does not wait any more: it was terminated, or another restart has taken
// it along.
func (cs *Children) Due(id string) Plan {
	if !cs.Waits(id) {
		return Plan{}
	}
	return cs.again(cs.byID[id], 0)
}

// Exited plans what follows the end of a child that no plan had asked for. The
// supervisor calls it for the process that it holds for this child now: the
// late end of an earlier one means nothing.
func (cs *Children) Exited(id string, class Class, now time.Time) (p Plan) {
	c := cs.byID[id]
	if c == nil || c.status != Running {
		return Plan{}
	}
	c.status = Down
	if c.Restart.After(class) {
		return cs.restart(c, now)
	}
	if c.Significant && cs.finished() {
		p = cs.Shutdown()
	}
	if c.Restart == Temporary {
		cs.drop(c)
		p.Drop = []string{id}
	}
	return p
}

// restart plans the restart of c, which has no process.
func (cs *Children) restart(c *child, now time.Time) Plan {
	if !cs.intensity.Spend(now) {
		p := cs.Shutdown()
		p.Exceeded = true
		return p
	}
	return cs.again(c, c.pauses.Next(c.Backoff, now, cs.Random))
}

// again plans the restart of the run of c, after a wait, if that is not 0.
func (cs *Children) again(c *child, wait time.Duration) Plan {
	first, end := cs.run(c)
	p := Plan{Stop: down(first, end), Wait: wait}
	for c := first; c != end; c = c.next {
		switch {
		case c.Restart == Temporary:
			cs.drop(c)
			p.Drop = append(p.Drop, c.ID)
		case wait == 0:
			p.Start = append(p.Start, c.ID)
		}
	}
	if wait > 0 {
		c.status, c.waits = Retrying, true
	}
	return p
}

// finished reports whether the end of a significant child, which is Down by
// now, ends the supervisor.
func (cs *Children) finished() bool {
	switch cs.autoShutdown {
	case AnySignificant:
		return true
	case AllSignificant:
		for _, c := range cs.byID {
			if c.Significant && c.status != Down {
				return false
			}
		}
		return true
	}
	return false
}

// Recent counts the restarts within the period up to now.
func (cs *Children) Recent(now time.Time) int { return cs.intensity.Recent(now) }

// child finds a child that the supervisor must know.
func (cs *Children) child(id string) *child {
	c := cs.byID[id]
	if c == nil {
		panic("restart: no child " + id)
	}
	return c
}
