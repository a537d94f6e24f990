package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// What a key asks of who runs the screen.
type wish int

const (
	nothing wish = iota
	fresh        // ask now
	leave
	copied  // copy the pid
	done    // carry out what was intended
	send    // send what was written
	abandon // wait for its answer no more
	follow  // trace a process
)

// press handles a key.
func (s *screen) press(key string) wish {
	if key == "ctrl+c" {
		return leave
	}
	s.done = ""
	w := s.pressed(key)
	if text, what := s.clip(); w == copied && text != "" {
		s.done = "copied " + what
	}
	if w == fresh {
		s.widest = nil // there may be other rows now
	}
	return w
}

func (s *screen) pressed(key string) wish {
	switch s.mode {
	case finding:
		return s.find(key)
	case sorting:
		return s.choose(key)
	case helping:
		s.mode = s.helped
		return fresh
	case reading:
		if key != ":" {
			return s.read(key)
		}
	case acting:
		return s.act(key)
	case composing:
		return s.compose(key)
	case commanding:
		return s.command(key)
	}
	if s.before == "g" {
		s.before = ""
		return s.goTo(key)
	}
	if key == ":" {
		s.prompt, s.mode = prompt{back: s.mode}, commanding
		return nothing
	}
	if s.mode == looking {
		return s.pressList(key)
	}
	return s.browse(key)
}

func (s *screen) browse(key string) wish {
	was := s.offset
	defer func() { s.held = s.cursor > 0 }()
	switch key {
	case "q":
		return leave
	case "j", "down":
		s.move(1)
	case "k", "up":
		s.move(-1)
	case "pgdown", "ctrl+d":
		s.move(s.space())
	case "space":
		s.mark()
	case "pgup", "ctrl+u":
		s.move(-s.space())
	case "home":
		s.move(-s.matched)
	case "end", "G":
		s.move(s.matched)
	case "g":
		s.before = "g"
	case "/":
		s.mode, s.input = finding, s.where
	case "s":
		if s.view == processes {
			s.mode, s.choice = sorting, max(0, slices.Index(inspect.Columns(), s.sort))
		}
	case "p":
		s.paused = !s.paused
		return fresh
	case "?":
		return s.help()
	case "y":
		return copied
	case "a":
		if len(s.selected) > 0 {
			return s.intend(s.selection()...)
		}
		if b, ok := s.at(); ok && b.Pool == 0 {
			return s.intend(b.Process)
		}
	case "esc":
		switch {
		case len(s.selected) > 0:
			clear(s.selected)
		case s.where != "":
			s.where, s.cursor, s.offset = "", 0, 0
			return fresh
		}
	case "enter", "right", "l", "left", "h", "*":
		return s.into(key)
	}
	if s.offset != was && s.view == processes {
		return fresh
	}
	return nothing
}

// into opens what is marked: a page, children that are hidden, a fold.
func (s *screen) into(key string) wish {
	b, ok := s.at()
	switch {
	case !ok:
	case s.view == tree && (key == "*" || b.Pool > 0 && key != "left" && key != "h"):
		s.unfold = !s.unfold
		return fresh
	case key == "enter" && b.PID != "":
		return s.details(b.PID)
	case s.view == tree && (key == "right" || key == "l"):
		if !s.closed[keyOf(b)] {
			s.move(1)
			return nothing
		}
		delete(s.closed, keyOf(b))
		return fresh
	case s.view == tree && (key == "left" || key == "h"):
		i := s.cursor
		if i+1 < len(s.rows) && s.rows[i+1].Level > b.Level {
			s.closed[keyOf(b)] = true
			return fresh
		}
		for i > 0 && s.rows[i].Level >= b.Level {
			i--
		}
		s.move(i - s.cursor)
	}
	return nothing
}

// details opens the page of a process.
func (s *screen) details(pid string) wish {
	s.mode, s.who, s.scroll, s.detail, s.list = reading, pid, 0, inspect.Detail{}, list{}
	return fresh
}

// help shows the keys, until the next one.
func (s *screen) help() wish {
	s.helped, s.mode = s.mode, helping
	return nothing
}

// look opens a listing that is about the process whose page is read.
func (s *screen) look(of listing, who string) wish {
	s.mode, s.list = looking, list{of: of, who: who, back: reading}
	return fresh
}

// follows opens the list of what a process gets and answers from now on.
func (s *screen) follows(who string) wish {
	s.look(traced, who)
	s.list.trace = []string{"it waits for what the process gets"}
	return follow
}

func (s *screen) find(key string) wish {
	lists := s.list.of != none
	switch {
	case key == "esc" && lists:
		s.mode = looking
	case key == "enter" && lists:
		s.mode, s.list.who, s.list.scroll = looking, strings.TrimSpace(s.input), 0
		return fresh
	case key == "esc":
		s.mode = browsing
	case key == "enter":
		s.mode, s.where, s.cursor, s.offset = browsing, strings.TrimSpace(s.input), 0, 0
		return fresh
	default:
		s.input = edited(s.input, key)
	}
	return nothing
}

// paste handles a text that comes as one, where something is typed.
func (s *screen) paste(text string) wish {
	switch s.mode {
	case finding:
		s.input += text
	case commanding:
		s.prompt.input += text
		return fresh
	case composing:
		s.writing.paste(text)
	}
	return nothing
}

// edited is what a key makes of a text that is typed.
func edited(text, key string) string {
	switch {
	case key == "backspace" && text != "":
		runes := []rune(text)
		return string(runes[:len(runes)-1])
	case key == "ctrl+u":
		return ""
	case key == "space":
		return text + " "
	case len([]rune(key)) == 1:
		return text + key
	}
	return text
}

func (s *screen) choose(key string) wish {
	columns := inspect.Columns()
	switch key {
	case "esc", "q":
		s.mode = browsing
	case "j", "down":
		s.choice = min(s.choice+1, len(columns)-1)
	case "k", "up":
		s.choice = max(s.choice-1, 0)
	case "enter":
		return s.sortBy(columns[s.choice])
	}
	return nothing
}

// sortBy sorts by a column, and if it is that already the other way round.
func (s *screen) sortBy(column string) wish {
	if s.sort == column {
		s.desc = !s.desc
	} else {
		s.sort, s.desc = column, descends(column)
	}
	s.mode, s.cursor, s.offset = browsing, 0, 0
	return fresh
}

func (s *screen) read(key string) wish {
	switch key {
	case "esc", "q", "left", "h", "enter":
		s.mode = browsing
		return fresh
	case "j", "down":
		s.scroll++
	case "k", "up":
		s.scroll = max(0, s.scroll-1)
	case "p":
		s.paused = !s.paused
		return fresh
	case "y":
		return copied
	case "a":
		return s.intend(s.detail.Process)
	case "?":
		return s.help()
	case "s":
		return s.look(state, s.who)
	case "t":
		return s.look(stack, s.who)
	case "l":
		return s.look(records, cmp.Or(s.detail.Name, s.who))
	case "e":
		return s.look(events, cmp.Or(s.detail.Name, s.who))
	case "x":
		return s.follows(s.who)
	}
	return nothing
}
