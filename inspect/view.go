package inspect

import (
	"cmp"
	"slices"

	"github.com/seed-7832d3a3/coppice"
)

// A View is what can be seen of one node. It is safe for concurrent use.
type View struct{ node *coppice.Node }

type viewKey struct{}

// Of returns the view of a node. There is one for each: whoever asks gets the
// same.
func Of(n *coppice.Node) *View {
	v, ok := n.Shelf().Load(viewKey{})
	if !ok {
		v, _ = n.Shelf().LoadOrStore(viewKey{}, &View{node: n})
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
	Sort   string // a column; pid if empty
	Desc   bool
	Offset int
	Limit  int // 0: all
}

// A Page is a part of a list.
type Page struct {
	Total   int       `json:"total"`   // processes in all
	Matched int       `json:"matched"` // those that the query is about
	Rows    []Process `json:"rows"`
}

// List returns the processes that a query asks for. The error is a *[BadError].
func (v *View) List(q Query) (Page, error) {
	where, err := parseWhere(q.Where)
	if err != nil {
		return Page{}, err
	}
	order, err := parseSort(q.Sort, q.Desc)
	if err != nil {
		return Page{}, err
	}
	all := v.scan()
	page := Page{Total: len(all.rows)}
	rows := slices.DeleteFunc(all.rows, func(p *Process) bool { return !where(p) })
	page.Matched = len(rows)
	slices.SortFunc(rows, order)
	rows = cut(rows, q.Offset, q.Limit)
	page.Rows = make([]Process, len(rows))
	for i, p := range rows {
		page.Rows[i] = *p
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

// A scan is all processes at about one moment.
type scan struct {
	rows  []*Process
	byPID map[string]*Process
}

func (v *View) scan() *scan {
	s := &scan{byPID: make(map[string]*Process)}
	for pid := range v.node.List() {
		info, alive := coppice.Lookup(pid)
		if !alive {
			continue
		}
		p := row(info)
		s.rows = append(s.rows, &p)
		s.byPID[p.PID] = &p
	}
	for _, p := range s.rows {
		if parent := s.byPID[p.Parent]; parent != nil {
			parent.Children++
		} else {
			p.Parent = "" // the program itself, or who has ended meanwhile
		}
	}
	return s
}

// row is what a line of a table tells of a process.
func row(info coppice.ProcessInfo) Process {
	p := Process{
		PID:      info.PID.String(),
		Name:     info.Name,
		Label:    info.Label,
		Kind:     kindOf(info.Label),
		Status:   info.Status.String(),
		AgeNS:    -1,
		Mailbox:  info.Mailbox,
		Received: info.Received,
		UptimeNS: int64(info.Lifetime),
	}
	if !info.Parent.IsZero() {
		p.Parent = info.Parent.String()
	}
	return p
}

// kindOf says what kind of process bears a label.
func kindOf(label string) string {
	if label == "supervisor.static" || label == "supervisor.dynamic" {
		return "supervisor"
	}
	return "process"
}

// refs describes processes that another one has to do with.
func refs(pids []coppice.PID) []Ref {
	var all []Ref
	for _, pid := range pids {
		info, _ := coppice.Lookup(pid)
		all = append(all, Ref{PID: pid.String(), Name: info.Name, Label: info.Label})
	}
	slices.SortFunc(all, func(a, b Ref) int { return comparePIDs(a.PID, b.PID) })
	return all
}

// Detail returns what there is to know of a process; the error wraps
// [ErrNotFound].
func (v *View) Detail(pid coppice.PID) (Detail, error) {
	info, alive := coppice.Lookup(pid)
	if !alive {
		return Detail{}, v.notFound(pid.String())
	}
	d := Detail{Process: row(info), Trapping: info.Trapping, Pending: info.Pending, Accepts: []Message{}}
	for q := range v.node.List() {
		if other, _ := coppice.Lookup(q); other.Parent == pid {
			d.Children++
		}
	}
	if info.Parent == v.node.Root() {
		d.Parent = ""
	}
	for _, a := range info.Ancestors {
		if a != v.node.Root() {
			d.Ancestors = append(d.Ancestors, refs([]coppice.PID{a})...)
		}
	}
	d.Callers, d.Links = refs(info.Callers), refs(info.Links)
	d.Monitors, d.MonitoredBy = refs(info.Monitors), refs(info.MonitoredBy)
	if info.ExitReason != nil {
		d.ExitReason = info.ExitReason.Error()
	}
	return d, nil
}

// An Entry is a registered name.
type Entry struct {
	Name  string `json:"name"`
	PID   string `json:"pid"`
	Label string `json:"label,omitempty"`
}

// Names returns the registered names, sorted.
func (v *View) Names() []Entry {
	all := []Entry{}
	for name, pid := range v.node.Registered() {
		info, _ := coppice.Lookup(pid)
		all = append(all, Entry{name, pid.String(), info.Label})
	}
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
