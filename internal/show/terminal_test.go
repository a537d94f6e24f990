package show

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestTerminal(t *testing.T) {
	for _, c := range []struct{ text, line, lines, indented string }{
		{"plain ✓ 日本", "plain ✓ 日本", "plain ✓ 日本", "plain ✓ 日本"},
		{"one\ntwo\tthree", `one\ntwo\tthree`, "one\ntwo\tthree", "one\n   two\tthree"},
		{"\x1b[2J\a\r", `\x1b[2J\a\r`, `\x1b[2J\a\r`, `\x1b[2J\a\r`},
		{"\x9b31m", `\x9b31m`, `\x9b31m`, `\x9b31m`},
		{"\u009b31m", `\u009b31m`, `\u009b31m`, `\u009b31m`},
		{"\ufffd", "\ufffd", "\ufffd", "\ufffd"},
		{"a\u202eb\u2066\ufeff", `a\u202eb\u2066\ufeff`, `a\u202eb\u2066\ufeff`, `a\u202eb\u2066\ufeff`},
		{"👩\u200d👧", "👩\u200d👧", "👩\u200d👧", "👩\u200d👧"},
	} {
		if got := Line(c.text); got != c.line {
			t.Errorf("Line(%q) = %q, want %q", c.text, got, c.line)
		}
		if got := Lines(c.text); got != c.lines {
			t.Errorf("Lines(%q) = %q, want %q", c.text, got, c.lines)
		}
		if got := Indented(c.text); got != c.indented {
			t.Errorf("Indented(%q) = %q, want %q", c.text, got, c.indented)
		}
	}
}

func FuzzTerminal(f *testing.F) {
	f.Add("\x1b[31m\n\x9b")
	f.Fuzz(func(t *testing.T, text string) {
		line := Line(text)
		if !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl) {
			t.Errorf("Line(%q) = %q", text, line)
		}
		if Line(line) != line {
			t.Errorf("what is fit already is changed: %q", line)
		}
	})
}
