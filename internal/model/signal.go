package model

import (
	"slices"
	"strings"
)

// spawn makes a process, linked with its parent if that is one. It has not begun.
func (w *World) spawn(parent string, spec *Spec) *Proc {
	p := &Proc{ID: name(spec.Key, w.Starts[spec.Key]+1), Parent: parent, spec: spec}
	w.Procs[p.ID] = p
	if q := w.Procs[parent]; q != nil {
		p.links, q.links = append(p.links, parent), append(q.links, p.ID)
	}
	p.todo = append([]act{{verb: "born"}}, spec.birth(w.Starts[spec.Key]+1)...)
	if spec.Kind >= Static {
		p.sup = newSupervising(spec)
	}
	return p
}

// noteChild tells of a child in the log of its supervisor. A list starts and
// stops its children in order, a dynamic supervisor stops them all at once, each
// by itself, as the links do when a supervisor has been killed.
func (w *World) noteChild(p *Proc, what string) {
	if p.Parent == "" || p.spec.Kind == Task {
		return
	}
	from := p.ID
	if q := w.Procs[p.Parent]; q != nil && q.spec.Kind == Static {
		from = ""
	}
	w.note("children of "+p.Parent, "%s: %s %s", from, p.ID, what)
}

// arrive has an exit signal reach p. source is link, exit or self.
func (w *World) arrive(p *Proc, source, from, reason string) {
	switch {
	case reason == "kill" && source != "link":
		// What its code has not heeded yet is overtaken; a difference: on the BEAM
		// there is no such moment.
		if p.fate == "" || !p.wait.inLibrary() {
			p.fate = "killed"
		}
		w.die(p, p.fate)
	case p.trap:
		p.inbox = append(p.inbox, message{what: "exit", from: from, reason: reason})
	case reason == "normal" && source != "self":
	case p.fate == "":
		p.fate = reason
	}
}

// die ends p. All that follows from it in others are steps of theirs.
func (w *World) die(p *Proc, reason string) {
	if p.fate != "" {
		reason = p.fate
	}
	delete(w.Procs, p.ID)
	delete(w.Names, p.name)
	for _, key := range p.keys {
		delete(w.Names, key)
	}
	w.timers = slices.DeleteFunc(w.timers, func(t timer) bool { return t.to == p.ID })
	if p.born {
		w.note("gone", "%s: %s after %q", p.ID, reason, p.term)
		if !p.refused {
			w.noteChild(p, "gone")
		}
	}
	w.depart(ghost{p: p, reason: reason})
}

// fireLink tells another process of the end of p, if they are linked.
func (w *World) fireLink(p *Proc, other, reason string) {
	if q := w.Procs[other]; q != nil && slices.Contains(q.links, p.ID) {
		q.links = without(q.links, p.ID)
		w.arrive(q, "link", p.ID, reason)
	}
}

// ended goes on with q if it has waited for p, which has ended.
func (w *World) ended(q, p *Proc, reason string) {
	if q.wait.on != p.ID || q.fate != "" { // who was told to end does not come back
		return
	}
	switch q.wait.what {
	case "call":
		q.resume("error " + reason)
	case "start":
		q.resume(startFailed(p, reason))
	case "name":
		q.resume("ok")
	case "gone":
		switch q.wait.taken {
		case "":
			q.resume("error call(" + reason + ")")
		case reason:
			q.resume("ok")
		default:
			q.resume("error " + reason)
		}
	}
}

// startFailed is what the starter of p learns, which has ended before it began.
func startFailed(p *Proc, reason string) string {
	if len(p.todo) > 0 && p.todo[0].verb == "ignored" && p.fate == "" {
		return "ignore"
	}
	return "error " + reason
}

func (p *Proc) resume(result string) { p.result, p.wait = result, wait{} }

// send puts a message into the mailbox of q, unless that is full. What q sends
// itself does not count.
func (w *World) send(q *Proc, m message) {
	m.free = m.from == q.ID
	if !q.full(m) {
		q.inbox = append(q.inbox, m)
	}
}

// full reports whether there is no room for a message in the mailbox of p.
func (p *Proc) full(m message) bool {
	waiting := 0
	for _, other := range p.inbox {
		waiting += number(other.counts())
	}
	return p.spec.Room > 0 && m.counts() && waiting >= p.spec.Room
}

// counts reports whether there has to be room for a message: not for signals.
func (m message) counts() bool {
	switch m.what {
	case "exit", "down", "stop", "begin", "value":
		return false
	}
	return !m.free
}

// link links p with another process.
func (w *World) link(p *Proc, other string) string {
	q := w.Procs[other]
	switch {
	case other == p.ID || slices.Contains(p.links, other):
	case q != nil:
		p.links, q.links = append(p.links, other), append(q.links, p.ID)
	case p.trap:
		p.inbox = append(p.inbox, message{what: "exit", from: other, reason: "noproc"})
	default:
		return "noproc"
	}
	return "ok"
}

func (w *World) unlink(p *Proc, other string) {
	p.links = without(p.links, other)
	if q := w.Procs[other]; q != nil {
		q.links = without(q.links, p.ID)
	}
}

func (w *World) monitor(p *Proc, other string) {
	n := p.next()
	if w.Procs[other] == nil && !w.leaving(other) {
		p.inbox = append(p.inbox, message{what: "down", from: other, reason: "noproc", n: n})
		return
	}
	p.monitors = append(p.monitors, monitor{n, other})
}

// demonitor removes all monitors of p on another, and what they have brought,
// but for that of a task.
func (w *World) demonitor(p *Proc, other string) {
	p.monitors = slices.DeleteFunc(p.monitors, func(m monitor) bool { return m.on == other && !p.isTask(m.n) })
	p.inbox = slices.DeleteFunc(p.inbox, func(m message) bool { return m.what == "down" && m.from == other && !p.isTask(m.n) })
}

// isKey reports whether a name is a key in the registry: a process may have any
// number of those, and nobody else takes one from it.
func isKey(name string) bool { return strings.HasPrefix(name, "key ") }

// register gives a name or a key to a process.
func (w *World) register(p *Proc, name string) string {
	if p.name != "" && !isKey(name) || w.Procs[w.Names[name]] != nil {
		return "taken"
	}
	if w.Names[name] = p.ID; isKey(name) {
		p.keys = append(p.keys, name)
	} else {
		p.name = name
	}
	return "ok"
}

func (w *World) unregister(p *Proc, name string) string {
	q := w.Procs[w.Names[name]]
	switch {
	case isKey(name) && q != p:
		return "ok"
	case q == nil:
		return "nobody"
	}
	delete(w.Names, name)
	if isKey(name) {
		p.keys = without(p.keys, name)
	} else {
		q.name = ""
	}
	return "ok"
}

func without(list []string, s string) []string {
	return slices.DeleteFunc(list, func(t string) bool { return t == s })
}

func isShutdown(reason string) bool {
	return reason == "shutdown" || strings.HasPrefix(reason, "{shutdown,")
}
