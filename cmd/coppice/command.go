package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A prompt is where one types where to go and what to do.
type prompt struct {
	input  string
	choice int
	found  []inspect.Match // processes that it could become
	back   mode            // from which it was opened
}

// An offer is one of the things that can be gone to and done.
type offer struct {
	name, note string
	do         func(*screen) wish
}

// screens are what is offered beside processes.
func screens() []offer {
	var all []offer
	for _, p := range places() {
		all = append(all, offer{p.name, p.note, func(s *screen) wish { return s.goTo(p.key) }})
	}
	all = append(all, []offer{
		{"find", "a part of the processes", func(s *screen) wish {
			s.mode, s.input, s.list = finding, s.where, list{}
			return fresh
		}},
		{"pause", "and go on", func(s *screen) wish {
			s.paused = !s.paused
			return fresh
		}},
		{"help", "the keys", func(s *screen) wish { return s.help() }},
		{"quit", "the program goes on", func(*screen) wish { return leave }},
	}...)
	for _, column := range inspect.Columns() {
		all = append(all, offer{"sort " + column, "the table of processes", func(s *screen) wish {
			s.goTo("p")
			return s.sortBy(column)
		}})
	}
	return all
}

// offers are what may be meant by what was typed: what begins so comes first, and
// processes last.
func (s *screen) offers() []offer {
	typed := strings.ToLower(strings.TrimSpace(s.prompt.input))
	var first, then []offer
	for _, c := range screens() {
		switch {
		case strings.HasPrefix(c.name, typed):
			first = append(first, c)
		case strings.Contains(c.name, typed):
			then = append(then, c)
		}
	}
	all := append(first, then...)
	for _, m := range s.prompt.found {
		name := m.Name
		if name == "" {
			name = m.PID
		}
		all = append(all, offer{name, strings.TrimSpace(m.PID + " " + m.Label), func(s *screen) wish { return s.details(m.PID) }})
	}
	return all
}

// command handles a key of the prompt.
func (s *screen) command(key string) wish {
	p := &s.prompt
	offers := s.offers()
	switch key {
	case "esc":
		s.mode = p.back
		return fresh
	case "down", "tab":
		p.choice = min(p.choice+1, max(0, len(offers)-1))
	case "up", "shift+tab":
		p.choice = max(p.choice-1, 0)
	case "enter":
		if p.choice >= len(offers) {
			return nothing
		}
		s.mode = p.back
		return offers[p.choice].do(s)
	default:
		before := p.input
		if p.input = edited(p.input, key); p.input != before {
			p.choice, p.found = 0, nil
			return fresh
		}
	}
	return nothing
}

// askMatches asks which processes a word could become.
func (a *answer) askMatches(ctx context.Context, from source) {
	const most = 20
	var is struct{ Matches []inspect.Match }
	a.err = from.Get(ctx, "complete", url.Values{"word": {a.question.word}, "limit": {fmt.Sprint(most)}}, &is)
	a.matches = slices.DeleteFunc(is.Matches, func(m inspect.Match) bool { return m.PID == "" })
}

// drawOffers draws them into so many rows.
func (s *screen) drawOffers(room int) []string {
	offers := s.offers()
	if len(offers) == 0 {
		return []string{"  nothing is called so, no screen, no column and no process"}
	}
	var lines []string
	from := max(0, s.prompt.choice-room+1)
	for i, c := range offers[from:] {
		mark := "  "
		if from+i == s.prompt.choice {
			mark = "▸ "
		}
		lines = append(lines, fmt.Sprintf("%s%s %s", mark, pad(clean(c.name), 18), s.palette.paint(faint, clean(c.note))))
	}
	return lines
}
