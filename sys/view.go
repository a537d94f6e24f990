package sys

import (
	"log/slog"
	"reflect"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/show"
)

// View returns what may be shown of a state to others while its owner goes on
// with it: what its method StateView returns, which must not share anything with
// the state that the owner changes, or else its LogValue; where it has neither, a
// copy of a state that is plain data, without its pointer; and of any other a
// description as text, as to look into it would race with its owner. So is one
// with fields that have the tag coppice:"redact", which it leaves out.
func View(state any) any {
	if v, ok := state.(coppice.StateViewer); ok {
		return v.StateView()
	}
	if v, ok := state.(slog.LogValuer); ok {
		return slog.AnyValue(v).Resolve()
	}
	v := reflect.ValueOf(state)
	if v.IsValid() && v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if !v.IsValid() {
		return state
	}
	if show.Plain(v.Type()) && !show.Hides(v.Type()) {
		return v.Interface()
	}
	return show.Text(state, maxText)
}

// maxText is about how long a description is: it is made while the server waits.
const maxText = 16 << 10
