package model

import (
	"fmt"
	"slices"
	"strings"
)

// A supervising is the state of a supervisor.
type supervising struct {
	spec     *Spec
	children []child // in start order
	recent   []int   // when it has restarted something, within the period
	made     int     // restarts that came about
	asked    message // the request that it is at work on
	toAsk    []string
}

// A child has a process, or it is retrying, or neither.
type child struct {
	spec     *Spec
	pid      string
	retrying bool

	// Of a back-off:
	waits  int // the number of the wait until it is retried, or 0
	before int // how many waits there were of late
	over   int // when the last one is over
}

func newSupervising(spec *Spec) *supervising {
	s := &supervising{spec: spec}
	for _, c := range spec.Children {
		s.children = append(s.children, child{spec: c})
	}
	return s
}

func (s *supervising) clone() *supervising {
	c := *s
	c.children, c.recent, c.toAsk = slices.Clone(s.children), slices.Clone(s.recent), slices.Clone(s.toAsk)
	return &c
}

func (s *supervising) find(id string) int {
	return slices.IndexFunc(s.children, func(c child) bool { return c.spec.id() == id })
}

func (s *supervising) owner(pid string) int {
	return slices.IndexFunc(s.children, func(c child) bool { return c.pid == pid })
}

func (s *supervising) drop(i int) { s.children = slices.Delete(s.children, i, i+1) }

// seen is what the books show.
func (s *supervising) seen(now int) string {
	var all []string
	for _, c := range s.children {
		switch {
		case c.retrying:
			all = append(all, c.spec.id()+"?")
		case c.pid == "":
			all = append(all, c.spec.id()+"-")
		default:
			all = append(all, c.pid)
		}
	}
	used := 0
	for _, at := range s.recent {
		if now-at <= s.spec.Period {
			used++
		}
	}
	return Books(s.spec.Kind, all, used, s.made)
}

// Books is what can be seen of a supervisor: its children, in start order if they
// have one, how many restarts count at the moment, and how many there were.
func Books(kind Kind, children []string, used, made int) string {
	if kind != Static {
		slices.Sort(children)
	}
	return fmt.Sprintf("children=%v used=%d made=%d", children, used, made)
}

// write writes all that matters.
func (s *supervising) write(b *writer) {
	for _, c := range s.children {
		b.words(c.spec.Key, c.pid)
		b.numbers(number(c.retrying), c.waits, c.before, c.over)
	}
	b.words(s.asked.from)
	b.words(s.toAsk...)
	b.numbers(s.recent...)
	b.numbers(s.made, s.asked.n)
}

// open is what a supervisor does first.
func (s *Spec) open() []act {
	all := []act{{verb: "trap", n: 1}}
	if s.Parts {
		all = append(all, act{verb: "place"})
	}
	if s.Kind == Static {
		for _, c := range s.Children {
			all = append(all, act{verb: "start", child: c.id(), reason: "init"})
		}
	}
	return append(all, act{verb: "begun"})
}

// supervise has a supervisor do one thing, if that is one of supervisors.
func (w *World) supervise(p *Proc, a act) bool {
	s := p.sup
	switch a.verb {
	case "start":
		q := w.spawn(p.ID, s.children[s.find(a.child)].spec)
		p.todo = append([]act{{verb: "started", child: a.child, to: q.ID, reason: a.reason}}, p.todo...)
		if p.result = "ok " + q.ID; q.spec.Kind != Task { // whose start nobody waits for
			w.block(p, wait{what: "start", on: q.ID})
		}
	case "started":
		w.started(p, a)
	case "stop":
		w.stop(p, a)
	case "stopped":
		w.stopped(p, a)
	case "stop_all":
		w.stopAll(p)
	case "answer":
		w.reply(s.asked, a.reason)
		s.asked = message{}
	case "restarted":
		w.reply(s.asked, s.children[s.find(a.child)].restarted())
		s.asked = message{}
	case "pause":
		w.pause(p, a)
	case "place":
		for _, q := range w.Procs {
			if q.spec == p.spec && q.placed {
				p.todo = []act{{verb: "die", reason: "taken"}}
			}
		}
		p.placed = len(p.todo) > 0 && p.todo[0].verb != "die"
	default:
		return false
	}
	return true
}

// started goes on when a child has started, or not.
func (w *World) started(p *Proc, a act) {
	if p.spec.Kind != Static {
		w.startedDynamic(p, a)
		return
	}
	s, i := p.sup, p.sup.find(a.child)
	switch failed, bad := strings.CutPrefix(p.result, "error "); {
	case !bad && p.result != "ignore":
		s.children[i].pid, s.children[i].retrying = a.to, false
		if a.reason == "again" {
			s.made++
		}
		w.answer(p, a, "ok "+a.to)
	case !bad:
		s.children[i].pid, s.children[i].retrying = "", false
		if a.reason == "again" {
			s.made++
		}
		if s.children[i].spec.Restart == "temporary" {
			s.drop(i)
		}
		w.answer(p, a, "ok none")
	default:
		w.failed(p, a, failed)
	}
}

func (w *World) answer(p *Proc, a act, text string) {
	if a.reason == "add" || a.reason == "hand" {
		p.todo = append(p.todo, act{verb: "answer", reason: text})
	}
}

// failed goes on when a child has failed to start.
func (w *World) failed(p *Proc, a act, why string) {
	s, i := p.sup, p.sup.find(a.child)
	told := fmt.Sprintf("failed(%s,%s)", a.child, why)
	switch a.reason {
	case "init":
		w.end(p, "{shutdown,"+told+"}")
	case "add":
		s.drop(i)
		w.answer(p, a, "error "+told)
	case "hand":
		w.answer(p, a, "error "+why)
	case "again":
		s.children[i].retrying, s.children[i].pid = true, ""
		p.todo = slices.DeleteFunc(p.todo, func(a act) bool { return a.verb == "start" })
		p.inbox = append(p.inbox, message{what: "retry", child: a.child})
	}
}

// stop has a supervisor end a child, and wait for that.
func (w *World) stop(p *Proc, a act) {
	s, i := p.sup, p.sup.find(a.child)
	pid := s.children[i].pid
	s.children[i].down()
	p.todo = append([]act{{verb: "stopped", child: a.child, to: pid, reason: a.reason}}, p.todo...)
	if q := w.Procs[pid]; q != nil {
		p.wait = wait{what: "stop", on: pid}
		w.ask(p, q)
	}
}

// ask tells a child to end.
func (w *World) ask(p, q *Proc) {
	if q.spec.Shutdown >= 0 {
		w.timers = append(w.timers, timer{at: w.Now + q.spec.Shutdown, what: "kill", from: p.ID, to: q.ID})
	}
	if q.spec.Shutdown == Brutal {
		w.arrive(q, "exit", p.ID, "kill")
		return
	}
	w.arrive(q, "exit", p.ID, "shutdown")
}

// stops reports whether a supervisor waits for the end of a child.
func (p *Proc) stops(pid string) bool {
	return (p.wait.what == "all" || p.wait.what == "asking") && p.sup.owner(pid) >= 0 || p.wait.what == "stop" && p.wait.on == pid
}

// stopped goes on when a child has been stopped. reason is forget where the
// temporary ones are, and keep where it does not matter any more.
func (w *World) stopped(p *Proc, a act) {
	s, i := p.sup, p.sup.find(a.child)
	p.inbox = slices.DeleteFunc(p.inbox, func(m message) bool { return m.what == "exit" && m.from == a.to })
	s.children[i].pid = ""
	if a.reason == "forget" && (s.spec.Kind != Static || s.children[i].spec.Restart == "temporary") {
		s.drop(i)
	}
}

// end ends a supervisor, after its children.
func (w *World) end(p *Proc, reason string) {
	p.todo = nil
	if p.spec.Kind != Static {
		p.todo = append(p.todo, act{verb: "stop_all"})
	}
	for _, c := range slices.Backward(p.sup.children) {
		if p.spec.Kind == Static && c.pid != "" {
			p.todo = append(p.todo, act{verb: "stop", child: c.spec.id(), reason: "keep"})
		}
	}
	p.todo = append(p.todo, act{verb: "die", reason: reason})
}

// manage has a supervisor take a message, if it is one for supervisors.
func (w *World) manage(p *Proc, m message) bool {
	s := p.sup
	switch m.what {
	case "exit":
		if m.from == p.Parent {
			w.end(p, m.reason)
		} else if i := s.owner(m.from); i >= 0 {
			w.lost(p, i, m.reason)
		}
	case "stop":
		w.takesStop(m)
		w.end(p, m.reason)
	case "retry":
		if i := s.find(m.child); i >= 0 && s.children[i].retrying && s.children[i].waits == 0 {
			w.restart(p, i)
		}
	case "due":
		if i := s.find(m.child); i >= 0 && s.children[i].waits == m.n {
			w.again(p, i, 0)
		}
	case "start_child", "terminate_child", "restart_child", "delete_child":
		s.asked = m
		w.asked(p, m)
	case "down", "tick":
	default:
		w.reply(m, "error refused")
	}
	return true
}

// lost is what a supervisor does when a child has ended by itself.
func (w *World) lost(p *Proc, i int, reason string) {
	s := p.sup
	c := s.children[i]
	s.children[i].pid = ""
	quiet := reason == "normal" || isShutdown(reason)
	if c.spec.Restart == "permanent" || c.spec.Restart == "transient" && !quiet {
		w.restart(p, i)
		return
	}
	if s.spec.Kind != Static || c.spec.Restart == "temporary" {
		s.drop(i)
	}
	if !c.spec.Significant {
		return
	}
	others := slices.ContainsFunc(s.children, func(c child) bool { return c.spec.Significant && (c.pid != "" || c.retrying) })
	if s.spec.Auto == "any" || s.spec.Auto == "all" && !others {
		w.end(p, "shutdown")
	}
}

// restart restarts a child, and what the strategy wants along with it.
func (w *World) restart(p *Proc, i int) {
	s := p.sup
	s.recent = slices.DeleteFunc(s.recent, func(at int) bool { return w.Now-at > s.spec.Period })
	s.recent = append(s.recent, w.Now)
	if len(s.recent) > s.spec.Max {
		s.children[i].down()
		if s.spec.Kind != Static {
			s.drop(i)
		}
		w.end(p, "shutdown")
		return
	}
	w.again(p, i, s.children[i].pause(w.Now))
}

// again restarts them, after a wait, if that is not 0.
func (w *World) again(p *Proc, i, wait int) {
	s := p.sup
	first, last := i, i
	switch s.spec.Strategy {
	case "one_for_all":
		first, last = 0, len(s.children)-1
	case "rest_for_one":
		last = len(s.children) - 1
	}
	run := slices.Clone(s.children[first : last+1])
	for j := range run {
		s.children[first+j].down()
	}
	for _, c := range slices.Backward(run) {
		if c.pid != "" {
			p.todo = append(p.todo, act{verb: "stop", child: c.spec.id(), reason: "forget"})
		}
	}
	if wait > 0 {
		p.todo = append(p.todo, act{verb: "pause", child: s.children[i].spec.id(), n: wait})
		return
	}
	for _, c := range run {
		// A temporary one that was running is gone by then.
		if c.spec.Restart != "temporary" || c.pid == "" {
			p.todo = append(p.todo, act{verb: "start", child: c.spec.id(), reason: "again"})
		}
	}
}

// asked is what a supervisor does when it is asked for something.
func (w *World) asked(p *Proc, m message) {
	if p.sup.spec.Kind != Static {
		w.askedDynamic(p, m)
		return
	}
	s := p.sup
	key := m.child
	if m.spec != nil {
		key = m.spec.id()
	}
	i, status := s.find(key), "none"
	switch {
	case i < 0:
	case s.children[i].waits > 0:
		status = "waiting"
	case s.children[i].retrying:
		status = "restarting"
	case s.children[i].pid != "":
		status = "running"
	default:
		status = "down"
	}
	answer := func(text string) { p.todo = append(p.todo, act{verb: "answer", reason: text}) }
	switch m.what + " " + status {
	case "start_child none":
		s.children = append(s.children, child{spec: m.spec})
		p.todo = append(p.todo, act{verb: "start", child: key, reason: "add"})
	case "start_child running":
		answer("error already_started " + s.children[i].pid)
	case "start_child down", "start_child restarting", "start_child waiting":
		answer("error already_present")
	case "terminate_child running":
		p.todo = append(p.todo, act{verb: "stop", child: key, reason: "forget"})
		answer("ok")
	case "terminate_child down", "terminate_child restarting", "terminate_child waiting":
		s.children[i].down()
		if s.children[i].spec.Restart == "temporary" {
			s.drop(i)
		}
		answer("ok")
	case "restart_child waiting":
		w.again(p, i, 0)
		p.todo = append(p.todo, act{verb: "restarted", child: key})
	case "delete_child waiting":
		answer("error restarting")
	case "restart_child down":
		p.todo = append(p.todo, act{verb: "start", child: key, reason: "hand"})
	case "delete_child down":
		s.drop(i)
		answer("ok")
	case "restart_child none", "delete_child none", "terminate_child none":
		answer("error not_found")
	default:
		answer("error " + status)
	}
}
