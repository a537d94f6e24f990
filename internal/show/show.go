// Package show makes what people may see of any Go value: text, or JSON. It is
// the one place that decides what stays hidden.
//
// A value decides for itself by its method StateView() any or LogValue() (of
// log/slog), wherever it is in another one. A field with the tag
//
//	Token string `coppice:"redact"`
//
// is shown as [redacted], and so that it cannot be seen in another way a value
// with such fields is shown field by field even if it has a method String. A time
// is shown as one types it. Else the methods Error and String are asked. They may
// panic.
//
// How much is shown is bounded, in depth and in size. What a pointer inside of
// a value leads to is shown, unless it has a lock or atomics: then others work
// with it at the same time, and only its type is shown. Of a value with a lock
// that is shown nevertheless, as it is a state or a message, the maps are not:
// to read one while another goroutine writes it ends the program, whatever lock
// that one holds, and nothing can be done about it.
package show

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
	"unsafe"
)

// Redacted is what is shown in place of what is hidden.
const Redacted = "[redacted]"

const (
	maxDepth = 8    // how deep a value is shown
	maxSort  = 1000 // how many keys of a map are sorted
)

// Text returns v as text, about like fmt's %+v, in no more than about limit
// bytes.
func Text(v any, limit int) string { return Of(v, limit).String() }

// Of returns what may be shown of v, of which no more than about limit bytes
// are text. It shares nothing with v.
func Of(v any, limit int) *Shown {
	w := &walker{left: limit}
	return w.show(reflect.ValueOf(v), 0, true)
}

// A Shown is what is shown of a value: a tree of texts.
type Shown struct {
	kind  kind
	to    bool   // it is what a pointer leads to
	text  string // of a scalar
	items []item
}

type item struct {
	key   string // of a field, or of a map's element
	value *Shown
}

type kind uint8

const (
	word   kind = iota // a text that is written as it is
	quoted             // a string
	number             // JSON knows it as it is: a number, true, false, null
	object             // items with keys
	mapped             // the same, of a map
	list
)

// A walker makes Shown values.
type walker struct {
	left  int
	locks int // values with a lock or atomics that what is shown is in
}

func (w *walker) scalar(k kind, text string) *Shown {
	text = clip(text, w.left)
	w.left -= len(text) + 1
	return &Shown{kind: k, text: text}
}

// clip cuts a text that is too long, between two characters.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	cut := max(limit, 0)
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// show shows v. owned says that whoever has the value works with it alone.
func (w *walker) show(v reflect.Value, depth int, owned bool) *Shown {
	if !v.IsValid() || nilable(v.Kind()) && v.IsNil() {
		return w.scalar(number, "nil")
	}
	if depth > maxDepth || w.left <= 0 {
		return w.scalar(word, "…")
	}
	v = readable(v)
	if s := w.byItself(v, depth); s != nil {
		return s
	}
	switch v.Kind() {
	case reflect.Interface:
		return w.show(v.Elem(), depth, owned)
	case reflect.Pointer:
		if !owned && depth > 0 && shared(v.Type().Elem(), 0) {
			return w.scalar(word, v.Type().String())
		}
		s := w.show(v.Elem(), depth+1, owned && depth == 0)
		s.to = s.kind >= object && depth > 0
		return s
	case reflect.Struct:
		return w.structure(v, depth)
	case reflect.Map:
		return w.table(v, depth)
	case reflect.Slice, reflect.Array:
		return w.list(v, depth)
	}
	return w.basic(v)
}

func nilable(k reflect.Kind) bool {
	switch k {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Chan, reflect.Func, reflect.UnsafePointer:
		return true
	}
	return false
}

// readable returns v so that its methods can be called and its fields be read,
// though it may come from a field that is not exported.
func readable(v reflect.Value) reflect.Value {
	switch {
	case v.CanAddr():
		return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	case v.CanInterface() && (v.Kind() == reflect.Struct || v.Kind() == reflect.Array):
		c := reflect.New(v.Type()).Elem() // so that its fields have addresses
		c.Set(v)
		return c
	}
	return v
}

// byItself shows a value that says itself what may be seen of it, or is nil.
func (w *walker) byItself(v reflect.Value, depth int) (s *Shown) {
	if !v.CanInterface() || v.NumMethod() == 0 || v.Kind() == reflect.Interface {
		return nil
	}
	defer func() {
		if p := recover(); p != nil {
			s = w.scalar(word, fmt.Sprintf("%v (showing it panicked)", v.Type()))
		}
	}()
	switch x := v.Interface().(type) {
	case interface{ StateView() any }:
		return w.view(x.StateView(), depth)
	case slog.LogValuer:
		return w.logged(slog.AnyValue(x).Resolve(), depth)
	case time.Time: // as it is typed, without the clock that only counts
		return w.scalar(word, x.Format(time.RFC3339Nano))
	case error:
		return w.scalar(word, x.Error())
	case fmt.Stringer:
		if !hasSecret(v.Type(), 0) {
			return w.scalar(word, x.String())
		}
	}
	return nil
}

// view shows what a value shows of itself: a text stands for it as it is.
func (w *walker) view(v any, depth int) *Shown {
	if s, ok := v.(string); ok {
		return w.scalar(word, s)
	}
	return w.show(reflect.ValueOf(v), depth+1, true)
}

// logged shows a value of log/slog.
func (w *walker) logged(v slog.Value, depth int) *Shown {
	if v.Kind() != slog.KindGroup {
		return w.view(v.Any(), depth)
	}
	s := &Shown{kind: object}
	for _, a := range v.Group() {
		if w.left <= 0 {
			break
		}
		w.left -= len(a.Key)
		s.items = append(s.items, item{a.Key, w.logged(a.Value.Resolve(), depth+1)})
	}
	return s
}

func (w *walker) structure(v reflect.Value, depth int) *Shown {
	s := &Shown{kind: object}
	t := v.Type()
	if shared(t, 0) {
		w.locks++
		defer func() { w.locks-- }()
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct && f.Type.Size() == 0 || f.Name == "_" {
			continue // a marker
		}
		if w.left <= 0 {
			s.items = append(s.items, item{"", w.scalar(word, "…")})
			break
		}
		w.left -= len(f.Name) + 2
		s.items = append(s.items, item{f.Name, w.field(f, v.Field(i), depth)})
	}
	return s
}

func (w *walker) field(f reflect.StructField, v reflect.Value, depth int) *Shown {
	if IsSecret(f) {
		return w.scalar(word, Redacted)
	}
	return w.show(v, depth+1, false)
}

// IsSecret reports whether a field is never shown.
func IsSecret(f reflect.StructField) bool { return f.Tag.Get("coppice") == "redact" }

func (w *walker) table(v reflect.Value, depth int) *Shown {
	if w.locks > 0 {
		return w.scalar(word, fmt.Sprintf("%v of %d", v.Type(), v.Len()))
	}
	s := &Shown{kind: mapped}
	for entries := v.MapRange(); entries.Next(); {
		if w.left <= 0 {
			s.items = append(s.items, item{"…", w.scalar(word, "…")})
			break
		}
		key := w.show(entries.Key(), depth+1, false)
		s.items = append(s.items, item{key.inner(), w.show(entries.Value(), depth+1, false)})
	}
	if len(s.items) <= maxSort {
		slices.SortFunc(s.items, func(a, b item) int { return cmp.Compare(a.key, b.key) })
	}
	return s
}

func (w *walker) list(v reflect.Value, depth int) *Shown {
	if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
		return w.bytes(v.Bytes())
	}
	s := &Shown{kind: list}
	for i := range v.Len() {
		if w.left <= 0 {
			s.items = append(s.items, item{"", w.scalar(word, fmt.Sprintf("… %d more", v.Len()-i))})
			break
		}
		s.items = append(s.items, item{"", w.show(v.Index(i), depth+1, false)})
	}
	return s
}

func (w *walker) bytes(b []byte) *Shown {
	b = b[:min(len(b), max(w.left, 0))]
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\t' || c > '~' {
			return w.scalar(quoted, "0x"+hex.EncodeToString(b))
		}
	}
	return w.scalar(quoted, string(b))
}

func (w *walker) basic(v reflect.Value) *Shown {
	switch {
	case v.Kind() == reflect.String:
		return w.scalar(quoted, v.String())
	case v.Kind() == reflect.Bool:
		return w.scalar(number, strconv.FormatBool(v.Bool()))
	case v.CanInt():
		return w.scalar(number, strconv.FormatInt(v.Int(), 10))
	case v.CanUint():
		return w.scalar(number, strconv.FormatUint(v.Uint(), 10))
	case v.CanFloat():
		return w.scalar(number, strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits()))
	case v.CanComplex():
		return w.scalar(word, fmt.Sprint(v.Complex()))
	}
	return w.scalar(word, v.Type().String()) // a channel, a function
}
