package model

import (
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/task"
)

// named is a name or a key as an address.
func (s *system) named(name string) coppice.Addr {
	if isKey(name) {
		return s.keys.Via(name)
	}
	return coppice.Name(name)
}

func (s *system) register(p *coppice.Process, name string) error {
	if isKey(name) {
		return s.keys.Register(p, name, "")
	}
	return p.Register(name)
}

func (s *system) unregister(p *coppice.Process, name string) error {
	if isKey(name) {
		return s.keys.Unregister(p, name)
	}
	return p.Unregister(name)
}

// keysOf is what keys a process has, of which each finds it.
func (s *system) keysOf(pid coppice.PID) []string {
	keys, err := s.keys.Keys(s.n, pid)
	for _, key := range keys {
		if e, _ := s.keys.Find(s.n, key); err == nil && e.PID != pid {
			return []string{key + " is that of " + s.idOf(e.PID)}
		}
	}
	return keys
}

// task does what there is to be done with tasks, as request does.
func (s *system) task(p *coppice.Process, to coppice.Addr, a Act) (said string, err error) {
	t, ok := s.taskOf(a.To)
	value, done := "", true
	switch {
	case a.Verb == "async":
		t, err = task.Async(p, s.work(a.Spec))
		return "ok", s.keeps(a.Spec, t, err)
	case a.Verb == "nolink":
		t, err = task.AsyncNoLink(p, to, s.work(a.Spec))
		return "ok", s.keeps(a.Spec, t, err)
	case !ok: // its owner was killed before it had it
		return "", reasons["not_owner"]
	case a.Verb == "await":
		value, err = t.Await(p)
	case a.Verb == "yield":
		value, done, err = t.Yield(p, time.Duration(a.N)*time.Millisecond)
	case a.Verb == "ignore":
		value, done, err = t.Ignore(p)
	}
	if !done {
		return "nothing", err
	}
	return "ok " + value, err
}

func (s *system) taskOf(id string) (task.Task[string], bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.tasks[id]
	return t, ok
}

// keeps keeps a task for those who ask for it later.
func (s *system) keeps(spec *Spec, t task.Task[string], err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.tasks[name(spec.Key, 1)] = t
	}
	return err
}

// work is what a task does. Its value is what it is called.
func (s *system) work(spec *Spec) func(*coppice.Process) (string, error) {
	return func(p *coppice.Process) (string, error) {
		s.born(p, spec)
		id := s.idOf(p.Self())
		switch spec.Work {
		case "value":
		case "sleep":
			p.Sleep(7 * time.Millisecond)
		case "hang":
			s.hang(id)
		default:
			return "", s.leave(p, Act{Reason: spec.Work, N: len(spec.Key) % 2})
		}
		return id, nil
	}
}

// checkKeys looks at the registry, at rest: each key is that of one living
// process, which knows; s.mu is held.
func (s *system) checkKeys(infos map[coppice.PID]coppice.ProcessInfo) {
	all, err := s.keys.Select(s.n, nil)
	if err != nil {
		s.fail("%v", err)
		return
	}
	n := 0
	for key, e := range all {
		n++
		keys, _ := s.keys.Keys(s.n, e.PID)
		if _, alive := infos[e.PID]; !alive || !strings.Contains(strings.Join(keys, "|")+"|", key+"|") {
			s.fail("the key %s is that of %s, alive: %v, which has %q", key, s.ids[e.PID], alive, keys)
		}
	}
	known := 0
	for pid := range infos {
		keys, _ := s.keys.Keys(s.n, pid)
		known += len(keys)
	}
	if n != known {
		s.fail("%d keys, of which their owners know %d", n, known)
	}
	s.countKeys(known)
}

// countKeys sees to it that the registry keeps nothing of those who have ended;
// s.mu is held.
func (s *system) countKeys(known int) {
	if n, err := s.keys.Count(s.n); n != known || err != nil {
		s.fail("the registry has %d keys, of which living processes have %d; %v", n, known, err)
	}
}
