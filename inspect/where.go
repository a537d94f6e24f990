package inspect

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A column is what can be searched and sorted by: a text or a number.
type column struct {
	text   func(*scan, *entry) string
	number func(*scan, *entry) float64
}

var columns = map[string]column{
	"pid":         {text: func(_ *scan, e *entry) string { return e.pid() }},
	"name":        {text: func(_ *scan, e *entry) string { return e.Name }},
	"label":       {text: func(_ *scan, e *entry) string { return coppice.LabelOf(e.PID) }},
	"id":          {text: func(_ *scan, e *entry) string { return e.child().Spec.ID }},
	"kind":        {text: func(_ *scan, e *entry) string { return kindOf(e) }},
	"status":      {text: func(_ *scan, e *entry) string { return e.status() }},
	"parent":      {text: func(_ *scan, e *entry) string { return pidText(e.Parent) }},
	"current":     {text: func(_ *scan, e *entry) string { return e.current() }},
	"last_exit":   {text: func(s *scan, e *entry) string { return reasonText(s.asker, e.child().LastExit) }},
	"age":         {number: func(_ *scan, e *entry) float64 { return float64(e.age) }},
	"children":    {number: func(_ *scan, e *entry) float64 { return float64(e.children) }},
	"restarts":    {number: func(_ *scan, e *entry) float64 { return float64(e.restarts()) }},
	"recent":      {number: func(s *scan, e *entry) float64 { return float64(s.history.recent(e)) }},
	"mailbox":     {number: func(_ *scan, e *entry) float64 { return float64(e.mailbox) }},
	"high_water":  {number: func(_ *scan, e *entry) float64 { return float64(e.highWater) }},
	"received":    {number: func(_ *scan, e *entry) float64 { return float64(e.done.received) }},
	"sent":        {number: func(_ *scan, e *entry) float64 { return float64(e.done.sent) }},
	"in":          {number: func(_ *scan, e *entry) float64 { return e.in }},
	"out":         {number: func(_ *scan, e *entry) float64 { return e.out }},
	"busy":        {number: func(_ *scan, e *entry) float64 { return e.busy }},
	"busy_time":   {number: func(_ *scan, e *entry) float64 { return float64(e.done.busy) }},
	"handler_p99": {number: func(_ *scan, e *entry) float64 { return float64(e.p99) }},
	"uptime":      {number: func(_ *scan, e *entry) float64 { return float64(e.uptime) }},
}

// shorter names that people type.
var aliases = map[string]string{
	"state": "status", "type": "label", "up": "uptime", "high": "high_water", "exit": "last_exit", "p99": "handler_p99",
}

func columnOf(name string) (column, bool) {
	name = strings.ReplaceAll(strings.ToLower(name), "-", "_")
	if to, ok := aliases[name]; ok {
		name = to
	}
	c, ok := columns[name]
	return c, ok
}

// Columns returns the names of what processes can be sorted and searched by.
func Columns() []string {
	var names []string
	for name := range columns {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func unknownColumn(name string) error {
	return badf(fmt.Sprintf("there is: %s", strings.Join(Columns(), ", ")), "no column %q%s", name, meant(name, Columns()))
}

// maxTerms is how many terms a find box may have: each is looked for in every
// process.
const maxTerms = 50

// A condition is one term of the find box.
type condition func(*scan, *entry) bool

// parseWhere reads what was typed into the find box. All terms must hold.
func parseWhere(text string) (condition, error) {
	var all []condition
	words := terms(text)
	if len(words) > maxTerms {
		return nil, badf(fmt.Sprintf("%d at most", maxTerms), "there are %d terms", len(words))
	}
	for _, term := range words {
		not := false
		for strings.HasPrefix(term, "!") {
			not, term = !not, term[1:]
		}
		c, err := parseTerm(term)
		if err != nil {
			return nil, err
		}
		if not {
			holds := c
			c = func(s *scan, e *entry) bool { return !holds(s, e) }
		}
		all = append(all, c)
	}
	return func(s *scan, e *entry) bool {
		for _, c := range all {
			if !c(s, e) {
				return false
			}
		}
		return true
	}, nil
}

// terms splits a text at white space outside of quotes, which are dropped.
func terms(text string) (all []string) {
	var b strings.Builder
	quoted, some := false, false
	for _, r := range text {
		switch {
		case r == '"':
			quoted, some = !quoted, true
		case !quoted && (r == ' ' || r == '\t' || r == '\n' || r == '\r'):
			if some {
				all = append(all, b.String())
			}
			b.Reset()
			some = false
		default:
			b.WriteRune(r)
			some = true
		}
	}
	if some {
		all = append(all, b.String())
	}
	return all
}

// operators, the longer of two that begin alike first.
var operators = []string{">=", "<=", "!=", ":", "=", ">", "<"}

func parseTerm(term string) (condition, error) {
	key, op, value := splitTerm(term)
	c, known := columnOf(key)
	switch {
	case op == "" || !known && (op == ":" || strings.HasPrefix(key, "<")):
		return contains(term), nil // cart:42 and <0.12.0> are found, too
	case !known:
		return nil, unknownColumn(key)
	case c.text != nil:
		return textCondition(c, op, value, term)
	}
	n, err := number(value)
	if err != nil {
		return nil, badf("write it like mailbox>100 or age>5s", "%q: %q is no number", term, value)
	}
	return func(s *scan, e *entry) bool { return compare(cmp.Compare(c.number(s, e), n), op) }, nil
}

// splitTerm cuts a term at its first operator.
func splitTerm(term string) (key, op, value string) {
	for i := range term {
		for _, op := range operators {
			if i > 0 && strings.HasPrefix(term[i:], op) {
				return term[:i], op, term[i+len(op):]
			}
		}
	}
	return term, "", ""
}

func contains(word string) condition {
	word = strings.ToLower(word)
	in := []string{"name", "label", "id"}
	if strings.Trim(word, "<0123456789.>") == "" { // no other word is part of a PID
		in = append(in, "pid")
	}
	return func(s *scan, e *entry) bool {
		for _, name := range in {
			if strings.Contains(strings.ToLower(columns[name].text(s, e)), word) {
				return true
			}
		}
		return false
	}
}

func textCondition(c column, op, value, term string) (condition, error) {
	value = strings.ToLower(value)
	text := func(s *scan, e *entry) string { return strings.ToLower(c.text(s, e)) }
	switch op {
	case ":":
		return func(s *scan, e *entry) bool { return strings.Contains(text(s, e), value) }, nil
	case "=":
		return func(s *scan, e *entry) bool { return text(s, e) == value }, nil
	case "!=":
		return func(s *scan, e *entry) bool { return text(s, e) != value }, nil
	}
	return nil, badf("write it like kind:server or name=cache", "%q: a text is not compared with %s", term, op)
}

// number reads a number, a share like 5%, or a duration, which is in
// nanoseconds.
func number(text string) (float64, error) {
	if share, ok := strings.CutSuffix(text, "%"); ok {
		n, err := strconv.ParseFloat(share, 64)
		return n / 100, err
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return n, nil
	}
	d, err := time.ParseDuration(text)
	return float64(d), err
}

func compare(order int, op string) bool {
	switch op {
	case ">":
		return order > 0
	case "<":
		return order < 0
	case ">=":
		return order >= 0
	case "<=":
		return order <= 0
	case "!=":
		return order != 0
	}
	return order == 0
}

// A key is what an entry is sorted by.
type key struct {
	entry  *entry
	number float64
	text   string
}

// first returns the entries in the order of a column, and of their PIDs where
// that is the same: the first n of them at least, n < 0 being all.
func (s *scan) first(n int, entries []*entry, by string, desc bool) ([]*entry, error) {
	if by == "" {
		by = "pid"
	}
	c, ok := columnOf(by)
	if !ok {
		return nil, unknownColumn(by)
	}
	if by == "pid" {
		if s.dead > 0 {
			slices.SortFunc(entries, func(a, b *entry) int { return a.PID.Compare(b.PID) })
		}
		if desc {
			slices.Reverse(entries)
		}
		return entries, nil // the others come so
	}
	sign := 1
	if desc {
		sign = -1
	}
	keyOf := func(e *entry) key {
		if c.number != nil {
			return key{entry: e, number: c.number(s, e)}
		}
		return key{entry: e, text: c.text(s, e)}
	}
	return least(entries, n, keyOf, func(a, b key) int {
		return sign * cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.text, b.text))
	}), nil
}

// least sorts entries, or returns the first n of them sorted, n < 0 being all.
// Those that are alike stay in their order.
func least(entries []*entry, n int, keyOf func(*entry) key, order func(a, b key) int) []*entry {
	keys := func(yield func(key) bool) {
		for _, e := range entries {
			if !yield(keyOf(e)) {
				return
			}
		}
	}
	var best []key
	if n < 0 || n > len(entries)/16 {
		best = slices.SortedStableFunc(keys, order)
	} else {
		best = lowest(keys, n, order)
	}
	entries = entries[:len(best)]
	for i, k := range best {
		entries[i] = k.entry
	}
	return entries
}

// lowest returns the first n of what is yielded, sorted. Those that are alike
// stay in their order. It is quick if n is small.
func lowest[T any](all iter.Seq[T], n int, order func(a, b T) int) []T {
	var best []T
	for x := range all {
		if len(best) == n && (n == 0 || order(x, best[n-1]) >= 0) {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, x, func(a, b T) int { return cmp.Or(order(a, b), -1) })
		best = slices.Insert(best, at, x)
		best = best[:min(len(best), n)]
	}
	return best
}
