package genserver

import (
	"reflect"

	"github.com/seed-7832d3a3/coppice"
)

// An Accepted is a message that a server has a handler for.
type Accepted struct {
	How     string       // call, cast or info
	Message reflect.Type // an interface where the handler is for all that implement it
	Reply   reflect.Type // of a call; nil else
	State   string       // of a machine: the state that has the handler; "" if all have
}

// Accepts returns the messages that the server at pid has handlers for, in the
// order of its table; none for what is no server, and for one that has ended.
// The server is not asked: it is read from the table of its type.
func Accepts(pid coppice.PID) []Accepted {
	if b, ok := coppice.BehaviourOf(pid).(interface{ Accepts() []Accepted }); ok {
		return b.Accepts()
	}
	return nil
}

// Accepts implements what the function of this name looks for. It may be called
// on any goroutine.
func (in *instance[S, A]) Accepts() (all []Accepted) {
	for _, k := range []kind{call, cast, info} {
		for _, h := range in.def.table[k] {
			all = append(all, Accepted{How: k.String(), Message: h.message, Reply: h.reply})
		}
	}
	return all
}
