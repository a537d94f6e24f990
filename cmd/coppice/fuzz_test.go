package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Whatever was typed is what the next shell finds, and whatever is in the file,
// another shell reads the same from what this one has written.
func FuzzHistory(f *testing.F) {
	for _, seed := range []string{"call cache Get", "a\\\nb", `\n\\n\`, " secret", "x\ny\nz", "\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := filepath.Join(t.TempDir(), "history")
		if strings.Contains(text, "\r") { // no key brings it
			return
		}
		h := &history{file: file}
		if err := h.add(text); err != nil {
			t.Fatal(err)
		}
		if again, err := readHistory(file); err != nil || !slices.Equal(again.entries, h.entries) {
			t.Errorf("%q: %v: kept %q, read %q", text, err, h.entries, again.entries)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := readHistory(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := found.rewrite(); err != nil {
			t.Fatal(err)
		}
		if again, err := readHistory(file); err != nil || !slices.Equal(again.entries, found.entries) {
			t.Errorf("%q: %v: found %q, then %q", text, err, found.entries, again.entries)
		}
	})
}

// Whatever keys are pressed, in whatever a terminal has of room, the screen
// fits into it and the mark is on a row that is shown.
func FuzzScreen(f *testing.F) {
	keys := []string{
		"j", "k", "down", "up", "left", "right", "enter", "esc", "/", "s", "p", "y", "?", "g", "t", "end", "home", "pgdown", "pgup",
		"backspace", "G", "x", "w", "\x1b[", "ctrl+d", "é", "r", "space", "tab", "h", "l", "shift+tab", "!", "ctrl+u", "a", "n", ":", "m", "{",
	}
	f.Add([]byte{0, 0, 6, 11, 8, 22, 19, 6, 9, 0, 6, 4, 10}, uint8(80), uint8(24), uint8(0))
	f.Add([]byte{15, 15, 13, 14, 0, 6, 0, 0, 1, 7, 12, 12}, uint8(12), uint8(4), uint8(1))
	f.Fuzz(func(t *testing.T, pressed []byte, width, height, shown uint8) {
		from := newStill()
		s := &screen{view: view(int(shown) % (int(names) + 1)), width: int(width), height: int(height), closed: map[string]bool{}}
		show(s, from)
		for _, b := range pressed[:min(len(pressed), 200)] {
			key := keys[int(b)%len(keys)]
			switch s.press(key) {
			case fresh:
				show(s, from)
			case send:
				if b%2 == 0 {
					s.writing.hear(reply{err: from.err})
				}
			case abandon:
				s.writing.hear(reply{err: context.Canceled})
			case leave:
				return
			}
			if lines := s.draw(); len(lines) > max(s.height, 1) {
				t.Fatalf("%v: %d lines in %d", pressed, len(lines), s.height)
			}
			if s.cursor < 0 || s.offset < 0 || s.cursor < s.offset || s.cursor > s.offset+max(s.space(), 0) {
				t.Fatalf("%v: the mark is at %d, and the window of %d at %d", pressed, s.cursor, s.space(), s.offset)
			}
		}
	})
}
