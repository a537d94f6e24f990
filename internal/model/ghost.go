package model

import "slices"

// A ghost has ended. It tells whom it is linked with, then its parent, who may
// replace it, then who watches it, and then who waits for a reply: one after the
// other, and others may do something in between.
type ghost struct {
	p      *Proc
	reason string
	told   told
}

// A told says whom a ghost has told.
type told uint8

const (
	toldNobody told = iota
	toldLinks
	toldParent
	toldWatchers
	toldAll
)

// depart has a ghost tell the others, as far as it makes no difference when.
func (w *World) depart(g ghost) {
	for ; g.told < toldAll; g.told++ {
		if w.matters(g) {
			w.ghosts = append(w.ghosts, g)
			return
		}
		w.tell(g)
	}
}

// haunt has the nth ghost tell those who come next.
func (w *World) haunt(nth int) {
	g := w.ghosts[nth]
	w.ghosts = slices.Delete(w.ghosts, nth, nth+1)
	w.tell(g)
	g.told++
	w.depart(g)
}

// tell has a ghost tell those who come next.
func (w *World) tell(g ghost) {
	switch g.told {
	case toldNobody:
		for _, id := range g.p.links {
			if id != g.p.Parent {
				w.fireLink(g.p, id, g.reason)
			}
		}
	case toldLinks:
		w.fireLink(g.p, g.p.Parent, g.reason)
	default:
		w.lastWords(g)
	}
}

// matters reports whether it makes a difference when a ghost goes on.
func (w *World) matters(g ghost) bool {
	switch g.told {
	case toldNobody:
		return w.crossed(g)
	case toldLinks:
		return w.overtaken(g.p)
	}
	return w.watched(g.p)
}

// crossed reports whether somebody linked with a ghost may end before it is
// told: then each has a reason of its own.
func (w *World) crossed(g ghost) bool {
	return g.reason != "normal" && slices.ContainsFunc(g.p.links, func(id string) bool {
		q := w.Procs[id]
		return q != nil && !q.trap && q.fate == "" && q.enabled() && slices.Contains(q.links, g.p.ID)
	})
}

// overtaken reports whether the parent of p, which has ended, may do something or
// hear of the end of another child before it is told.
func (w *World) overtaken(p *Proc) bool {
	sup := w.Procs[p.Parent]
	if sup == nil || sup.spec.Kind != Static || sup.stops(p.ID) || !slices.Contains(sup.links, p.ID) {
		return false
	}
	return sup.wait.what != "" || sup.enabled() || slices.ContainsFunc(sup.sup.children, func(c child) bool {
		q := w.Procs[c.pid]
		return q != nil && (q.fate != "" || q.dying())
	})
}

// watched reports whether anybody watches p or waits for it, besides its
// supervisor.
func (w *World) watched(p *Proc) bool {
	for _, q := range w.Procs {
		if q.ID != p.Parent && (q.wait.on == p.ID || slices.ContainsFunc(q.monitors, func(m monitor) bool { return m.on == p.ID })) {
			return true
		}
	}
	return false
}

// lastWords has a ghost tell who watches it, or then who waits for it. A
// supervisor watches the children that it stops.
func (w *World) lastWords(g ghost) {
	for _, q := range w.Procs {
		if g.told == toldWatchers {
			w.ended(q, g.p, g.reason)
			continue
		}
		if q.wait.what == "stop" && q.wait.on == g.p.ID || q.wait.what == "all" && w.allGone(q) {
			q.resume("ok")
		}
		q.monitors = slices.DeleteFunc(q.monitors, func(m monitor) bool {
			if m.on == g.p.ID {
				q.inbox = append(q.inbox, message{what: "down", from: g.p.ID, reason: g.reason, n: m.n})
			}
			return m.on == g.p.ID
		})
	}
}

// leaving reports whether a process is a ghost.
func (w *World) leaving(id string) bool {
	return slices.ContainsFunc(w.ghosts, func(g ghost) bool { return g.p.ID == id })
}
