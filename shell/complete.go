package shell

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A Completion is what can stand in place of a word of a line: that from From
// to the cursor.
type Completion struct {
	From       int
	Candidates []Candidate
}

// A Candidate is one possibility.
type Candidate struct {
	Text string
	Note string // what it is
	Goes bool   // a space follows: the word is whole
}

// mostCandidates is how many processes are asked for.
const mostCandidates = 200

// Complete says what the word before the cursor could become. It asks the
// source about live names and messages; what cannot be learned by the end of
// the context is left out.
func (s *Session) Complete(ctx context.Context, text string, cursor int) Completion {
	p := s.parser(text[:cursor])
	p.completing = true
	p.program()
	if p.want == nil {
		return Completion{From: cursor}
	}
	w := p.want
	word := p.text[w.from:]
	var kept []Candidate
	seen := map[string]bool{}
	for _, c := range s.candidates(ctx, p.text, w, word) {
		if hasPrefixFold(c.Text, word) && !seen[c.Text] {
			seen[c.Text] = true
			c.Note = oneLine(c.Note)
			kept = append(kept, c)
		}
	}
	return Completion{From: cursor - len(word), Candidates: kept}
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func (s *Session) candidates(ctx context.Context, text string, w *want, word string) []Candidate {
	switch w.kind {
	case wantStatement:
		return append(s.variables(), s.words.candidates()...)
	case wantCommand:
		return append(s.words.candidates(), functionCandidates()...)
	case wantStage:
		return functionCandidates()
	case wantMember:
		return s.members(text, w)
	case wantWho, wantName:
		return s.processes(ctx, inspect.CompleteQuery{Word: unquoted(word)})
	case wantSupervisor:
		return s.processes(ctx, inspect.CompleteQuery{Word: unquoted(word), Supervisors: true})
	case wantChild:
		return s.processes(ctx, inspect.CompleteQuery{Word: unquoted(word), Of: w.whom()})
	case wantReason:
		return reasons()
	case wantMessage:
		return s.messages(ctx, w)
	case wantField:
		return s.fields(ctx, w)
	case wantState:
		return s.stateFields(ctx, w)
	case wantLevel:
		return levels()
	case wantOption:
		return w.options()
	case wantCrash:
		return s.crashes(ctx)
	}
	return nil
}

func (v *vocabulary) candidates() (all []Candidate) {
	for _, name := range slices.Sorted(maps.Keys(v.aliases)) {
		all = append(all, Candidate{name, v.aliases[name], true})
	}
	for _, c := range v.commands {
		all = append(all, Candidate{c.name, c.short, true})
	}
	return all
}

func functionCandidates() (all []Candidate) {
	for _, name := range functionNames() {
		f := functions[name]
		if f.most > 0 {
			name += "("
		}
		all = append(all, Candidate{name, f.short, f.most == 0})
	}
	return all
}

func (s *Session) variables() (all []Candidate) {
	for _, name := range slices.Sorted(maps.Keys(s.vars)) {
		all = append(all, Candidate{name, "a " + s.vars[name].typ.String(), true})
	}
	if s.count > 0 {
		all = append(all, Candidate{"it", "the last result", true})
	}
	return all
}

func levels() []Candidate {
	return []Candidate{
		{"debug", "all of it", true},
		{"info", "from info on", true},
		{"warn", "from warnings on", true},
		{"error", "errors only", true},
		{"none", "what the program says", true},
	}
}

func reasons() []Candidate {
	return []Candidate{
		{"kill", "whatever it does", true},
		{"normal", "ends nobody but who sends it to itself", true},
		{"shutdown", "in order", true},
	}
}

// members are the fields of what stands before the dot.
func (s *Session) members(text string, w *want) (all []Candidate) {
	if w.of == nil {
		return nil
	}
	c := &compiler{text: text, session: s}
	x, err := c.compile(w.of)
	if err != nil {
		return nil
	}
	t := x.typ
	if w.element && t.kind == listKind {
		t = t.elem
	}
	for _, m := range t.fields {
		all = append(all, Candidate{m.name, m.typ.String(), false})
	}
	return all
}

// processes are what a word could become: ids of children, names, and the pids of
// those without one, or of all if the word begins like a pid.
func (s *Session) processes(ctx context.Context, q inspect.CompleteQuery) (all []Candidate) {
	q.Limit = mostCandidates
	matches, err := s.source.Complete(ctx, q)
	if err != nil {
		return nil
	}
	for _, m := range matches {
		note := strings.TrimSpace(m.Label + ", " + m.Status)
		switch {
		case strings.HasPrefix(q.Word, "<"):
			all = append(all, Candidate{m.PID, note, true})
		case q.Of != "" && m.ID != "":
			all = append(all, Candidate{wordFor(m.ID), note, true})
		case q.Of == "" && m.Name != "":
			all = append(all, Candidate{wordFor(m.Name), note + ", " + m.PID, true})
		case m.PID != "":
			all = append(all, Candidate{m.PID, note, true})
		}
	}
	return all
}

// unquoted is what a word that has been begun stands for.
func unquoted(word string) string { return strings.TrimLeft(word, "\"`") }

// wordFor writes a name so that it is read as one.
func wordFor(name string) string {
	plain := func(r rune) bool { return isWord(r) && unicode.IsPrint(r) }
	if name == "" || name[0] == '#' || strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) {
		return strconv.Quote(name)
	}
	return name
}

// whom is the process that a command is about: its first argument.
func (w *want) whom() string {
	if w.command == nil || len(w.command.args) == 0 {
		return ""
	}
	return w.command.args[0].text
}

func (s *Session) detail(ctx context.Context, w *want) (d inspect.Detail, ok bool) {
	if w.whom() == "" {
		return d, false
	}
	d, err := s.source.Process(ctx, w.whom())
	return d, err == nil
}

// messages are those that the server accepts, of the kind of the command.
func (s *Session) messages(ctx context.Context, w *want) (all []Candidate) {
	d, ok := s.detail(ctx, w)
	if !ok {
		return nil
	}
	for _, m := range d.Accepts {
		if m.Kind == w.command.command.name {
			all = append(all, Candidate{m.Name, messageText(m), true})
		}
	}
	return all
}

// fields are those of the struct that the word stands in, which is found from
// the message, or from the argument of a template, by the path.
func (s *Session) fields(ctx context.Context, w *want) (all []Candidate) {
	d, ok := s.detail(ctx, w)
	if !ok {
		return nil
	}
	var t *inspect.Type
	if w.message == "" {
		t = d.Argument
	}
	for _, m := range d.Accepts {
		if m.Name == w.message {
			t = &m.Type
			break
		}
	}
	for _, name := range w.path {
		t = fieldType(t, name)
	}
	if t == nil {
		return nil
	}
	for _, f := range t.Fields {
		all = append(all, Candidate{f.Name + ":", f.Type.Go, true})
	}
	return all
}

// stateFields are those of the state of a server, which is asked for it.
func (s *Session) stateFields(ctx context.Context, w *want) (all []Candidate) {
	if w.whom() == "" {
		return nil
	}
	state, err := s.source.Do(ctx, inspect.Action{Verb: "state", To: w.whom()})
	if err != nil {
		return nil
	}
	if r, ok := fromJSON(state.JSON).(record); ok {
		for i, name := range r.typ().fieldNames() {
			all = append(all, Candidate{name, scalar(r.get(i)), false})
		}
	}
	return all
}

// options are those of the command.
func (w *want) options() (all []Candidate) {
	for _, o := range w.command.command.more {
		all = append(all, Candidate{"--" + o.name, o.note, true})
	}
	return all
}

func fieldType(t *inspect.Type, name string) *inspect.Type {
	if t == nil {
		return nil
	}
	for _, f := range t.Fields {
		if f.Name == name {
			return &f.Type
		}
	}
	return nil
}

func (s *Session) crashes(ctx context.Context) (all []Candidate) {
	crashes, err := s.source.Crashes(ctx)
	if err != nil {
		return nil
	}
	for _, c := range crashes {
		name := c.Name
		if name == "" {
			name = c.PID
		}
		all = append(all, Candidate{fmt.Sprint(c.ID), name + ": " + c.Reason, true})
	}
	return all
}
