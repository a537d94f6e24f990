package model

import (
	"maps"
	"slices"
)

// MostWorlds is how many worlds are looked at before a question is given up.
const MostWorlds = 3000

// Settle has everybody do what can be done at this moment, in every order, and
// returns the worlds that come of it. It is false if there are too many.
func (w *World) Settle() ([]*World, bool) {
	open, seen := []*World{w}, map[string]bool{}
	var done []*World
	for len(open) > 0 {
		w := open[len(open)-1]
		open = open[:len(open)-1]
		steps := w.steps()
		for len(steps) == 1 {
			w.takeStep(steps[0])
			steps = w.steps()
		}
		if len(steps) == 0 && len(open) == 0 && len(done) == 0 {
			return []*World{w}, true
		}
		key := w.key()
		if seen[key] {
			continue
		}
		seen[key] = true
		if len(seen) > MostWorlds {
			return nil, false
		}
		if len(steps) == 0 {
			done = append(done, w)
		}
		for _, s := range steps {
			c := w.clone()
			c.takeStep(s)
			open = append(open, c)
		}
	}
	return done, true
}

// Advance is Settle, again and again until the time is now.
func (w *World) Advance(now int) ([]*World, bool) {
	open := []*World{w}
	var done []*World
	for len(open) > 0 {
		w := open[len(open)-1]
		open = open[:len(open)-1]
		due := now + 1
		for _, t := range w.timers {
			due = min(due, t.at)
		}
		if due > now {
			w.Now = now
			done = append(done, w)
			continue
		}
		w.Now = max(w.Now, due)
		next, ok := w.Settle()
		if !ok {
			return nil, false
		}
		open = append(open, next...)
	}
	return done, true
}

// A step is one that can be taken: by a process, a timer, or a ghost.
type step struct {
	proc string
	what string // timer or ghost; of a process: heed, if it does not come back to what it waited for, or to its first step; ask, if it tells a child to end; or ""
	nth  int

	child string
}

// steps returns the steps that can be taken next, without those of which the
// order to the others makes no difference.
func (w *World) steps() []step {
	var all []step
	for i, t := range w.timers {
		if t.at <= w.Now {
			all = append(all, step{what: "timer", nth: i})
		}
	}
	for i := range w.ghosts {
		all = append(all, step{what: "ghost", nth: i})
	}
	for _, id := range slices.Sorted(maps.Keys(w.Procs)) {
		p := w.Procs[id]
		if p.wait.what == "asking" {
			all = append(all, w.asks(p)...)
			continue
		}
		if !p.enabled() {
			continue
		}
		all = append(all, step{proc: id})
		// The answer is there and it has not come back yet, or it has not begun.
		if p.fate != "" && len(p.todo) > 0 && (p.todo[0].verb == "result" || p.todo[0].verb == "born") {
			all = append(all, step{proc: id, what: "heed"})
		}
	}
	if len(all) > 1 {
		all = w.apart(all)
	}
	if w.alike(all) {
		return all[:1]
	}
	return all
}

// alike reports whether all that can happen is that children end with which one
// supervisor does away: they may do so in any order, as nobody else learns of it.
func (w *World) alike(steps []step) bool {
	for _, s := range steps {
		p := w.Procs[s.proc]
		if p == nil || s.what != "" || !p.dying() || !p.begun || len(p.links) != 1 || w.known(p) {
			return false
		}
		sup := w.Procs[p.Parent]
		if sup == nil || sup.sup == nil || !sup.stops(p.ID) || p.Parent != w.Procs[steps[0].proc].Parent {
			return false
		}
	}
	return len(steps) > 1
}

// known reports whether somebody watches p, waits for it, or may come to do
// something to it, besides its supervisor.
func (w *World) known(p *Proc) bool {
	if w.watched(p) {
		return true
	}
	for id, q := range w.Procs {
		if id == p.Parent || q == p {
			continue
		}
		for _, a := range q.todo {
			if a.to == p.ID || a.child == p.ID {
				return true
			}
		}
		for _, m := range q.inbox {
			if slices.ContainsFunc(m.do, func(a Act) bool { return a.To == p.ID || a.Child == p.ID }) {
				return true
			}
		}
	}
	return false
}

// takeStep takes a step.
func (w *World) takeStep(s step) {
	switch p := w.Procs[s.proc]; {
	case s.what == "heed":
		w.die(p, p.fate)
		return
	case s.what == "ask":
		w.askNext(p, s.child)
		return
	case p != nil:
		w.step(p)
		return
	}
	if s.what == "ghost" {
		w.haunt(s.nth)
		return
	}
	t := w.timers[s.nth]
	w.timers = slices.Delete(w.timers, s.nth, s.nth+1)
	w.fire(t)
}
