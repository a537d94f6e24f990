package inspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/cputime"
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
	// shown, and nothing is folded. Here children without a process match, too.
	Where  string
	Shut   []string
	Offset int
	Limit  int           // 0: all
	Focus  string        // a PID: those above it are open, and the answer says where it is
	Window time.Duration // the rates are measured over so long, if it is not 0
}

// A Tree is a part of the rows of the tree.
type Tree struct {
	Total int        `json:"total"` // rows in all
	Rows  []TreeRow  `json:"rows"`
	At    *int       `json:"at,omitempty"`    // which row is the one in focus, from 0
	AsOf  *time.Time `json:"as_of,omitempty"` // when it was found out who is below whom, if that was not just now
}

// Tree returns the tree of processes: below each those that it has started, in
// the order of their start, and below a supervisor its children that have no
// process at the moment, too. The error is a *[BadError], or that of ctx, which
// ends the wait for a Window.
func (v *View) Tree(ctx context.Context, q TreeQuery) (Tree, error) {
	if _, err := parseWhere(q.Where); err != nil {
		return Tree{}, err // without the wait
	}
	see, err := v.measured(ctx, q.Window)
	if err != nil {
		return Tree{}, err
	}
	return tree(q, see)
}

// A treePlan says which rows a part of the tree has.
type treePlan struct {
	total int
	focus *int // which row is in focus
	spots []spot
}

// A spot is where a row is. Of the entry of a fold there is but the parent.
type spot struct {
	entry            entry
	level, pos, size int
	pool             int
	open             bool
}

func tree(q TreeQuery, see func(func(*scan)) source) (Tree, error) {
	var plan *treePlan
	var err error
	from := see(func(s *scan) { plan, err = s.treePlanOf(q) })
	if err != nil {
		return Tree{}, err
	}
	tree := Tree{Total: plan.total, At: plan.focus, AsOf: from.old, Rows: make([]TreeRow, len(plan.spots))}
	for i := range plan.spots {
		at := &plan.spots[i]
		tree.Rows[i] = TreeRow{Level: at.level, Pos: at.pos, Size: at.size, Pool: at.pool, Open: at.open}
		if at.pool > 0 {
			tree.Rows[i].Process = Process{Parent: pidText(at.entry.Parent), AgeNS: -1}
		} else {
			tree.Rows[i].Process = from.row(&at.entry)
		}
	}
	return tree, nil
}

// treePlanOf is the plan for a part of the tree, made if nobody has asked for it.
func (s *scan) treePlanOf(q TreeQuery) (*treePlan, error) {
	where, err := parseWhere(q.Where)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("%#v", q)
	s.plans.mu.Lock()
	defer s.plans.mu.Unlock()
	if plan := s.plans.trees[key]; plan != nil {
		return plan, nil
	}
	var plan *treePlan
	s.plans.cost += cputime.Of(func() { plan = s.treePlan(q, where) })
	s.plans.room(1 + len(plan.spots))
	s.plans.trees[key] = plan
	return plan, nil
}

func (s *scan) treePlan(q TreeQuery, where condition) *treePlan {
	g := &grower{query: q, scan: s, open: make(map[string]bool), whole: make(map[string]bool)}
	for _, pid := range q.Open {
		g.open[pid], g.whole[pid] = true, true
	}
	if q.Where != "" {
		g.match(where)
	}
	if g.focus = s.called(q.Focus); g.focus != nil {
		g.open[pidText(g.focus.Parent)+"/pool"] = true
		for up := s.find(g.focus.Parent); up != nil; up = s.find(up.Parent) {
			g.open[up.pid()] = true
		}
	}
	for _, pid := range q.Shut {
		delete(g.open, pid)
	}
	g.grow(nil, "", 1)
	return &g.plan
}

// A grower makes the plan of a tree: it notes the rows that are asked for, and
// counts the others.
type grower struct {
	query TreeQuery
	scan  *scan
	focus *entry
	where condition
	kept  map[*entry]bool // with a Where: what matches, and what is above that
	open  map[string]bool // by PID; and PID/pool
	whole map[string]bool // by PID: with a Where all children are shown
	plan  treePlan
}

// match keeps what matches and what is above that, which it opens.
func (g *grower) match(where condition) {
	s := g.scan
	g.where, g.kept = where, make(map[*entry]bool)
	above := make(map[*entry]bool)
	keep := func(e *entry) {
		for up := s.find(e.Parent); up != nil && !above[up]; up = s.find(up.Parent) {
			g.kept[up], above[up] = true, true
			g.open[up.pid()] = true
		}
	}
	for i := range s.entries {
		if e := &s.entries[i]; where(s, e) {
			g.kept[e] = true
			keep(e)
		}
	}
	for _, i := range s.sups {
		view, _ := s.entries[i].supervisor()
		for _, child := range view.Absent {
			if e := absentOf(s.entries[i].PID, child); where(s, e) {
				keep(e)
			}
		}
	}
}

// shown returns the children of a process, or those without a parent for nil,
// that rows are made of: those with a process in the order of their start, or in
// none if there is a fold, and then those without.
func (g *grower) shown(parent *entry, text string, folded bool) (children []*entry) {
	all := g.kept == nil || g.whole[text]
	for e := range g.scan.children(parent) {
		if (all || g.kept[e]) && !(folded && leaf(e)) {
			children = append(children, e)
		}
	}
	view, supervised := parent.supervisor()
	children = sorted(children, supervised)
	for _, child := range view.Absent {
		if e := absentOf(parent.PID, child); all || g.where(g.scan, e) {
			children = append(children, e)
		}
	}
	return children
}

// sorted returns processes in the order of their start.
func sorted(all []*entry, supervised bool) []*entry {
	type ranked struct {
		entry *entry
		nth   int
	}
	ranks := make([]ranked, len(all))
	for i, e := range all {
		ranks[i].entry = e
		if supervised {
			ranks[i].nth = e.child().Nth
		}
	}
	slices.SortFunc(ranks, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.nth, b.nth), cmp.Compare(b.entry.uptime, a.entry.uptime), a.entry.PID.Compare(b.entry.PID))
	})
	for i, r := range ranks {
		all[i] = r.entry
	}
	return all
}

// grow adds the rows of the children of parent; that of the first ones is nil.
func (g *grower) grow(parent *entry, text string, level int) {
	fold := g.fold(parent, text)
	children := g.shown(parent, text, fold > 0)
	size, pos := len(children), 0
	if fold > 0 {
		size++
	}
	for _, e := range children {
		leaf := e.absent != nil || leaf(e)
		pos++
		below := ""
		if !leaf {
			below = e.pid()
		}
		open := !leaf && (g.query.OpenAll && g.kept == nil || g.open[below])
		if e == g.focus {
			at := g.plan.total
			g.plan.focus = &at
		}
		g.add(spot{entry: *e, level: level, pos: pos, size: size, open: open})
		if open {
			g.grow(e, below, level+1)
		}
	}
	if fold > 0 {
		g.add(spot{entry: entry{Parent: parent.id()}, level: level, pos: size, size: size, pool: fold})
	}
}

// id is the PID of a process, the zero one for nil.
func (e *entry) id() coppice.PID {
	if e == nil {
		return coppice.PID{}
	}
	return e.PID
}

// add counts a row, and notes it if it is asked for.
func (g *grower) add(row spot) {
	nth, q := g.plan.total, g.query
	if nth >= q.Offset && (q.Limit == 0 || nth < q.Offset+q.Limit) {
		g.plan.spots = append(g.plan.spots, row)
	}
	g.plan.total++
}

// leaf reports whether there is nothing below a process.
func leaf(e *entry) bool {
	if e.children > 0 {
		return false
	}
	view, _ := e.supervisor()
	return len(view.Absent) == 0
}

// fold returns how many of the children of parent are one row, or 0.
func (g *grower) fold(parent *entry, text string) (n int) {
	if g.query.Collapse <= 0 || g.query.Where != "" || g.open[text+"/pool"] {
		return 0
	}
	for e := range g.scan.children(parent) {
		if leaf(e) {
			n++
		}
	}
	if n <= g.query.Collapse {
		return 0
	}
	return n
}
