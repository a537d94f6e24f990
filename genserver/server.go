package genserver

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/sys"
)

// An instance is one server: the behaviour that its process runs.
type instance[S, A any] struct {
	def   *Definition[S, A]
	arg   A // for the constructor
	state S
	next  any   // what Continue was called with by the present callback
	rare  *rare // what few servers need, or nil
	built bool  // there is a state
}

// A rare is the part of an instance that most never need.
type rare struct {
	control sys.Control
	last    *stop // the reply that is owed after Terminate
}

// more returns in.rare, made on demand.
func (in *instance[S, A]) more() *rare {
	if in.rare == nil {
		in.rare = new(rare)
	}
	return in.rare
}

// Init implements coppice.Behaviour.
func (in *instance[S, A]) Init(p *coppice.Process) error {
	state, err := in.def.init(p, in.arg)
	if err != nil {
		return reasonOf(err)
	}
	in.state, in.built = state, true
	var none A
	in.arg = none
	if in.next == nil {
		return nil
	}
	p.InitAck()
	return in.finish(p, nil)
}

// Handle implements coppice.Behaviour.
func (in *instance[S, A]) Handle(p *coppice.Process, m coppice.Message) error {
	how := m.Kind()
	if how == coppice.SysMsg {
		return in.system(p, m)
	}
	k := kind(how)
	if in.rare != nil && in.rare.control.On() {
		return in.handleTold(p, k, m)
	}
	h := in.def.find(k, reflect.TypeOf(m.Body))
	if h == nil {
		return in.unknown(p, k, m)
	}
	return in.finish(p, h.run(in.state, p, m, nil))
}

// finish runs what the callback wants to be continued with, and turns its error
// into an exit reason.
func (in *instance[S, A]) finish(p *coppice.Process, err error) error {
	for err == nil && in.next != nil {
		if p.Err() != nil {
			return nil // told to end: the kernel sees to it
		}
		m := coppice.Message{Body: in.next}
		in.next = nil
		p.SetTimeout(-1) // what the callback before has asked for ends with this one
		h := in.def.find(cont, reflect.TypeOf(m.Body))
		if h == nil {
			return in.def.refuse(cont, m.Body)
		}
		if in.rare != nil {
			in.rare.control.Tell(p, sys.Event{What: sys.Continued, Message: m.Body})
		}
		err = h.run(in.state, p, m, nil)
	}
	in.next = nil
	if st, ok := err.(*stop); ok && st.reply {
		in.more().last = st
	}
	return reasonOf(err)
}

// reasonOf is the exit reason that the error of a callback stands for.
func reasonOf(err error) error {
	if st, ok := err.(*stop); ok {
		return st.reason
	}
	return err
}

// unknown deals with a message that the table does not have.
func (in *instance[S, A]) unknown(p *coppice.Process, k kind, m coppice.Message) error {
	switch k {
	case call:
		// A difference from OTP, where it crashes the server: a caller's
		// mistake is the caller's, and he is told what would be right.
		m.From().Reply(nil, in.def.refuse(call, m.Body))
		return nil
	case cast:
		return in.def.refuse(cast, m.Body)
	}
	e := in.def.refuse(info, m.Body)
	p.Logger().Warn("unexpected message: "+e.Error(), "server", e.Server, "message_type", e.Message)
	return nil
}

// Terminate implements coppice.Behaviour.
func (in *instance[S, A]) Terminate(p *coppice.Process, reason error) error {
	if r := in.rare; r != nil {
		r.control.Tell(p, sys.Event{What: sys.Ended, Err: reason})
		if r.last != nil {
			defer func() {
				r.last.from.Reply(r.last.value, nil)
				r.control.Tell(p, sys.Event{What: sys.Out, Message: r.last.value})
			}()
		}
	}
	if in.def.terminate == nil || !in.built {
		return nil
	}
	return reasonOf(in.def.terminate(in.state, p, reason))
}

// StateView implements coppice.StateViewer: the state, or what it shows of
// itself.
func (in *instance[S, A]) StateView() any {
	if v, ok := any(in.state).(coppice.StateViewer); ok {
		return v.StateView()
	}
	return in.state
}

// String names the type of server.
func (in *instance[S, A]) String() string { return in.def.name }

func (in *instance[S, A]) continueWith(message any) { in.next = message }

// Continue has the server handle message, by [OnContinue], right after the
// present callback and before anything else. After a constructor the starter is
// told first that the server has started, and after the handler of a call the
// caller has its reply. Only the last message of a callback counts, and none if
// the callback ends the server. It answers to {continue, Term}.
func Continue(p *coppice.Process, message any) {
	in, ok := p.Behaviour().(interface{ continueWith(any) })
	if !ok {
		panic(fmt.Sprintf("genserver: Continue is called in %v, which is no server", p))
	}
	if message == nil {
		panic(fmt.Sprintf("genserver: Continue is called in %v with nil, for which no handler can be", p))
	}
	in.continueWith(message)
}

// A Timeout is the message that [SetTimeout] asked for: handle it with OnInfo.
type Timeout = coppice.IdleTimeout

// SetTimeout has the server get a [Timeout] if no message comes within d after
// the present callback; with 0 it comes at once, unless a message is there. Any
// message cancels it, so a callback that wants it again asks again. It answers
// to the time-out in what a callback returns.
func SetTimeout(p *coppice.Process, d time.Duration) { p.SetTimeout(d) }

// Ignore is the error of a constructor that does not want the server to run,
// without that being a failure.
var Ignore = coppice.Ignore

// Stop is the error of a handler that ends the server with reason (nil:
// Normal). The handler of a call replies with it what it returns beside it:
// the caller gets that after Terminate and before the server's end, as in OTP.
// Return it as it is: wrapped it is an error like any other. It answers to
// {stop, Reason, …}; to end a server from outside use [coppice.Stop].
func Stop(reason error) error { return newStop(reason, true) }

// StopNoReply is Stop without a reply: the caller of a call gets a
// *coppice.CallError with the reason.
func StopNoReply(reason error) error { return newStop(reason, false) }

func newStop(reason error, reply bool) *stop {
	if reason == nil {
		reason = coppice.Normal
	}
	return &stop{reason: reason, reply: reply}
}

// A stop is the error that ends a server.
type stop struct {
	reason error
	reply  bool
	from   coppice.From
	value  any
}

// Stops tells other behaviours what the error stands for.
func (s *stop) Stops() (reason error, reply bool) { return s.reason, s.reply }

func (s *stop) Error() string { return "genserver: stop: " + s.reason.Error() }

// A NotAcceptedError says that a server has no handler for a message.
type NotAcceptedError struct {
	Server  string   // the type of server
	How     string   // how the message was sent: call, cast, info or continue
	Message string   // the type of the message
	Accepts []string // the types that it has handlers for, sent like this
	hint    string
}

func (e *NotAcceptedError) Error() string {
	accepts := strings.Join(e.Accepts, ", ")
	if accepts == "" {
		accepts = "none"
	}
	return fmt.Sprintf("%s does not accept the %s %s%s; it accepts: %s", e.Server, e.How, e.Message, e.hint, accepts)
}

func (d *Definition[S, A]) refuse(k kind, message any) *NotAcceptedError {
	return &NotAcceptedError{
		Server:  d.name,
		How:     k.String(),
		Message: fmt.Sprintf("%T", message),
		Accepts: d.accepts(k),
		hint:    d.hint(k, reflect.TypeOf(message)),
	}
}

// hint says what the sender of a message that is not accepted may have meant.
func (d *Definition[S, A]) hint(k kind, message reflect.Type) string {
	if message == nil {
		return ""
	}
	if message.Kind() == reflect.Pointer && d.find(k, message.Elem()) != nil {
		return fmt.Sprintf(" (send the value %v, not a pointer to it)", message.Elem())
	}
	for other := range kinds {
		if h := d.find(other, message); h != nil && h.message == message {
			return fmt.Sprintf(" (it has a handler for it as %v)", other)
		}
	}
	return ""
}
