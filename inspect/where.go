package inspect

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A column is what can be searched and sorted by: a text or a number.
type column struct {
	text   func(*Process) string
	number func(*Process) float64
}

var columns = map[string]column{
	"pid":        {text: func(p *Process) string { return p.PID }},
	"name":       {text: func(p *Process) string { return p.Name }},
	"label":      {text: func(p *Process) string { return p.Label }},
	"id":         {text: func(p *Process) string { return p.ID }},
	"kind":       {text: func(p *Process) string { return p.Kind }},
	"status":     {text: func(p *Process) string { return p.Status }},
	"parent":     {text: func(p *Process) string { return p.Parent }},
	"current":    {text: func(p *Process) string { return p.Current }},
	"last_exit":  {text: func(p *Process) string { return p.LastExit }},
	"age":        {number: func(p *Process) float64 { return float64(p.AgeNS) }},
	"children":   {number: func(p *Process) float64 { return float64(p.Children) }},
	"restarts":   {number: func(p *Process) float64 { return float64(p.Restarts) }},
	"recent":     {number: func(p *Process) float64 { return float64(p.Recent) }},
	"mailbox":    {number: func(p *Process) float64 { return float64(p.Mailbox) }},
	"high_water": {number: func(p *Process) float64 { return float64(p.HighWater) }},
	"received":   {number: func(p *Process) float64 { return float64(p.Received) }},
	"sent":       {number: func(p *Process) float64 { return float64(p.Sent) }},
	"in":         {number: func(p *Process) float64 { return p.In }},
	"out":        {number: func(p *Process) float64 { return p.Out }},
	"busy":       {number: func(p *Process) float64 { return p.Busy }},
	"busy_time":  {number: func(p *Process) float64 { return float64(p.BusyNS) }},
	"uptime":     {number: func(p *Process) float64 { return float64(p.UptimeNS) }},
}

// shorter names that people type.
var aliases = map[string]string{
	"state": "status", "type": "label", "up": "uptime", "high": "high_water", "exit": "last_exit",
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
type condition func(*Process) bool

// parseWhere reads what was typed into the find box. All terms must hold.
func parseWhere(text string) (func(*Process) bool, error) {
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
			c = func(p *Process) bool { return !holds(p) }
		}
		all = append(all, c)
	}
	return func(p *Process) bool {
		for _, c := range all {
			if !c(p) {
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
	return func(p *Process) bool { return compare(cmp.Compare(c.number(p), n), op) }, nil
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
	return func(p *Process) bool {
		for _, s := range [...]string{p.Name, p.PID, p.Label, p.ID} {
			if strings.Contains(strings.ToLower(s), word) {
				return true
			}
		}
		return false
	}
}

func textCondition(c column, op, value, term string) (condition, error) {
	value = strings.ToLower(value)
	text := func(p *Process) string { return strings.ToLower(c.text(p)) }
	switch op {
	case ":":
		return func(p *Process) bool { return strings.Contains(text(p), value) }, nil
	case "=":
		return func(p *Process) bool { return text(p) == value }, nil
	case "!=":
		return func(p *Process) bool { return text(p) != value }, nil
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

// parseSort returns an order of processes: by a column, and by PID where that
// is the same.
func parseSort(by string, desc bool) (func(a, b *Process) int, error) {
	if by == "" {
		by = "pid"
	}
	c, ok := columnOf(by)
	if !ok {
		return nil, unknownColumn(by)
	}
	order := func(a, b *Process) int { return cmp.Compare(c.text(a), c.text(b)) }
	if c.number != nil {
		order = func(a, b *Process) int { return cmp.Compare(c.number(a), c.number(b)) }
	}
	if by == "pid" {
		order = func(a, b *Process) int { return comparePIDs(a.PID, b.PID) }
	}
	return func(a, b *Process) int {
		o := order(a, b)
		if desc {
			o = -o
		}
		return cmp.Or(o, comparePIDs(a.PID, b.PID))
	}, nil
}

// comparePIDs orders <0.9.0> before <0.10.0>.
func comparePIDs(a, b string) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}
