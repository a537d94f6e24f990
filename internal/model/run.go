package model

import (
	"fmt"
	"slices"
	"strings"
)

// An Act is something that a process is told to do.
type Act struct {
	Verb   string
	To     string // a process or a name
	Reason string
	N      int // milliseconds
	Child  string
	Spec   *Spec
}

// An act is an Act, or what the model has a process do besides.
type act struct {
	verb, to, reason string
	n                int
	child            string
	spec             *Spec
}

// String implements fmt.Stringer.
func (a Act) String() string {
	text := a.Verb
	for _, s := range []string{a.To, a.Reason, a.Child} {
		if s != "" {
			text += " " + s
		}
	}
	if a.N != 0 {
		text += fmt.Sprintf(" %d", a.N)
	}
	if a.Spec != nil {
		text += " " + a.Spec.Key
	}
	return text
}

// birth is what a process does first.
func (s *Spec) birth(nth int) []act {
	switch s.Kind {
	case Actor:
		return []act{{verb: "trap", n: number(s.Trap)}, {verb: "begun"}}
	case Static, Dynamic, Simple:
		return s.open()
	case Task:
		return s.await()
	}
	all := []act{}
	if s.Name != "" {
		all = append(all, act{verb: "claim", to: s.Name})
	}
	all = append(all, act{verb: "trap", n: number(s.Trap)})
	how := "ok"
	if nth <= len(s.Init) {
		how = s.Init[nth-1]
	}
	switch how {
	case "ok":
	case "sleep":
		all = append(all, act{verb: "sleep", n: 7})
	case "hang":
		all = append(all, act{verb: "hang"})
	case "ignore":
		return append(all, act{verb: "ignored"})
	default: // a reason
		return append(all, act{verb: "die", reason: how})
	}
	return append(all, act{verb: "begun"})
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func name(key string, nth int) string { return fmt.Sprintf("%s#%d", key, nth) }

// enabled reports whether p has a step to take.
func (p *Proc) enabled() bool {
	switch {
	case p.wait.what == "hang", p.wait.what == "asking":
		return false
	case p.wait.what != "":
		return p.fate != "" || p.wait.soon || p.answer() >= 0
	}
	return p.fate != "" || len(p.todo) > 0 || len(p.inbox) > 0
}

// heeds reports whether p was told to end, and comes to that now. One that has
// only just been picked to run is born nevertheless, on the BEAM too: the signal
// that its supervisor has ended comes while it already runs.
func (p *Proc) heeds() bool {
	return p.fate != "" && (p.wait.what != "" || len(p.todo) == 0 || !p.begun && p.todo[0].verb != "born" && p.todo[0].verb != "claim")
}

// dying reports whether the next step of p is its end.
func (p *Proc) dying() bool {
	return p.heeds() || p.wait.what == "" && len(p.todo) > 0 && p.todo[0].verb == "die"
}

// step has p take its next step.
func (w *World) step(p *Proc) {
	switch {
	case p.heeds():
		w.die(p, p.fate)
	case p.wait.soon:
		p.wait.soon = false
	case p.wait.what != "":
		w.receive(p)
	case len(p.todo) > 0:
		a := p.todo[0]
		p.todo = p.todo[1:]
		w.do(p, a)
	default:
		m := p.inbox[0]
		p.inbox = p.inbox[1:]
		w.take(p, m)
	}
}

// block has p wait. Who was told to end does not wait any more.
func (w *World) block(p *Proc, how wait) {
	if p.fate != "" {
		w.die(p, p.fate)
		return
	}
	if how.until > 0 {
		how.n = p.next()
		w.timers = append(w.timers, timer{at: how.until, what: "wake", to: p.ID, n: how.n})
	}
	p.wait = how
}

// do has p do one thing.
func (w *World) do(p *Proc, a act) {
	if p.sup != nil && w.supervise(p, a) {
		return
	}
	switch a.verb {
	case "born":
		p.born = true
		w.Starts[p.spec.Key]++
		w.noteChild(p, "born")
	case "trap":
		p.trap = a.n != 0
	case "claim":
		w.claim(p, a)
	case "begun":
		p.begun = true
		w.tellStarter(p, "ok "+p.ID)
	case "ignored":
		p.todo = []act{a} // for whoever learns of its end
		w.die(p, "normal")
	case "die":
		w.die(p, a.reason)
	case "exit":
		w.leave(p, a.reason)
	case "hang":
		p.wait = wait{what: "hang"}
	case "sleep":
		w.block(p, wait{what: "sleep", until: w.Now + a.n})
	case "result":
		if a.to == "nolink" && strings.HasPrefix(p.result, "ok ") {
			w.assign(p, p.result[3:])
			p.result = "ok"
		}
		w.note(p.ID, "%s: %s %s", p.ID, a.to, p.result)
	default:
		w.effect(p, a)
	}
}

// effect is what p does to others.
func (w *World) effect(p *Proc, a act) {
	switch a.verb {
	case "signal":
		w.signal(p, a)
	case "link":
		w.note(p.ID, "%s: link %s", p.ID, w.link(p, a.to))
	case "unlink":
		w.unlink(p, a.to)
	case "monitor":
		w.monitor(p, a.to)
	case "demonitor":
		w.demonitor(p, a.to)
	case "register":
		w.note(p.ID, "%s: register %s", p.ID, w.register(p, a.to))
	case "unregister":
		w.note(p.ID, "%s: unregister %s", p.ID, w.unregister(p, a.to))
	case "send":
		if q := w.Procs[a.to]; q != nil {
			w.send(q, message{what: "tick", from: p.ID})
		}
	case "after":
		w.timers = append(w.timers, timer{at: w.Now + a.n, what: "tick", from: p.ID, to: a.to})
	case "exit_after":
		w.timers = append(w.timers, timer{at: w.Now + a.n, what: "exit", from: p.ID, to: a.to, reason: a.reason})
	case "spawn":
		w.spawnActor(p, a)
	case "call", "stop", "start_child", "terminate_child", "restart_child", "delete_child", "nolink":
		w.request(p, a)
	case "async", "await", "yield", "ignore", "begin", "give":
		w.task(p, a)
	default:
		panic("no such act: " + a.verb)
	}
}

// signal sends an exit signal. To itself it takes effect at once.
func (w *World) signal(p *Proc, a act) {
	q, source := w.Procs[a.to], "exit"
	if q == p {
		source = "self"
	}
	if q != nil {
		w.arrive(q, source, p.ID, a.reason)
	}
	if q == p && p.fate != "" && w.Procs[p.ID] == p {
		w.die(p, p.fate)
	}
}

// spawnActor spawns an actor, linked if a.n is 1 and monitored if it is 2.
func (w *World) spawnActor(p *Proc, a act) {
	q := w.spawn("", a.spec)
	switch a.n {
	case 1:
		w.link(p, q.ID)
	case 2:
		w.monitor(p, q.ID)
	}
}

// request asks another process for something, and waits.
func (w *World) request(p *Proc, a act) {
	q := w.Procs[a.to]
	if strings.HasPrefix(a.to, "name ") {
		q = w.Procs[w.Names[a.to[5:]]]
	}
	p.todo = append([]act{{verb: "result", to: a.verb}}, p.todo...)
	switch {
	case q == nil && w.leaving(a.to):
		q = &Proc{ID: a.to, spec: &Spec{}} // hears nothing any more, and tells
	case q == nil:
		p.result = "error noproc"
		return
	case q == p:
		p.result = "error calling_self"
		return
	}
	n := p.next()
	until := 0
	if a.verb == "call" {
		until = w.Now + 5000
	}
	m := message{what: a.asks(), from: p.ID, reason: a.reason, n: n, child: a.child, spec: a.spec}
	if q.full(m) {
		p.result = "error full"
		return
	}
	if p.fate != "" {
		// Whoever waits does not come back, but what it has asked for is sent.
		q.inbox = append(q.inbox, m)
		w.die(p, p.fate)
		return
	}
	what := "call"
	if a.verb == "stop" {
		what = "gone"
	}
	w.block(p, wait{what: what, on: q.ID, until: until, soon: true})
	m.n = p.wait.n
	if until == 0 {
		p.wait.n = n
		m.n = n
	}
	q.inbox = append(q.inbox, m)
}

// asks is what is asked for.
func (a act) asks() string {
	if a.verb == "nolink" {
		return "start_child"
	}
	return a.verb
}

// reply answers a request, if somebody still waits for it.
func (w *World) reply(m message, result string) {
	if q := w.Procs[m.from]; q != nil && q.wait.what == "call" && q.wait.n == m.n && q.fate == "" {
		q.resume(result)
	}
}

// take has p take a message from its mailbox.
func (w *World) take(p *Proc, m message) {
	if p.sup != nil && w.manage(p, m) {
		return
	}
	switch m.what {
	case "do":
		for _, a := range m.do {
			p.todo = append(p.todo, act{a.Verb, a.To, a.Reason, a.N, a.Child, a.Spec})
		}
	case "exit":
		if m.from == p.Parent && p.spec.Kind == Worker {
			w.terminate(p, m.reason)
			return
		}
		w.note(p.ID, "%s: exit %s", m.from, m.reason)
	case "down":
		w.note(p.ID, "%s: down %s", m.from, m.reason)
	case "tick", "value":
		w.note(p.ID, "%s: %s", m.from, m.what)
	case "call":
		w.reply(m, "pong")
	case "stop":
		w.takesStop(m)
		w.leave(p, m.reason)
	default: // a supervisor's request to what is none
		w.reply(m, "error refused")
	}
}

// takesStop notes that a process ends because it was asked to.
func (w *World) takesStop(m message) {
	if q := w.Procs[m.from]; q != nil && q.wait.what == "gone" && q.wait.n == m.n {
		q.wait.taken = m.reason
	}
}

// leave ends p by itself: a server terminates first.
func (w *World) leave(p *Proc, reason string) {
	if p.spec.Kind == Actor {
		w.die(p, reason)
		return
	}
	w.terminate(p, reason)
}

// terminate runs the terminate of a server, unless it was told to end.
func (w *World) terminate(p *Proc, reason string) {
	if p.fate != "" {
		w.die(p, p.fate)
		return
	}
	p.term = reason
	p.todo = nil
	switch p.spec.Term {
	case "", "ok":
	case "sleep":
		p.todo = append(p.todo, act{verb: "sleep", n: 11})
	case "hang":
		p.todo = append(p.todo, act{verb: "hang"})
	default:
		reason = p.spec.Term // an error replaces the reason
	}
	p.todo = append(p.todo, act{verb: "die", reason: reason})
}

// tellStarter tells who waits for the start of p what has come of it.
func (w *World) tellStarter(p *Proc, result string) {
	for _, q := range w.Procs {
		if q.wait.what == "start" && q.wait.on == p.ID {
			q.resume(result)
		}
	}
}

// claim gives a starting process its name. One whose owner was told to end is
// waited for, once; a difference, as on the BEAM nobody meets such a process.
func (w *World) claim(p *Proc, a act) {
	owner := w.Procs[w.Names[a.to]]
	if owner != nil && owner.fate != "" && a.reason != owner.ID {
		a.reason = owner.ID
		p.todo = append([]act{a}, p.todo...)
		w.block(p, wait{what: "name", on: owner.ID, until: w.Now + 5000})
		return
	}
	if w.register(p, a.to) == "ok" {
		return
	}
	// It does not run at all, and its starter is told before it ends.
	w.tellStarter(p, "error taken")
	for _, id := range slices.Clone(p.links) {
		w.unlink(p, id)
	}
	p.refused = true
	w.die(p, "normal")
}

// fire has a timer go off.
func (w *World) fire(t timer) {
	p := w.Procs[t.to]
	if p == nil {
		return
	}
	switch t.what {
	case "wake":
		if p.wait.n == t.n && p.wait.what != "" {
			w.tooLate(p)
		}
	case "kill":
		if sup := w.Procs[t.from]; sup != nil && sup.stops(t.to) {
			w.arrive(p, "exit", t.from, "kill")
		}
	case "tick":
		p.inbox = append(p.inbox, message{what: "tick", from: t.from, free: true})
	case "exit":
		w.arrive(p, "exit", t.from, t.reason)
	case "due":
		p.inbox = append(p.inbox, message{what: "due", child: t.child, n: t.n})
	}
}
