package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/reeflective/readline"

	"github.com/seed-7832d3a3/coppice/shell"
)

// Where there is no terminal that moves its cursor, lines are read as they come,
// and as many as belong together.
func TestPlainEditor(t *testing.T) {
	var out strings.Builder
	e := newPlainEditor(strings.NewReader("ps\n[1,\n2]\nlast"), &out, nil, shell.NewSession(nil).Unfinished)
	for _, want := range []string{"ps\n", "[1,\n2]\n", "last"} {
		if got, err := e.read("> "); got != want || err != nil {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	if _, err := e.read("> "); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v", err)
	}
	if want := "> > … > > "; out.String() != want {
		t.Errorf("prompts: %q, want %q", out.String(), want)
	}
}

// Ctrl-C drops what has been typed so far, and one that came while something
// ran is not for the next prompt.
func TestPlainEditorInterrupted(t *testing.T) {
	in, typing := io.Pipe()
	defer typing.Close()
	interrupted := make(chan os.Signal, 1)
	interrupted <- os.Interrupt
	out := atPrompt{"… ": func() { interrupted <- os.Interrupt }}
	e := newPlainEditor(in, out, interrupted, shell.NewSession(nil).Unfinished)
	go func() { _, _ = io.WriteString(typing, "[1,\n") }()
	if got, err := e.read("> "); got != "" || !errors.Is(err, errInterrupted) {
		t.Errorf("got %q, %v", got, err)
	}
	go func() { _, _ = io.WriteString(typing, "ps\n") }()
	if got, err := e.read("> "); got != "ps\n" || err != nil {
		t.Errorf("after it: %q, %v", got, err)
	}
}

// An atPrompt has something happen when a prompt is written.
type atPrompt map[string]func()

func (a atPrompt) Write(text []byte) (int, error) {
	if do := a[string(text)]; do != nil {
		do()
	}
	return len(text), nil
}

// The library completes the word since the last blank: what stands before ours
// in it stays.
func TestCandidates(t *testing.T) {
	for _, c := range []struct {
		text   string
		from   int
		has    shell.Candidate
		value  string
		prefix string
	}{
		{"call ca", 5, shell.Candidate{Text: "cache", Goes: true}, "cache ", "ca"},
		{"ps|filter(.Ma", 11, shell.Candidate{Text: "Mailbox"}, "ps|filter(.Mailbox", "ps|filter(.Ma"},
		{"cast cache Save {", 17, shell.Candidate{Text: "Value:", Goes: true}, "{Value: ", "{"},
		{"", 0, shell.Candidate{Text: "ps", Goes: true}, "ps ", ""},
		{`call "a b`, 5, shell.Candidate{Text: `"a b"`, Goes: true}, `"a b" `, `"a b`},
	} {
		got := candidates(c.text, len(c.text), assistant{complete: func(string, int) shell.Completion {
			return shell.Completion{From: c.from, Candidates: []shell.Candidate{c.has}}
		}})
		var values []string
		got.EachValue(func(v readline.Completion) readline.Completion {
			values = append(values, v.Value)
			return v
		})
		if len(values) != 1 || values[0] != c.value || got.PREFIX != c.prefix {
			t.Errorf("%q: %q after %q, want %q after %q", c.text, values, got.PREFIX, c.value, c.prefix)
		}
	}
}

// A list that is too long for the terminal is cut, so that what is common to the
// rest of it is common to all.
func TestFitting(t *testing.T) {
	all := make([]readline.Completion, 9)
	for i := range all {
		all[i].Value = fmt.Sprint(i)
	}
	for _, c := range []struct {
		rows int
		want string
		more int
	}{{20, "012345678", 0}, {9, "012345678", 0}, {4, "0128", 5}, {-3, "08", 7}} {
		kept := fitting(all, func() int { return c.rows })
		got, more := "", 0
		for _, v := range kept {
			got += v.Value
			_, _ = fmt.Sscanf(v.Description, "(%d before it", &more)
		}
		if got != c.want || more != c.more {
			t.Errorf("%d rows: %s and %d more", c.rows, got, more)
		}
	}
	if kept := fitting(all, nil); len(kept) != 9 || all[3].Value != "3" {
		t.Errorf("%d of them, %v", len(kept), all)
	}
}

// Ctrl-C drops what was typed before it, and no more.
func TestSinceCtrlC(t *testing.T) {
	for typed, want := range map[string]string{"": "", "abc\r": "abc\r", "abc\x03": "", "a\x03b\x03cd": "cd"} {
		rest, interrupted := sinceCtrlC([]byte(typed))
		if string(rest) != want || interrupted != strings.Contains(typed, "\x03") {
			t.Errorf("%q: %q, %v", typed, rest, interrupted)
		}
	}
}
