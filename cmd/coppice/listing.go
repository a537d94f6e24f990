package main

import (
	"context"
	"net/url"
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
	events          // crashes, restarts and actions
	records         // the log
	figures         // of the last five minutes
	state           // of a server, which is asked for it by hand
	stack           // of a process
	traced          // what a server gets and answers
)

// A list is one of them with what it has.
type list struct {
	of      listing
	who     string // whom it is about; "": all
	level   string // of the log; "": all
	back    mode   // from which it was opened
	crashes []inspect.Crash
	events  []inspect.Event
	log     inspect.Log
	points  []inspect.Point
	text    string        // of the state or the stack
	trace   []string      // of what was traced, a line each
	before  string        // the state as it was the time before
	cursor  int           // of the crashes
	report  inspect.Crash // that is read; ID 0: none is
	scroll  int           // from the top, of what grows from the end
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
		{key: "e", name: "events", note: "crashes, restarts and actions, one after the other", of: events},
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
	case "esc", "left", "h", "q":
		switch {
		case reads:
			l.report, l.scroll = inspect.Crash{}, 0
		case key == "q" && l.back != reading:
			return leave
		default:
			s.mode, s.list = l.back, list{}
		}
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
		return s.help()
	case "y":
		return copied
	case "s":
		return l.nextLevel()
	case "/":
		if l.of == records || l.of == events {
			s.mode, s.input = finding, l.who
		}
	case "enter":
		if l.of == crashes && !reads && l.cursor < len(l.crashes) {
			l.report = inspect.Crash{ID: l.crashes[l.cursor].ID}
			return fresh
		}
		switch l.of {
		case state:
			return fresh
		case traced:
			return s.follows(l.who)
		}
	}
	return nothing
}

// nextLevel has the log begin at the next level.
func (l *list) nextLevel() wish {
	if l.of != records {
		return nothing
	}
	levels := []string{"", "info", "warn", "error"}
	l.level, l.scroll = levels[(slices.Index(levels, l.level)+1)%len(levels)], 0
	return fresh
}

// grows reports whether what is new comes at the end, which is what is seen.
func (l *list) grows() bool { return l.of == records || l.of == events || l.of == traced }

// size is more than can be moved.
func (l *list) size() int {
	return len(l.crashes) + l.count() + len(l.report.Text) + len(l.text) + len(l.before) + l.scroll + len(figuresOf(l.points))
}

// count is of what grows.
func (l *list) count() int { return len(l.log.Records) + len(l.events) + len(l.trace) }

// move moves the mark, or the lines.
func (l *list) move(by int) {
	switch {
	case l.grows():
		l.scroll = min(max(0, l.scroll-by), max(0, l.count()-1))
	case l.of == crashes && l.report.ID == 0:
		l.cursor = min(max(0, l.cursor+by), max(0, len(l.crashes)-1))
	default:
		l.scroll = max(0, l.scroll+by)
	}
}

// askList asks for what a list has.
func (a *answer) askList(ctx context.Context, from source) {
	q := a.question
	about := url.Values{}
	for key, value := range map[string]string{"who": q.who, "level": q.level} {
		if value != "" {
			about.Set(key, value)
		}
	}
	var is struct {
		Points []inspect.Point
		Events []inspect.Event
		Text   string
	}
	switch {
	case q.of == traced: // comes by itself
	case q.report != 0:
		a.list.report, a.err = from.Crash(ctx, q.report)
	case q.of == crashes:
		a.list.crashes, a.err = from.Crashes(ctx)
	case q.of == records:
		a.err = from.Get(ctx, "logs", about, &a.list.log)
	case q.of == figures:
		a.err = from.Get(ctx, "metrics", nil, &is)
	case q.of == events:
		a.err = from.Get(ctx, "events", about, &is)
	default:
		what := map[listing]string{state: "/state", stack: "/stack"}[q.of]
		a.err = from.Get(ctx, "process/"+url.PathEscape(q.who)+what, nil, &is)
	}
	if a.list.points, a.list.events, a.list.text = is.Points, is.Events, is.Text; q.of == stack && is.Text == "" {
		a.list.text = "it has no goroutine now, as it has nothing to do"
	}
}

// takeList takes the answer. The mark stays on its crash, though there are new
// ones, and so do the lines that are read.
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
	got.trace = l.trace
	if added := got.count() - l.count(); l.scroll > 0 && added > 0 {
		l.scroll += added
	}
	if l.of == state && l.text != "" {
		l.before = l.text
	}
	l.crashes, l.events, l.log, l.points, l.text = got.crashes, got.events, got.log, got.points, got.text
	if l.of == crashes || l.grows() {
		l.move(0)
	}
}

// drawList draws it into so many rows.
func (s *screen) drawList(room int) []string {
	l := &s.list
	if l.of == crashes && l.report.ID == 0 {
		return s.drawCrashes(room)
	}
	lines := l.lines(s.width, s.palette)
	if l.grows() {
		to := max(0, len(lines)-l.scroll)
		return lines[max(0, to-room):to]
	}
	l.scroll = min(l.scroll, max(0, len(lines)-room))
	return lines[l.scroll:]
}

// lines are those of all but the crashes.
func (l *list) lines(width int, p palette) (lines []string) {
	wrapped := func(text string) []string {
		return strings.Split(ansi.Wrap(cleanLines(text), max(1, width), " "), "\n")
	}
	switch {
	case l.report.ID != 0:
		return strings.Split(cleanLines(l.report.Text), "\n")
	case l.of == figures:
		return drawFigures(l.points, width, p)
	case l.of == records:
		for _, r := range l.log.Records {
			lines = append(lines, recordLine(r, relative, p))
		}
		if len(lines) == 0 && !l.log.Kept {
			return []string{"nothing is there; a program keeps its log if it logs through inspect.NewLogHandler"}
		}
	case l.of == events:
		for _, e := range l.events {
			lines = append(lines, eventLine(e, relative, p))
		}
	case l.of == traced:
		lines = l.trace
	default:
		if lines = wrapped(l.text); l.before != "" && l.before != l.text {
			lines = append(append(lines, "", p.paint(faint, "before that")), wrapped(l.before)...)
		}
	}
	if len(lines) == 0 {
		lines = []string{"nothing is there"}
	}
	return lines
}

// drawCrashes draws the table of crashes.
func (s *screen) drawCrashes(room int) []string {
	l := &s.list
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

// bottomOfList says what is listed, and what can be done.
func (s *screen) bottomOfList() (parts []string) {
	l := &s.list
	if l.who != "" {
		parts = append(parts, clean(l.who))
	}
	if l.level != "" {
		parts = append(parts, "from "+l.level+" on")
	}
	if l.log.Dropped > 0 {
		parts = append(parts, s.palette.paint(wary, counted(int(l.log.Dropped), "record")+" dropped"))
	}
	keys := "? help  Esc back  : go  j k scroll  p pause"
	switch {
	case l.report.ID != 0:
		keys = "? help  Esc back  j k scroll  y copy"
	case l.of == crashes:
		keys = "? help  Esc back  : go  j k  Enter report  p pause"
	case l.of == records:
		keys = "? help  Esc back  : go  j k  / who  s level  p pause"
	case l.of == events:
		keys = "? help  Esc back  : go  j k  / who  p pause"
	case l.of == traced:
		keys = "? help  Esc back  Enter traces again  j k scroll"
	case l.of == state:
		keys = "? help  Esc back  Enter asks again  j k scroll"
	}
	return append(parts, keys)
}

// now is the time, or that of a test.
func (s *screen) now() time.Time {
	if s.clock != nil {
		return s.clock()
	}
	return time.Now()
}
