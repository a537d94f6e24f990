package shell

import (
	"fmt"
	"strings"
)

// An Error says what is wrong with a line, where, and what would be right.
type Error struct {
	Source   string // the whole text
	From, To int    // the part of it that is wrong, as byte offsets
	What     string // what is wrong
	Try      string // what would be right, or ""

	open bool // the text ends where more must follow
}

// Error gives what is wrong and what would be right, on one line each.
func (e *Error) Error() string {
	if e.Try == "" {
		return e.What
	}
	return e.What + "\n" + e.Try
}

// Caret shows the line that is wrong with a mark under the place, and then what
// Error says.
func (e *Error) Caret() string {
	from := strings.LastIndexByte(e.Source[:e.From], '\n') + 1
	line, _, _ := strings.Cut(e.Source[from:], "\n")
	to := min(e.To, from+len(line))
	mark := "^"
	if e.From < to {
		mark = strings.Repeat("^", max(1, Width(e.Source[e.From:to])))
	}
	var pad strings.Builder
	for _, r := range e.Source[from:e.From] {
		if r == '\t' {
			pad.WriteRune(r)
		} else {
			pad.WriteString(strings.Repeat(" ", Width(string(r))))
		}
	}
	return fmt.Sprintf("  %s\n  %s%s\n%s", line, pad.String(), mark, e.Error())
}

// errorAt makes an Error of a part of a text.
func errorAt(source string, at span, try, format string, args ...any) *Error {
	return &Error{Source: source, From: at.from, To: at.to, What: fmt.Sprintf(format, args...), Try: try}
}

// A span is a part of the text, as byte offsets.
type span struct{ from, to int }

func (s span) pos() span { return s }

// meant is "did you mean …?" if one of the names is near to what was written,
// and if not, it lists them.
func meant(wrote string, names []string, what string) string {
	if best := nearest(wrote, names); best != "" {
		return "did you mean " + best + "?"
	}
	const most = 12
	if len(names) == 0 {
		return ""
	}
	if len(names) > most {
		return fmt.Sprintf("%s: %s, and %d more", what, strings.Join(names[:most], ", "), len(names)-most)
	}
	return what + ": " + strings.Join(names, ", ")
}

// nearest returns the name that is most like what was written, or "".
func nearest(wrote string, names []string) string {
	best, least := "", 1+max(1, len(wrote)/3)
	lower := strings.ToLower(wrote)
	for _, name := range names {
		d := distance(lower, strings.ToLower(name))
		if len(lower) > 2 && strings.HasPrefix(strings.ToLower(name), lower) {
			d = 1 // the beginning of a name is as good as a slip
		}
		if d < least {
			best, least = name, d
		}
	}
	return best
}

// distance is how many characters differ between two words: changed, added or
// left out.
func distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 64 || len(t) > 64 {
		return 64
	}
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i := range s {
		before := row[0]
		row[0] = i + 1
		for j := range t {
			cost := before
			if s[i] != t[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(t)]
}
