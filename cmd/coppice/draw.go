package main

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// draw draws the screen: as many lines as it is high, none wider than it is.
func (s *screen) draw() []string {
	lines := s.top()
	room := s.height - len(lines) - 1
	var body []string
	switch s.mode {
	case helping:
		body = strings.Split(screenHelp, "\n")
	case sorting:
		body = s.drawColumns(room)
	case reading:
		body = s.drawDetail(room)
	case looking:
		body = s.drawList(room)
	case acting:
		body = s.drawDeeds(room)
	case composing:
		body = s.drawWriting(room)
	case commanding:
		body = s.drawOffers(room)
	default:
		body = s.drawTable()
	}
	lines = append(lines, body[:min(len(body), max(0, room))]...)
	for len(lines) < s.height-1 {
		lines = append(lines, "")
	}
	lines = append(lines, s.bottom())
	for i := range lines {
		lines[i] = ansi.Truncate(lines[i], max(1, s.width), "…")
	}
	return lines[max(0, len(lines)-s.height):]
}

// top is the header, which is short where there is no room.
func (s *screen) top() []string {
	lines := header(s.node, s.palette)
	if s.height < 12 {
		lines = lines[:1]
	}
	return lines
}

func (s *screen) drawTable() []string {
	space := max(0, s.space())
	missing := min(max(0, s.from-s.offset), space) // rows above that are not known yet
	rows := s.rows[min(max(0, s.offset-s.from), len(s.rows)):]
	rows = rows[:min(len(rows), space-missing)]
	columns := rowColumns()
	switch s.view {
	case tree:
		columns = treeColumns()
	case names:
		columns = holdingColumns(relative, s.now())
	}
	const gutter = 2
	if s.widest == nil {
		s.widest = map[string]int{}
	}
	t := layoutAs(columns, rows, max(1, s.width-gutter), s.palette, s.widest)
	lines := append([]string{"  " + t.head}, make([]string, missing)...)
	for i, line := range t.lines {
		mark, chosen := " ", " "
		if _, is := s.selected[keyOf(rows[i])]; is {
			chosen = "•"
		}
		if i+missing+s.offset == s.cursor {
			mark = "▸"
			line = s.palette.paint(turned, pad(ansi.Strip(line), s.width-gutter))
		}
		lines = append(lines, mark+chosen+line)
	}
	switch {
	case len(rows) > 0 || s.err != nil:
	case s.where != "":
		lines = append(lines, "  nothing matches; Esc shows all again")
	case s.view == names:
		lines = append(lines, "  no name is registered")
	}
	return lines
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}

func (s *screen) drawColumns(room int) []string {
	lines := []string{s.palette.paint(strong, "sort by")}
	columns := inspect.Columns()
	from := max(0, s.choice-room+2)
	for i, name := range columns[from:] {
		mark := "  "
		if from+i == s.choice {
			mark = "▸ "
		}
		if name == s.sort {
			name += map[bool]string{true: " ↓", false: " ↑"}[s.desc]
		}
		lines = append(lines, mark+name)
	}
	return lines
}

func (s *screen) drawDetail(room int) []string {
	if s.detail.PID == "" {
		return nil
	}
	lines := strings.Split(strings.TrimRight(detailText(s.detail, s.width, s.palette), "\n"), "\n")
	s.scroll = min(s.scroll, max(0, len(lines)-room))
	return lines[s.scroll:]
}

// bottom is the last line: what went wrong, what is typed, or what can be done.
func (s *screen) bottom() string {
	if s.mode == finding {
		like := "e.g. north mailbox>10 !status:idle"
		if s.list.of != none {
			like = "the name or the pid of a process"
		} else if s.view == names {
			like = "words of the name, pid, type or registry"
		}
		return "find: " + clean(s.input) + "█   Enter finds, Esc leaves; " + like
	}
	if s.mode == commanding {
		return ":" + clean(s.prompt.input) + "█   Enter goes there, ↓ ↑ choose, Esc leaves"
	}
	if s.err != nil {
		return s.palette.paint(bad, clean(explain(s.err)))
	}
	var parts []string
	if s.done != "" {
		parts = append(parts, s.palette.paint(good, s.done))
	}
	if s.paused {
		parts = append(parts, s.palette.paint(wary, "PAUSED"))
	}
	if s.where != "" && s.mode == browsing {
		parts = append(parts, "find: "+clean(s.where))
	}
	if s.window > 0 && s.view == processes && s.mode == browsing {
		parts = append(parts, "over "+s.window.String())
	}
	switch s.mode {
	case reading:
		parts = append(parts, "? help  Esc back  j k  s state  t stack  l log  e events  x trace  a act")
	case acting:
		parts = append(parts, "Enter chooses and does it, Esc back")
	case composing:
		parts = append(parts, s.writing.keysOfWriting())
	case looking:
		parts = append(parts, s.bottomOfList()...)
	case sorting:
		parts = append(parts, "j k move  Enter sorts, again turns  Esc back")
	case helping:
		parts = append(parts, "any key goes back")
	default:
		parts = append(parts, fmt.Sprintf("%d/%d", min(s.cursor+1, s.matched), s.matched))
		if n := len(s.selected); n > 0 {
			parts = append(parts, fmt.Sprintf("%d selected", n))
		}
		if s.rest != "" {
			parts = append(parts, s.palette.paint(wary, s.rest))
		}
		parts = append(parts, map[view]string{
			processes: "? help  q quit  : go  j k  Enter details  / find  s sort  p pause",
			tree:      "? help  q quit  : go  j k  ← → fold  Enter details  / find  p pause",
			names:     "? help  q quit  : go  Enter details  / find  a act  p pause",
		}[s.view])
	}
	return strings.Join(parts, "  ")
}

const screenHelp = `j k ↓ ↑          move
PgDn PgUp        a page; Home and End
Enter            details of the process; Esc back
← →              in the tree: hide and show children, or go to the parent
*                in the tree: one row each for many children, or one for all
/                find; Esc shows all again
s                sort by another column; of the log: from another level on
:                go to a screen, a column or a process by its name
g t   g p   g n  the tree, the table of processes, names and keys
g r g e g l g m  crashes, events, the log, figures of the last five minutes
s t l e x        on the page of a process: its state, stack, log, events, trace
Space            select the process, or no more; Esc selects none
a                what can be done to those selected, or to the process: also
                 a form for what it can be called and cast with
y                copy their pids, or the pid, or the crash report
p                pause and go on
q                quit; the program goes on

Words in the find box are part of a name, pid, type or id. Also
status:running  mailbox>100  age>5s  busy>50%  !kind:supervisor`
