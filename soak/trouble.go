package main

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

// patience is how long anything may take on a machine that has more to do than it
// can.
const patience = time.Minute

var errBug = errors.New("bug")

// hang has a process hang, in its code or in its end, longer than it may: its
// supervisor goes on without it, and its code returns later.
func (s *soak) hang(p *coppice.Process, random *rand.Rand) {
	entered := make(chan struct{})
	hangs := time.Duration(random.IntN(1500)) * time.Millisecond
	inTheEnd := random.IntN(2) == 0
	pid, err := s.hangers.StartChild(p, coppice.Name("hangers"), supervisor.ChildSpec{
		Restart: supervisor.Temporary, Shutdown: supervisor.Within(5 * time.Millisecond),
		Start: supervisor.Body(func(p *coppice.Process) error {
			if inTheEnd {
				p.TrapExit(true)
			}
			close(entered)
			if inTheEnd {
				p.Receive()
			}
			time.Sleep(hangs) // foreign code
			return nil
		}),
	})
	if err != nil {
		s.findings.add("a child that will hang does not start: %v", err)
		return
	}
	<-entered
	if err := supervisor.TerminateChild(p, coppice.Name("hangers"), pid); err != nil && err != supervisor.ErrNotFound {
		s.findings.add("a child that hangs is not terminated: %v", err)
	}
	if coppice.Alive(pid) {
		s.findings.add("a child that hangs was terminated and lives: %v", pid)
	}
	s.figures.hung.Add(1)
}

// Units are subtrees whose children are restarted together.

const unitSize = 4

func unitName(unit int) coppice.Name { return coppice.Name(fmt.Sprint("unit/", unit)) }

func memberName(unit, member int) coppice.Name {
	return coppice.Name(fmt.Sprint("unit/", unit, "/", member))
}

// unitKey is the key of a member, beside those that are churned.
func unitKey(unit, member int) int { return keysInUse + unit*unitSize + member }

func (s *soak) unitTree() *supervisor.Supervisor {
	var children []supervisor.ChildSpec
	for i := range s.units {
		spec := supervisor.Spec{Strategy: supervisor.OneForAll, Restarts: anyNumber}
		for j := range unitSize {
			spec.Children = append(spec.Children, supervisor.ChildSpec{ID: fmt.Sprint(j), Start: supervisor.Body(func(p *coppice.Process) error {
				if err := s.keys.Register(p, unitKey(i, j), i); err != nil {
					s.findings.add("member %d of unit %d does not get its key: %v", j, i, err)
				}
				p.Receive()
				return nil
			}, supervisor.Name(memberName(i, j)))})
		}
		children = append(children, supervisor.ChildSpec{ID: fmt.Sprint(i), Start: supervisor.New(spec, supervisor.Name(unitName(i)))})
	}
	return supervisor.New(supervisor.Spec{Children: children, Restarts: anyNumber}, named("units")...)
}

// restartUnit ends a member of a unit, or its supervisor: all of them end, and
// all are replaced.
func (s *soak) restartUnit(p *coppice.Process, random *rand.Rand) {
	unit := random.IntN(s.units)
	var before []coppice.PID
	for j := range unitSize {
		before = append(before, coppice.Whereis(p, memberName(unit, j)))
	}
	if slices.Contains(before, coppice.PID{}) {
		s.findings.add("unit %d is not whole: %v", unit, before)
		return
	}
	victim := before[random.IntN(unitSize)]
	if random.IntN(5) == 0 {
		victim = coppice.Whereis(p, unitName(unit))
	}
	_ = coppice.Exit(p, victim, coppice.Kill)
	limited := p.WithTimeout(patience)
	for j, old := range before {
		if _, err := coppice.Await(limited, old); err != nil {
			s.findings.add("member %d of unit %d was not ended with the others: %v", j, unit, err)
			return
		}
		pid, err := coppice.AwaitName(limited, memberName(unit, j))
		if err != nil || pid == old {
			s.findings.add("member %d of unit %d was not replaced: %v, %v", j, unit, pid, err)
			return
		}
	}
	s.figures.restarts.Add(1)
}

// takeKey has a process take a key for a while, and give it back in one of the
// ways there are; it may not have it beside another.
func (s *soak) takeKey(p *coppice.Process, random *rand.Rand) {
	key, how := random.IntN(keysInUse), random.IntN(4)
	_, err := coppice.Spawn(p, func(p *coppice.Process) error {
		if err := s.keys.Register(p, key, how); err != nil {
			return nil // another has it
		}
		s.figures.registrations.Add(1)
		if n := s.owners[key].Add(1); n != 1 {
			s.findings.add("key %d belongs to %d processes", key, n)
		}
		if e, err := s.keys.Find(p, key); err != nil || e.PID != p.Self() {
			s.findings.add("key %d is that of %v, found is %v, %v", key, p.Self(), e.PID, err)
		}
		p.Sleep(time.Duration(how) * time.Millisecond)
		s.owners[key].Add(-1)
		switch how {
		case 0:
			return s.keys.Unregister(p, key)
		case 1:
			s.crashed.crash(p)
			panic("with a key")
		case 2:
			return coppice.Exit(p, p.Self(), coppice.Kill)
		}
		return nil
	})
	if err != nil {
		s.findings.add("spawn: %v", err)
	}
}

// runTask has a task bring a value, crash, or be killed.
func (s *soak) runTask(p *coppice.Process, random *rand.Rand) {
	n, how := random.Int(), random.IntN(3)
	t, err := task.AsyncNoLink(p, coppice.Name("tasks"), func(q *coppice.Process) (int, error) {
		switch how {
		case 1:
			s.crashed.crash(q)
			panic("in a task")
		case 2:
			return 0, coppice.Exit(q, q.Self(), coppice.Kill)
		}
		return n, nil
	})
	if err != nil {
		s.findings.add("a task does not start: %v", err)
		return
	}
	got, err := t.Await(p.WithTimeout(patience))
	if how == 0 && (err != nil || got != n) || how == 1 && err == nil || how == 2 && !errors.Is(err, coppice.Killed) {
		s.findings.add("a task of kind %d ended with %v, %v", how, got, err)
	}
	s.figures.tasks.Add(1)
}

// runStream has some tasks in a stream, of which some crash.
func (s *soak) runStream(p *coppice.Process, random *rand.Rand) {
	bad, n := random.IntN(20), 0
	f := func(q *coppice.Process, i int) (int, error) {
		if i == bad {
			s.crashed.crash(q)
			panic("in a stream")
		}
		return i * i, nil
	}
	inputs := func(yield func(int) bool) {
		for i := range 20 {
			if !yield(i) {
				return
			}
		}
	}
	for v, err := range task.Stream(p, inputs, f, task.StreamOptions{MaxConcurrency: 4, Supervisor: coppice.Name("tasks"), NoLink: true, Timeout: patience}) {
		if n == bad && err == nil || n != bad && (err != nil || v != n*n) {
			s.findings.add("item %d of a stream, %d crashes: %v, %v", n, bad, v, err)
		}
		n++
	}
	if n != 20 {
		s.findings.add("a stream of 20 items had %d", n)
	}
	s.figures.streams.Add(1)
}

// ring is the message of a timer.
type ring struct{ n int }

// setTimers sets ten timers and cancels some: each of the others rings once.
func (s *soak) setTimers(p *coppice.Process, random *rand.Rand) {
	want := make(map[int]bool)
	round := random.Int()
	for i := range 10 {
		t, err := coppice.SendAfter(p, p.Self(), time.Duration(random.IntN(20_000))*time.Microsecond, ring{round + i})
		if err != nil {
			s.findings.add("a timer: %v", err)
			return
		}
		want[round+i] = true
		if random.IntN(3) == 0 {
			if _, cancelled := t.Cancel(); cancelled {
				delete(want, round+i)
			}
		}
	}
	for len(want) > 0 {
		m, ok := p.ReceiveTimeout(patience)
		if !ok {
			s.findings.add("%d timers did not fire", len(want))
			return
		}
		if r, is := m.Body.(ring); !is || !want[r.n] {
			s.findings.add("a timer that was cancelled, or fired before, has fired: %v", m.Body)
		} else {
			delete(want, r.n)
		}
	}
	s.figures.timers.Add(10)
}

// monitorSome monitors workers that are about to be ended, and others, whose
// monitors it takes back: one message comes of each of the first, and none of
// the others.
func (s *soak) monitorSome(p *coppice.Process, random *rand.Rand) {
	down := make(map[coppice.Ref]coppice.PID)
	for range 10 {
		pid := s.workers[random.IntN(s.processes/2)*2].Load()
		if pid == nil {
			continue
		}
		ref, err := p.Monitor(*pid)
		if err != nil {
			s.findings.add("a monitor: %v", err)
			continue
		}
		s.figures.monitors.Add(1)
		if random.IntN(2) == 0 {
			p.Demonitor(ref, true)
			continue
		}
		down[ref] = *pid
		_ = coppice.Exit(p, *pid, coppice.Kill)
	}
	for len(down) > 0 {
		m, ok := p.ReceiveTimeout(patience)
		if !ok {
			s.findings.add("%d monitors did not fire", len(down))
			return
		}
		if d, is := m.Body.(coppice.Down); !is || down[d.Ref] != d.PID || d.PID.IsZero() {
			s.findings.add("a monitor that had fired or was taken back has fired: %v", m.Body)
		} else {
			delete(down, d.Ref)
		}
	}
}

// checkAll checks what is there after the load.
func (s *soak) checkAll() {
	for i := range senders {
		result := make(chan struct{})
		if err := coppice.Send(s.node, s.senderOf(i), compare{result}); err != nil {
			s.findings.add("sender %d: %v", i, err)
			continue
		}
		<-result
	}
	for unit := range s.units {
		for j := range unitSize {
			pid := coppice.Whereis(s.node, memberName(unit, j))
			e, err := s.keys.Find(s.node, unitKey(unit, j))
			if pid.IsZero() || err != nil || e.PID != pid {
				s.findings.add("member %d of unit %d is %v by name, and %v by key (%v)", j, unit, pid, e.PID, err)
			}
		}
	}
	if n, err := s.keys.Count(s.node); err != nil || n != s.units*unitSize {
		s.findings.add("%d keys are registered, want %d (%v)", n, s.units*unitSize, err)
	}
	for _, f := range s.floods {
		f.check()
	}
	for _, name := range []coppice.Name{"tasks", "hangers"} {
		if counts, err := supervisor.Count(s.node, name); err != nil || counts.Active != 0 {
			s.findings.add("%s has %+v children (%v)", name, counts, err)
		}
	}
	for i := range s.workers {
		if info, _ := coppice.Lookup(*s.workers[i].Load()); len(info.MonitoredBy) > 0 || len(info.Links) != 1 || info.Pending > 0 {
			s.findings.add("worker %d has %d monitors, %d links, %d requests", i, len(info.MonitoredBy), len(info.Links), info.Pending)
		}
	}
}

// checkEmpty checks what is there when the tree has stopped.
func (s *soak) checkEmpty() {
	// The partition of a registry ends an instant after the registry.
	for end := time.Now().Add(5 * time.Second); s.node.Count() > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if n := s.node.Count(); n != 0 {
		s.findings.add("%d processes outlive the tree", n)
		for pid := range s.node.List() {
			info, _ := coppice.Lookup(pid)
			s.findings.add("one of them is %v %s: %v, parent %v, %d in the mailbox", pid, cmp.Or(info.Name, info.Label), info.Status, info.Parent, info.Mailbox)
		}
	}
	names := []coppice.Name{"top", "tasks", "hangers", "units"}
	for i := range senders {
		names = append(names, s.senderOf(i))
	}
	for unit := range s.units {
		names = append(names, unitName(unit))
		for j := range unitSize {
			names = append(names, memberName(unit, j))
		}
	}
	for _, name := range names {
		if pid := coppice.Whereis(s.node, name); !pid.IsZero() {
			s.findings.add("the name %s still belongs to %v", name, pid)
		}
	}
}
