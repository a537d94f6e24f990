package model

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/registry"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// What the processes of the system are sent.
type (
	order struct{ acts []Act }
	ping  struct{ genserver.Returns[string] }
	tick  struct {
		from string
		n    int // in the order in which it was sent; 0: by a timer
	}
)

// A job is what a server is started with.
type job struct {
	s    *system
	spec *Spec
}

// A hand is the server that a Worker is.
type hand struct {
	job
	id string
}

var hands = genserver.Define(newHand,
	genserver.OnCast(func(h *hand, p *coppice.Process, o order) error { return h.s.perform(p, h.id, o.acts) }),
	genserver.OnCall(func(*hand, *coppice.Process, ping) (string, error) { return "pong", nil }),
	genserver.OnInfo(func(h *hand, _ *coppice.Process, e coppice.Exited) error { return h.s.hears(h.id, e) }),
	genserver.OnInfo(func(h *hand, _ *coppice.Process, d coppice.Down) error { return h.s.hears(h.id, d) }),
	genserver.OnInfo(func(h *hand, _ *coppice.Process, a coppice.Aliased) error { return h.s.hears(h.id, a) }),
	genserver.OnInfo(func(h *hand, _ *coppice.Process, t tick) error { return h.s.hears(h.id, t) }),
	genserver.OnTerminate((*hand).terminate),
)

func newHand(p *coppice.Process, j job) (*hand, error) {
	id := j.s.idOf(p.Self())
	j.s.begins(id)
	p.TrapExit(j.spec.Trap)
	how := "ok"
	if nth := j.s.nth(id); nth <= len(j.spec.Init) {
		how = j.spec.Init[nth-1]
	}
	switch how {
	case "ok":
	case "sleep":
		p.Sleep(7 * time.Millisecond)
	case "hang":
		j.s.hang(id)
	default:
		return nil, j.s.leave(p, Act{Reason: how})
	}
	return &hand{j, id}, nil
}

// nth is which start of its key a process is.
func (s *system) nth(id string) (n int) {
	for i := range id {
		if id[i] == '#' {
			_, _ = fmt.Sscan(id[i+1:], &n)
		}
	}
	return n
}

func (h *hand) terminate(p *coppice.Process, reason error) error {
	h.s.mu.Lock()
	h.s.terms[h.id] = textOf(reason)
	h.s.mu.Unlock()
	switch h.spec.Term {
	case "", "ok":
		return nil
	case "sleep":
		p.Sleep(11 * time.Millisecond)
		return nil
	case "hang":
		h.s.hang(h.id)
		return nil
	}
	return h.s.leave(p, Act{Reason: h.spec.Term})
}

// hang waits for nothing of the library.
func (s *system) hang(id string) {
	c := make(chan struct{})
	s.mu.Lock()
	if s.over {
		close(c)
	} else {
		s.hanging[id] = append(s.hanging[id], c)
	}
	s.mu.Unlock()
	<-c
}

// release has code that hangs go on.
func (s *system) release(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.hanging[id] {
		close(c)
	}
	delete(s.hanging, id)
}

// leave ends the code of a process, in one of the ways there are.
func (s *system) leave(p *coppice.Process, a Act) error {
	switch {
	case a.Reason == "panic":
		panic("told to")
	case a.Reason == "goexit":
		runtime.Goexit()
	case a.N == 1:
		p.Exit(reasons[a.Reason])
	}
	return reasons[a.Reason]
}

// actor is the body of an Actor.
func (s *system) actor(spec *Spec) func(*coppice.Process) error {
	return func(p *coppice.Process) error {
		s.born(p, spec)
		id := s.idOf(p.Self())
		p.TrapExit(spec.Trap)
		for {
			m := p.Receive()
			switch body := m.Body.(type) {
			case order:
				if err := s.perform(p, id, body.acts); err != nil {
					return err
				}
			case ping:
				m.From().Reply("pong", nil)
			default:
				if m.Kind() == coppice.CallMsg {
					m.From().Reply(nil, &genserver.NotAcceptedError{})
				} else {
					_ = s.hears(id, body)
				}
			}
		}
	}
}

// hears notes what has come to a process.
func (s *system) hears(id string, body any) error {
	switch m := body.(type) {
	case coppice.Exited:
		s.note(id, "%s: exit %s", s.idOf(m.PID), textOf(m.Reason))
	case coppice.Down:
		s.note(id, "%s: down %s", s.idOf(m.PID), textOf(m.Reason))
	case coppice.Aliased:
		s.note(id, "%v: value", m.Body)
	case tick:
		s.note(id, "%s: tick", m.from)
		s.inOrder(id, m)
	default:
		s.note(id, "?: %T", m)
	}
	return nil
}

// perform has a process do what it is told. An error ends it.
func (s *system) perform(p *coppice.Process, id string, acts []Act) error {
	for _, a := range acts {
		s.did.Add(1)
		switch a.Verb {
		case "exit":
			return s.leave(p, a)
		case "trap":
			p.TrapExit(a.N != 0)
		case "sleep":
			p.Sleep(time.Duration(a.N) * time.Millisecond)
		case "hang":
			s.hang(id)
		case "spawn":
			s.spawn(p, id, a)
		case "call", "stop", "start_child", "terminate_child", "restart_child", "delete_child", "async", "nolink", "await", "yield", "ignore":
			s.asks(id, a.To)
			s.note(id, "%s: %s %s", id, a.Verb, s.request(p, a))
			s.asks(id, "")
		default:
			s.effect(p, id, a)
		}
	}
	return nil
}

func (s *system) spawn(p *coppice.Process, id string, a Act) {
	switch a.N {
	case 0:
		_, _ = coppice.Spawn(p, s.actor(a.Spec))
	case 1:
		_, _ = coppice.SpawnLink(p, s.actor(a.Spec))
	case 2:
		if _, ref, err := coppice.SpawnMonitor(p, s.actor(a.Spec)); err == nil {
			s.watches(id, name(a.Spec.Key, 1), ref)
		}
	}
}

// watches notes a monitor.
func (s *system) watches(id, on string, ref coppice.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refs[id] == nil {
		s.refs[id] = map[string][]coppice.Ref{}
	}
	s.refs[id][on] = append(s.refs[id][on], ref)
}

// effect does what does not wait.
func (s *system) effect(p *coppice.Process, id string, a Act) {
	to := s.pidOf(a.To)
	d := time.Duration(a.N) * time.Millisecond
	switch a.Verb {
	case "signal":
		_ = coppice.Exit(p, to, reasons[a.Reason])
	case "link":
		s.note(id, "%s: link %s", id, short(p.Link(to)))
	case "unlink":
		_ = p.Unlink(to)
	case "monitor":
		if ref, err := p.Monitor(to); err == nil {
			s.watches(id, a.To, ref)
		}
	case "demonitor":
		s.mu.Lock()
		refs := s.refs[id][a.To]
		s.mu.Unlock()
		for _, ref := range refs {
			p.Demonitor(ref, true)
		}
	case "register":
		s.note(id, "%s: register %s", id, short(s.register(p, a.To)))
	case "unregister":
		s.note(id, "%s: unregister %s", id, short(s.unregister(p, a.To)))
	case "send":
		_ = coppice.Send(p, to, s.numbered(id, a.To))
	case "after":
		_, _ = coppice.SendAfter(p, to, d, tick{from: id})
	case "exit_after":
		_, _ = coppice.ExitAfter(p, to, d, reasons[a.Reason])
	default:
		panic("no such act: " + a.Verb)
	}
}

// short says in a word what the kernel answers.
func short(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, coppice.NoProc):
		return "noproc"
	case errors.Is(err, coppice.ErrNameTaken), errors.As(err, new(*registry.AlreadyRegisteredError)):
		return "taken"
	case errors.Is(err, coppice.ErrNoName):
		return "nobody"
	}
	return err.Error()
}

// request asks another process, and waits.
func (s *system) request(p *coppice.Process, a Act) string {
	var to coppice.Addr = s.pidOf(a.To)
	if name, ok := strings.CutPrefix(a.To, "name "); ok {
		to = s.named(name)
	}
	var err error
	var pid coppice.PID
	said := ""
	switch a.Verb {
	case "async", "nolink", "await", "yield", "ignore":
		said, err = s.task(p, to, a)
	case "call":
		said, err = genserver.Call(p, to, ping{})
	case "stop":
		err = coppice.Stop(p, to, reasons[a.Reason])
	case "start_child":
		var child any = s.child(a.Spec)
		if a.N == 1 { // of a Simple
			child = a.Spec
		}
		pid, err = supervisor.StartChild(p, to, child)
		said = "ok " + s.orNone(pid)
	case "terminate_child":
		if a.N == 1 {
			err = supervisor.TerminateChild(p, to, s.pidOf(a.Child))
		} else {
			err = supervisor.TerminateChild(p, to, a.Child)
		}
	case "restart_child":
		pid, err = supervisor.RestartChild(p, to, a.Child)
		said = "ok " + s.orNone(pid)
	case "delete_child":
		err = supervisor.DeleteChild(p, to, a.Child)
	}
	switch e := err.(type) {
	case nil:
		if said == "" {
			return "ok"
		}
		return said
	case *coppice.CallError:
		return "error " + textOf(e.Reason)
	case *coppice.AlreadyStartedError:
		if strings.HasPrefix(e.Name, "child ") {
			return "error already_started " + s.idOf(e.PID)
		}
	}
	return "error " + textOf(err)
}

func (s *system) orNone(pid coppice.PID) string {
	if pid.IsZero() {
		return "none"
	}
	return s.idOf(pid)
}
