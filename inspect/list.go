package inspect

import (
	"context"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/cputime"
)

// List returns the processes that a query asks for. The error is a *[BadError],
// or that of ctx, which ends the wait for a Window.
func (v *View) List(ctx context.Context, q Query) (Page, error) {
	if _, err := parseWhere(q.Where); err != nil {
		return Page{}, err // without the wait
	}
	see, err := v.measured(ctx, q.Window)
	if err != nil {
		return Page{}, err
	}
	return list(q, see)
}

// measured returns what calls a function with a scan for who asks once, whose
// rates are those of a window of time, if that is not 0.
func (v *View) measured(ctx context.Context, window time.Duration) (func(func(*scan)) source, error) {
	if window <= 0 {
		return v.ask, nil
	}
	s, err := v.over(ctx, window)
	if err != nil {
		return nil, err
	}
	return func(f func(*scan)) source {
		f(s)
		return source{at: s.at, history: s.history, asker: s.asker}
	}, nil
}

// ask calls f with a scan for who asks once.
func (v *View) ask(f func(*scan)) (from source) {
	v.asked.see(v, func(s *scan) {
		f(s)
		from = source{at: s.at, history: s.history, asker: s.asker}
	})
	if time.Since(from.at) > fresh {
		from.old = &from.at
	}
	return from
}

// fresh is how old a scan may be without a word about it.
const fresh = 100 * time.Millisecond

func list(q Query, see func(func(*scan)) source) (page Page, err error) {
	var plan *listPlan
	from := see(func(s *scan) {
		page.Total = len(s.entries)
		if len(q.PIDs) > 0 {
			plan = s.these(q.PIDs)
			return
		}
		plan, err = s.planOf(listKey{q.Where, q.Sort, q.Desc, q.Offset, q.Limit})
	})
	if err != nil {
		return Page{}, err
	}
	page.Matched, page.AsOf, page.Rows = plan.matched, from.old, make([]Process, len(plan.rows))
	for i := range plan.rows {
		page.Rows[i] = from.row(&plan.rows[i])
		if pid := q.PIDs; len(pid) > 0 {
			page.Rows[i].PID = pid[i]
		}
	}
	return page, nil
}

// A listKey is a query without its PIDs and its window.
type listKey struct {
	where, sort   string
	desc          bool
	offset, limit int
}

// A listPlan says which rows a list has.
type listPlan struct {
	matched int
	rows    []entry
}

// planOf is the plan for a list, made if nobody has asked for it.
func (s *scan) planOf(key listKey) (plan *listPlan, err error) {
	s.plans.mu.Lock()
	defer s.plans.mu.Unlock()
	if plan := s.plans.lists[key]; plan != nil {
		return plan, nil
	}
	s.plans.cost += cputime.Of(func() { plan, err = s.plan(key) })
	if err != nil {
		return nil, err
	}
	s.plans.room(1 + len(plan.rows))
	s.plans.lists[key] = plan
	return plan, nil
}

func (s *scan) plan(key listKey) (*listPlan, error) {
	where, err := parseWhere(key.where)
	if err != nil {
		return nil, err
	}
	found := s.candidates(key.where != "", where)
	plan := &listPlan{matched: len(found)}
	want := -1
	if key.limit > 0 {
		want = max(key.offset, 0) + key.limit
	}
	if found, err = s.first(want, found, key.sort, key.desc); err != nil {
		return nil, err
	}
	for _, e := range cut(found, key.offset, key.limit) {
		plan.rows = append(plan.rows, *e)
	}
	return plan, nil
}

// candidates returns the entries that a list is about.
func (s *scan) candidates(some bool, where condition) []*entry {
	var found []*entry
	if !some {
		found = make([]*entry, 0, len(s.entries))
	}
	for i := range s.entries {
		if e := &s.entries[i]; !some || where(s, e) {
			found = append(found, e)
		}
	}
	return found
}

// cut returns the part of a list from offset on, no longer than limit (0: any).
func cut[T any](all []T, offset, limit int) []T {
	all = all[min(max(offset, 0), len(all)):]
	if limit > 0 && limit < len(all) {
		all = all[:limit]
	}
	return all
}

// these is a plan for some processes. Those that there are not have no PID.
func (s *scan) these(pids []string) *listPlan {
	plan := &listPlan{matched: len(pids), rows: make([]entry, len(pids))}
	for i, text := range pids {
		plan.rows[i] = entry{Status: coppice.Dead, age: -1}
		if e := s.called(text); e != nil {
			plan.rows[i] = *e
		}
	}
	return plan
}

// called returns the entry of a process by the text of its PID, or nil.
func (s *scan) called(text string) *entry {
	for i := len(s.entries) - s.dead; i < len(s.entries); i++ {
		if s.entries[i].pid() == text {
			return &s.entries[i]
		}
	}
	if len(s.entries) == s.dead {
		return nil
	}
	pid, err := s.entries[0].PID.Node().ParsePID(text)
	if err != nil {
		return nil
	}
	return s.find(pid)
}
