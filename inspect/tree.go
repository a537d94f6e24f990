package inspect

import "slices"

// A TreeQuery says which part of the tree of processes to show.
type TreeQuery struct {
	Open    []string // the PIDs whose children are shown, and the folds: PID/pool
	OpenAll bool     // those of all are, folds left out
	// Collapse > 0: where a process has more than so many children that have
	// none themselves these are one row, a fold, unless that is in Open.
	Collapse int
	Where    string // see [Query]; matches keep those above them, and nothing is folded
	Offset   int
	Limit    int // 0: all
}

// A Tree is a part of the rows of the tree.
type Tree struct {
	Total int       `json:"total"` // rows in all
	Rows  []TreeRow `json:"rows"`
}

// Tree returns the tree of processes: below each those that it has started. The error is a *[BadError].
func (v *View) Tree(q TreeQuery) (Tree, error) {
	where, err := parseWhere(q.Where)
	if err != nil {
		return Tree{}, err
	}
	g := &grower{query: q, below: make(map[string][]*Process), open: make(map[string]bool)}
	for _, pid := range q.Open {
		g.open[pid] = true
	}
	all := v.scan()
	if q.Where != "" {
		all.keep(where, g.open)
	}
	slices.SortFunc(all.rows, func(a, b *Process) int {
		return comparePIDs(a.PID, b.PID)
	})
	for _, p := range all.rows {
		g.below[p.Parent] = append(g.below[p.Parent], p)
	}
	g.grow("", 1)
	return Tree{Total: len(g.rows), Rows: cut(g.rows, q.Offset, q.Limit)}, nil
}

// keep drops the processes that do not match, but for those above one that
// does, which it opens.
func (s *scan) keep(where func(*Process) bool, open map[string]bool) {
	kept := make(map[*Process]bool)
	for _, p := range s.rows {
		if !where(p) {
			continue
		}
		for kept[p] = true; p.Parent != ""; {
			p = s.byPID[p.Parent]
			if open[p.PID] {
				break // and so are those above it
			}
			kept[p], open[p.PID] = true, true
		}
	}
	s.rows = slices.DeleteFunc(s.rows, func(p *Process) bool { return !kept[p] })
}

// A grower makes rows of a tree.
type grower struct {
	query TreeQuery
	below map[string][]*Process
	open  map[string]bool
	rows  []TreeRow
}

// grow adds the rows of the children of parent.
func (g *grower) grow(parent string, level int) {
	children := g.below[parent]
	fold, size, shown := g.fold(parent), len(children), 0
	if fold > 0 {
		size -= fold - 1
	}
	for _, p := range children {
		if fold > 0 && len(g.below[p.PID]) == 0 {
			continue
		}
		shown++
		open := len(g.below[p.PID]) > 0 && (g.query.OpenAll || g.open[p.PID])
		g.rows = append(g.rows, TreeRow{Process: *p, Level: level, Pos: shown, Size: size, Open: open})
		if open {
			g.grow(p.PID, level+1)
		}
	}
	if fold > 0 {
		g.rows = append(g.rows, TreeRow{Process: Process{Parent: parent, AgeNS: -1}, Level: level, Pos: size, Size: size, Pool: fold})
	}
}

// fold returns how many of the children of parent are one row, or 0.
func (g *grower) fold(parent string) (n int) {
	if g.query.Collapse <= 0 || g.query.Where != "" || g.open[parent+"/pool"] {
		return 0
	}
	for _, p := range g.below[parent] {
		if len(g.below[p.PID]) == 0 {
			n++
		}
	}
	if n <= g.query.Collapse {
		return 0
	}
	return n
}
