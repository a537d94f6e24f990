package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/reeflective/readline"
	"golang.org/x/term"

	"github.com/seed-7832d3a3/coppice/shell"
)

// An editor reads what is typed into a terminal.
type editor interface {
	// read gives the next input, which may have several lines. The error is
	// io.EOF at Ctrl-D, and errInterrupted at Ctrl-C.
	read(prompt string) (string, error)
}

var errInterrupted = errors.New("interrupted")

// An assistant is what an editor asks while somebody types.
type assistant struct {
	complete   func(text string, cursor int) shell.Completion
	unfinished func(text string) bool
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
		e.interrupted = true
		rl.Keys.Feed(false, '\r')
	}})
	for keymap := range rl.Config.Binds {
		_ = rl.Config.Bind(keymap, "\x03", "interrupt", false)
	}
	rl.History.Add("history", historySource{h, e})
	rl.AcceptMultiline = func(line []rune) bool { return e.interrupted || !a.unfinished(string(line)) }
	rl.Completer = func(line []rune, cursor int) readline.Completions {
		return candidates(string(line), len(string(line[:cursor])), a)
	}
	return e
}

// A lineEditor edits with the readline library.
type lineEditor struct {
	rl          *readline.Shell
	interrupted bool // by Ctrl-C, in this read
}

func (e *lineEditor) read(prompt string) (string, error) {
	e.rl.Prompt.Primary(func() string { return prompt })
	e.rl.Prompt.Secondary(func() string { return "… " })
	e.interrupted = false
	line, err := e.rl.Readline()
	if e.interrupted {
		return "", errInterrupted
	}
	return line, err
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
	all := readline.CompleteRaw(values).NoSort().DisplayList()
	if whole {
		all = all.NoSpace(' ') // a space that is typed takes the place of ours
	}
	all.PREFIX = text[blank:cursor]
	return all
}

// A historySource gives the library our history.
type historySource struct {
	*history
	editor *lineEditor
}

func (h historySource) Write(line string) (int, error) {
	if h.editor.interrupted {
		return len(h.entries), nil
	}
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

// isTerminal reports whether somebody types, and sees what comes of it.
func isTerminal(in io.Reader, out io.Writer) bool {
	stdout, ok := out.(*os.File)
	return ok && typedInto(in) && term.IsTerminal(int(stdout.Fd()))
}
