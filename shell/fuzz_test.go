package shell

import (
	"context"
	"errors"
	"testing"
	"time"
	"unicode/utf8"
)

// Whatever is typed: no panic, errors have their place in the text, and
// completion works at every place.
func FuzzEval(f *testing.F) {
	for _, seed := range []string{
		"call cache Get", `cast cache Save {Value: "hola"}`, "exit (whereis cache) kill", "x = 1; it1 + x",
		"procs() | filter(.Mailbox > 5 && .Name contains \"m\") | sort(-.Mailbox) | map({A: .Name, B: [1, 2s]}) | take(3)",
		"start_child s {A: [b, C{D: e}], F: (1 + 2)}", "i (procs())", "[1, 2] | sum", "a matches `x`", "# note\n1;;2", "((((", "[[[{", "-!not 1",
		"procs() | map(.Budget.Used)", "tree | group(.Level)", "procs() | map(take([1], 1))", "1e999", "1h / 0s", "procs()|min(.Name)|count",
	} {
		f.Add(seed, len(seed))
	}
	f.Fuzz(func(t *testing.T, text string, cursor int) {
		if len(text) > 2000 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		s := NewSession(newFake())
		err := s.Eval(ctx, text, func(r Result) {
			_ = r.Text(Format{Columns: 40, Rows: 5})
			if _, err := r.MarshalJSON(); err != nil {
				t.Errorf("%q as JSON: %v", text, err)
			}
		})
		if at := new(Error); errors.As(err, &at) {
			if at.From < 0 || at.From > at.To || at.To > len(text) || at.Source != text {
				t.Errorf("%q: the place %d to %d of %q", text, at.From, at.To, at.Source)
			}
			_ = at.Caret()
		}
		if NewSession(newFake()).Unfinished(text) && err == nil {
			t.Errorf("%q is unfinished and runs", text)
		}
		if cursor < 0 || cursor > len(text) || !utf8.ValidString(text) {
			return
		}
		got := s.Complete(ctx, text, cursor)
		if got.From < 0 || got.From > cursor {
			t.Errorf("%q: completion at %d is from %d", text, cursor, got.From)
		}
	})
}
