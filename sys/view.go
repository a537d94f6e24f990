package sys

import (
	"fmt"
	"log/slog"
	"reflect"
	"strings"

	"github.com/seed-7832d3a3/coppice"
)

// View returns what may be shown of a state to others while its owner goes on
// with it: what its method StateView returns, which must not share anything with
// the state that the owner changes, or else its LogValue; where it has neither, a copy of a state that
// is plain data, without its pointer; and of any other a description as text,
// as to look into it would race with its owner.
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
	if plain(v.Type()) {
		return v.Interface()
	}
	d := describer{left: maxText}
	d.value(v, 0)
	return d.text.String()
}

// plain reports whether a copy of such a value shares nothing.
func plain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if !plain(t.Field(i).Type) {
				return false
			}
		}
		return true
	case reflect.Array:
		return plain(t.Elem())
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Chan, reflect.Func, reflect.Interface, reflect.UnsafePointer:
		return false
	}
	return true
}

// What is described of a state is bounded: it is made while the server waits.
const (
	maxText  = 4096
	maxDepth = 6
)

// A describer writes a value like fmt's %+v, but follows pointers, calls no code
// of the user's, and stops after maxText bytes.
type describer struct {
	text strings.Builder
	left int
}

func (d *describer) write(s string) {
	if d.left <= 0 {
		return
	}
	if len(s) > d.left {
		s = s[:d.left] + "…"
	}
	d.left -= len(s)
	d.text.WriteString(s)
}

func (d *describer) value(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Invalid:
		d.write("nil")
	case reflect.Bool:
		d.write(fmt.Sprint(v.Bool()))
	case reflect.String:
		d.write(fmt.Sprintf("%q", limited(v.String(), d.left)))
	case reflect.Struct, reflect.Map, reflect.Slice, reflect.Array:
		d.container(v, depth)
	case reflect.Pointer, reflect.Interface:
		if v.Kind() == reflect.Pointer && !v.IsNil() {
			d.write("&")
			depth++ // or a cycle of nothing but pointers would have no end
		}
		if depth > maxDepth {
			d.write("…")
			return
		}
		d.value(v.Elem(), depth)
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		d.write(v.Type().String())
	default:
		d.number(v)
	}
}

func (d *describer) number(v reflect.Value) {
	switch {
	case v.CanInt():
		d.write(fmt.Sprint(v.Int()))
	case v.CanUint():
		d.write(fmt.Sprint(v.Uint()))
	case v.CanFloat():
		d.write(fmt.Sprint(v.Float()))
	case v.CanComplex():
		d.write(fmt.Sprint(v.Complex()))
	}
}

func limited(s string, n int) string { return s[:min(len(s), max(n, 0))] }

func (d *describer) container(v reflect.Value, depth int) {
	if depth == maxDepth {
		d.write("…")
		return
	}
	sep := ""
	item := func(key string, value reflect.Value) bool {
		d.write(sep + key)
		sep = " "
		d.value(value, depth+1)
		return d.left > 0
	}
	switch v.Kind() {
	case reflect.Struct:
		d.write("{")
		for i := 0; i < v.NumField() && item(v.Type().Field(i).Name+":", v.Field(i)); i++ {
		}
		d.write("}")
	case reflect.Map:
		d.write("map[")
		for iter := v.MapRange(); iter.Next(); {
			d.write(sep)
			sep = ""
			d.value(iter.Key(), depth+1)
			if !item(":", iter.Value()) {
				break
			}
		}
		d.write("]")
	default:
		d.write("[")
		for i := 0; i < v.Len() && item("", v.Index(i)); i++ {
		}
		d.write("]")
	}
}
