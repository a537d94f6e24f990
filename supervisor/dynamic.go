package supervisor

import (
	"context"
	"fmt"
	"reflect"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A Dynamic supervises any number of children, which are started on demand and
// told by their PIDs. It is the recipe, not the process, as [Supervisor] is.
//
// With a Template its children are all of one kind, each made of an argument
// that it keeps over restarts: it behaves as OTP's simple_one_for_one. Without
// one each child brings a specification of its own, A is [ChildSpec], and it
// behaves as Elixir's DynamicSupervisor. The differences are OTP's:
//
//   - [Count] says that there is one specification, or one for each child.
//   - A child that ignores is no error with a template; without one it is the
//     error coppice.Ignore. A restart that is ignored leaves nothing behind
//     without a template; with one, all such children together go on being
//     counted as one.
//   - To terminate a PID that is dead is fine with a template, and ErrNotFound
//     without.
//   - Without a template Significant means nothing: no end of a child is one
//     of the supervisor.
//
// When it stops, all children are told at once, and each has its own time.
type Dynamic[A any] struct {
	Template     func(A) ChildSpec
	Restarts     Limit
	MaxChildren  Capacity
	AutoShutdown AutoShutdown // with a template only
	Options      []Option     // [Name]

	// Init, if there is one, runs in the supervisor's process at every start,
	// before it has children. Its error fails the start, and coppice.Ignore
	// does so without a failure. It answers to what the callback init/1 does
	// beside returning the options.
	Init func(*coppice.Process) error
}

// Start starts a dynamic supervisor that no supervisor supervises. The error is
// a *[SpecError], what Init returned, or a *coppice.AlreadyStartedError, if the
// name is taken.
func (d *Dynamic[A]) Start(ctx context.Context) (coppice.PID, error) {
	ref, err := dynamics.Start(ctx, d.config(), d.Options...)
	return ref.PID(), err
}

// StartLink is Start and links the supervisor with the caller. It answers to
// DynamicSupervisor.start_link/1.
func (d *Dynamic[A]) StartLink(ctx context.Context) (coppice.PID, error) {
	return dynamics.With(d.config(), d.Options...).StartLink(ctx)
}

// StartChild starts a child of the supervisor at sup, which has to be one of
// this Dynamic; see the function [StartChild].
func (d *Dynamic[A]) StartChild(ctx context.Context, sup coppice.Addr, arg A) (coppice.PID, error) {
	return StartChild(ctx, sup, arg)
}

// IsSupervisor says what it is as a child, see [Starter].
func (*Dynamic[A]) IsSupervisor() bool { return true }

func (d *Dynamic[A]) config() dynamicConfig {
	c := dynamicConfig{init: d.Init, limit: d.Restarts, max: d.MaxChildren, auto: d.AutoShutdown}
	if d.Template == nil {
		_, c.whole = any(*new(A)).(ChildSpec)
		return c
	}
	c.argument = reflect.TypeFor[A]()
	c.template = func(arg any) (spec ChildSpec, err error) {
		defer func() {
			if v := recover(); v != nil { // a failed start, and not the end of the supervisor
				spec, err = ChildSpec{}, panicked(v)
			}
		}()
		a, ok := arg.(A)
		if !ok {
			return ChildSpec{}, wrongChild(arg, fmt.Sprintf("the argument of its template, of type %T", *new(A)))
		}
		return d.Template(a), nil
	}
	return c
}

func wrongChild(got any, want string) error {
	return &SpecError{What: "invalid_child_spec", Value: fmt.Sprintf("%T", got), why: "this supervisor starts children from " + want}
}

// A dynamicConfig is a Dynamic without its type.
type dynamicConfig struct {
	init     func(*coppice.Process) error
	template func(any) (ChildSpec, error) // nil: whole specifications
	whole    bool                         // A is ChildSpec
	argument reflect.Type                 // of the template
	limit    Limit
	max      Capacity
	auto     AutoShutdown
}

func (c dynamicConfig) validate() error {
	if err := c.limit.validate(); err != nil {
		return err
	}
	switch {
	case c.max.set && c.max.n < 0:
		return &SpecError{What: "invalid_max_children", Value: c.max.n, why: "the number of children must not be negative"}
	case c.template == nil && !c.whole:
		return &SpecError{What: "missing_template", Value: "nil", why: "a Dynamic without a Template is a Dynamic[ChildSpec]"}
	case c.auto > AllSignificant:
		return &SpecError{What: "invalid_auto_shutdown", Value: c.auto, why: "want Never, AnySignificant or AllSignificant"}
	case c.template == nil && c.auto != Never:
		return &SpecError{What: "invalid_auto_shutdown", Value: c.auto, why: "a Dynamic without a Template has no significant children"}
	}
	return nil
}

var dynamics = genserver.Define(newDynamic,
	genserver.OnInfo((*dynamic).exited),
	genserver.OnCast((*dynamic).retry),
	genserver.OnInfo((*dynamic).due),
	genserver.OnCast((*dynamic).stray),
	genserver.OnCall((*dynamic).startChild),
	genserver.OnCall((*dynamic).terminateChild),
	genserver.OnCall((*dynamic).restartChild),
	genserver.OnCall((*dynamic).deleteChild),
	genserver.OnCall((*dynamic).specOf),
	genserver.OnCall((*dynamic).list),
	genserver.OnCall((*dynamic).count),
	genserver.OnInfo((*dynamic).unexpected),
	genserver.OnTerminate((*dynamic).terminate),
)
