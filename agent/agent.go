package agent

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// An Agent says how to start a process that keeps an S. It is the recipe, not
// the process: it can be started many times, and be the Start of a child of a
// supervisor.
type Agent[S any] struct {
	init    func(*coppice.Process) (S, error)
	options []Option
}

// An Option says how to start an agent: [Name], [StartTimeout].
type Option = genserver.Option

// Name registers the agent under a coppice.Name, or by a coppice.Via.
func Name(addr coppice.Addr) Option { return genserver.Name(addr) }

// StartTimeout limits how long the function that makes the first state may
// take (for ever, if not given).
func StartTimeout(d time.Duration) Option { return genserver.StartTimeout(d) }

// New returns the agent whose first state is made by init, in the new process
// at each start.
func New[S any](init func() S, options ...Option) *Agent[S] {
	return Func(func(*coppice.Process) (S, error) { return init(), nil }, options...)
}

// Func is New for an init that needs the process or may fail: its error fails
// the start.
func Func[S any](init func(*coppice.Process) (S, error), options ...Option) *Agent[S] {
	return &Agent[S]{init, options}
}

// Start starts the agent and waits until it has its first state. The error is
// why it has not: the error of init, a *coppice.PanicError if it panicked, a
// *coppice.AlreadyStartedError if its name is taken, or coppice.Timeout. It
// answers to Agent.start/2.
func (a *Agent[S]) Start(ctx context.Context) (Ref[S], error) {
	ref, err := keepers.Start(ctx, a.first(), a.all()...)
	if err != nil {
		return Ref[S]{}, err
	}
	return At[S](ref.PID()), nil
}

// StartLink is Start and links the agent with the caller: an Agent is a
// supervisor.Starter. At says what the PID is. It answers to
// Agent.start_link/2.
func (a *Agent[S]) StartLink(ctx context.Context) (coppice.PID, error) {
	return keepers.With(a.first(), a.all()...).StartLink(ctx)
}

// At is the address of an agent that was started from a.
func (a *Agent[S]) At(addr coppice.Addr) Ref[S] { return At[S](addr) }

func (a *Agent[S]) first() maker {
	return func(p *coppice.Process) (any, error) {
		state, err := a.init(p)
		return &box[S]{state}, err
	}
}

// String names the type of the state.
func (a *Agent[S]) String() string { return "agent of " + reflect.TypeFor[S]().String() }

func (a *Agent[S]) all() []Option {
	label := func(spec *coppice.Spec) { spec.Label = a.String() }
	return append([]Option{label}, a.options...)
}

// A Ref is the address of an agent whose state is an S: a PID or a name. It is
// a coppice.Addr, and comparable.
type Ref[S any] struct{ addr coppice.Addr }

// At says that the process at an address is an agent with this type of state,
// for names and PIDs that one has without their type. If it is not, calls fail
// with a *StateError and leave the agent alone.
func At[S any](addr coppice.Addr) Ref[S] { return Ref[S]{addr} }

// Whereis finds the process.
func (r Ref[S]) Whereis(ctx context.Context) (coppice.PID, error) {
	if r.addr == nil {
		return coppice.PID{}, coppice.NoProc
	}
	return r.addr.Whereis(ctx)
}

// PID returns the PID that r holds, and the zero PID if it holds a name.
func (r Ref[S]) PID() coppice.PID {
	pid, _ := r.addr.(coppice.PID)
	return pid
}

// String gives the PID or the name.
func (r Ref[S]) String() string { return fmt.Sprint(r.addr) }
