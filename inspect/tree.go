package inspect

import (
	"cmp"
	"slices"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A TreeQuery says which part of the tree of processes to show.
type TreeQuery struct {
	Open    []string // the PIDs whose children are shown, and the folds: PID/pool
	OpenAll bool     // those of all are, folds left out
	// Collapse > 0: where a process has more than so many children that have
	// none themselves these are one row, a fold, unless that is in Open.
	Collapse int
	// Where leaves out what does not match, see [Query]. What is above a match
	// stays, and is open unless it is in Shut; below one in Open all children are
	// shown, and nothing is folded.
	Where  string
	Shut   []string
	Offset int
	Limit  int    // 0: all
	Focus  string // a PID: those above it are open, and the answer says where it is
}

// A Tree is a part of the rows of the tree.
type Tree struct {
	Total int       `json:"total"` // rows in all
	Rows  []TreeRow `json:"rows"`
	At    *int      `json:"at,omitempty"` // which row is the one in focus, from 0
}

// Tree returns the tree of processes: below each those that it has started, in
// the order of their start, and below a supervisor its children that have no
// process at the moment, too. The error is a *[BadError].
func (v *View) Tree(q TreeQuery) (Tree, error) { return v.current().tree(q) }

func (s *scan) tree(q TreeQuery) (Tree, error) {
	where, err := parseWhere(q.Where)
	if err != nil {
		return Tree{}, err
	}
	g := &grower{query: q, scan: s, open: make(map[string]bool), whole: make(map[string]bool)}
	for _, pid := range q.Open {
		g.open[pid], g.whole[pid] = true, true
	}
	g.arrange()
	if q.Where != "" {
		g.match(where)
	}
	for _, pid := range q.Shut {
		delete(g.open, pid)
	}
	g.grow(&entry{}, "", 1)
	return Tree{Total: g.at, Rows: g.rows, At: g.focus}, nil
}

// A grower makes rows of a tree, but only of those that are asked for: it counts
// the others.
type grower struct {
	query TreeQuery
	scan  *scan
	below map[coppice.PID][]*entry
	kept  map[*entry]bool // with a Where: what matches, and what is above that
	open  map[string]bool // by PID; and PID/pool
	whole map[string]bool // by PID: with a Where all children are shown
	at    int             // rows so far
	focus *int            // which of them is in focus
	rows  []TreeRow
}

// arrange finds out what is below what, and opens what is above the focus.
func (g *grower) arrange() {
	s := g.scan
	g.below, g.rows = make(map[coppice.PID][]*entry), []TreeRow{}
	byPID := s.parents()
	for i := range s.entries {
		e := &s.entries[i]
		if g.query.Focus != "" && e.PID.String() == g.query.Focus {
			for up := byPID[e.Parent]; up != nil; up = byPID[up.Parent] {
				g.open[up.PID.String()] = true
			}
			g.open[s.parent(e)+"/pool"] = true
		}
		parent := e.Parent
		if byPID[parent] == nil {
			parent = coppice.PID{} // it has ended since
		}
		g.below[parent] = append(g.below[parent], e)
	}
}

// match keeps what matches and what is above that, which it opens.
func (g *grower) match(where condition) {
	s := g.scan
	byPID := s.parents()
	g.kept = make(map[*entry]bool)
	above := make(map[*entry]bool)
	for i := range s.entries {
		e := &s.entries[i]
		if !where(s, e) {
			continue
		}
		g.kept[e] = true
		for up := byPID[e.Parent]; up != nil && !above[up]; up = byPID[up.Parent] {
			g.kept[up], above[up] = true, true
			g.open[up.PID.String()] = true
		}
	}
}

// shown returns the children of a process that rows are made of; its PID as a
// text is given.
func (g *grower) shown(parent *entry, text string) []*entry {
	all := g.below[parent.PID]
	if g.kept == nil || g.whole[text] {
		return all
	}
	var kept []*entry
	for _, e := range all {
		if g.kept[e] {
			kept = append(kept, e)
		}
	}
	return kept
}

// sorted returns children of a process in the order of their start.
func (g *grower) sorted(parent *entry, children []*entry) []*entry {
	type ranked struct {
		entry *entry
		nth   int
	}
	all := make([]ranked, len(children))
	_, supervised := parent.supervisor()
	for i, e := range children {
		all[i].entry = e
		if supervised {
			all[i].nth = g.scan.child(e).Nth
		}
	}
	slices.SortFunc(all, func(a, b ranked) int {
		if a.nth != b.nth {
			return cmp.Compare(a.nth, b.nth)
		}
		if a.entry.Lifetime != b.entry.Lifetime {
			return cmp.Compare(b.entry.Lifetime, a.entry.Lifetime)
		}
		return a.entry.PID.Compare(b.entry.PID)
	})
	sorted := make([]*entry, len(all))
	for i, r := range all {
		sorted[i] = r.entry
	}
	return sorted
}

// grow adds the rows of the children of parent; that of the first ones has no
// PID.
func (g *grower) grow(parent *entry, parentText string, level int) {
	children := g.shown(parent, parentText)
	absent := g.absent(parent, parentText)
	fold := g.fold(parent, parentText)
	size, pos := len(children)+len(absent), 0
	if fold > 0 {
		size -= fold - 1
	} else {
		children = g.sorted(parent, children)
	}
	for _, e := range children {
		leaf := g.leaf(e)
		if fold > 0 && leaf {
			continue
		}
		pos++
		text := ""
		if !leaf {
			text = e.PID.String()
		}
		open := !leaf && (g.query.OpenAll && g.kept == nil || g.open[text])
		if g.query.Focus != "" && e.PID.String() == g.query.Focus {
			at := g.at
			g.focus = &at
		}
		g.add(func() TreeRow {
			return TreeRow{Process: g.scan.row(e), Level: level, Pos: pos, Size: size, Open: open}
		})
		if open {
			g.grow(e, text, level+1)
		}
	}
	for _, child := range absent {
		pos++
		g.add(func() TreeRow {
			return TreeRow{Process: absentRow(child, parentText), Level: level, Pos: pos, Size: size}
		})
	}
	if fold > 0 {
		g.add(func() TreeRow {
			return TreeRow{Process: Process{Parent: parentText, AgeNS: -1}, Level: level, Pos: size, Size: size, Pool: fold}
		})
	}
}

// add counts a row, and makes it if it is asked for.
func (g *grower) add(row func() TreeRow) {
	if g.at >= g.query.Offset && (g.query.Limit == 0 || g.at < g.query.Offset+g.query.Limit) {
		g.rows = append(g.rows, row())
	}
	g.at++
}

// leaf reports whether there is nothing below a process.
func (g *grower) leaf(e *entry) bool {
	view, _ := e.supervisor()
	return len(g.below[e.PID]) == 0 && len(view.Absent) == 0
}

// absent returns the children of a supervisor that have no process. They match
// nothing that is looked for.
func (g *grower) absent(e *entry, text string) []supervisor.ChildView {
	if g.kept != nil && !g.whole[text] {
		return nil
	}
	view, _ := e.supervisor()
	return view.Absent
}

func absentRow(view supervisor.ChildView, parent string) Process {
	c := childOf(view)
	p := Process{
		ID: c.ID, Kind: "process", Status: c.Status, AgeNS: -1, Parent: parent, Restarts: c.Restarts, LastExit: c.LastExit, Due: c.Due,
	}
	if view.Spec.Type == supervisor.ASupervisor {
		p.Kind = "supervisor"
	}
	if !view.LastAt.IsZero() {
		p.AgeNS = int64(time.Since(view.LastAt))
	}
	return p
}

// fold returns how many of the children of parent are one row, or 0.
func (g *grower) fold(parent *entry, text string) (n int) {
	if g.query.Collapse <= 0 || g.query.Where != "" || g.open[text+"/pool"] {
		return 0
	}
	for _, e := range g.below[parent.PID] {
		if g.leaf(e) {
			n++
		}
	}
	if n <= g.query.Collapse {
		return 0
	}
	return n
}
