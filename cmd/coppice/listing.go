package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A listing is what a screen lists beside processes.
type listing int

const (
	none    listing = iota
	crashes         // a row each; Enter shows the report
	records         // the log
	figures         // of the last five minutes
)

// A list is one of them with what it has.
type list struct {
	of      listing
	crashes []inspect.Crash
	log     inspect.Log
	points  []inspect.Point
	cursor  int           // of the crashes
	report  inspect.Crash // that is read; ID 0: none is
	scroll  int           // of the report and the figures from their top, of the log from its end
}

// A place is where one can go to: rows, or a listing.
type place struct {
	key        string // behind g
	name, note string
	view       view
	of         listing // none: the rows of the view
}

func places() []place {
	return []place{
		{key: "t", name: "tree", note: "who supervises whom", view: tree},
		{key: "p", name: "processes", note: "the table of them", view: processes},
		{key: "n", name: "names", note: "registered names, and keys of registries", view: names},
		{key: "r", name: "restarts", note: "what has crashed, and what came of it", of: crashes},
		{key: "l", name: "log", note: "what the program has logged", of: records},
		{key: "m", name: "metrics", note: "figures of the last five minutes", of: figures},
	}
}

// goTo goes to the place of a key.
func (s *screen) goTo(key string) wish {
	all := places()
	i := slices.IndexFunc(all, func(p place) bool { return p.key == key })
	if i < 0 {
		return nothing
	}
	to := all[i]
	if s.list = (list{of: to.of}); to.of != none {
		s.mode = looking
		return fresh
	}
	if (s.view == names) != (to.view == names) {
		s.where = "" // other words are meant there
	}
	s.mode, s.view = browsing, to.view
	s.rows, s.matched, s.cursor, s.offset = nil, 0, 0, 0
	return fresh
}

// pressList handles a key in a list.
func (s *screen) pressList(key string) wish {
	l := &s.list
	reads := l.report.ID != 0
	switch key {
	case "q":
		if !reads {
			return leave
		}
		l.report, l.scroll = inspect.Crash{}, 0
	case "esc", "left", "h":
		if !reads {
			s.mode, s.list = browsing, list{}
		}
		l.report, l.scroll = inspect.Crash{}, 0
		return fresh
	case "j", "down":
		l.move(1)
	case "k", "up":
		l.move(-1)
	case "pgdown", "space":
		l.move(s.space())
	case "pgup":
		l.move(-s.space())
	case "home":
		l.move(-l.size())
	case "end", "G":
		l.move(l.size())
	case "g":
		s.before = "g"
	case "p":
		s.paused = !s.paused
		return fresh
	case "?":
		s.mode = helping
	case "enter":
		if l.of == crashes && !reads && l.cursor < len(l.crashes) {
			l.report = inspect.Crash{ID: l.crashes[l.cursor].ID}
			return fresh
		}
	}
	return nothing
}

// size is more than can be moved.
func (l *list) size() int {
	return len(l.crashes) + len(l.log.Records) + len(l.report.Text) + l.scroll + len(figuresOf(l.points))
}

// move moves the mark, the report, the figures or the log.
func (l *list) move(by int) {
	switch {
	case l.report.ID != 0 || l.of == figures:
		l.scroll = max(0, l.scroll+by)
	case l.of == records:
		l.scroll = min(max(0, l.scroll-by), max(0, len(l.log.Records)-1))
	default:
		l.cursor = min(max(0, l.cursor+by), max(0, len(l.crashes)-1))
	}
}

// askList asks for what a list has.
func (a *answer) askList(ctx context.Context, from source) {
	switch q := a.question; {
	case q.report != 0:
		a.list.report, a.err = from.Crash(ctx, q.report)
	case q.of == crashes:
		a.list.crashes, a.err = from.Crashes(ctx)
	case q.of == figures:
		var is struct{ Points []inspect.Point }
		a.err = from.Get(ctx, "metrics", nil, &is)
		a.list.points = is.Points
	default:
		a.err = from.Get(ctx, "logs", nil, &a.list.log)
	}
}

// takeList takes the answer. The mark stays on its crash, though there are new
// ones.
func (s *screen) takeList(got list, report uint64) {
	l := &s.list
	if report != 0 {
		l.report = got.report
		return
	}
	if l.cursor > 0 && l.cursor < len(l.crashes) {
		for i, c := range got.crashes {
			if c.ID == l.crashes[l.cursor].ID {
				l.cursor = i
			}
		}
	}
	if added := len(got.log.Records) - len(l.log.Records); l.scroll > 0 && added > 0 {
		l.scroll += added
	}
	l.crashes, l.log, l.points = got.crashes, got.log, got.points
	l.move(0)
}

// drawList draws it into so many rows.
func (s *screen) drawList(room int) []string {
	l := &s.list
	switch {
	case l.report.ID != 0:
		lines := strings.Split(cleanLines(l.report.Text), "\n")
		l.scroll = min(l.scroll, max(0, len(lines)-room))
		return lines[l.scroll:]
	case l.of == figures:
		lines := drawFigures(l.points, s.width, s.palette)
		l.scroll = min(l.scroll, max(0, len(lines)-room))
		return lines[l.scroll:]
	case l.of == records:
		to := max(0, len(l.log.Records)-l.scroll)
		lines := []string{}
		for _, r := range l.log.Records[max(0, to-room):to] {
			lines = append(lines, recordLine(r, relative, s.palette))
		}
		if len(lines) == 0 {
			lines = []string{"nothing is there; a program keeps its log if it logs through inspect.NewLogHandler"}
		}
		return lines
	}
	if len(l.crashes) == 0 {
		return []string{"  no crash"}
	}
	const gutter = 2
	from := max(0, l.cursor-room+2)
	t := layout(crashColumns(false, s.now()), l.crashes[from:], max(1, s.width-gutter), s.palette)
	lines := []string{"  " + t.head}
	for i, line := range t.lines {
		if from+i == l.cursor {
			lines = append(lines, "▸ "+s.palette.paint(turned, pad(ansi.Strip(line), s.width-gutter)))
		} else {
			lines = append(lines, "  "+line)
		}
	}
	return lines
}

// keysOfList are what can be done in a list.
func (s *screen) keysOfList() string {
	switch {
	case s.list.report.ID != 0:
		return "? help  Esc back  j k scroll"
	case s.list.of == records:
		return "? help  Esc back  : go  j k scroll  p pause"
	case s.list.of == figures:
		return "? help  Esc back  : go  j k scroll  p pause"
	}
	return "? help  Esc back  : go  j k  Enter report  p pause"
}

// now is the time, or that of a test.
func (s *screen) now() time.Time {
	if s.clock != nil {
		return s.clock()
	}
	return time.Now()
}
