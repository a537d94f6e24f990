package inspect

import (
	"cmp"
	"fmt"
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
	"pid":         {text: func(_ *scan, e *entry) string { return e.PID.String() }},
	"name":        {text: func(_ *scan, e *entry) string { return e.Name }},
	"label":       {text: func(_ *scan, e *entry) string { return coppice.LabelOf(e.PID) }},
	"id":          {text: func(s *scan, e *entry) string { return s.child(e).Spec.ID }},
	"kind":        {text: func(_ *scan, e *entry) string { return kindOf(e) }},
	"status":      {text: func(_ *scan, e *entry) string { return e.status() }},
	"parent":      {text: func(s *scan, e *entry) string { return s.parent(e) }},
	"current":     {text: func(_ *scan, e *entry) string { return e.current() }},
	"last_exit":   {text: func(s *scan, e *entry) string { return reasonText(s.child(e).LastExit) }},
	"age":         {number: func(_ *scan, e *entry) float64 { return float64(e.For) }},
	"children":    {number: func(s *scan, e *entry) float64 { return float64(s.children[e.PID]) }},
	"restarts":    {number: func(s *scan, e *entry) float64 { return float64(s.restarts(e)) }},
	"recent":      {number: func(s *scan, e *entry) float64 { return float64(s.recent(e)) }},
	"mailbox":     {number: func(_ *scan, e *entry) float64 { return float64(e.Mailbox + e.Kept) }},
	"high_water":  {number: func(_ *scan, e *entry) float64 { return float64(e.HighWater) }},
	"received":    {number: func(_ *scan, e *entry) float64 { return float64(e.Received) }},
	"sent":        {number: func(_ *scan, e *entry) float64 { return float64(e.Sent) }},
	"in":          {number: func(_ *scan, e *entry) float64 { return e.in }},
	"out":         {number: func(_ *scan, e *entry) float64 { return e.out }},
	"busy":        {number: func(_ *scan, e *entry) float64 { return e.busy }},
	"busy_time":   {number: func(_ *scan, e *entry) float64 { return float64(e.Busy) }},
	"handler_p99": {number: func(_ *scan, e *entry) float64 { return float64(e.HandlerP99) }},
	"uptime":      {number: func(_ *scan, e *entry) float64 { return float64(e.Lifetime) }},
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

// A condition is one term of the find box.
type condition func(*scan, *entry) bool

// parseWhere reads what was typed into the find box. All terms must hold.
func parseWhere(text string) (condition, error) {
	var all []condition
	for _, term := range terms(text) {
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
	return func(s *scan, e *entry) bool {
		for _, name := range [...]string{"name", "pid", "label", "id"} {
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
	sign := 1
	if desc {
		sign = -1
	}
	order := func(a, b key) int {
		if o := cmp.Compare(a.number, b.number); o != 0 {
			return sign * o
		}
		if o := cmp.Compare(a.text, b.text); o != 0 {
			return sign * o
		}
		if by == "pid" {
			return sign * a.entry.PID.Compare(b.entry.PID)
		}
		return a.entry.PID.Compare(b.entry.PID)
	}
	keys := make([]key, len(entries))
	for i, e := range entries {
		keys[i].entry = e
		switch {
		case by == "pid":
		case c.number != nil:
			keys[i].number = c.number(s, e)
		default:
			keys[i].text = c.text(s, e)
		}
	}
	keys = least(keys, n, order)
	entries = entries[:len(keys)]
	for i, k := range keys {
		entries[i] = k.entry
	}
	return entries, nil
}

// least sorts keys, or returns the first n of them sorted, which is quicker if
// these are few.
func least(keys []key, n int, order func(a, b key) int) []key {
	if n < 0 || n > len(keys)/16 {
		slices.SortFunc(keys, order)
		return keys
	}
	if n == 0 {
		return nil
	}
	best := make([]key, 0, n+1)
	for _, k := range keys {
		if len(best) == n && order(k, best[n-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, k, order)
		best = slices.Insert(best, at, k)
		best = best[:min(len(best), n)]
	}
	return best
}
