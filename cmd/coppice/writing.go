package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A writing is what a screen has of a message that is being written: first it is
// chosen, then its fields are filled in, and then it is sent, as often as one
// likes.
type writing struct {
	verb    string            // send, of a message that is to be chosen, or start_child
	who     inspect.Process   // to whom
	known   bool              // what it accepts is
	accepts []inspect.Message // that can be called and cast
	find    string            // a part of the name of the message
	choice  int
	form    *form          // of the one that is chosen; nil: none is
	action  inspect.Action // that was sent
	waits   bool           // for its answer
	said    string         // the answer, or what went wrong
	color   color          // of that
	reads   bool           // that is what is to be seen, and not the field
	scroll  int            // from there
}

// write begins to write to a process.
func (s *screen) write(verb string, who inspect.Process) wish {
	s.writing, s.mode = writing{verb: verb, who: who}, composing
	return fresh
}

// to is how the process is told: by its name, which is that of its successor too.
// Before it is known that name may be one that only a registry knows.
func (w *writing) to() string {
	if w.known {
		return cmp.Or(w.who.Name, w.who.PID)
	}
	return w.who.PID
}

// take takes what there is to know of the process.
func (w *writing) take(d inspect.Detail) {
	w.who, w.known = d.Process, true
	w.accepts = slices.DeleteFunc(d.Accepts, func(m inspect.Message) bool { return m.Kind != "call" && m.Kind != "cast" })
	w.choice = min(w.choice, max(0, len(w.found())-1))
	if w.verb == "start_child" && w.form == nil && d.Argument != nil {
		w.form = formOf(inspect.Message{Kind: w.verb, Type: *d.Argument})
	}
}

// found are the messages with what was typed in their names.
func (w *writing) found() []inspect.Message {
	typed := strings.ToLower(strings.TrimSpace(w.find))
	return slices.DeleteFunc(slices.Clone(w.accepts), func(m inspect.Message) bool {
		return !strings.Contains(strings.ToLower(m.Kind+" "+m.Name), typed)
	})
}

// compose handles a key.
func (s *screen) compose(key string) wish {
	w := &s.writing
	page := max(1, s.height/2)
	switch {
	case key == "esc" && w.waits:
		return abandon
	case key == "esc" && w.form != nil && w.verb == "send":
		w.form, w.said = nil, ""
	case key == "esc":
		if s.mode = acting; w.known {
			s.intent.processes[0] = w.who // or its successor
		}
		return fresh
	case w.waits:
	case key == "pgdown":
		w.scroll += page
	case key == "pgup":
		w.scroll -= page
	case w.form == nil:
		w.choose(key)
	case key == "enter":
		var ok bool
		w.reads, w.scroll, w.said, w.color = false, 0, "", plain
		w.action, ok = w.form.action(w.to())
		if w.waits = ok; ok {
			return send
		}
	default:
		w.reads, w.scroll = false, 0
		w.form.key(key)
	}
	return nothing
}

// choose handles a key of the list of messages.
func (w *writing) choose(key string) {
	found := w.found()
	switch key {
	case "down", "tab":
		w.choice = min(w.choice+1, max(0, len(found)-1))
	case "up", "shift+tab":
		w.choice = max(w.choice-1, 0)
	case "enter":
		if w.choice < len(found) {
			w.form, w.reads, w.scroll = formOf(found[w.choice]), false, 0
		}
	default:
		w.find, w.choice = edited(w.find, key), 0
	}
}

// paste takes a text that comes as one.
func (w *writing) paste(text string) {
	switch {
	case w.waits:
	case w.form == nil:
		w.find, w.choice = w.find+text, 0
	case len(w.form.entries) > 0:
		w.form.write(w.form.entries[w.form.focus].text + text)
	}
}

// A reply is what came of what was sent.
type reply struct {
	result inspect.Result
	err    error
}

// hear takes the reply.
func (w *writing) hear(r reply) {
	w.waits, w.reads, w.scroll, w.color = false, true, 0, bad
	switch {
	case r.err == nil:
		w.said, w.color = cmp.Or(r.result.Text, "ok"), good
	case errors.Is(r.err, context.Canceled):
		w.said, w.color = "you have left it without an answer; what was sent may be handled still", wary
	case w.form.refused(r.err):
		w.said, w.reads = "nothing was sent: see the field", false
	default:
		w.said = explain(r.err)
	}
}

// drawWriting draws it into so many rows.
func (s *screen) drawWriting(room int) []string {
	w := &s.writing
	if w.form == nil {
		return w.drawChoice(s.palette, room)
	}
	title := strings.TrimSpace(w.form.message.Kind+" "+w.form.message.Name) + replies(w.form.message) + ": " + called(w.who) + " " + w.who.PID
	fields, at := w.form.draw(s.width, s.palette)
	lines := append([]string{s.palette.paint(strong, clean(title)), ""}, fields...)
	at += 2
	said := w.said
	if w.waits {
		said = "it waits for the answer"
	}
	if lines = append(lines, ""); w.reads {
		at = len(lines)
	}
	for _, line := range strings.Split(ansi.Wrap(cleanLines(said), max(1, s.width), " "), "\n") {
		lines = append(lines, s.palette.paint(w.color, line))
	}
	anchor := max(0, at-room+2)
	if w.reads && len(lines) > room {
		anchor = at
	}
	from := min(max(0, anchor+w.scroll), max(0, len(lines)-room))
	w.scroll = from - anchor
	return lines[from:]
}

// drawChoice draws the messages that can be chosen.
func (w *writing) drawChoice(p palette, room int) []string {
	lines := []string{p.paint(strong, clean(called(w.who))+" "+w.who.PID) + "  find: " + clean(w.find) + "█"}
	found := w.found()
	switch {
	case !w.known:
	case w.verb == "start_child":
		return append(lines, "  it has no template, and only those start children from here")
	case len(w.accepts) == 0:
		return append(lines, "  it accepts no call and no cast that could be written here")
	case len(found) == 0:
		return append(lines, "  no message is called so")
	}
	from := max(0, w.choice-room+2)
	for i, m := range found[min(from, len(found)):] {
		mark := "  "
		if from+i == w.choice {
			mark = "▸ "
		}
		lines = append(lines, mark+clean(m.Kind+"  "+messageText(m)))
	}
	return lines
}

// keysOfWriting are what can be done.
func (w *writing) keysOfWriting() string {
	switch {
	case w.waits:
		return "it waits for the answer, Esc leaves it"
	case w.form == nil:
		return "Enter chooses, ↓ ↑, Esc back"
	}
	return "Enter sends, ↓ ↑ another field, PgDn PgUp, Esc back"
}
