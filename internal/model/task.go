package model

import (
	"slices"
	"strings"
)

// A task waits until its owner watches it, works out its value, sends it, and
// ends. To its owner both the value and its end are messages of one monitor.

// await is what a task does first.
func (s *Spec) await() []act {
	a := act{verb: "begin"}
	if s.Alone {
		a.to = s.Owner
	}
	return []act{a}
}

// work is what a task does then; n is the monitor of its owner.
func (s *Spec) work(owner string, n int) []act {
	all := []act{{verb: "begun"}, {verb: "born"}}
	switch s.Work {
	case "value":
	case "sleep":
		all = append(all, act{verb: "sleep", n: 7})
	case "hang":
		all = append(all, act{verb: "hang"})
	default: // a reason
		return append(all, act{verb: "die", reason: s.Work})
	}
	return append(all, act{verb: "give", to: owner, n: n})
}

// task has a process do one thing that is about tasks.
func (w *World) task(p *Proc, a act) {
	switch a.verb {
	case "async":
		q := w.spawn("", a.spec)
		w.link(p, q.ID)
		w.assign(p, q.ID)
		w.note(p.ID, "%s: async ok", p.ID)
	case "await", "yield", "ignore":
		w.look(p, a)
	case "begin":
		if a.to != "" {
			w.monitor(p, a.to)
		}
		w.block(p, wait{what: "begin"})
	case "give":
		if p.fate != "" {
			w.die(p, p.fate)
			return
		}
		if q := w.Procs[a.to]; q != nil && q.watches(a.n) {
			q.inbox = append(q.inbox, message{what: "value", from: p.ID, n: a.n})
		}
		p.todo = append(p.todo, act{verb: "die", reason: "normal"})
	}
}

// assign has the owner of a task watch it, and the task begin.
func (w *World) assign(p *Proc, task string) {
	w.monitor(p, task)
	p.tasks = append(p.tasks, monitor{p.seq, task})
	if q := w.Procs[task]; q != nil {
		q.inbox = append(q.inbox, message{what: "begin", from: p.ID, n: p.seq})
	}
}

// isTask reports whether a monitor of p is that of a task.
func (p *Proc) isTask(n int) bool {
	return slices.ContainsFunc(p.tasks, func(t monitor) bool { return t.n == n })
}

// watches reports whether a monitor of p is still there.
func (p *Proc) watches(n int) bool {
	return slices.ContainsFunc(p.monitors, func(m monitor) bool { return m.n == n })
}

// letGo removes a monitor of p, and what it has brought.
func (p *Proc) letGo(n int) {
	p.monitors = slices.DeleteFunc(p.monitors, func(m monitor) bool { return m.n == n })
	p.inbox = slices.DeleteFunc(p.inbox, func(m message) bool { return (m.what == "down" || m.what == "value") && m.n == n })
}

// look has p ask a task of its own for the value.
func (w *World) look(p *Proc, a act) {
	p.todo = append([]act{{verb: "result", to: a.verb}}, p.todo...)
	i := slices.IndexFunc(p.tasks, func(t monitor) bool { return t.on == a.to })
	if i < 0 {
		p.result = "error not_owner"
		return
	}
	how := wait{what: "task", on: a.to, ref: p.tasks[i].n, until: w.Now + 5000}
	switch a.verb {
	case "yield":
		how.until = w.Now + a.n
	case "ignore":
		how.until = 0
	}
	w.block(p, how)
	if a.verb != "ignore" || p.wait.what == "" {
		return
	}
	if p.answer() >= 0 {
		w.receive(p)
	} else {
		p.resume("nothing")
	}
	if !strings.HasPrefix(p.result, "error") {
		p.letGo(how.ref)
		w.unlink(p, a.to)
	}
}

// answer returns where in its mailbox that is for which p waits, or -1.
func (p *Proc) answer() int {
	return slices.IndexFunc(p.inbox, func(m message) bool {
		switch p.wait.what {
		case "begin":
			return m.what == "begin" || m.what == "down"
		case "task":
			return (m.what == "value" || m.what == "down") && m.n == p.wait.ref
		}
		return false
	})
}

// receive has p take what it waits for from its mailbox.
func (w *World) receive(p *Proc) {
	i := p.answer()
	m, what := p.inbox[i], p.wait.what
	p.inbox = slices.Delete(p.inbox, i, i+1)
	switch {
	case what == "begin" && m.what == "down": // its owner has ended before
		w.die(p, "{shutdown,"+m.reason+"}")
	case what == "begin":
		w.demonitor(p, m.from)
		p.wait, p.todo = wait{}, p.spec.work(m.from, m.n)
	case m.what == "down":
		p.resume("error " + m.reason)
	default:
		p.letGo(m.n)
		p.resume("ok " + m.from)
	}
}

// tooLate ends a wait of p whose time is over. What has come by then is taken.
func (w *World) tooLate(p *Proc) {
	switch {
	case p.answer() >= 0:
	case p.wait.what == "task" && p.todo[0].to == "yield":
		p.resume("nothing")
	default:
		if p.wait.what == "task" {
			p.letGo(p.wait.ref)
		}
		p.resume("error timeout")
	}
}
