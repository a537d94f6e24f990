package conformance

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	tests := []struct {
		expected, got string
		want          *Difference
	}{
		{"", "", nil},
		{"> a|x", "> a|x", nil},
		{"> a|x|> b|y", "> a|x|> b|z", &Difference{4, "> b", "y", "z"}},
		{"> a|x|> b", "> a|x", &Difference{3, "> a", "> b", endOfTrace}},
		{"> a", "> a|x", &Difference{2, "> a", endOfTrace, "x"}},
		{"", "> a", &Difference{1, "> a", endOfTrace, "> a"}},
		{"> a", "", &Difference{1, "", "> a", endOfTrace}},
	}
	split := func(text string) []string {
		if text == "" {
			return nil
		}
		return strings.Split(text, "|")
	}
	for _, test := range tests {
		got := Compare(split(test.expected), split(test.got))
		if (got == nil) != (test.want == nil) || got != nil && *got != *test.want {
			t.Errorf("%q, %q: got %+v, want %+v", test.expected, test.got, got, test.want)
		}
	}
	d := Difference{4, "> b", "y", "z"}
	if got, want := d.String(), "differs at trace line 4 (step: > b)\n  expected: y\n  got: z"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.scn", "a/z.scn", "a/y.scn", "a/note.md", "a.scn", ".git/x.scn", "a/.scn"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	missing := filepath.Join(dir, "missing.scn")
	got, err := Files(missing, dir, filepath.Join(dir, "a", "note.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{missing}
	for _, name := range []string{"a.scn", "a/y.scn", "a/z.scn", "b.scn", "a/note.md"} {
		want = append(want, filepath.Join(dir, name))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}
