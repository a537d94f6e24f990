package statem

import (
	"context"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// An Option says how to start a machine: [Name], [StartTimeout].
type Option = genserver.Option

// A Ref is the address of a machine whose data is a D: what genserver.Call and
// genserver.Cast take.
type Ref[D any] = genserver.Ref[D]

// A Reply is where the reply to a call goes, for [OnCallLater].
type Reply[R any] = genserver.Reply[R]

// Name registers the machine, see genserver.Name.
func Name(addr coppice.Addr) Option { return genserver.Name(addr) }

// StartTimeout limits how long the constructor may take, see
// genserver.StartTimeout.
func StartTimeout(d time.Duration) Option { return genserver.StartTimeout(d) }

// Ignore is the error of a constructor that does not want the machine to run,
// without that being a failure.
var Ignore = coppice.Ignore

// Stop is the error of a handler that ends the machine with reason (nil:
// Normal). The handler of a call replies with it what it returns beside it,
// before Terminate. It answers to {stop_and_reply, Reason, Replies}.
func Stop(reason error) error { return genserver.Stop(reason) }

// StopNoReply is Stop without a reply: the caller of a call gets a
// *coppice.CallError with the reason. It answers to {stop, Reason}.
func StopNoReply(reason error) error { return genserver.StopNoReply(reason) }

// Start starts a machine and waits until its constructor has returned; OnEnter
// of the first state runs after that. The error is what genserver's Start says.
// It answers to gen_statem:start/3.
func (d *Definition[D, A]) Start(ctx context.Context, arg A, options ...Option) (Ref[D], error) {
	pid, _, err := coppice.StartProcess(ctx, d.spec(arg, options))
	return d.ref(pid), err
}

// StartLink is Start and links the machine with the caller, in one step. It
// answers to gen_statem:start_link/3.
func (d *Definition[D, A]) StartLink(ctx context.Context, arg A, options ...Option) (Ref[D], error) {
	pid, err := d.With(arg, options...).StartLink(ctx)
	return d.ref(pid), err
}

// StartMonitor is Start and monitors the machine, in one step. It answers to
// gen_statem:start_monitor/3.
func (d *Definition[D, A]) StartMonitor(p *coppice.Process, arg A, options ...Option) (Ref[D], coppice.Ref, error) {
	spec := d.spec(arg, options)
	spec.Monitor = true
	pid, ref, err := coppice.StartProcess(p, spec)
	return d.ref(pid), ref, err
}

// Enter makes a process of the function form a machine in the given state: its
// body does what it has to prepare, and then returns what Enter returns. The
// constructor is not called, and OnEnter of the state runs, before the first
// event. Enter panics if there is no such state. It answers to
// gen_statem:enter_loop/4.
func (d *Definition[D, A]) Enter(p *coppice.Process, state string, data D) error {
	d.check(state)
	m := &machine[D, A]{def: d, data: data, built: true, late: true, table: d.states[state]}
	m.core.state, m.core.check = state, d.check
	// It wakes the machine; if other messages are there already, the first does.
	if err := coppice.Send(p, p.Self(), entered{}); err != nil {
		return err
	}
	return p.Become(m)
}

// At says that the machine at an address is of this type.
func (d *Definition[D, A]) At(addr coppice.Addr) Ref[D] { return genserver.RefTo[D](addr) }

func (d *Definition[D, A]) ref(pid coppice.PID) Ref[D] {
	if pid.IsZero() {
		return Ref[D]{}
	}
	return genserver.RefTo[D](pid)
}

func (d *Definition[D, A]) spec(arg A, options []Option) coppice.Spec {
	spec := coppice.Spec{Behaviour: newMachine(d, arg)}
	for _, option := range options {
		option(&spec)
	}
	return spec
}

// With binds the argument and the options, as what a supervisor starts: each
// time with new data.
func (d *Definition[D, A]) With(arg A, options ...Option) Bound[D, A] {
	return Bound[D, A]{d, arg, options}
}

// A Bound is a type of machine with the argument for its constructor.
type Bound[D, A any] struct {
	def     *Definition[D, A]
	arg     A
	options []Option
}

// StartLink starts the machine, linked with the caller.
func (b Bound[D, A]) StartLink(ctx context.Context) (coppice.PID, error) {
	spec := b.def.spec(b.arg, b.options)
	spec.Link = true
	pid, _, err := coppice.StartProcess(ctx, spec)
	return pid, err
}

// String names the type of machine.
func (b Bound[D, A]) String() string { return b.def.name }
