package agent

import (
	"context"
	"fmt"
	"reflect"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A StateError says that an agent keeps a state of another type than the caller
// thinks.
type StateError struct {
	Want, Has string // types
}

func (e *StateError) Error() string {
	return fmt.Sprintf("agent: it keeps a %s and not a %s", e.Has, e.Want)
}

// Get returns what f makes of the state. The error is a *coppice.CallError if
// there is no agent, it ends before it has replied, or takes too long; if f
// panics the agent ends and that is the reason. It waits five seconds where ctx
// has no deadline; f may run even if the caller has stopped waiting. It answers
// to Agent.get/3.
func Get[S, R any](ctx context.Context, agent Ref[S], f func(S) R) (R, error) {
	return apply(ctx, agent, func(s *S) R { return f(*s) })
}

// Update sets the state to what f makes of it, and waits until that is done.
// The error is as with [Get]. It answers to Agent.update/3.
func Update[S any](ctx context.Context, agent Ref[S], f func(S) S) error {
	_, err := apply(ctx, agent, func(s *S) none {
		*s = f(*s)
		return none{}
	})
	return err
}

// GetAndUpdate returns the first of what f makes of the state, and sets the
// state to the second. The error is as with [Get]. It answers to
// Agent.get_and_update/3.
func GetAndUpdate[S, R any](ctx context.Context, agent Ref[S], f func(S) (R, S)) (R, error) {
	return apply(ctx, agent, func(s *S) R {
		r, next := f(*s)
		*s = next
		return r
	})
}

// Cast has the agent set its state to what f makes of it, some time. Nothing
// tells whether that happens; the error is only for what cannot be sent at all.
// It answers to Agent.cast/2.
func Cast[S any](ctx context.Context, agent Ref[S], f func(S) S) error {
	return genserver.Cast(ctx, agent, change{func(state any) {
		if b, err := boxOf[S](state); err != nil {
			panic(err)
		} else {
			b.state = f(b.state)
		}
	}})
}

// Stop stops an agent and waits until it has ended, see coppice.Stop. It
// answers to Agent.stop/3.
func Stop[S any](ctx context.Context, agent Ref[S], reason error) error {
	return coppice.Stop(ctx, agent, reason)
}

func apply[S, R any](ctx context.Context, agent Ref[S], f func(*S) R) (R, error) {
	// The result does not travel in the reply: so it needs no type there. If
	// the caller has stopped waiting nobody looks at it.
	result := new(R)
	_, err := genserver.Call(ctx, agent, use{f: func(state any) error {
		b, err := boxOf[S](state)
		if err == nil {
			*result = f(&b.state)
		}
		return err
	}})
	if err != nil {
		var zero R
		return zero, err
	}
	return *result, nil
}

// A keeper is the state of the process. It is not generic, for one table of
// what agents accept: the state is a *box.
type keeper struct{ state any }

type box[S any] struct{ state S }

func boxOf[S any](state any) (*box[S], error) {
	b, ok := state.(*box[S])
	if !ok {
		return nil, &StateError{reflect.TypeFor[S]().String(), state.(typed).stateType()}
	}
	return b, nil
}

type typed interface {
	stateType() string
	view() any
}

func (*box[S]) stateType() string { return reflect.TypeFor[S]().String() }
func (b *box[S]) view() any       { return b.state }

type (
	use struct {
		genserver.Returns[none]
		f func(state any) error
	}
	change struct{ f func(state any) }
	none   = struct{}
)

// String keeps the type's name out of errors.
func (use) String() string { return "a function" }

var keepers = genserver.Define(newKeeper,
	genserver.OnCall((*keeper).use),
	genserver.OnCast((*keeper).change),
)

// A maker makes the first state.
type maker func(*coppice.Process) (any, error)

func newKeeper(p *coppice.Process, first maker) (*keeper, error) {
	state, err := first(p)
	return &keeper{state}, err
}

func (k *keeper) use(_ *coppice.Process, u use) (none, error) { return none{}, u.f(k.state) }

func (k *keeper) change(_ *coppice.Process, c change) error {
	c.f(k.state)
	return nil
}

// StateView has tools show the state itself.
func (k *keeper) StateView() any { return k.state.(typed).view() }
