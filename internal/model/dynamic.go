package model

import "slices"

// A dynamic supervisor has children in no order, told by their processes. The
// children of a Simple are of one kind and have no ids, those of a Dynamic bring
// a specification each; both restart one for one.

// askedDynamic is what a dynamic supervisor does when it is asked for something.
func (w *World) askedDynamic(p *Proc, m message) {
	s := p.sup
	answer := func(text string) { p.todo = append(p.todo, act{verb: "answer", reason: text}) }
	switch m.what {
	case "start_child":
		if s.spec.Limit >= 0 && len(s.children) >= s.spec.Limit {
			answer("error max_children")
			return
		}
		s.children = append(s.children, child{spec: m.spec})
		p.todo = append(p.todo, act{verb: "start", child: m.spec.id(), reason: "add"})
	case "terminate_child":
		i := s.owner(m.child)
		switch {
		case i >= 0:
			p.todo = append(p.todo, act{verb: "stop", child: s.children[i].spec.id(), reason: "forget"})
			answer("ok")
		case s.spec.Kind == Simple && w.Procs[m.child] == nil:
			answer("ok")
		default:
			answer("error not_found")
		}
	default:
		answer("error simple_one_for_one")
	}
}

// startedDynamic goes on when a child has started, or not.
func (w *World) startedDynamic(p *Proc, a act) {
	s := p.sup
	i := s.find(a.child)
	simple := s.spec.Kind == Simple
	again := a.reason == "again"
	switch failed := p.result; {
	case failed == "ok "+a.to:
		s.children[i].pid, s.children[i].retrying = a.to, false
		if again {
			s.made++
		}
		w.answer(p, a, "ok "+a.to)
	case failed == "ignore" && again:
		s.drop(i)
	case failed == "ignore":
		s.drop(i)
		w.answer(p, a, map[bool]string{true: "ok none", false: "error ignore"}[simple])
	case again:
		s.children[i].retrying = true
		p.inbox = append(p.inbox, message{what: "retry", child: a.child})
	default:
		s.drop(i)
		w.answer(p, a, failed)
	}
}

// stopAll has a dynamic supervisor begin to tell all its children to end.
func (w *World) stopAll(p *Proc) {
	p.wait = wait{what: "asking"}
	for _, c := range p.sup.children {
		if c.pid != "" {
			p.sup.toAsk = append(p.sup.toAsk, c.pid)
		}
	}
	w.askNext(p, "")
}

// askNext has it tell one of them, in no order, and wait when all are told.
func (w *World) askNext(p *Proc, pid string) {
	p.sup.toAsk = without(p.sup.toAsk, pid)
	if q := w.Procs[pid]; q != nil {
		w.ask(p, q)
	}
	if len(p.sup.toAsk) > 0 {
		return
	}
	p.wait = wait{what: "all"}
	if w.allGone(p) {
		p.wait = wait{}
	}
}

// asks returns the ways in which a dynamic supervisor goes on telling its
// children: one, where that makes no difference to anybody else.
func (w *World) asks(p *Proc) (all []step) {
	for _, pid := range p.sup.toAsk {
		s := step{proc: p.ID, what: "ask", child: pid}
		q := w.Procs[pid]
		if q == nil || len(q.links) == 1 && len(q.monitors) == 0 && w.Idle(pid) && len(q.inbox) == 0 && q.fate == "" && q.name == "" && !w.known(q) {
			return []step{s}
		}
		all = append(all, s)
	}
	return all
}

// allGone reports whether no child of p lives any more.
func (w *World) allGone(p *Proc) bool {
	return !slices.ContainsFunc(p.sup.children, func(c child) bool { return w.Procs[c.pid] != nil })
}
