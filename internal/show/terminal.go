package show

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line makes a text fit for one line of a terminal or a log: what would steer
// it, or begin another line, is shown instead.
func Line(text string) string {
	return clean(text, func(r rune) bool { return steers(r) || r == '\n' || r == '\t' })
}

// Lines does the same for a text of several lines.
func Lines(text string) string { return clean(text, steers) }

// Indented is Lines for a text within another: its further lines are moved
// right, so that none can be taken for a line of the other's.
func Indented(text string) string { return strings.ReplaceAll(Lines(text), "\n", "\n   ") }

// steers reports whether r does something to a terminal but to be seen there.
func steers(r rune) bool {
	bidi := r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
	return r != '\n' && r != '\t' && !unicode.IsPrint(r) && !unicode.In(r, unicode.Cf) || bidi || r == '\ufeff'
}

func clean(text string, shown func(rune) bool) string {
	if utf8.ValidString(text) && strings.IndexFunc(text, shown) < 0 {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, `\x%02x`, text[i]) // no UTF-8: to some terminals it is a character of control
		case shown(r):
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
