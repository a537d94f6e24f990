package supervisor

import (
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// terminate stops all children. All are told at once, and each has its own
// time.
func (s *dynamic) terminate(p *coppice.Process, _ error) error {
	w := waiting{p: p, s: s, refs: make(map[coppice.Ref]coppice.PID, len(s.children))}
	now := time.Now()
	for pid, c := range s.children {
		if c.restarting {
			continue
		}
		ref, err := p.Monitor(pid)
		if err != nil {
			continue
		}
		w.refs[ref] = pid
		d, kill := c.spec.Shutdown.limit()
		if kill {
			_ = coppice.Exit(p, pid, coppice.Kill)
			continue
		}
		_ = coppice.Exit(p, pid, coppice.Shutdown)
		if d >= 0 {
			w.limit(pid, now.Add(d))
		}
	}
	w.wait()
	return nil
}

// A waiting is a dynamic supervisor that waits for its children to end.
type waiting struct {
	p         *coppice.Process
	s         *dynamic
	refs      map[coppice.Ref]coppice.PID
	deadlines []deadline // the children with a time limit, by time
}

// A deadline is when children are killed.
type deadline struct {
	at   time.Time
	pids []coppice.PID
}

// limit notes when a child is killed. Most children have the same limit.
func (w *waiting) limit(pid coppice.PID, at time.Time) {
	for i := range w.deadlines {
		if w.deadlines[i].at.Equal(at) {
			w.deadlines[i].pids = append(w.deadlines[i].pids, pid)
			return
		}
	}
	w.deadlines = append(w.deadlines, deadline{at, []coppice.PID{pid}})
}

// wait takes the ends of the children as they come.
func (w *waiting) wait() {
	ours := func(m coppice.Message) bool {
		down, ok := m.Body.(coppice.Down)
		if !ok {
			return false
		}
		_, ok = w.refs[down.Ref]
		return ok
	}
	for len(w.refs) > 0 {
		m, ok := w.p.ReceiveMatch(ours, w.next())
		if !ok {
			w.killLate()
			continue
		}
		down := m.Body.(coppice.Down)
		pid := w.refs[down.Ref]
		delete(w.refs, down.Ref)
		c := w.s.children[pid]
		delete(w.s.children, pid)
		w.ended(pid, c, down.Reason)
	}
}

// next is the time until the first deadline, or negative.
func (w *waiting) next() time.Duration {
	first := time.Duration(-1)
	for _, d := range w.deadlines {
		if left := max(time.Until(d.at), 0); first < 0 || left < first {
			first = left
		}
	}
	return first
}

// killLate kills the children whose time is over.
func (w *waiting) killLate() {
	now := time.Now()
	rest := w.deadlines[:0]
	for _, d := range w.deadlines {
		if d.at.After(now) {
			rest = append(rest, d)
			continue
		}
		for _, pid := range d.pids {
			if _, still := w.s.children[pid]; still {
				_ = coppice.Exit(w.p, pid, coppice.Kill)
			}
		}
	}
	w.deadlines = rest
}

func (w *waiting) ended(pid coppice.PID, c *dynamicChild, reason error) {
	_, kill := c.spec.Shutdown.limit()
	if reason == coppice.NoProc {
		reason = unlinkFlush(w.p, pid, reason)
	}
	if expected(reason, kill, c.spec.Restart) {
		return
	}
	w.s.report(w.p, "shutdown_error", pid, c, reason, "")
}
