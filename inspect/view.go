package inspect

import (
	"context"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A View is what can be seen of one node. It is safe for concurrent use.
type View struct {
	node      *coppice.Node
	sampler   sampler
	chronicle chronicle
	flights   flights
}

type viewKey struct{}

// Of returns the view of a node. There is one for each: whoever asks gets the
// same.
func Of(n *coppice.Node) *View {
	v, ok := n.Shelf().Load(viewKey{})
	if !ok {
		fresh := &View{node: n}
		fresh.sampler.view = fresh
		v, _ = n.Shelf().LoadOrStore(viewKey{}, fresh)
	}
	return v.(*View)
}

// A Query says which processes to list, and in which order.
type Query struct {
	// Where is what one types into a find box: terms that must all hold. A word
	// is part of the name, PID, label or id; key:value is part of a text,
	// key=value the whole of it; key>value (<, >=, <=, =, !=) compares a number,
	// a duration like 5s or a share like 50%; a ! in front negates. The keys are
	// those of [Columns]. "Two words" go into quotes.
	Where  string
	PIDs   []string // these and no others, in this order; those that have ended are dead
	Sort   string   // a column; pid if empty
	Desc   bool
	Offset int
	Limit  int // 0: all

	// Window has the rates measured over so long a time from now on, instead of
	// what is known of them: they are 0 if nobody has watched.
	Window time.Duration
}

// A Page is a part of a list.
type Page struct {
	Total   int       `json:"total"`   // processes in all
	Matched int       `json:"matched"` // those that the query is about
	Rows    []Process `json:"rows"`
}

// List returns the processes that a query asks for. The error is a *[BadError],
// or that of ctx, which ends the wait for a Window.
func (v *View) List(ctx context.Context, q Query) (Page, error) {
	if _, err := parseWhere(q.Where); err != nil {
		return Page{}, err // without the wait
	}
	s, err := v.over(ctx, q.Window)
	if err != nil {
		return Page{}, err
	}
	return s.list(q)
}

func (s *scan) list(q Query) (Page, error) {
	where, err := parseWhere(q.Where)
	if err != nil {
		return Page{}, err
	}
	page := Page{Total: len(s.entries), Rows: []Process{}}
	if len(q.PIDs) > 0 {
		page.Rows = s.these(q.PIDs)
		page.Matched = len(page.Rows)
		return page, nil
	}
	var found []*entry
	for i := range s.entries {
		if e := &s.entries[i]; q.Where == "" || where(s, e) {
			found = append(found, e)
		}
	}
	page.Matched = len(found)
	want := -1
	if q.Limit > 0 {
		want = max(q.Offset, 0) + q.Limit
	}
	if found, err = s.first(want, found, q.Sort, q.Desc); err != nil {
		return Page{}, err
	}
	for _, e := range cut(found, q.Offset, q.Limit) {
		page.Rows = append(page.Rows, s.row(e))
	}
	return page, nil
}

// cut returns the part of a list from offset on, no longer than limit (0: any).
func cut[T any](all []T, offset, limit int) []T {
	all = all[min(max(offset, 0), len(all)):]
	if limit > 0 && limit < len(all) {
		all = all[:limit]
	}
	return all
}

// these returns the rows of some processes.
func (s *scan) these(pids []string) []Process {
	rows := make([]Process, len(pids))
	at := make(map[string]int, len(pids))
	for i, pid := range pids {
		rows[i] = Process{PID: pid, Kind: "process", Status: coppice.Dead.String(), AgeNS: -1}
		at[pid] = i
	}
	for i := range s.entries {
		if n, ok := at[s.entries[i].PID.String()]; ok {
			rows[n] = s.row(&s.entries[i])
		}
	}
	return rows
}
