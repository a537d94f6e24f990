package supervisor

import (
	"cmp"
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
// its children have started. The error is a *[SpecError]; if a child failed to
// start, a *coppice.ShutdownError whose Detail is a *[StartError], and then
// those that had started have been stopped; what [Func] returned; or a
// *coppice.AlreadyStartedError, if the name is taken. If ctx ends before, the
// supervisor is killed, and its children end by their links.
func (s *Supervisor) Start(ctx context.Context) (coppice.PID, error) {
	ref, err := statics.Start(ctx, s, s.options...)
	return ref.PID(), err
}

// StartLink is Start and links the supervisor with the caller. It answers to
// supervisor:start_link/3.
func (s *Supervisor) StartLink(ctx context.Context) (coppice.PID, error) {
	return statics.With(s, s.options...).StartLink(ctx)
}

// IsSupervisor says what it is as a child, see [Starter].
func (*Supervisor) IsSupervisor() bool { return true }

// A static is the state of a running Supervisor.
type static struct {
	teller
	books
	strategy Strategy
	auto     AutoShutdown
	children *restart.Children
	byID     map[string]*child
	byPID    map[coppice.PID]*child
	added    int // children in all
}

type child struct {
	spec ChildSpec
	pid  coppice.PID // zero while it has no process
	last coppice.PID // the one that it had before a restart that failed, for reports

	nth      int // in start order
	retrying bool
	pause    *pause   // while it waits to be restarted, or nil
	leaving  *leaving // while it is to end, or nil
	past     *past
}

// A retry is what a supervisor sends itself after a restart that failed: behind
// all that is in its mailbox, so that it still answers, and can be stopped.
type retry struct{ id string }

var statics = genserver.Define(newStatic,
	genserver.OnInfo((*static).exited),
	genserver.OnCast((*static).retry),
	genserver.OnInfo((*static).due),
	genserver.OnCall((*static).startChild),
	genserver.OnCall((*static).terminateChild),
	genserver.OnCall((*static).restartChild),
	genserver.OnCall((*static).deleteChild),
	genserver.OnCall((*static).specOf),
	genserver.OnCall((*static).list),
	genserver.OnCall((*static).count),
	genserver.OnCall((*static).resize),
	genserver.OnInfo((*static).unexpected),
	genserver.OnTerminate((*static).terminate),
)

func newStatic(p *coppice.Process, sup *Supervisor) (*static, error) {
	p.TrapExit(true)
	p.SetLabel("supervisor")
	spec, err := sup.init(p)
	if err != nil {
		return nil, err
	}
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	if coppice.LabelOf(p.Self()) == "supervisor" { // and not what its Func has said
		p.SetLabel("supervisor, " + spec.Strategy.String())
	}
	n, period := spec.Restarts.values()
	s := &static{
		strategy: spec.Strategy,
		auto:     spec.AutoShutdown,
		children: restart.New(restart.Strategy(spec.Strategy), restart.AutoShutdown(spec.AutoShutdown),
			restart.Intensity{Max: n, Period: period}),
		byID:  make(map[string]*child, len(spec.Children)),
		byPID: make(map[coppice.PID]*child, len(spec.Children)),
	}
	s.children.Random = random
	s.teller = newTeller(p, spec.Restarts, s.children.Recent)
	p.Publish(s)
	for _, c := range spec.Children {
		s.add(c)
	}
	for _, id := range s.children.Init().Start {
		c := s.byID[id]
		if err := s.start(p, c); err != nil {
			s.report(p, "start_error", &c.spec, coppice.PID{}, err, "the supervisor does not start")
			s.stop(p, s.children.Shutdown().Stop, true)
			return nil, &coppice.ShutdownError{Detail: &StartError{ID: id, Reason: err}}
		}
	}
	return s, nil
}

// StateView implements coppice.StateViewer: not all children.
func (s *static) StateView() any {
	return struct {
		Strategy Strategy
		Children int
	}{s.strategy, s.children.Len()}
}

func (s *static) add(spec ChildSpec) *child {
	s.added++
	c := &child{spec: spec.withDefaults(), nth: s.added}
	s.note(func() { s.byID[spec.ID] = c })
	s.children.Add(restart.Child{ID: spec.ID, Restart: restart.Restart(spec.Restart), Significant: spec.Significant, Backoff: spec.Backoff.plan()})
	return c
}

// start starts a child. An error has changed nothing.
func (s *static) start(p *coppice.Process, c *child) error {
	pid, err := start(p, c.spec.Start)
	if err == coppice.Ignore {
		s.note(func() {
			c.pid, c.last = coppice.PID{}, coppice.PID{}
			c.settle()
		})
		if s.children.Ignored(c.spec.ID) {
			s.forget(c.spec.ID)
		}
		return nil
	}
	if err != nil {
		return err
	}
	s.note(func() {
		c.pid, c.last = pid, coppice.PID{}
		c.settle()
		s.byPID[pid] = c
	})
	s.children.Started(c.spec.ID)
	s.progress(p, c.spec.ID, pid)
	return nil
}

// stop stops the children in ids, which have processes, one after the other.
// last says that this is the end of the supervisor.
func (s *static) stop(p *coppice.Process, ids []string, last bool) {
	if len(ids) == 0 {
		return
	}
	r := newRound(p, len(ids), last, s, s.notAsked(p))
	for _, id := range ids {
		c := s.byID[id]
		c.leaving = r.add(c.pid, &c.spec)
	}
	for i, id := range ids {
		r.end(&r.all[i])
		c := s.byID[id]
		c.leaving = nil
		s.gone(c)
		c.last = coppice.PID{}
	}
}

// leaving implements finder.
func (s *static) leaving(pid coppice.PID) *leaving {
	if c := s.byPID[pid]; c != nil {
		return c.leaving
	}
	return nil
}

// gone notes that the process of a child has ended.
func (s *static) gone(c *child) {
	s.note(func() {
		delete(s.byPID, c.pid)
		c.pid, c.last = coppice.PID{}, c.pid
	})
}

func (s *static) forget(id string) { s.note(func() { delete(s.byID, id) }) }

// carryOut does what a plan says, which cause (or nil) has brought about. What
// it returns ends the supervisor.
func (s *static) carryOut(p *coppice.Process, plan restart.Plan, cause *child) error {
	s.stop(p, plan.Stop, plan.Exit)
	for _, id := range plan.Drop {
		s.forget(id)
	}
	if plan.Wait > 0 {
		s.pause(p, cause, plan.Wait)
	}
	for _, id := range plan.Start {
		c := s.byID[id]
		if err := s.start(p, c); err != nil {
			s.children.Failed(id)
			s.note(func() {
				c.settle()
				c.retrying = true
			})
			s.startFailed(p, c, c == cause, err)
			return genserver.Cast(p, p.Self(), retry{id})
		}
		s.note(func() {
			s.made++
			c.past = c.past.again()
		})
	}
	if plan.Exit {
		return coppice.Shutdown
	}
	return nil
}

// startFailed tells of a restart that failed. A child has had a process before
// if the restart is for its own sake; and where a run of children is started
// anew, OTP does not tell which one.
func (s *static) startFailed(p *coppice.Process, c *child, own bool, err error) {
	if !own {
		c.last = coppice.PID{}
	}
	pid := c.last
	if s.strategy != OneForOne {
		pid = coppice.PID{}
	}
	s.report(p, "start_error", &c.spec, pid, err, triesAgain)
}

func (s *static) exited(p *coppice.Process, e coppice.Exited) error {
	c, ok := s.byPID[e.PID]
	if !ok {
		return nil // of a child that was stopped, or of a stranger
	}
	now, class := time.Now(), restart.Class(coppice.ClassOf(e.Reason))
	var plan restart.Plan
	s.note(func() {
		plan = s.children.Exited(c.spec.ID, class, now)
		c.past = c.past.ended(e.Reason, now)
	})
	if c.spec.Restart == Permanent || class == restart.Abnormal {
		s.report(p, "child_terminated", &c.spec, e.PID, e.Reason, s.decision(plan, now))
	}
	s.gone(c)
	return s.follow(p, c, plan)
}

// decision says in words what a plan will do.
func (s *static) decision(plan restart.Plan, now time.Time) string {
	switch {
	case plan.Exceeded:
		return s.givesUp()
	case plan.Exit:
		return wasLast
	case plan.Wait > 0:
		return s.restarts(now) + in(plan.Wait)
	case len(plan.Start) == 0:
		return notRestarted
	}
	return s.restarts(now)
}

func (s *static) retry(p *coppice.Process, r retry) error {
	c, ok := s.byID[r.id]
	if !ok {
		return nil
	}
	var plan restart.Plan
	s.note(func() { plan = s.children.Retry(r.id, time.Now()) })
	return s.follow(p, c, plan)
}

// follow carries out the plan that a child has brought about.
func (s *static) follow(p *coppice.Process, c *child, plan restart.Plan) error {
	if plan.Exceeded {
		s.report(p, "shutdown", &c.spec, c.last, ErrMaxIntensity, s.givesUp())
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
		s.forget(spec.ID)
		return coppice.PID{}, &StartError{ID: spec.ID, Reason: err}
	}
	return c.pid, nil
}

func (s *static) terminateChild(p *coppice.Process, m terminateChild) (none, error) {
	c, ok := s.byID[m.child.id]
	if !ok {
		return none{}, ErrNotFound
	}
	plan, _ := s.children.Terminate(m.child.id)
	s.note(c.settle)
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
		if !s.children.Waits(m.id) {
			return coppice.PID{}, ErrRestarting
		}
		if err := s.resume(p, c); err != nil || c.retrying {
			return coppice.PID{}, cmp.Or(err, ErrRestarting)
		}
		return c.pid, nil
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
	s.forget(m.id)
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
	all := make([]Child, 0, s.children.Len())
	for id, status := range s.children.Backward() {
		c := s.byID[id]
		all = append(all, Child{ID: id, PID: c.pid, Restarting: status == restart.Retrying, Due: c.pause.dueAt(), Type: c.spec.Type})
	}
	return all, nil
}

func (s *static) count(*coppice.Process, countChildren) (Counts, error) {
	var n Counts
	for _, c := range s.byID {
		n.add(c.spec.Type, coppice.Alive(c.pid))
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

func (s *static) terminate(p *coppice.Process, _ error) error {
	s.stop(p, s.children.Shutdown().Stop, true)
	return nil
}
