package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// A color says what a text is, beside what it says.
type color string

const (
	plain  color = ""
	faint  color = "2"
	strong color = "1"
	good   color = "32"
	wary   color = "33"
	bad    color = "31;1"
	turned color = "7"
)

// A palette paints, or does not.
type palette bool

func (p palette) paint(c color, text string) string {
	if !p || c == plain || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// terminal tells of where the output goes: how large it is, if it is a terminal,
// and whether one can move the cursor there.
func terminal(w io.Writer) (width, height int, ok bool) {
	file, isFile := fileOf(w)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		return 0, 0, false
	}
	width, height, err := term.GetSize(int(file.Fd()))
	return width, height, err == nil && os.Getenv("TERM") != "dumb"
}

// fileOf is the file that output goes to, if it goes to one.
func fileOf(w io.Writer) (*os.File, bool) {
	if above, ok := w.(interface{ file() *os.File }); ok {
		return above.file(), true
	}
	file, ok := w.(*os.File)
	return file, ok
}

// colors are for terminals, if NO_COLOR does not forbid them.
func colors(w io.Writer) palette {
	_, _, ok := terminal(w)
	return palette(ok && os.Getenv("NO_COLOR") == "")
}

// clean makes a text from a node fit for one line of a terminal: what would
// steer it is shown instead.
func clean(text string) string {
	steers := func(r rune) bool {
		return !unicode.IsPrint(r) && !unicode.In(r, unicode.Cf) || r == '\ufeff' || isBidi(r)
	}
	if strings.IndexFunc(text, steers) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || r == '\t':
			b.WriteByte(' ')
		case steers(r):
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// cleanLines makes a text of several lines fit for a terminal.
func cleanLines(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		indent := len(line) - len(strings.TrimLeft(line, "\t"))
		lines[i] = strings.Repeat("    ", indent) + clean(line[indent:])
	}
	return strings.Join(lines, "\n")
}

// isBidi reports whether r turns the direction of what follows.
func isBidi(r rune) bool { return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 }
