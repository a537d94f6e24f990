package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// A history is what was typed before, in a file: an entry a line, the latest
// last. Several shells can write to it at once.
type history struct {
	file    string // "": it is kept no longer than the shell runs
	entries []string
}

// mostEntries is how many entries a file keeps. It may grow to twice as many in
// between.
const mostEntries = 1000

// historyFile is where the history is: in $XDG_STATE_HOME, as other programs
// have theirs.
func historyFile() string {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) {
		home, err := os.UserHomeDir()
		if err != nil {
			return ""
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "coppice", "history")
}

// readHistory reads the file, and shortens it if it is long. The error says why
// nothing will be kept; the history can be used all the same.
func readHistory(file string) (h *history, err error) {
	h = &history{file: file}
	if file == "" {
		return h, errors.New("there is no folder for it: set XDG_STATE_HOME")
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		h.file = ""
		return h, err
	}
	unlock, err := h.lock()
	if err != nil {
		h.file = ""
		return h, err
	}
	defer unlock()
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		h.file = ""
		return h, err
	}
	for line := range strings.Lines(string(text)) {
		if entry := unfold(strings.TrimSuffix(line, "\n")); entry != "" {
			h.entries = append(h.entries, entry)
		}
	}
	if len(h.entries) > 2*mostEntries {
		h.entries = h.entries[len(h.entries)-mostEntries:]
		return h, h.rewrite()
	}
	return h, nil
}

// lock waits until no other shell writes to the file: one that shortens it would
// drop what another adds meanwhile.
func (h *history) lock() (unlock func(), err error) {
	f, err := os.OpenFile(h.file+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil // which unlocks it
}

// rewrite replaces the file in one step, so that a crash loses nothing.
func (h *history) rewrite() error {
	var b strings.Builder
	for _, entry := range h.entries {
		b.WriteString(fold(entry) + "\n")
	}
	next := h.file + ".new"
	if err := os.WriteFile(next, []byte(b.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(next, h.file)
}

// add keeps a line. One that begins with a space is not kept, and neither is
// the same line twice in a row.
func (h *history) add(entry string) error {
	if strings.HasPrefix(entry, " ") {
		return nil
	}
	entry = strings.TrimSpace(entry)
	if entry == "" || len(h.entries) > 0 && h.entries[len(h.entries)-1] == entry {
		return nil
	}
	h.entries = append(h.entries, entry)
	if h.file == "" {
		return nil
	}
	unlock, err := h.lock()
	if err != nil {
		return err
	}
	defer unlock()
	f, err := os.OpenFile(h.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(fold(entry) + "\n") // one write: shells do not mix their lines
	return errors.Join(err, f.Close())
}

// fold makes one line of an entry of several.
func fold(entry string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", "").Replace(entry)
}

func unfold(line string) string {
	return strings.NewReplacer(`\\`, `\`, `\n`, "\n").Replace(line)
}
