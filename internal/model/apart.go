package model

import "strings"

// A forest tells which processes can have to do with each other: whoever is
// known to one, in any way, is in one tree with it. A name is known as a process
// is.
type forest map[string]string

func (f forest) top(s string) string {
	for {
		up, ok := f[s]
		if !ok || up == s {
			return s
		}
		s = up
	}
}

func (f forest) join(a string, others ...string) {
	for _, b := range others {
		if b == "" {
			continue
		}
		if x, y := f.top(a), f.top(b); x != y {
			f[x] = y
		}
	}
}

// apart returns those of the steps that are about processes which have nothing
// to do with what the other steps are about: in which order with these makes no
// difference, so they may come first.
func (w *World) apart(steps []step) []step {
	f := forest{}
	for id, p := range w.Procs {
		w.joinAlive(f, id, p.links...)
		w.joinAlive(f, id, p.wait.on, p.Parent)
		f.join(id, called(p.name))
		for _, key := range p.keys {
			f.join(id, called(key))
		}
		if !p.begun || p.spec.Parts {
			f.joinSpec(id, p.spec)
		}
		for _, m := range p.monitors {
			w.joinAlive(f, id, m.on)
		}
		ends := false
		for _, a := range p.todo {
			w.joinAlive(f, id, a.to, a.child)
			f.join(id, called(a.to))
			f.joinSpec(id, a.spec)
			ends = a.verb == "die"
		}
		for _, m := range p.inbox {
			w.joinAlive(f, id, m.from, m.child)
			f.joinSpec(id, m.spec)
			for _, a := range m.do {
				w.joinAlive(f, id, a.To, a.Child)
				f.join(id, called(a.To))
				f.joinSpec(id, a.Spec)
			}
		}
		if p.sup != nil {
			w.joinAlive(f, id, p.sup.asked.from)
			for _, c := range p.sup.children {
				if !ends { // it starts nothing any more
					f.joinSpec(id, c.spec)
				}
			}
		}
	}
	for _, t := range w.timers {
		if t.at <= w.Now {
			f.join(t.to, t.from)
		}
	}
	groups, least := map[string][]step{}, []step(nil)
	for _, s := range steps {
		at := f.top(w.about(s))
		groups[at] = append(groups[at], s)
	}
	for _, s := range steps { // in their order, so that it is the same every time
		if group := groups[f.top(w.about(s))]; least == nil || len(group) < len(least) {
			least = group
		}
	}
	return least
}

// joinAlive joins processes that have not ended: those that have are nothing to
// anybody.
func (w *World) joinAlive(f forest, id string, others ...string) {
	for _, other := range others {
		if w.Procs[other] != nil || w.leaving(other) {
			f.join(id, other)
		}
	}
}

// called is a name as one that is known, whether it is a name or how it is
// called.
func called(name string) string {
	if name == "" || strings.HasPrefix(name, "name ") {
		return name
	}
	return "name " + name
}

// joinSpec joins what a process of a specification may come to know.
func (f forest) joinSpec(id string, s *Spec) {
	if s == nil {
		return
	}
	f.join(id, "key "+s.Key, called(s.Name))
	for _, c := range s.Children {
		f.joinSpec(id, c)
	}
}

// about is the process that takes a step, or to which it happens.
func (w *World) about(s step) string {
	switch s.what {
	case "timer":
		return w.timers[s.nth].to
	case "ghost":
		return w.ghosts[s.nth].p.ID
	}
	return s.proc
}
