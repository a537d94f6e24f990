package task

import (
	"context"

	"github.com/seed-7832d3a3/coppice"
)

// Start starts a task that nobody awaits, and returns at once: it runs f, for
// its effect, and ends with what f returns as the reason. Nothing is linked
// with it; better have it supervised, by [StartChild]. It answers to
// Task.start/1.
func Start(ctx context.Context, f func(*coppice.Process) error) (coppice.PID, error) {
	return coppice.Spawn(ctx, alone(f, callersOf(ctx)))
}

// StartLink is [Start] and links the task with the process that ctx is. It
// answers to Task.start_link/1.
func StartLink(ctx context.Context, f func(*coppice.Process) error) (coppice.PID, error) {
	return Func(f).StartLink(ctx)
}

// A Func is what a task runs, as the Start of a supervisor.ChildSpec: it is
// linked with the supervisor and counts as started at once. The specification
// should say supervisor.Temporary, or supervisor.Transient, or the task is
// started anew whenever it is done. It answers to {Task, fun} in a list of
// children.
type Func func(*coppice.Process) error

// StartLink starts the task.
func (f Func) StartLink(ctx context.Context) (coppice.PID, error) {
	return coppice.SpawnLink(ctx, alone(f, callersOf(ctx)))
}

// alone is the process of a task that nobody awaits.
func alone(f func(*coppice.Process) error, callers []coppice.PID) func(*coppice.Process) error {
	label := labelOf(f)
	return func(p *coppice.Process) error {
		prepare(p, callers, label)
		return f(p)
	}
}
