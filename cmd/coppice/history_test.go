package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What was typed is there the next time, entries of several lines whole, and
// only for its user.
func TestHistoryPersists(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state", "coppice", "history")
	h, err := readHistory(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range []string{"call cache Get", "cast x All {\n\tA: `\\n`,\n}", "cast x All {\n\tA: `\\n`,\n}", "  a secret", "", "ps\n"} {
		if err := h.add(entry); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"call cache Get", "cast x All {\n\tA: `\\n`,\n}", "ps"}
	again, err := readHistory(file)
	if err != nil || !slices.Equal(again.entries, want) || !slices.Equal(h.entries, want) {
		t.Errorf("%v: %q, then %q, want %q", err, h.entries, again.entries, want)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(filepath.Dir(file)); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("its folder: %v, %v", info.Mode(), err)
	}
}

// A long file is shortened, and keeps the latest.
func TestHistoryIsBounded(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	var b strings.Builder
	for i := range 3 * mostEntries {
		_, _ = fmt.Fprintln(&b, "line", i)
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		h, err := readHistory(file)
		if err != nil || len(h.entries) != mostEntries || h.entries[mostEntries-1] != fmt.Sprint("line ", 3*mostEntries-1) {
			t.Errorf("%v: %d entries", err, len(h.entries))
		}
	}
}

// Shells that add, and shorten, at the same time lose nothing of what is new.
func TestHistoryOfSeveral(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	if err := os.WriteFile(file, []byte(strings.Repeat("old\n", 2*mostEntries)), 0o600); err != nil {
		t.Fatal(err)
	}
	const shells, lines = 8, 20
	var all sync.WaitGroup
	for i := range shells {
		all.Go(func() {
			for j := range lines {
				h, err := readHistory(file)
				if err == nil {
					err = h.add(fmt.Sprintf("shell %d\nline %d", i, j))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	h, err := readHistory(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range shells {
		for j := range lines {
			if !slices.Contains(h.entries, fmt.Sprintf("shell %d\nline %d", i, j)) {
				t.Errorf("line %d of shell %d is lost", j, i)
			}
		}
	}
}

// A history that cannot be kept works for the session.
func TestHistoryWithoutFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{"", filepath.Join(file, "history")} {
		h, err := readHistory(place)
		if err == nil {
			t.Errorf("%q can be read", place)
		}
		if err := h.add("ps"); err != nil || len(h.entries) != 1 {
			t.Errorf("%q: %v, %q", place, err, h.entries)
		}
	}
}

func TestHistoryFile(t *testing.T) {
	for _, c := range []struct{ state, home, want string }{
		{"/state", "/users/x", "/state/coppice/history"},
		{"", "/users/x", "/users/x/.local/state/coppice/history"},
		{"relative", "/users/x", "/users/x/.local/state/coppice/history"},
		{"", "", ""},
	} {
		t.Setenv("XDG_STATE_HOME", c.state)
		t.Setenv("HOME", c.home)
		if got := historyFile(); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
