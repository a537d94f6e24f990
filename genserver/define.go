package genserver

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/seed-7832d3a3/coppice"
)

// Returns is embedded by a message that is a call, and says of which type the
// reply is. It has no size; embed it first, as Go pads a struct that ends with
// a field of no size.
type Returns[R any] struct{}

func (Returns[R]) returns(R) {}

// A Request is a message whose reply is an R: one that embeds Returns[R].
type Request[R any] interface{ returns(R) }

// None is the argument of a constructor that needs none.
type None = struct{}

// A Definition is the table of what a type of server accepts. S is its state,
// by custom a pointer to a struct, and A the argument of its constructor. It is
// made once, by [Define], and is like a constant afterwards.
type Definition[S, A any] struct {
	init      func(*coppice.Process, A) (S, error)
	table     [kinds][]handler[S]
	terminate func(S, *coppice.Process, error) error
	name      string
	replace   bool // sys.Replace is allowed
}

type kind uint8

// The first ones are those of a [coppice.Kind], in their order.
const (
	info kind = iota
	cast
	call
	cont
	kinds
)

// String gives the word for how a message of this kind is sent.
func (k kind) String() string { return [...]string{"info", "cast", "call", "continue"}[k] }

// A handler is one row of the table.
type handler[S any] struct {
	message reflect.Type
	reply   reflect.Type // of a call
	run     func(S, *coppice.Process, coppice.Message, out) error
}

// An out is called with a reply that a handler has given; it may be nil.
type out func(value any, err error)

// A Handler is an entry of a table, made by [OnCall] and its kin.
type Handler[S any] struct {
	kind      kind
	handler   handler[S]
	terminate func(S, *coppice.Process, error) error
	replace   bool
}

// Define makes the table of a type of server. init builds the state anew at
// every start, so nothing survives a crash; it runs in the new process, and may
// block and use it. One that needs no argument takes a [None]. Define panics if
// two handlers are for the same message sent in the same way, as it could not
// be told which is meant.
func Define[S, A any](init func(*coppice.Process, A) (S, error), handlers ...Handler[S]) *Definition[S, A] {
	d := &Definition[S, A]{init: init}
	d.name = strings.TrimPrefix(reflect.TypeFor[S]().String(), "*")
	for _, h := range handlers {
		if h.replace {
			d.replace = true
			continue
		}
		if h.terminate != nil {
			if d.terminate != nil {
				panic(fmt.Sprintf("genserver: %s has two handlers for its end", d.name))
			}
			d.terminate = h.terminate
			continue
		}
		if old := d.find(h.kind, h.handler.message); old != nil && old.message == h.handler.message {
			panic(fmt.Sprintf("genserver: %s has two handlers for the %v %v", d.name, h.kind, h.handler.message))
		}
		d.table[h.kind] = append(d.table[h.kind], h.handler)
	}
	return d
}

// find returns the handler for a message: the one for its very type, or else
// the first for an interface that it implements.
func (d *Definition[S, A]) find(k kind, message reflect.Type) *handler[S] {
	rows := d.table[k]
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

// accepts lists the messages of a kind.
func (d *Definition[S, A]) accepts(k kind) (names []string) {
	for _, h := range d.table[k] {
		names = append(names, h.message.String())
	}
	return names
}

// OnCall has f handle the calls with an M. What f returns is the reply, its
// error included; only [Stop] and [StopNoReply] end the server. M may be an
// interface, for all messages that implement it and have no handler of their
// own. It answers to a clause of handle_call/3 that replies.
func OnCall[S any, M Request[R], R any](f func(S, *coppice.Process, M) (R, error)) Handler[S] {
	return Handler[S]{kind: call, handler: handler[S]{
		message: reflect.TypeFor[M](),
		reply:   reflect.TypeFor[R](),
		run: func(s S, p *coppice.Process, m coppice.Message, told out) error {
			reply, err := f(s, p, m.Body.(M))
			if st, ok := err.(*stop); ok {
				if st.reply {
					return &stop{reason: st.reason, reply: true, from: m.From(), value: reply}
				}
				return st
			}
			m.From().Reply(reply, err)
			if told != nil {
				told(reply, err)
			}
			return nil
		},
	}}
}

// OnCallLater has f handle the calls with an M, and reply when it likes, from
// wherever it likes. When the server ends before that, the caller gets the
// reason at once. An error of f ends the server. It answers to a clause of
// handle_call/3 that returns noreply.
func OnCallLater[S any, M Request[R], R any](f func(S, *coppice.Process, M, Reply[R]) error) Handler[S] {
	return Handler[S]{kind: call, handler: handler[S]{
		message: reflect.TypeFor[M](),
		reply:   reflect.TypeFor[R](),
		run: func(s S, p *coppice.Process, m coppice.Message, _ out) error {
			return f(s, p, m.Body.(M), Reply[R]{m.From()})
		},
	}}
}

// OnCast has f handle the casts of an M; M may be an interface, for all that
// have no handler of their own. A cast that no handler is for ends the server
// with a *[NotAcceptedError]. It answers to a clause of handle_cast/2.
func OnCast[S, M any](f func(S, *coppice.Process, M) error) Handler[S] {
	return Handler[S]{kind: cast, handler: row(f)}
}

// OnInfo has f handle the messages of type M that were not sent by this
// package: by coppice.Send or a timer, or the library's own, like
// [coppice.Exited], [coppice.Down] and [Timeout]; M may be an interface. What
// no handler is for is logged and dropped. It answers to a clause of
// handle_info/2.
func OnInfo[S, M any](f func(S, *coppice.Process, M) error) Handler[S] {
	return Handler[S]{kind: info, handler: row(f)}
}

// OnContinue has f handle what [Continue] was called with. It answers to a
// clause of handle_continue/2.
func OnContinue[S, M any](f func(S, *coppice.Process, M) error) Handler[S] {
	return Handler[S]{kind: cont, handler: row(f)}
}

func row[S, M any](f func(S, *coppice.Process, M) error) handler[S] {
	return handler[S]{
		message: reflect.TypeFor[M](),
		run: func(s S, p *coppice.Process, m coppice.Message, _ out) error {
			return f(s, p, m.Body.(M))
		},
	}
}

// OnTerminate has f called, with the reason, before the server ends by itself:
// by an error or a panic of a handler, by [Stop], by [coppice.Stop], and if it
// traps exits, by an exit signal of its parent. An error of f replaces the
// reason. f is not called if the constructor has failed, if the server is
// killed, nor if it does not trap exits and is told to end: what has to be
// cleaned up for certain belongs to another process. It answers to terminate/2.
func OnTerminate[S any](f func(S, *coppice.Process, error) error) Handler[S] {
	return Handler[S]{terminate: f}
}
