package main

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/shell"
)

// A form is a message that is being written, or what a template is to make a
// child of.
type form struct {
	message inspect.Message // Kind is what to do: call, cast or start_child
	entries []entry
	focus   int
}

// An entry is a field of it. Name is "" where the message is no struct.
type entry struct {
	name   string
	typ    inspect.Type
	secret bool   // what is typed is not to be seen
	text   string // as it was typed
	wrong  string // with that, and what would be right
}

// formOf makes the form of a message.
func formOf(m inspect.Message) *form {
	f := &form{message: m}
	if m.Type.Kind != "struct" {
		f.entries = []entry{{typ: m.Type, secret: hasSecret(m.Type)}}
	}
	for _, field := range m.Type.Fields {
		f.entries = append(f.entries, entry{name: field.Name, typ: field.Type, secret: field.Secret || hasSecret(field.Type)})
	}
	return f
}

// hasSecret reports whether a part of a type is not to be seen.
func hasSecret(t inspect.Type) bool {
	return t.Elem != nil && hasSecret(*t.Elem) ||
		slices.ContainsFunc(t.Fields, func(f inspect.TypeField) bool { return f.Secret || hasSecret(f.Type) })
}

// key handles a key that is for the fields.
func (f *form) key(key string) {
	switch key {
	case "down", "tab":
		f.focus = min(f.focus+1, max(0, len(f.entries)-1))
	case "up", "shift+tab":
		f.focus = max(f.focus-1, 0)
	default:
		if len(f.entries) > 0 {
			e := &f.entries[f.focus]
			f.write(edited(e.text, key))
		}
	}
}

// write has a text stand in the field.
func (f *form) write(text string) {
	if e := &f.entries[f.focus]; e.text != text {
		e.text, e.wrong = text, ""
	}
}

// action is what was written as what the node is asked to do. It is false if a
// field makes no sense, which is said there.
func (f *form) action(to string) (inspect.Action, bool) {
	var all []inspect.Field
	for i := range f.entries {
		e := &f.entries[i]
		v, err := e.value()
		if err != nil {
			f.blame(i, err.Error())
			return inspect.Action{}, false
		}
		if e.text != "" {
			all = append(all, inspect.Field{Name: e.name, Value: v})
		}
	}
	whole := inspect.Value{Struct: &inspect.Struct{Type: f.message.Name, Fields: all}}
	if f.message.Kind != "start_child" {
		return inspect.Action{Verb: f.message.Kind, To: to, Message: &whole}, true
	}
	if f.message.Type.Kind != "struct" {
		whole, _ = f.entries[0].value()
	}
	return inspect.Action{Verb: f.message.Kind, To: to, Argument: &whole}, true
}

// value is what was typed into a field: of a plain type as it is, of another one
// as the shell reads it. An empty field stays as Go begins it.
func (e *entry) value() (inspect.Value, error) {
	if e.isText() {
		return inspect.Value{String: &e.text}, nil
	}
	word := strings.TrimSpace(cmp.Or(e.text, zero(e.typ)))
	switch e.typ.Kind {
	case "number", "bool", "duration", "time", "pid":
		return inspect.Value{Word: &word}, nil
	}
	return shell.ParseValue(word)
}

// isText reports whether what is typed is the value as it is.
func (e *entry) isText() bool { return e.typ.Kind == "string" || e.typ.Go == "[]uint8" }

// blame says at a field what is wrong with it, but of a secret only that it is.
func (f *form) blame(i int, what string) {
	e := &f.entries[i]
	if e.secret {
		what = "this is no " + e.typ.Go
	}
	f.focus, e.wrong = i, strings.ReplaceAll(what, "\n", "; ")
}

// refused says at its field what the node does not accept. It is false if it is
// about none of them.
func (f *form) refused(err error) bool {
	var known *control.Error
	if !errors.As(err, &known) || known.Code != control.BadRequest {
		return false
	}
	i := slices.IndexFunc(f.entries, func(e entry) bool {
		below, is := strings.CutPrefix(known.Path, e.name)
		return is && (below == "" || below[0] == '.' || below[0] == '[')
	})
	if i < 0 {
		return false
	}
	what := strings.TrimPrefix(known.Message, f.entries[i].name+": ")
	if known.Try != "" {
		what += "; " + known.Try
	}
	f.blame(i, what)
	return true
}

// draw draws the fields, no wider than width, and says which line has the focus.
func (f *form) draw(width int, p palette) (lines []string, focus int) {
	if len(f.entries) == 0 {
		return []string{"  it has no fields"}, 0
	}
	names, types := 0, 0
	for _, e := range f.entries {
		names = max(names, ansi.StringWidth(clean(e.name)))
		types = max(types, ansi.StringWidth(clean(e.typ.Go)))
	}
	const gutter = 2
	names, types = min(names, width/3), min(types, width/4)
	for i, e := range f.entries {
		mark, text := "  ", clean(e.text)
		if e.secret {
			text = strings.Repeat("•", len([]rune(e.text)))
		}
		if text == "" {
			text = p.paint(faint, clean(zero(e.typ)))
		}
		head := pad(ansi.Truncate(clean(e.name), names, "…"), names) + "  " + p.paint(faint, pad(ansi.Truncate(clean(e.typ.Go), types, "…"), types)) + "  "
		if i == f.focus {
			mark, focus = "▸ ", len(lines)
			room := max(1, width-gutter-ansi.StringWidth(head)-1)
			if e.text == "" {
				text = "█ " + p.paint(faint, clean(hint(e.typ)))
			} else {
				text = ansi.TruncateLeft(text, max(0, ansi.StringWidth(text)-room), "") + "█"
			}
		}
		lines = append(lines, mark+head+text)
		if e.wrong != "" {
			for _, line := range strings.Split(ansi.Wrap(clean(e.wrong), max(1, width-2*gutter), " "), "\n") {
				lines = append(lines, "    "+p.paint(bad, line))
			}
		}
	}
	return lines, focus
}

// zero is how Go begins a type, as one would write it.
func zero(t inspect.Type) string {
	if strings.HasPrefix(t.Go, "*") {
		return "nil"
	}
	switch t.Kind {
	case "string":
		return `""`
	case "number":
		return "0"
	case "bool":
		return "false"
	case "duration":
		return "0s"
	case "time":
		return "0001-01-01T00:00:00Z"
	case "list":
		return "[]"
	case "map":
		return "{}"
	case "struct":
		var all []string
		for _, f := range t.Fields {
			all = append(all, f.Name+": "+zero(f.Type))
		}
		return "{" + strings.Join(all, ", ") + "}"
	}
	return "nil"
}

// hint says how a type is written, beside how Go begins it.
func hint(t inspect.Type) string {
	switch {
	case t.Kind == "string" || t.Go == "[]uint8":
		return zero(t) + ", or the text as it is"
	case t.Kind == "pid":
		return "nil, or a name or a pid"
	case t.Kind == "duration":
		return "0s, or like 1m30s"
	case t.Kind == "time":
		return "never, or like 2006-01-02T15:04:05Z"
	case t.Kind == "any":
		return `nil, or a word, "text", 12, [a, b]`
	case t.Kind == "list" && t.Elem != nil:
		return "[], or like [" + zero(*t.Elem) + "]"
	case t.Kind == "map" && t.Elem != nil:
		return "{}, or like {key: " + zero(*t.Elem) + "}"
	}
	return zero(t)
}
