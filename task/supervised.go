package task

import (
	"context"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A Supervisor supervises tasks that are started on demand: a Dynamic without a
// template, whose children are of any kind. It is a supervisor.Starter, to be
// the Start of a ChildSpec. Of its fields MaxChildren, Restarts (for tasks that
// are restarted at all) and Options, with supervisor.Name, are of use. It
// answers to Task.Supervisor.
type Supervisor = supervisor.Dynamic[supervisor.ChildSpec]

// An Option says how a supervised task is started and stopped.
type Option func(*supervisor.ChildSpec)

// Restart has a task of [StartChild] started again when it ends
// (supervisor.Permanent) or fails (supervisor.Transient). Not given, it is
// supervisor.Temporary. A task that somebody may await is never restarted.
func Restart(r supervisor.Restart) Option {
	return func(spec *supervisor.ChildSpec) { spec.Restart = r }
}

// Shutdown says how the supervisor stops a task. Not given, it is told to end
// and killed after five seconds.
func Shutdown(s supervisor.Shutdown) Option {
	return func(spec *supervisor.ChildSpec) { spec.Shutdown = s }
}

// AsyncUnder is [Async] for a task that a supervisor has among its children: it
// is stopped with that supervisor, and linked with its owner p besides. The
// error is supervisor.ErrMaxChildren, or a *coppice.CallError if the supervisor
// is not there. It answers to Task.Supervisor.async/3.
func AsyncUnder[R any](p *coppice.Process, sup coppice.Addr, f func(*coppice.Process) (R, error), options ...Option) (Task[R], error) {
	pid, err := startUnder(p, sup, f, options)
	if err != nil {
		return Task[R]{}, err
	}
	if err := p.Link(pid); err != nil {
		return Task[R]{}, err
	}
	return begin[R](p, pid)
}

// AsyncNoLink is [AsyncUnder] without the link: the end of the task is not that
// of its owner, which learns the reason by Await or, as a server, by the
// coppice.Down; and the task runs on when the owner ends. It answers to
// Task.Supervisor.async_nolink/3.
func AsyncNoLink[R any](p *coppice.Process, sup coppice.Addr, f func(*coppice.Process) (R, error), options ...Option) (Task[R], error) {
	pid, err := startUnder(p, sup, f, options)
	if err != nil {
		return Task[R]{}, err
	}
	return begin[R](p, pid)
}

func startUnder[R any](p *coppice.Process, sup coppice.Addr, f func(*coppice.Process) (R, error), options []Option) (coppice.PID, error) {
	return child(p, sup, worker{
		boss: p.Self(), strangers: true, callers: callersOf(p), label: labelOf(f),
		run: func(q *coppice.Process) (any, error) { return f(q) },
	}.body, options, func(spec *supervisor.ChildSpec) { spec.Restart = supervisor.Temporary })
}

// StartChild starts a task that nobody awaits: it runs f, for its effect, and
// ends with what f returns as the reason. ctx may be a process or belong to a
// plain goroutine. The errors are those of [AsyncUnder]. It answers to
// Task.Supervisor.start_child/3.
func StartChild(ctx context.Context, sup coppice.Addr, f func(*coppice.Process) error, options ...Option) (coppice.PID, error) {
	return child(ctx, sup, alone(f, callersOf(ctx)), options, nil)
}

func child(ctx context.Context, sup coppice.Addr, body func(*coppice.Process) error, options []Option, last Option) (coppice.PID, error) {
	spec := supervisor.ChildSpec{Start: starter(body), Restart: supervisor.Temporary, Type: supervisor.Worker}
	for _, option := range options {
		option(&spec)
	}
	if last != nil {
		last(&spec)
	}
	return supervisor.StartChild(ctx, sup, spec)
}

// A starter starts a process that counts as started at once.
type starter func(*coppice.Process) error

func (s starter) StartLink(ctx context.Context) (coppice.PID, error) {
	return coppice.SpawnLink(ctx, s)
}

// Children returns the tasks that a supervisor has at the moment, in no order.
// It answers to Task.Supervisor.children/1.
func Children(ctx context.Context, sup coppice.Addr) ([]coppice.PID, error) {
	children, err := supervisor.Children(ctx, sup)
	if err != nil {
		return nil, err
	}
	pids := make([]coppice.PID, 0, len(children))
	for _, c := range children {
		if !c.PID.IsZero() {
			pids = append(pids, c.PID)
		}
	}
	return pids, nil
}

// TerminateChild stops a supervised task and waits until it has ended. The
// error is supervisor.ErrNotFound if the supervisor does not have it. It
// answers to Task.Supervisor.terminate_child/2.
func TerminateChild(ctx context.Context, sup coppice.Addr, pid coppice.PID) error {
	return supervisor.TerminateChild(ctx, sup, pid)
}
