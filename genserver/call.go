package genserver

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// Call sends a message to a server and waits for the reply. The error is that
// of the handler; a *NotAcceptedError, if the server has none for the message;
// or a *coppice.CallError, if there is no reply: at once when the server has
// ended or ends. It waits five seconds where ctx has no deadline. If ctx is the
// *coppice.Process of a process that is told to end, Call does not return. A
// reply that comes too late goes nowhere. It answers to gen_server:call/3.
func Call[R any](ctx context.Context, to coppice.Addr, message Request[R]) (R, error) {
	return typed[R](coppice.Request(ctx, to, message))
}

// typed is what a reply has. Its value is nil where there is none, and of
// another type only if a process that is no server has replied it.
func typed[R any](value any, err error) (R, error) {
	r, ok := value.(R)
	if !ok && value != nil && err == nil {
		err = fmt.Errorf("genserver: the reply is of type %T and not %v, as the request wants it", value, reflect.TypeFor[R]())
	}
	return r, err
}

// Cast sends a message to a server and does not wait; nothing tells whether it
// arrives. The error is only for what cannot be sent at all, as to a name with
// a context that carries no node. It answers to gen_server:cast/2.
func Cast(ctx context.Context, to coppice.Addr, message any) error {
	return coppice.Cast(ctx, to, message)
}

// NoTimeout returns a context with which calls wait for ever, or until ctx
// ends. It answers to the time-out infinity.
func NoTimeout(ctx context.Context) context.Context { return coppice.NoTimeout(ctx) }

// A Reply is where the reply to a call goes, for [OnCallLater]. It may be
// copied, kept in the state, and used from any goroutine. It answers to From.
type Reply[R any] struct{ from coppice.From }

// Send replies, and reports whether the caller was still waiting; a second
// reply is dropped. It answers to gen_server:reply/2.
func (r Reply[R]) Send(value R) bool { return r.from.Reply(value, nil) }

// Fail replies with an error, and otherwise is like Send.
func (r Reply[R]) Fail(err error) bool {
	var none R
	return r.from.Reply(none, err)
}

// Waiting reports whether the caller still waits, so that work which nobody
// wants any more can be left out.
func (r Reply[R]) Waiting() bool { return r.from.Waiting() }

// Deadline returns until when the caller waits, and false if nobody does any
// more, or there is no saying.
func (r Reply[R]) Deadline() (time.Time, bool) { return r.from.Deadline() }

// Limit returns a hold on p, to which the call was handed on, whose blocking
// calls end when the caller does not wait any more, see [coppice.From.Limit]. The
// server itself has [coppice.Process.ForCaller].
func (r Reply[R]) Limit(p *coppice.Process) *coppice.Process { return r.from.Limit(p) }

// A Pending is a call whose reply has not been taken yet. It belongs to one
// goroutine. It answers to a request id.
type Pending[R any] struct{ request *coppice.Pending }

// SendRequest sends a call and does not wait: take the reply with Wait or
// Check, or drop it with Abandon. It answers to gen_server:send_request/2.
func SendRequest[R any](ctx context.Context, to coppice.Addr, message Request[R]) Pending[R] {
	return Pending[R]{coppice.SendRequest(ctx, to, message)}
}

// Wait returns what [Call] would. If the time limit comes first the call is
// abandoned. It may be called once. It answers to gen_server:receive_response/2.
func (r Pending[R]) Wait(ctx context.Context) (R, error) {
	return typed[R](r.request.Wait(ctx))
}

// Check returns what Wait would, if it is there; with done false it is not. It
// answers to gen_server:check_response/2.
func (r Pending[R]) Check() (value R, done bool, err error) {
	v, done, err := r.request.Check()
	value, err = typed[R](v, err)
	return value, done, err
}

// Abandon drops the call: its reply goes nowhere.
func (r Pending[R]) Abandon() { r.request.Abandon() }

// A PendingSet is a set of calls whose replies are taken as they come, each
// with the label that it was sent with. Its zero value is empty. It belongs to
// one goroutine. It answers to a collection of request ids.
type PendingSet[R, L any] struct{ set coppice.PendingSet }

// Send sends a call and adds it to the set. It answers to
// gen_server:send_request/4.
func (s *PendingSet[R, L]) Send(ctx context.Context, to coppice.Addr, message Request[R], label L) {
	s.set.Send(ctx, to, message, labelled[L]{label})
}

// Len returns how many calls are in the set.
func (s *PendingSet[R, L]) Len() int { return s.set.Len() }

// Wait takes the next reply out of the set, with its label: the error is then
// one of those of [Call]. With ok false there was none: the error says whether
// the time limit of ctx came first, and then all calls stay in the set, or the
// set is empty. It answers to gen_server:receive_response/3.
func (s *PendingSet[R, L]) Wait(ctx context.Context) (label L, value R, ok bool, err error) {
	l, v, err := s.set.Wait(ctx)
	of, ok := l.(labelled[L])
	value, err = typed[R](v, err)
	return of.label, value, ok, err
}

// A labelled is a label that is there, even if it is nil.
type labelled[L any] struct{ label L }

// Abandon drops all calls: their replies go nowhere.
func (s *PendingSet[R, L]) Abandon() { s.set.Abandon() }

// Whereis returns the process at an address, or the zero PID. It answers to
// GenServer.whereis/1.
func Whereis(ctx context.Context, addr coppice.Addr) coppice.PID { return coppice.Whereis(ctx, addr) }
