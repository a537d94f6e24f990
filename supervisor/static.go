package supervisor

import (
	"context"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/internal/restart"
)

// A Supervisor supervises a list of children in start order. It is the recipe,
// not the process: it can be started many times, and be the Start of a
// ChildSpec.
type Supervisor struct {
	init    func(*coppice.Process) (Spec, error)
	options []Option
}

// New returns the supervisor of a specification.
func New(spec Spec, options ...Option) *Supervisor {
	return Func(func(*coppice.Process) (Spec, error) { return spec, nil }, options...)
}

// Func returns a supervisor whose specification is made anew at every start, by
// init, which runs in the supervisor's process. Its error fails the start, and
// coppice.Ignore does so without a failure. It answers to the callback
// init/1 of a supervisor.
func Func(init func(*coppice.Process) (Spec, error), options ...Option) *Supervisor {
	return &Supervisor{init, options}
}

// Start starts a supervisor that no supervisor supervises, and waits until all
// its children have started. The error is a *SpecError, or, if a child failed
// to start, a *coppice.ShutdownError whose Detail is a *StartError; those that
// had started have been stopped then.
func (s *Supervisor) Start(ctx context.Context) (coppice.PID, error) {
	ref, err := statics.Start(ctx, s, s.options...)
	return ref.PID(), err
}

// StartLink is Start and links the supervisor with the caller. It answers to
// supervisor:start_link/3.
func (s *Supervisor) StartLink(ctx context.Context) (coppice.PID, error) {
	return statics.With(s, s.options...).StartLink(ctx)
}

func (*Supervisor) supervises() {}

// A static is the state of a running Supervisor.
type static struct {
	strategy Strategy
	auto     AutoShutdown
	limit    Limit
	children *restart.Children
	byID     map[string]*child
	byPID    map[coppice.PID]*child
}

type child struct {
	spec ChildSpec
	pid  coppice.PID // zero while it has no process
	last coppice.PID // the one that it had before a restart that failed, for reports
}

// A retry is what a supervisor sends itself after a restart that failed: behind
// all that is in its mailbox, so that it still answers, and can be stopped.
type retry struct{ id string }

var statics = genserver.Define(newStatic,
	genserver.OnInfo((*static).exited),
	genserver.OnCast((*static).retry),
	genserver.OnCall((*static).startChild),
	genserver.OnCall((*static).terminateChild),
	genserver.OnCall((*static).restartChild),
	genserver.OnCall((*static).deleteChild),
	genserver.OnCall((*static).specOf),
	genserver.OnCall((*static).list),
	genserver.OnCall((*static).count),
	genserver.OnInfo((*static).unexpected),
	genserver.OnTerminate((*static).terminate),
)

func newStatic(p *coppice.Process, sup *Supervisor) (*static, error) {
	p.TrapExit(true)
	spec, err := sup.init(p)
	if err != nil {
		return nil, err
	}
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	n, period := spec.Restarts.values()
	s := &static{
		strategy: spec.Strategy,
		auto:     spec.AutoShutdown,
		limit:    spec.Restarts,
		children: restart.New(restart.Strategy(spec.Strategy), restart.AutoShutdown(spec.AutoShutdown),
			restart.Intensity{Max: n, Period: period}),
		byID:  make(map[string]*child),
		byPID: make(map[coppice.PID]*child),
	}
	for _, c := range spec.Children {
		s.add(c)
	}
	for _, id := range s.children.Init().Start {
		c := s.byID[id]
		if err := s.start(p, c); err != nil {
			s.report(p, "start_error", c, err, "the supervisor does not start")
			s.stopAll(p)
			return nil, &coppice.ShutdownError{Detail: &StartError{ID: id, Reason: err}}
		}
	}
	return s, nil
}

func (s *static) add(spec ChildSpec) *child {
	c := &child{spec: spec.withDefaults()}
	s.byID[spec.ID] = c
	s.children.Add(restart.Child{ID: spec.ID, Restart: restart.Restart(spec.Restart), Significant: spec.Significant})
	return c
}

// start starts a child. An error has changed nothing.
func (s *static) start(p *coppice.Process, c *child) error {
	pid, err := start(p, c.spec.Start)
	if err == coppice.Ignore {
		c.pid, c.last = coppice.PID{}, coppice.PID{}
		if s.children.Ignored(c.spec.ID) {
			delete(s.byID, c.spec.ID)
		}
		return nil
	}
	if err != nil {
		return err
	}
	c.pid, c.last = pid, coppice.PID{}
	s.byPID[pid] = c
	s.children.Started(c.spec.ID)
	p.Report(&coppice.ProgressReport{At: time.Now(), Supervisor: p.Self(), Child: c.spec.ID, ChildPID: pid})
	return nil
}

// stop stops a child that has a process.
func (s *static) stop(p *coppice.Process, c *child) {
	pid := c.pid
	delete(s.byPID, pid)
	reason, asked := stopChild(p, pid, c.spec)
	if !asked {
		s.report(p, "shutdown_error", c, reason, "")
	}
	c.pid, c.last = coppice.PID{}, coppice.PID{}
}

// gone notes that the process of a child has ended.
func (s *static) gone(c *child) {
	delete(s.byPID, c.pid)
	c.pid, c.last = coppice.PID{}, c.pid
}

// carryOut does what a plan says, which cause (or nil) has brought about. What
// it returns ends the supervisor.
func (s *static) carryOut(p *coppice.Process, plan restart.Plan, cause *child) error {
	for _, id := range plan.Stop {
		s.stop(p, s.byID[id])
	}
	for _, id := range plan.Drop {
		delete(s.byID, id)
	}
	for _, id := range plan.Start {
		c := s.byID[id]
		err := s.start(p, c)
		if err == nil {
			continue
		}
		s.children.Failed(id)
		if c != cause {
			c.last = coppice.PID{}
		}
		r := s.newReport(p, "start_error", c, err, "tries again")
		if s.strategy != OneForOne {
			r.ChildPID = coppice.PID{} // as in OTP, where a run of children is started anew
		}
		p.Report(r)
		return genserver.Cast(p, p.Self(), retry{id})
	}
	if plan.Exit {
		return coppice.Shutdown
	}
	return nil
}

func (s *static) exited(p *coppice.Process, e coppice.Exited) error {
	c, ok := s.byPID[e.PID]
	if !ok {
		return nil // of a child that was stopped, or of a stranger
	}
	id, now := c.spec.ID, time.Now()
	class := restart.Class(coppice.ClassOf(e.Reason))
	plan := s.children.Exited(id, class, now)
	if c.spec.Restart == Permanent || class == restart.Abnormal {
		s.report(p, "child_terminated", c, e.Reason, s.decision(plan, now))
	}
	s.gone(c)
	return s.follow(p, c, plan)
}

func (s *static) retry(p *coppice.Process, r retry) error {
	c, ok := s.byID[r.id]
	if !ok {
		return nil
	}
	return s.follow(p, c, s.children.Retry(r.id, time.Now()))
}

// follow carries out the plan that a child has brought about.
func (s *static) follow(p *coppice.Process, c *child, plan restart.Plan) error {
	if plan.Exceeded {
		s.report(p, "shutdown", c, ErrMaxIntensity, "gives up: more than "+s.limit.String())
	}
	return s.carryOut(p, plan, c)
}

func (s *static) startChild(p *coppice.Process, m startChild) (coppice.PID, error) {
	spec, ok := m.child.(ChildSpec)
	if !ok {
		return coppice.PID{}, wrongChild(m.child, "a supervisor.ChildSpec")
	}
	if err := spec.validate(s.auto, true); err != nil {
		return coppice.PID{}, err
	}
	if c, ok := s.byID[spec.ID]; ok {
		if c.pid.IsZero() {
			return coppice.PID{}, ErrAlreadyPresent
		}
		return coppice.PID{}, &coppice.AlreadyStartedError{Name: "child " + spec.ID, PID: c.pid}
	}
	c := s.add(spec)
	if err := s.start(p, c); err != nil {
		s.children.Delete(spec.ID)
		delete(s.byID, spec.ID)
		return coppice.PID{}, &StartError{ID: spec.ID, Reason: err}
	}
	return c.pid, nil
}

func (s *static) terminateChild(p *coppice.Process, m terminateChild) (none, error) {
	if _, ok := s.byID[m.child.id]; !ok {
		return none{}, ErrNotFound
	}
	plan, _ := s.children.Terminate(m.child.id)
	return none{}, s.carryOut(p, plan, nil)
}

func (s *static) restartChild(p *coppice.Process, m restartChild) (coppice.PID, error) {
	c, ok := s.byID[m.id]
	if !ok {
		return coppice.PID{}, ErrNotFound
	}
	switch s.children.Status(m.id) {
	case restart.Running:
		return coppice.PID{}, ErrRunning
	case restart.Retrying:
		return coppice.PID{}, ErrRestarting
	}
	err := s.start(p, c)
	return c.pid, err
}

func (s *static) deleteChild(_ *coppice.Process, m deleteChild) (none, error) {
	switch s.children.Delete(m.id) {
	case restart.Running:
		return none{}, ErrRunning
	case restart.Retrying:
		return none{}, ErrRestarting
	case restart.Absent:
		return none{}, ErrNotFound
	}
	delete(s.byID, m.id)
	return none{}, nil
}

func (s *static) specOf(_ *coppice.Process, m childSpec) (ChildSpec, error) {
	if c, ok := s.byPID[m.child.pid]; ok {
		return c.spec, nil
	}
	if c, ok := s.byID[m.child.id]; ok {
		return c.spec, nil
	}
	return ChildSpec{}, ErrNotFound
}

func (s *static) list(*coppice.Process, listChildren) ([]Child, error) {
	var all []Child
	for id, status := range s.children.Backward() {
		c := s.byID[id]
		all = append(all, Child{ID: id, PID: c.pid, Restarting: status == restart.Retrying, Type: c.spec.Type})
	}
	return all, nil
}

func (s *static) count(*coppice.Process, countChildren) (Counts, error) {
	var n Counts
	for _, c := range s.byID {
		n.add(c.spec.Type, !c.pid.IsZero())
	}
	return n, nil
}

func (n *Counts) add(t Type, active bool) {
	n.Specs++
	if active {
		n.Active++
	}
	if t == ASupervisor {
		n.Supervisors++
	} else {
		n.Workers++
	}
}

func (s *static) unexpected(p *coppice.Process, message any) error { return unexpected(p, message) }

func (s *static) terminate(p *coppice.Process, _ error) error {
	s.stopAll(p)
	return nil
}

func (s *static) stopAll(p *coppice.Process) { _ = s.carryOut(p, s.children.Shutdown(), nil) }

func (s *static) report(p *coppice.Process, context string, c *child, reason error, decision string) {
	p.Report(s.newReport(p, context, c, reason, decision))
}

func (s *static) newReport(p *coppice.Process, context string, c *child, reason error, decision string) *coppice.SupervisorReport {
	r := newReport(p, context, reason, decision)
	r.Child, r.ChildPID = c.spec.ID, c.pid
	if c.pid.IsZero() {
		r.ChildPID = c.last
	}
	r.Intensity, _ = s.limit.values()
	r.Restart = s.children.Recent(time.Now())
	return r
}

// decision says in words what a plan will do.
func (s *static) decision(plan restart.Plan, now time.Time) string {
	return decision(plan.Exceeded, plan.Exit, len(plan.Start), s.children.Recent(now), s.limit)
}
