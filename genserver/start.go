package genserver

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// An Option says how to start a server.
type Option func(*coppice.Spec)

// Name registers the server under a coppice.Name, or by a coppice.Via, before
// its constructor runs. If somebody has it, the start fails with a
// *coppice.AlreadyStartedError and the constructor does not run.
func Name(addr coppice.Addr) Option { return func(s *coppice.Spec) { s.Name = addr } }

// StartTimeout limits how long the constructor may take (for ever, if not
// given). After that the server is killed and the start fails with
// coppice.Timeout. It answers to the option {timeout, Time}.
func StartTimeout(d time.Duration) Option {
	return func(s *coppice.Spec) { s.Timeout = max(d, 1) } // 0 would be for ever
}

// MaxMailbox limits how many messages may wait for the server, and says what becomes
// of those that come when so many do; see coppice.Bound. OTP has no such thing.
func MaxMailbox(most int, full coppice.Full) Option {
	return func(s *coppice.Spec) { s.Bound = coppice.Bound{Max: most, Full: full} }
}

// SkipAbandoned has the server pass over calls that nobody waits for any more
// when it comes to them: their callers have ended, or run out of time. A server
// that is behind does not spend its time on answers that go nowhere.
func SkipAbandoned() Option { return func(s *coppice.Spec) { s.SkipAbandoned = true } }

// A Ref is the address of a server whose state is an S: a PID or a name. A
// function that calls such servers takes a Ref, and then the compiler sees to
// it that it is never given another. A Ref is a coppice.Addr, and comparable.
type Ref[S any] struct{ addr coppice.Addr }

// At says that the server at an address is of this type, for names and PIDs
// that one has without their type.
func (d *Definition[S, A]) At(addr coppice.Addr) Ref[S] { return Ref[S]{addr} }

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
func (r Ref[S]) String() string {
	if r.addr == nil {
		return coppice.PID{}.String()
	}
	return fmt.Sprint(r.addr)
}

// MarshalText gives the form of String.
func (r Ref[S]) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Start starts a server and waits until its constructor has returned. The error
// is that of the constructor, [Ignore] among them, or why else it did not
// start: the exit reason if it ended meanwhile (a *coppice.PanicError for a
// panic), a *coppice.AlreadyStartedError, coppice.Timeout by [StartTimeout], or
// the cause of a ctx that ended first; then the server is killed. It answers to
// gen_server:start/3.
func (d *Definition[S, A]) Start(ctx context.Context, arg A, options ...Option) (Ref[S], error) {
	pid, _, err := coppice.StartProcess(ctx, d.spec(arg, options))
	return d.ref(pid), err
}

// StartLink is Start and links the server with the caller, in one step: when
// one ends abnormally the other does. So a failed start ends a caller that does
// not trap exits, and one that does gets a coppice.Exited besides the error. A
// plain goroutine has nothing to link with. It answers to
// gen_server:start_link/3.
func (d *Definition[S, A]) StartLink(ctx context.Context, arg A, options ...Option) (Ref[S], error) {
	pid, err := d.With(arg, options...).StartLink(ctx)
	return d.ref(pid), err
}

// StartMonitor is Start and monitors the server, in one step. It answers to
// gen_server:start_monitor/3.
func (d *Definition[S, A]) StartMonitor(p *coppice.Process, arg A, options ...Option) (Ref[S], coppice.Ref, error) {
	spec := d.spec(arg, options)
	spec.Monitor = true
	pid, ref, err := coppice.StartProcess(p, spec)
	return d.ref(pid), ref, err
}

// Enter makes a process of the function form a server with the given state: its
// body does what it has to prepare, and then returns what Enter returns. The
// constructor is not called. It answers to gen_server:enter_loop/3.
func (d *Definition[S, A]) Enter(p *coppice.Process, state S) error {
	return p.Become(&instance[S, A]{def: d, state: state, built: true})
}

func (d *Definition[S, A]) ref(pid coppice.PID) Ref[S] {
	if pid.IsZero() {
		return Ref[S]{}
	}
	return Ref[S]{pid}
}

func (d *Definition[S, A]) spec(arg A, options []Option) coppice.Spec {
	spec := coppice.Spec{Behaviour: &instance[S, A]{def: d, arg: arg}}
	if len(options) == 0 {
		return spec
	}
	return with(spec, options)
}

// with is apart from spec, as only a Spec that options change is allocated.
func with(spec coppice.Spec, options []Option) coppice.Spec {
	for _, option := range options {
		option(&spec)
	}
	return spec
}

// With binds the argument and the options: what it returns can be started again
// and again, each time with a new state. A supervisor takes it as what to start.
func (d *Definition[S, A]) With(arg A, options ...Option) Bound[S, A] {
	return Bound[S, A]{d, arg, options}
}

// A Bound is a type of server with the argument for its constructor.
type Bound[S, A any] struct {
	def     *Definition[S, A]
	arg     A
	options []Option
}

// StartLink starts the server, linked with the caller.
func (b Bound[S, A]) StartLink(ctx context.Context) (coppice.PID, error) {
	spec := b.def.spec(b.arg, b.options)
	spec.Link = true
	pid, _, err := coppice.StartProcess(ctx, spec)
	return pid, err
}

// String names the type of server.
func (b Bound[S, A]) String() string { return b.def.name }
