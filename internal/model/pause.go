package model

// A child with a back-off waits before it is started again, and what is
// restarted along with it waits too. OTP has no such thing.

// pause is how long the restart of c waits that is decided now: as long as the
// last time and as long again, unless it has lived for longer than any wait.
func (c *child) pause(now int) int {
	if c.spec.First == 0 {
		return 0
	}
	if now-c.over > c.spec.Most {
		c.before = 0
	}
	wait := min(c.spec.First<<min(c.before, 16), c.spec.Most)
	c.before++
	c.over = now + wait
	return wait
}

// down notes that c is not about to be restarted.
func (c *child) down() { c.retrying, c.waits = false, 0 }

// restarted is the answer to who has cut the wait of c short.
func (c *child) restarted() string {
	switch {
	case c.retrying:
		return "error restarting"
	case c.pid == "":
		return "ok none"
	}
	return "ok " + c.pid
}

// pause has a supervisor wait before it starts a child, which has ended as have
// those that are restarted along with it.
func (w *World) pause(p *Proc, a act) {
	c := &p.sup.children[p.sup.find(a.child)]
	c.retrying, c.waits = true, p.next()
	w.timers = append(w.timers, timer{at: w.Now + a.n, what: "due", to: p.ID, child: a.child, n: c.waits})
}
