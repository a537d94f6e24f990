package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// mark selects the row that is marked, or no more, and goes on to the next.
func (s *screen) mark() {
	b, ok := s.at()
	if !ok || b.Pool > 0 {
		return
	}
	if s.selected == nil {
		s.selected = make(map[string]inspect.Process)
	}
	if _, is := s.selected[keyOf(b)]; is {
		delete(s.selected, keyOf(b))
	} else {
		s.selected[keyOf(b)] = b.Process
	}
	s.move(1)
}

// keep brings up to date what is selected: a process that was restarted is the
// same row.
func (s *screen) keep() {
	for _, b := range s.rows {
		if _, is := s.selected[keyOf(b)]; is {
			s.selected[keyOf(b)] = b.Process
		}
	}
}

// selection are the processes that are selected, by their names: each once, also
// if two of its names are.
func (s *screen) selection() []inspect.Process {
	var all []inspect.Process
	for _, p := range s.selected {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b inspect.Process) int {
		return cmp.Or(cmp.Compare(called(a), called(b)), cmp.Compare(a.PID, b.PID))
	})
	seen := make(map[string]bool)
	return slices.DeleteFunc(all, func(p inspect.Process) bool {
		again := p.PID != "" && seen[p.PID]
		seen[p.PID] = true
		return again
	})
}

// clip is the text that a key copies, and what that is.
func (s *screen) clip() (text, what string) {
	if s.mode == looking {
		if s.list.report.ID == 0 {
			return "", ""
		}
		return cleanLines(s.list.report.Text), "the report"
	}
	pids := s.pids()
	what = strings.Join(pids, "")
	if len(pids) > 1 {
		what = fmt.Sprintf("%d pids", len(pids))
	}
	return strings.Join(pids, "\n"), what
}

// pids are those of the processes that a key is about: those that are selected,
// or else the one that is marked or read.
func (s *screen) pids() []string {
	about := s.selection()
	if b, ok := s.at(); ok && len(about) == 0 {
		about = []inspect.Process{b.Process}
	}
	if s.mode == reading {
		about = []inspect.Process{s.detail.Process}
	}
	var all []string
	for _, p := range about {
		if p.PID != "" {
			all = append(all, p.PID)
		}
	}
	return all
}
