package supervisor

import (
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/internal/restart"
)

// A dynamic is the state of a running Dynamic. A million children are ordinary,
// so there is one map entry for each, and no order.
type dynamic struct {
	teller
	books
	dynamicConfig
	window     restart.Intensity
	restarting int    // children whose restart has failed
	started    uint32 // children in all

	// By the present process, or by the last one while restarting. With a
	// template a child whose restart was ignored is there under the zero PID:
	// as in OTP it counts, and there is at most one.
	children map[coppice.PID]*dynamicChild
}

type dynamicChild struct {
	spec       ChildSpec
	restarting bool
	nth        uint32 // of the starts of the supervisor
	past       *past
	waiting    *waiting // if it has a Backoff
	leaving    *leaving // once it is to end
}

// A dynamicRetry is what the supervisor sends itself after a restart that
// failed.
type dynamicRetry struct{ last coppice.PID }

func newDynamic(p *coppice.Process, config dynamicConfig) (*dynamic, error) {
	p.TrapExit(true)
	p.SetLabel("dynamic supervisor")
	if config.init != nil {
		if err := config.init(p); err != nil {
			return nil, err
		}
	}
	if err := config.validate(); err != nil {
		return nil, err
	}
	n, period := config.limit.values()
	s := &dynamic{
		dynamicConfig: config,
		window:        restart.Intensity{Max: n, Period: period},
		children:      make(map[coppice.PID]*dynamicChild),
	}
	s.teller = newTeller(p, config.limit, s.window.Recent)
	p.Publish(s)
	return s, nil
}

// StateView implements coppice.StateViewer: not a million children.
func (s *dynamic) StateView() any {
	return struct{ Children, Restarting int }{len(s.children), s.restarting}
}

func (s *dynamic) specFor(child any) (ChildSpec, error) {
	if s.template != nil {
		return s.template(child)
	}
	spec, ok := child.(ChildSpec)
	if !ok {
		return spec, wrongChild(child, "a supervisor.ChildSpec")
	}
	return spec, nil
}

func (s *dynamic) startChild(p *coppice.Process, m startChild) (coppice.PID, error) {
	spec, err := s.specFor(m.child)
	if err != nil {
		return coppice.PID{}, err
	}
	if s.template == nil {
		spec.Significant = false
	}
	if err := spec.validate(s.auto, false); err != nil {
		return coppice.PID{}, err
	}
	if s.max.set && len(s.children) >= s.max.n {
		return coppice.PID{}, ErrMaxChildren
	}
	c := &dynamicChild{spec: spec.withDefaults()}
	pid, err := s.start(p, c)
	if err == coppice.Ignore && s.template != nil {
		return coppice.PID{}, nil
	}
	return pid, err
}

func (s *dynamic) start(p *coppice.Process, c *dynamicChild) (coppice.PID, error) {
	pid, err := start(p, c.spec.Start)
	if err != nil {
		return coppice.PID{}, err
	}
	s.started++
	c.nth = s.started
	s.note(func() { s.children[pid] = c })
	s.progress(p, c.spec.ID, pid)
	return pid, nil
}

func (s *dynamic) exited(p *coppice.Process, e coppice.Exited) error {
	c, ok := s.children[e.PID]
	if !ok || c.restarting {
		return nil // of a child that was stopped, or of a stranger
	}
	now, class := time.Now(), restart.Class(coppice.ClassOf(e.Reason))
	again := restart.Restart(c.spec.Restart).After(class)
	decision, exceeded, end, wait := notRestarted, false, false, time.Duration(0)
	switch {
	case !again:
		s.forget(e.PID)
		if end = s.endsWith(c); end {
			decision = wasLast
		}
	case s.spend(now):
		wait = c.wait(now)
		decision = s.restarts(now) + in(wait)
	default:
		decision, exceeded = s.givesUp(), true
	}
	if c.spec.Restart == Permanent || class == restart.Abnormal {
		s.report(p, "child_terminated", &c.spec, e.PID, e.Reason, decision)
	}
	switch {
	case again:
		s.note(func() { c.past = c.past.ended(e.Reason, now) })
		return s.restart(p, e.PID, c, wait, exceeded)
	case end:
		return coppice.Shutdown
	}
	return nil
}

// endsWith reports whether the end of c, which is not restarted, is the end of
// the supervisor.
func (s *dynamic) endsWith(c *dynamicChild) bool {
	return c.spec.Significant && (s.auto == AnySignificant || s.auto == AllSignificant && len(s.children) == 0)
}

// restart starts a child again whose last process was last, after a wait, unless
// that is 0.
func (s *dynamic) restart(p *coppice.Process, last coppice.PID, c *dynamicChild, wait time.Duration, exceeded bool) error {
	if exceeded {
		s.settle(c)
		s.forget(last)
		s.report(p, "shutdown", &c.spec, last, ErrMaxIntensity, s.givesUp())
		return coppice.Shutdown
	}
	if wait > 0 {
		s.pause(p, last, c, wait)
		return nil
	}
	return s.again(p, last, c)
}

// again starts a child again whose last process was last.
func (s *dynamic) again(p *coppice.Process, last coppice.PID, c *dynamicChild) error {
	s.settle(c)
	s.forget(last)
	_, err := s.start(p, c)
	switch err {
	case nil:
		s.note(func() {
			s.made++
			c.past = c.past.again()
		})
		return nil
	case coppice.Ignore:
		if s.template != nil {
			s.note(func() { s.children[coppice.PID{}] = c })
		}
		return nil
	}
	s.report(p, "start_error", &c.spec, last, err, triesAgain)
	s.putOff(last, c)
	return genserver.Cast(p, p.Self(), dynamicRetry{last})
}

// putOff notes that c, whose last process was last, is about to be restarted.
func (s *dynamic) putOff(last coppice.PID, c *dynamicChild) {
	s.settle(c)
	s.note(func() {
		c.restarting = true
		s.restarting++
		s.children[last] = c
	})
}

func (s *dynamic) retry(p *coppice.Process, r dynamicRetry) error {
	c, ok := s.children[r.last]
	if !ok || !c.restarting {
		return nil // terminated meanwhile
	}
	now := time.Now()
	if !s.spend(now) {
		return s.restart(p, r.last, c, 0, true)
	}
	return s.restart(p, r.last, c, c.wait(now), false)
}

// spend counts a restart, and is false if it is one too many.
func (s *dynamic) spend(now time.Time) (ok bool) {
	s.note(func() { ok = s.window.Spend(now) })
	return ok
}

func (s *dynamic) forget(pid coppice.PID) { s.note(func() { delete(s.children, pid) }) }

// settle notes that c is not about to be restarted any more.
func (s *dynamic) settle(c *dynamicChild) {
	if !c.restarting {
		return
	}
	s.note(func() {
		c.restarting = false
		s.restarting--
		if c.waiting != nil {
			c.waiting.now.stop()
			c.waiting.now = nil
		}
	})
}

func (s *dynamic) terminateChild(p *coppice.Process, m terminateChild) (none, error) {
	pid := m.child.pid
	if pid.IsZero() {
		if s.template != nil {
			return none{}, ErrSimpleOneForOne
		}
		return none{}, ErrNotFound
	}
	c, ok := s.children[pid]
	switch {
	case !ok && s.template != nil && !coppice.Alive(pid):
		return none{}, nil
	case !ok:
		return none{}, ErrNotFound
	case c.restarting:
		s.settle(c)
	default:
		r := s.newRound(p, 1, false, s.notAsked(p))
		c.leaving = r.add(pid, &c.spec)
		r.end(c.leaving)
	}
	s.forget(pid)
	return none{}, nil
}

// stray deals with the casts of others: as in OTP a DynamicSupervisor drops them
// and a supervisor crashes.
func (s *dynamic) stray(_ *coppice.Process, message any) error {
	if s.template == nil {
		return nil
	}
	return &genserver.NotAcceptedError{Server: "supervisor", How: "cast", Message: fmt.Sprintf("%T", message)}
}

func (s *dynamic) restartChild(*coppice.Process, restartChild) (coppice.PID, error) {
	return coppice.PID{}, ErrSimpleOneForOne
}

func (s *dynamic) deleteChild(*coppice.Process, deleteChild) (none, error) {
	return none{}, ErrSimpleOneForOne
}

func (s *dynamic) specOf(_ *coppice.Process, m childSpec) (ChildSpec, error) {
	if c, ok := s.children[m.child.pid]; ok && !m.child.pid.IsZero() {
		return c.spec, nil
	}
	return ChildSpec{}, ErrNotFound
}

func (s *dynamic) list(*coppice.Process, listChildren) ([]Child, error) {
	all := make([]Child, 0, len(s.children))
	for pid, c := range s.children {
		child := Child{ID: c.spec.ID, PID: pid, Restarting: c.restarting, Due: c.dueAt(), Type: c.spec.Type}
		if c.restarting {
			child.PID = coppice.PID{}
		}
		all = append(all, child)
	}
	return all, nil
}

func (s *dynamic) count(*coppice.Process, countChildren) (Counts, error) {
	var n Counts
	for _, c := range s.children {
		n.add(c.spec.Type, !c.restarting)
	}
	if s.template != nil {
		n.Specs = 1
	}
	return n, nil
}
