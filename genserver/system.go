package genserver

import (
	"reflect"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/sys"
)

// Replaceable lets sys.Replace change the state of the servers. Without it that
// is refused.
func Replaceable[S any]() Handler[S] { return Handler[S]{replace: true} }

// RefTo says that a server whose state is an S is at an address. It is for
// other behaviours, whose messages are this package's; others use
// [Definition.At].
func RefTo[S any](addr coppice.Addr) Ref[S] { return Ref[S]{addr} }

// ReplyTo returns where the reply to a call goes, for other behaviours.
func ReplyTo[R any](from coppice.From) Reply[R] { return Reply[R]{from} }

// system answers a system request.
func (in *instance[S, A]) system(p *coppice.Process, m coppice.Message) error {
	var set func(any)
	if in.def.replace {
		set = func(state any) { in.state, _ = state.(S) }
	}
	return in.more().control.Handle(p, m, in.state, set)
}

// handleTold is Handle for a server whose doings somebody wants to be told.
func (in *instance[S, A]) handleTold(p *coppice.Process, k kind, m coppice.Message) error {
	c := &in.rare.control
	c.Begin(p, sys.Event{What: sys.In, How: m.Kind(), Message: m.Body, Arrived: p.Arrived(m)})
	defer c.End()
	h := in.def.find(k, reflect.TypeOf(m.Body))
	if h == nil {
		return in.unknown(p, k, m)
	}
	replied := false
	err := h.run(in.state, p, m, func(value any, err error) {
		replied = true
		c.Tell(p, sys.Event{What: sys.Out, Message: value, Err: err})
	})
	if err == nil && !replied {
		c.Tell(p, sys.Event{What: sys.NoReply})
	}
	return in.finish(p, err)
}
