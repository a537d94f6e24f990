package supervisor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// What the functions on supervisors answer when they cannot do what was asked.
// A child that is running already is told by a *coppice.AlreadyStartedError,
// one that failed to start by a *StartError.
var (
	ErrAlreadyPresent  = errors.New("supervisor: already_present: a child with this id is there, but is not running: use RestartChild or DeleteChild")
	ErrRunning         = errors.New("supervisor: running: the child is running")
	ErrRestarting      = errors.New("supervisor: restarting: the child is about to be restarted")
	ErrNotFound        = errors.New("supervisor: not_found: there is no such child")
	ErrMaxChildren     = errors.New("supervisor: max_children: the supervisor has as many children as it may have")
	ErrSimpleOneForOne = errors.New("supervisor: simple_one_for_one: the children of a Dynamic are told by their PIDs, and are neither restarted nor deleted by hand")
)

// A StartError says that a child failed to start. Where that made a supervisor
// fail, the reason of the supervisor is a *coppice.ShutdownError with it.
type StartError struct {
	ID     string // of the child
	Reason error
}

func (e *StartError) Error() string {
	return fmt.Sprintf("child %q failed to start: %v", e.ID, e.Reason)
}

// Unwrap returns the reason.
func (e *StartError) Unwrap() error { return e.Reason }

// The requests that supervisors take.
type (
	startChild struct {
		genserver.Returns[coppice.PID]
		child any // a ChildSpec, or the argument for a template
	}
	terminateChild struct {
		genserver.Returns[none]
		child childRef
	}
	restartChild struct {
		genserver.Returns[coppice.PID]
		id string
	}
	deleteChild struct {
		genserver.Returns[none]
		id string
	}
	childSpec struct {
		genserver.Returns[ChildSpec]
		child childRef
	}
	listChildren  struct{ genserver.Returns[[]Child] }
	countChildren struct{ genserver.Returns[Counts] }
	none          = struct{}
)

// A childRef tells a child by its id or by its PID.
type childRef struct {
	id  string
	pid coppice.PID
}

func refOf(child any) (ref childRef) {
	switch child := child.(type) {
	case string:
		ref.id = child
	case coppice.PID:
		ref.pid = child
	}
	return ref
}

// call waits for ever, as OTP's functions do: what a supervisor does may take as
// long as its children need.
func call[R any](ctx context.Context, sup coppice.Addr, message genserver.Request[R]) (R, error) {
	if _, has := ctx.Deadline(); !has {
		ctx = genserver.NoTimeout(ctx)
	}
	return genserver.Call(ctx, sup, message)
}

// StartChild starts a child and waits until it has started, whatever that
// takes, where ctx has no deadline. What child is depends on the supervisor: a
// ChildSpec for a [Supervisor], where it goes to the end of the start order, and
// for a [Dynamic] without a template; the argument of the template for one that
// has it ([Dynamic.StartChild] is checked by the compiler).
//
// The error is a *[SpecError]; ErrMaxChildren; at a Supervisor
// ErrAlreadyPresent, a *coppice.AlreadyStartedError, or a *[StartError] with the
// reason why the child did not start; at a Dynamic that reason itself. What
// failed to start is not a child. One that ignores has the zero PID; at a
// Supervisor it is a child all the same, unless it is temporary. It answers to
// supervisor:start_child/2.
func StartChild(ctx context.Context, sup coppice.Addr, child any) (coppice.PID, error) {
	return call(ctx, sup, startChild{child: child})
}

// TerminateChild stops a child, as its Shutdown says, and waits until it has
// ended: by id at a Supervisor, which keeps its place for [RestartChild] unless
// it is temporary, and by PID at a Dynamic, which forgets it. For a child that
// is about to be restarted it calls that off. The error is ErrNotFound, or
// ErrSimpleOneForOne where an id is given to a Dynamic that has a template. It
// answers to supervisor:terminate_child/2.
//
// A child may ask for its own end: the call ends when the child does. If it
// traps exits it waits there until its time is over, and is killed.
func TerminateChild[C string | coppice.PID](ctx context.Context, sup coppice.Addr, child C) error {
	_, err := call(ctx, sup, terminateChild{child: refOf(child)})
	return err
}

// RestartChild starts a child that has ended, was terminated or ignored; it
// does not count as a restart. For one that waits by its [Backoff] it cuts the
// wait short, for all that wait with it. The error is ErrNotFound, ErrRunning,
// ErrRestarting, the reason why the child did not start, and at a Dynamic
// ErrSimpleOneForOne. It answers to supervisor:restart_child/2.
func RestartChild(ctx context.Context, sup coppice.Addr, id string) (coppice.PID, error) {
	return call(ctx, sup, restartChild{id: id})
}

// DeleteChild forgets a child that is not running. The error is ErrNotFound,
// ErrRunning, ErrRestarting, and at a Dynamic ErrSimpleOneForOne. It answers to
// supervisor:delete_child/2.
func DeleteChild(ctx context.Context, sup coppice.Addr, id string) error {
	_, err := call(ctx, sup, deleteChild{id: id})
	return err
}

// SpecOf returns the specification of a child, with the defaults filled in; the
// children of a Dynamic are told by PID only. The error is ErrNotFound. It
// answers to supervisor:get_childspec/2.
func SpecOf[C string | coppice.PID](ctx context.Context, sup coppice.Addr, child C) (ChildSpec, error) {
	return call(ctx, sup, childSpec{child: refOf(child)})
}

// A Child is what [Children] tells of one.
type Child struct {
	ID         string // "" for the child of a Dynamic
	PID        coppice.PID
	Restarting bool      // it has no process, and is about to get one
	Due        time.Time // and when, if it waits for that; see Backoff
	Type       Type
}

// State says in words how a child is: its PID, "restarting", "restarting in 3s",
// or "down".
func (c Child) State() string {
	switch {
	case !c.PID.IsZero():
		return c.PID.String()
	case !c.Restarting:
		return "down"
	}
	return restarting(c.Due)
}

// Children lists the children: those of a Supervisor in reverse start order,
// those of a Dynamic in none. It answers to supervisor:which_children/1.
func Children(ctx context.Context, sup coppice.Addr) ([]Child, error) {
	return call(ctx, sup, listChildren{})
}

// Counts is what [Count] tells.
type Counts struct {
	Specs       int // children in all; of a Dynamic with a template: 1
	Active      int // those that have a process
	Supervisors int // those that are supervisors, with or without a process
	Workers     int // the others
}

// Count counts the children. It answers to supervisor:count_children/1.
func Count(ctx context.Context, sup coppice.Addr) (Counts, error) {
	return call(ctx, sup, countChildren{})
}

// Stop stops a supervisor with all its children, when it has handled what it was
// asked for before, and waits for it; see coppice.Stop. The supervisor ends with
// reason (nil: coppice.Normal), its children with coppice.Shutdown. If it has a
// supervisor of its own that one decides by the reason whether to restart it. It
// answers to gen_server:stop/3.
func Stop(ctx context.Context, sup coppice.Addr, reason error) error {
	return coppice.Stop(ctx, sup, reason)
}
