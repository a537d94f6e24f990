package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/reeflective/readline"
	"golang.org/x/term"

	"github.com/seed-7832d3a3/coppice/shell"
)

// An editor reads what is typed into a terminal.
type editor interface {
	// read gives the next input, which may have several lines. The error is
	// io.EOF at Ctrl-D, and errInterrupted at Ctrl-C.
	read(prompt string) (string, error)

	// end has a read that goes on return, if that can be.
	end()
}

var errInterrupted = errors.New("interrupted")

// An assistant is what an editor asks while somebody types.
type assistant struct {
	complete   func(text string, cursor int) shell.Completion
	unfinished func(text string) bool
	rows       func() int      // of a list, at most; nil: any number
	settle     func(anew bool) // makes the terminal fit for use if its size has changed, or anew; nil: nothing is to be done
}

// newEditor makes an editor for a terminal that can move its cursor.
func newEditor(h *history, a assistant) editor {
	rl := readline.NewShell()
	// Tab fills in what is common and lists the rest, and Tab again goes
	// through the list.
	for _, setting := range []struct {
		name  string
		value any
	}{
		{"menu-complete-display-prefix", true},
		{"completion-ignore-case", true},
		{"multiline-column", false},
		{"cursor-position-probe", false}, // what is typed before the answer would be lost
	} {
		_ = rl.Config.Set(setting.name, setting.value) // all of them exist
	}
	for _, keymap := range []string{"emacs", "vi-insert"} {
		_ = rl.Config.Bind(keymap, "\t", "menu-complete", false)
	}
	e := &lineEditor{rl: rl}
	// Ctrl-C gives a fresh prompt from wherever one is; the library's own closes
	// a list or a search first, and wants to be typed again.
	rl.Keymap.Register(map[string]func(){"interrupt": func() {
		rl.Hint.Reset()
		rl.Keymap.SetLocal("")
		rl.Display.AcceptLine()
		rl.History.Accept(false, false, errInterrupted)
	}})
	for keymap := range rl.Config.Binds {
		_ = rl.Config.Bind(keymap, "\x03", "interrupt", false)
	}
	e.clears(a.settle)
	rl.History.Add("history", historySource{h})
	rl.AcceptMultiline = func(line []rune) bool { return !a.unfinished(string(line)) }
	rl.Completer = func(line []rune, cursor int) readline.Completions {
		return candidates(string(line), len(string(line[:cursor])), a)
	}
	return e
}

// A lineEditor edits with the readline library.
type lineEditor struct {
	rl     *readline.Shell
	settle func(anew bool) // or nil
	ending atomic.Bool
	ended  bool // and that has been typed
}

// makeRoom scrolls until there is room for what is typed and a row below it: the
// library, which does not ask where the cursor is, moves there.
func (e *lineEditor) makeRoom(prompt string) {
	width, height, ok := terminal(os.Stdout)
	if !ok || width == 0 {
		return
	}
	rows := 0
	for line := range strings.Lines(prompt + string(*e.rl.Line())) {
		rows += 1 + ansi.StringWidth(line)/width
	}
	rows = min(rows, height/2)
	_, _ = fmt.Fprintf(os.Stdout, "%s\x1b[%dA", strings.Repeat("\n", rows), rows)
}

// clears has Ctrl-L settle the terminal, where the whole of it is not ours.
func (e *lineEditor) clears(settle func(anew bool)) {
	e.settle = settle
	if settle == nil {
		return
	}
	e.rl.Keymap.Register(map[string]func(){"settle": func() {
		settle(true)
		e.rl.Display.PrintPrimaryPrompt()
	}})
	for keymap := range e.rl.Config.Binds {
		_ = e.rl.Config.Bind(keymap, "\x0c", "settle", false)
	}
}

func (e *lineEditor) read(prompt string) (string, error) {
	e.rl.Prompt.Primary(func() string { // it is asked for whenever the line is drawn, after a change of size too
		if e.settle != nil {
			e.settle(false)
		}
		if e.ending.Load() && !e.ended {
			e.ended = true
			e.rl.Keys.Feed(false, '\x03')
		}
		e.makeRoom(prompt)
		return prompt
	})
	e.rl.Prompt.Secondary(func() string { return "… " })
	text, err := e.rl.Readline()
	if err != nil {
		return text, err
	}
	// What was typed between Enter and now is a key to the terminal, and no
	// signal: a Ctrl-C would be taken for one at the next prompt only.
	rest, interrupted := sinceCtrlC(pending(os.Stdin))
	e.rl.Keys.Feed(false, []rune(string(rest))...)
	if interrupted {
		return "", errInterrupted
	}
	return text, nil
}

// sinceCtrlC is what was typed after the last Ctrl-C, which drops what was typed
// before it.
func sinceCtrlC(typed []byte) (rest []byte, interrupted bool) {
	at := bytes.LastIndexByte(typed, '\x03')
	return typed[at+1:], at >= 0
}

// readUntil reads an input. At the end of ctx it is that of the input: who reads
// is told to end, and left behind if that cannot be.
func readUntil(ctx context.Context, ed editor, prompt string) (text string, err error) {
	type input struct {
		text string
		err  error
	}
	got := make(chan input, 1)
	go func() {
		in := input{err: errors.New("the editor has failed")}
		defer func() {
			if v := recover(); v != nil {
				in.err = fmt.Errorf("the editor panicked: %v\n%s", v, debug.Stack())
			}
			got <- in
		}()
		in.text, in.err = ed.read(prompt)
	}()
	select {
	case in := <-got:
		return in.text, in.err
	case <-ctx.Done():
	}
	ed.end()
	select {
	case <-got:
	case <-time.After(time.Second):
	}
	return "", io.EOF
}

// keepTerminal returns what makes a terminal again what it is now, of whatever
// an editor may have made of it.
func keepTerminal(in io.Reader, out io.Writer) func() {
	file, ok := in.(*os.File)
	if !ok {
		return func() {}
	}
	state, err := term.GetState(int(file.Fd()))
	if err != nil {
		return func() {}
	}
	return func() {
		_ = term.Restore(int(file.Fd()), state)
		_, _ = io.WriteString(out, "\r\x1b[J\x1b[?25h\x1b[?2004l") // no half a line, a cursor, and plain pasting
	}
}

// end has the line drawn, which is when it is looked whether to go on.
func (e *lineEditor) end() {
	e.ending.Store(true)
	e.rl.Keys.RequestRefresh()
}

// A plainEditor is for terminals that cannot move their cursor, and for screen
// readers: what is typed is read as the terminal gives it.
type plainEditor struct {
	lines       <-chan string // closed at the end
	interrupted <-chan os.Signal
	out         io.Writer
	unfinished  func(string) bool
}

// newPlainEditor reads lines from in, ahead of who wants them: a read of a
// terminal cannot be interrupted.
func newPlainEditor(in io.Reader, out io.Writer, interrupted <-chan os.Signal, unfinished func(string) bool) *plainEditor {
	lines := make(chan string)
	go func() {
		defer close(lines)
		all := bufio.NewReader(in)
		for {
			line, err := all.ReadString('\n')
			if line != "" {
				lines <- line
			}
			if err != nil {
				return
			}
		}
	}()
	return &plainEditor{lines, interrupted, out, unfinished}
}

// end does nothing: a plain editor leaves the terminal as it is.
func (e *plainEditor) end() {}

func (e *plainEditor) read(prompt string) (string, error) {
	select {
	case <-e.interrupted: // it was for what has run meanwhile
	default:
	}
	text := ""
	for {
		_, _ = io.WriteString(e.out, prompt)
		select {
		case line, ok := <-e.lines:
			text += line
			switch {
			case !ok && text == "":
				return "", io.EOF
			case !ok || !e.unfinished(text):
				return text, nil
			}
		case <-e.interrupted:
			_, _ = io.WriteString(e.out, "\n")
			return "", errInterrupted
		}
		prompt = "… "
	}
}

// candidates gives completions as the library wants them: for the word since
// the last blank, of which ours may be a part.
func candidates(text string, cursor int, a assistant) readline.Completions {
	found := a.complete(text, cursor)
	blank := strings.LastIndexAny(text[:cursor], " \t\n") + 1
	blank = min(blank, found.From)
	before := text[blank:found.From]
	var values []readline.Completion
	whole := true // a space follows whichever one takes
	for _, c := range found.Candidates {
		value := before + c.Text
		if whole = whole && c.Goes; c.Goes {
			value += " "
		}
		values = append(values, readline.Completion{Value: value, Display: c.Text, Description: c.Note})
	}
	all := readline.CompleteRaw(fitting(values, a.rows)).NoSort().DisplayList()
	if whole {
		all = all.NoSpace(' ') // a space that is typed takes the place of ours
	}
	all.PREFIX = text[blank:cursor]
	return all
}

// fitting are as many candidates as there are rows for, the last of them all among
// them: what is common to these is common to all.
func fitting(values []readline.Completion, rows func() int) []readline.Completion {
	if rows == nil {
		return values
	}
	most := max(2, rows())
	if len(values) <= most {
		return values
	}
	last := values[len(values)-1]
	last.Description = fmt.Sprintf("(%d before it are not shown: type on) %s", len(values)-most, last.Description)
	return append(values[:most-1:most-1], last)
}

// listRows is how long a list may be, so that what is typed stays in sight.
func listRows() int {
	_, height, _ := terminal(os.Stdout)
	return height - 10
}

// A historySource gives the library our history.
type historySource struct{ *history }

func (h historySource) Write(line string) (int, error) {
	return len(h.entries), h.add(line)
}

func (h historySource) Len() int  { return len(h.entries) }
func (h historySource) Dump() any { return h.entries }

func (h historySource) GetLine(i int) (string, error) {
	if i < 0 || i >= len(h.entries) {
		return "", errors.New("there is no such line")
	}
	return h.entries[i], nil
}

// typedInto reports whether somebody types what is read.
func typedInto(in io.Reader) bool {
	stdin, ok := in.(*os.File)
	return ok && term.IsTerminal(int(stdin.Fd()))
}
