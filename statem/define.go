package statem

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A Definition is the table of a type of machine. D is its data, by custom a
// pointer to a struct, and A the argument of its constructor. It is made once,
// by [Define], and is like a constant afterwards.
type Definition[D, A any] struct {
	init      func(*coppice.Process, A) (D, error)
	states    map[string]*table[D] // by name; empty: any name is a state
	any       table[D]             // for all states
	first     string               // the first state listed
	terminate func(D, *coppice.Process, error) error
	name      string
	replace   bool
}

// A table has the handlers of one state.
type table[D any] struct {
	rows  [kinds][]handler[D]
	enter func(D, *coppice.Process, string) error
}

type kind uint8

const (
	call kind = iota
	cast
	info
	internal
	timeout
	kinds
)

// String gives the word for how an event comes.
func (k kind) String() string {
	return [...]string{"call", "cast", "info", "internal", "time-out"}[k]
}

// A handler is one row of a table. What the error means it has seen to, but for
// one that ends the machine.
type handler[D any] struct {
	message reflect.Type
	reply   reflect.Type // of a call
	run     func(D, *coppice.Process, *core, coppice.Message) error
}

// A Handler is an entry of a table, made by [OnCall] and its kin; or by [State],
// all those of a state.
type Handler[D any] struct {
	kind      kind
	handler   handler[D]
	enter     func(D, *coppice.Process, string) error
	terminate func(D, *coppice.Process, error) error
	replace   bool
	state     string
	ofState   []Handler[D]
}

// Define makes the table of a type of machine. init builds the data anew at
// every start; it runs in the new process. The machine begins in the first
// state listed, unless init calls [Next]. What init asks for besides,
// time-outs and inserted events, happens when the starter has been told that the
// machine has started; and then OnEnter of the first state runs, with that state
// itself as where it comes from.
//
// Handlers outside of any [State] are for all states that have none of their own
// for an event. Define panics if two handlers are for the same event in the same
// state, as it could not be told which is meant.
func Define[D, A any](init func(*coppice.Process, A) (D, error), entries ...Handler[D]) *Definition[D, A] {
	d := &Definition[D, A]{init: init, states: make(map[string]*table[D])}
	d.name = strings.TrimPrefix(reflect.TypeFor[D]().String(), "*")
	for _, e := range entries {
		switch {
		case e.state != "":
			d.addState(e)
		case e.replace:
			d.replace = true
		case e.terminate != nil:
			if d.terminate != nil {
				panic(fmt.Sprintf("statem: %s has two handlers for its end", d.name))
			}
			d.terminate = e.terminate
		default:
			d.any.add(d.name, e)
		}
	}
	return d
}

func (d *Definition[D, A]) addState(e Handler[D]) {
	t := d.states[e.state]
	if t != nil {
		panic(fmt.Sprintf("statem: %s has the state %s twice", d.name, e.state))
	}
	t = new(table[D])
	d.states[e.state] = t
	if d.first == "" {
		d.first = e.state
	}
	for _, h := range e.ofState {
		if h.state != "" || h.terminate != nil || h.replace {
			panic(fmt.Sprintf("statem: %s has, within the state %s, an entry that is for the whole machine", d.name, e.state))
		}
		t.add(d.name+" in the state "+e.state, h)
	}
}

func (t *table[D]) add(where string, h Handler[D]) {
	if h.enter != nil {
		if t.enter != nil {
			panic(fmt.Sprintf("statem: %s has two handlers for its entry", where))
		}
		t.enter = h.enter
		return
	}
	for _, old := range t.rows[h.kind] {
		if old.message == h.handler.message {
			panic(fmt.Sprintf("statem: %s has two handlers for the %v %v", where, h.kind, old.message))
		}
	}
	t.rows[h.kind] = append(t.rows[h.kind], h.handler)
}

// find returns the handler for a message: the one for its very type, or else
// the first for an interface that it implements.
func (t *table[D]) find(k kind, message reflect.Type) *handler[D] {
	if t == nil {
		return nil
	}
	rows := t.rows[k]
	for i := range rows {
		if rows[i].message == message {
			return &rows[i]
		}
	}
	for i := range rows {
		if m := rows[i].message; message != nil && m.Kind() == reflect.Interface && message.Implements(m) {
			return &rows[i]
		}
	}
	return nil
}

// check panics if there is no such state.
func (d *Definition[D, A]) check(state string) {
	if _, ok := d.states[state]; ok || len(d.states) == 0 && state != "" {
		return
	}
	panic(fmt.Sprintf("statem: %s has no state %q; it has: %s", d.name, state,
		strings.Join(slices.Sorted(maps.Keys(d.states)), ", ")))
}

// refuse is the error for an event that no handler is for.
func (d *Definition[D, A]) refuse(state string, k kind, message any) *genserver.NotAcceptedError {
	e := &genserver.NotAcceptedError{
		Server:  fmt.Sprintf("%s in the state %s", d.name, state),
		How:     k.String(),
		Message: fmt.Sprintf("%T", message),
	}
	for _, t := range []*table[D]{d.states[state], &d.any} {
		if t == nil {
			continue
		}
		for _, h := range t.rows[k] {
			e.Accepts = append(e.Accepts, h.message.String())
		}
	}
	return e
}

// State lists the handlers of a state. It answers to a state function.
func State[D any](name string, handlers ...Handler[D]) Handler[D] {
	if name == "" {
		panic("statem: a state needs a name")
	}
	return Handler[D]{state: name, ofState: handlers}
}

// OnCall has f handle the calls with an M. What f returns is the reply, its
// error included, unless f postpones the call; only [Stop] and [StopNoReply] end
// the machine. M may be an interface, for all messages that implement it and
// have no handler of their own. It answers to an event of the type {call, From}
// with a reply action.
func OnCall[D any, M genserver.Request[R], R any](f func(D, *coppice.Process, M) (R, error)) Handler[D] {
	return Handler[D]{kind: call, handler: handler[D]{
		message: reflect.TypeFor[M](),
		reply:   reflect.TypeFor[R](),
		run: func(data D, p *coppice.Process, c *core, m coppice.Message) error {
			reply, err := f(data, p, m.Body.(M))
			if st, ok := err.(stopper); ok {
				if _, replies := st.Stops(); replies {
					c.reply(p, m.From(), reply, nil)
				}
				return err
			}
			if !c.step.postpone {
				c.reply(p, m.From(), reply, err)
			}
			return nil
		},
	}}
}

// OnCallLater has f handle the calls with an M, and reply when it likes, from
// wherever it likes: before its state changes, after that, or never. When the
// machine ends before that, the caller gets the reason at once. An error of f
// ends the machine.
func OnCallLater[D any, M genserver.Request[R], R any](f func(D, *coppice.Process, M, Reply[R]) error) Handler[D] {
	return Handler[D]{kind: call, handler: handler[D]{
		message: reflect.TypeFor[M](),
		reply:   reflect.TypeFor[R](),
		run: func(data D, p *coppice.Process, _ *core, m coppice.Message) error {
			return f(data, p, m.Body.(M), genserver.ReplyTo[R](m.From()))
		},
	}}
}

// OnCast has f handle the casts of an M. A cast that no handler is for ends the
// machine with a *genserver.NotAcceptedError. It answers to an event of the type
// cast.
func OnCast[D, M any](f func(D, *coppice.Process, M) error) Handler[D] { return row(cast, f) }

// OnInfo has f handle the messages of type M that are neither calls nor casts,
// the library's own like coppice.Down among them. What no handler is for is
// logged and dropped. It answers to an event of the type info.
func OnInfo[D, M any](f func(D, *coppice.Process, M) error) Handler[D] { return row(info, f) }

// OnInternal has f handle what [Insert] was called with. It answers to
// an event of the type internal.
func OnInternal[D, M any](f func(D, *coppice.Process, M) error) Handler[D] { return row(internal, f) }

// OnTimeout has f handle the time-outs whose message is an M, of whatever name.
// It answers to events of the types state_timeout, timeout and {timeout, Name}.
func OnTimeout[D, M any](f func(D, *coppice.Process, M) error) Handler[D] { return row(timeout, f) }

func row[D, M any](k kind, f func(D, *coppice.Process, M) error) Handler[D] {
	return Handler[D]{kind: k, handler: handler[D]{
		message: reflect.TypeFor[M](),
		run: func(data D, p *coppice.Process, _ *core, m coppice.Message) error {
			return f(data, p, m.Body.(M))
		},
	}}
}

// OnEnter has f called when the machine has come to the state, with where it
// comes from: at the start and after [Repeat] that is the state itself.
// f may set time-outs and give replies, but not change the state, postpone or
// insert an event. It answers to a state enter call.
func OnEnter[D any](f func(data D, p *coppice.Process, from string) error) Handler[D] {
	return Handler[D]{enter: f}
}

// OnTerminate has f called, with the reason, before the machine ends by itself;
// genserver.OnTerminate says when it does. It answers to terminate/3.
func OnTerminate[D any](f func(D, *coppice.Process, error) error) Handler[D] {
	return Handler[D]{terminate: f}
}

// Replaceable lets sys.Replace change the [Snapshot] of the machines.
func Replaceable[D any]() Handler[D] { return Handler[D]{replace: true} }
