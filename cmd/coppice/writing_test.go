package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// letters are the keys of a text.
func letters(text string) (keys []string) {
	for _, r := range text {
		if r == ' ' {
			keys = append(keys, "space")
		} else {
			keys = append(keys, string(r))
		}
	}
	return keys
}

// sent presses Enter, and has what is sent answered.
func sent(t *testing.T, l *live) {
	t.Helper()
	_, do := l.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	if do == nil {
		t.Fatalf("nothing is sent:\n%s", strings.Join(l.screen.draw(), "\n"))
	}
	l.Update(do())
	show(l.screen, l.from)
}

// opened is a screen whose menu is open for カート, with send marked.
func opened(t *testing.T) (*still, *live) {
	from := newStill()
	s := &screen{view: tree, width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	typed(t, s, from, "j", "a")
	return from, &live{screen: s, from: from, every: time.Hour}
}

func drawn(l *live) string { return strings.Join(l.screen.draw(), "\n") }

// wrote is what an action has of the message, as JSON.
func wrote(v *inspect.Value) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// A message is found, its fields are filled in, it is sent, and what it was
// answered with is shown; what was typed stays, for the next time.
func TestWriting(t *testing.T) {
	from, l := opened(t)
	s := l.screen
	typed(t, s, from, append([]string{"enter"}, letters("add")...)...)
	if text := drawn(l); !strings.Contains(text, "▸ call  Add {Item: string") || strings.Contains(text, "Clear") || strings.Contains(text, "Tick") {
		t.Fatalf("%s", text)
	}
	typed(t, s, from, "enter")
	if text := drawn(l); !strings.Contains(text, `Where  main.Line      {SKU: "", N: 0}`) || !strings.Contains(text, "Qty    *int           nil") {
		t.Errorf("%s", text)
	}
	typed(t, s, from, letters("an apple")...)
	typed(t, s, from, "down", "tab")
	typed(t, s, from, letters("[{SKU: a, N: 2}]")...)
	typed(t, s, from, "up", "down", "down")
	typed(t, s, from, letters("5")...)
	from.result = inspect.Result{Text: "{Total:3 Note:\x1b[2J}\nsecond line"}
	sent(t, l)
	a := from.did[0]
	want := `{"struct":{"type":"Add","fields":[{"name":"Item","value":{"string":"an apple"}},` +
		`{"name":"Lines","value":{"list":[{"struct":{"fields":[{"name":"SKU","value":{"word":"a"}},{"name":"N","value":{"word":"2"}}]}}]}},` +
		`{"name":"Qty","value":{"word":"5"}}]}}`
	if a.Verb != "call" || a.To != "カート" || wrote(a.Message) != want {
		t.Errorf("%s %s %s\nwant %s", a.Verb, a.To, wrote(a.Message), want)
	}
	if text := drawn(l); !strings.Contains(text, "{Total:3 Note:\\x1b[2J}\nsecond line\n") || !strings.Contains(text, "an apple") {
		t.Errorf("%s", text)
	}
	typed(t, s, from, "esc", "esc", "esc")
	if s.mode != browsing {
		t.Errorf("three times Esc leads to mode %d", s.mode)
	}
}

// A message without fields, and one that is no struct.
func TestWritingBare(t *testing.T) {
	from, l := opened(t)
	typed(t, l.screen, from, append(append([]string{"enter"}, letters("cast l")...), "enter")...)
	if text := drawn(l); !strings.Contains(text, "cast Level: カート <0.2.0>") {
		t.Fatalf("%s", text)
	}
	typed(t, l.screen, from, "7")
	sent(t, l)
	typed(t, l.screen, from, "esc", "ctrl+u", "down", "enter")
	if text := drawn(l); !strings.Contains(text, "it has no fields") {
		t.Fatalf("%s", text)
	}
	typed(t, l.screen, from, "x", "down", "up", "backspace")
	sent(t, l)
	if got := wrote(from.did[0].Message); got != `{"struct":{"type":"Level","fields":[{"name":"","value":{"word":"7"}}]}}` {
		t.Error(got)
	}
	if got := wrote(from.did[1].Message); from.did[1].Verb != "cast" || got != `{"struct":{"type":"Clear","fields":null}}` {
		t.Error(got)
	}
}

// What makes no sense is said at its field, before anything is sent, and so is
// what the node does not accept; what concerns no field is said below.
func TestWritingWrong(t *testing.T) {
	from, l := opened(t)
	s := l.screen
	typed(t, s, from, "enter", "enter", "down")
	typed(t, s, from, letters("{SKU a}")...)
	typed(t, s, from, "down", "enter")
	if text := drawn(l); len(from.did) > 0 || s.writing.waits || !strings.Contains(text, `▸ Where  main.Line      {SKU a}█`+"\n"+`    here should be ":" after the field SKU`) {
		t.Fatalf("%v\n%s", from.did, text)
	}
	typed(t, s, from, "ctrl+u")
	if strings.Contains(drawn(l), "here should be") {
		t.Error("what was wrong is still said of what is written anew")
	}
	from.err = &control.Error{Code: control.BadRequest, Path: "Lines[1].N", Message: "Lines[1].N: x is no int", Try: "want a whole number"}
	sent(t, l)
	if text := drawn(l); s.writing.form.focus != 2 || !strings.Contains(text, "▸ Lines") || !strings.Contains(text, "    Lines[1].N: x is no int; want a whole number\n") || !strings.Contains(text, "nothing was sent") {
		t.Errorf("%s", text)
	}
	for _, err := range []error{
		&control.Error{Code: control.TimedOut, Message: "timeout: no reply in time"},
		&control.Error{Code: control.BadRequest, Path: "Linesman", Message: "of another one"},
		errors.New("the program has ended"),
	} {
		from.err = err
		sent(t, l)
		if text := drawn(l); !strings.Contains(text, err.Error()) || s.writing.waits || s.writing.form.entries[2].wrong != "" && strings.Contains(text, "Linesman: ") {
			t.Errorf("%v:\n%s", err, text)
		}
	}
	from.err = nil
	sent(t, l)
	if text := drawn(l); !strings.Contains(text, "\nok\n") {
		t.Errorf("%s", text)
	}
}

// A silent source answers no action until its caller has had enough.
type silent struct {
	*still
	asked chan struct{}
}

func (s *silent) Do(ctx context.Context, _ inspect.Action) (inspect.Result, error) {
	close(s.asked)
	<-ctx.Done()
	return inspect.Result{}, ctx.Err()
}

// Who waits for an answer can leave at once, and types nothing into the form
// meanwhile; one cannot send a second time.
func TestWritingIsLeft(t *testing.T) {
	_, l := opened(t)
	s, from := l.screen, &silent{newStill(), make(chan struct{})}
	l.from = from
	typed(t, s, from, "enter", "enter", "x")
	_, do := l.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	answer := make(chan tea.Msg)
	go func() { answer <- do() }()
	<-from.asked
	typed(t, s, from, "y", "down")
	s.paste("z")
	if w := s.writing; !w.waits || w.form.entries[0].text != "x" || w.form.focus != 0 || s.press("enter") != nothing || !strings.Contains(drawn(l), "it waits for the answer") {
		t.Errorf("%+v\n%s", w.form, drawn(l))
	}
	l.Update(tea.KeyPressMsg{Code: tea.KeyEscape})
	l.Update(<-answer)
	if s.mode != composing || s.writing.waits || !strings.Contains(drawn(l), "you have left it without an answer") {
		t.Errorf("%s", drawn(l))
	}
	if s.press("ctrl+c") != leave {
		t.Error("Ctrl-C does not leave")
	}
}

// A message goes to who has the name now; without a name to the process.
func TestWritingFollows(t *testing.T) {
	from, l := opened(t)
	s := l.screen
	typed(t, s, from, "enter", "enter")
	from.detail.PID = "<0.9.9>"
	show(s, from)
	if text := drawn(l); !strings.Contains(text, "カート <0.9.9>") || s.writing.to() != "カート" {
		t.Errorf("%s: %s", s.writing.to(), text)
	}
	typed(t, s, from, "esc", "esc")
	if got := s.intent.pids(); len(got) != 1 || got[0] != "<0.9.9>" {
		t.Errorf("the menu is about %q", got)
	}
	from.detail.Name = ""
	typed(t, s, from, "enter")
	if got := s.writing.to(); got != "<0.9.9>" {
		t.Errorf("to %s", got)
	}
	from.detail.Accepts = nil
	show(s, from)
	if text := drawn(l); !strings.Contains(text, "it accepts no call and no cast") {
		t.Errorf("%s", text)
	}
}

// A supervisor with a template starts a child of what is written.
func TestWritingChild(t *testing.T) {
	from, l := opened(t)
	s := l.screen
	typed(t, s, from, "esc", "home", "a")
	s.intent.processes[0].Kind = "supervisor"
	typed(t, s, from, "j", "enter")
	if text := drawn(l); !strings.Contains(text, "it has no template") {
		t.Fatalf("%s", text)
	}
	from.detail.Argument = &lineType
	show(s, from)
	typed(t, s, from, "b", "down", "2")
	sent(t, l)
	if a := from.did[0]; a.Verb != "start_child" || wrote(a.Argument) != `{"struct":{"fields":[{"name":"SKU","value":{"string":"b"}},{"name":"N","value":{"word":"2"}}]}}` {
		t.Errorf("%s %s", a.Verb, wrote(a.Argument))
	}
	typed(t, s, from, "esc", "esc")
	if s.mode != browsing {
		t.Errorf("mode %d", s.mode)
	}
	for kind, want := range map[string]string{"string": `{"string":""}`, "number": `{"word":"0"}`, "list": `{"list":[]}`} {
		a, ok := formOf(inspect.Message{Kind: "start_child", Type: inspect.Type{Go: "T", Kind: kind}}).action("x")
		if !ok || wrote(a.Argument) != want {
			t.Errorf("an empty %s is %s, want %s", kind, wrote(a.Argument), want)
		}
	}
}

// What is secret is not seen while it is typed, nor in what is said of it.
func TestWritingSecret(t *testing.T) {
	login := inspect.Type{Go: "main.Login", Kind: "struct", Fields: []inspect.TypeField{
		{Name: "User", Type: inspect.Type{Go: "string", Kind: "string"}},
		{Name: "PIN", Type: inspect.Type{Go: "int", Kind: "number"}, Secret: true},
	}}
	deep := inspect.Type{Go: "main.Both", Kind: "struct", Fields: []inspect.TypeField{{Name: "All", Type: inspect.Type{Go: "[]main.Login", Kind: "list", Elem: &login}}}}
	for _, test := range []struct {
		typ  inspect.Type
		want string // what is drawn of tulip in the last field
	}{
		{login, "•••••"}, {deep, "•••••"}, {addType, "tulip"},
	} {
		f := formOf(inspect.Message{Name: "Login", Kind: "call", Type: test.typ})
		f.focus = len(f.entries) - 1
		f.write("tulip")
		f.blame(f.focus, "tulip is no int")
		f.focus = 0
		lines, _ := f.draw(80, false)
		if text := strings.Join(lines, "\n"); strings.Count(text, "tulip") != strings.Count(test.want, "tulip")*2 || !strings.Contains(text, test.want) {
			t.Errorf("%s", text)
		}
	}
}

// What is pasted goes where one types.
func TestPaste(t *testing.T) {
	from, l := opened(t)
	typed(t, l.screen, from, "enter")
	l.Update(tea.PasteMsg{Content: "ad"})
	typed(t, l.screen, from, "d", "enter")
	l.Update(tea.PasteMsg{Content: "two\nlines"})
	if text := drawn(l); !strings.Contains(text, "two lines█") {
		t.Errorf("%s", text)
	}
}

// A long answer is read by pages, and typing leads back to the field.
func TestWritingPages(t *testing.T) {
	from, l := opened(t)
	typed(t, l.screen, from, "enter", "enter")
	from.result = inspect.Result{Text: strings.Repeat("line\n", 100) + "last"}
	sent(t, l)
	if text := drawn(l); strings.Contains(text, "Item") || strings.Contains(text, "last") {
		t.Errorf("%s", text)
	}
	for range 20 {
		typed(t, l.screen, from, "pgdown")
		drawn(l)
	}
	if text := drawn(l); !strings.Contains(text, "\nlast\n") {
		t.Errorf("%s", text)
	}
	typed(t, l.screen, from, "pgup")
	if text := drawn(l); strings.Contains(text, "\nlast\n") {
		t.Error("it does not go back")
	}
	typed(t, l.screen, from, "x")
	if text := drawn(l); !strings.Contains(text, "x█") {
		t.Errorf("%s", text)
	}
}
