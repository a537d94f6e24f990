package shell

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Format says how results are shown.
type Format struct {
	Columns int // of the terminal; 0: as many as it takes
	Rows    int // of a table, at most; 0: all

	// Now, if it is not zero, has tables show of times of that day the clock only,
	// and all times in that zone.
	Now time.Time
}

// Text is the result as people read it, without a line end. What would steer a
// terminal is made visible.
func (r Result) Text(f Format) string {
	switch {
	case r.shown != "":
		return strings.TrimRight(Clean(r.shown), "\n")
	case r.typ == nil:
		return ""
	}
	switch v := r.value.(type) {
	case string:
		return strings.TrimRight(Clean(v), "\n")
	case []any:
		return listText(v, f)
	case record:
		return recordText(v, f)
	}
	return scalar(r.value)
}

// listText is a table of records, or one line an element.
func listText(list []any, f Format) string {
	if len(list) == 0 {
		return "none"
	}
	all := len(list)
	if f.Rows > 0 && all > f.Rows {
		list = list[:f.Rows]
	}
	var lines []string
	if first, ok := list[0].(record); ok {
		lines = tableText(first.typ(), list, f)
	} else {
		for _, v := range list {
			lines = append(lines, scalar(v))
		}
	}
	if rest := all - len(list); rest > 0 {
		lines = append(lines, fmt.Sprintf("… and %d more: it | drop(%d) shows the next", rest, len(list)))
	}
	return strings.Join(lines, "\n")
}

// recordText is one line a field.
func recordText(r record, f Format) string {
	names := r.typ().fieldNames()
	widest := 0
	for _, name := range names {
		widest = max(widest, Width(name))
	}
	var lines []string
	for i, name := range names {
		value := r.get(i)
		text := scalar(value)
		if list, ok := value.([]any); text == "" || ok && len(list) == 0 {
			continue // nothing to say
		}
		line := oneLine(name) + strings.Repeat(" ", widest-Width(name)+2) + text
		if f.Columns > 0 {
			line = Cut(line, f.Columns)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// columnsOf are the fields that a table of a type has; of a type that is not
// here it has all. The whole of a row is shown by first, and by -o json.
var columnsOf = map[string][]string{
	"Process": {"PID", "Name", "Label", "Kind", "Status", "Mailbox", "In", "Restarts", "Uptime"},
	"TreeRow": {"Name", "PID", "Label", "Status", "Mailbox", "Restarts"},
	"Crash":   {"ID", "Last", "Count", "PID", "Name", "Reason", "Decision"},
}

// tableText lays records out in columns, with their names above.
func tableText(t *Type, list []any, f Format) []string {
	names := columnsOf[t.name]
	if names == nil {
		names = t.fieldNames()
	}
	rows := [][]string{names}
	numeric := make([]bool, len(names))
	for _, v := range list {
		r, ok := v.(record)
		row := make([]string, len(names))
		for i, name := range names {
			if !ok {
				continue
			}
			if at, has := r.typ().field(name); has {
				value := r.get(at)
				row[i] = f.cell(value)
				numeric[i] = kindOf(value) == numberKind || kindOf(value) == durationKind
			}
		}
		if ok && t.name == "TreeRow" {
			row[0] = branch(r, row[0])
		}
		rows = append(rows, row)
	}
	return layOut(rows, numeric, f.Columns)
}

// cell is a value in a table: of a time of today the clock is enough.
func (f Format) cell(v any) string {
	if at, ok := v.(time.Time); ok && !f.Now.IsZero() && !at.IsZero() {
		at = at.In(f.Now.Location())
		if at.Format(time.DateOnly) == f.Now.Format(time.DateOnly) {
			return at.Format(time.TimeOnly)
		}
		return scalar(at)
	}
	return scalar(v)
}

// branch indents a row of the tree by its level. A process without a name is
// called by what it runs, or by its id.
func branch(r record, name string) string {
	text := func(field string) string {
		i, ok := r.typ().field(field)
		if !ok {
			return ""
		}
		return scalar(r.get(i))
	}
	for _, field := range []string{"ID", "Label", "PID"} {
		if name == "" {
			name = text(field)
		}
	}
	level, _ := strconv.Atoi(text("Level"))
	if pool, _ := strconv.Atoi(text("Pool")); pool > 0 {
		name = fmt.Sprintf("… %d more", pool)
	}
	return strings.Repeat("  ", max(0, level-1)) + name
}

// layOut aligns columns, numbers to the right. Where they are too many for the
// terminal the widest are cut, and if that is not enough the last are left out.
func layOut(rows [][]string, numeric []bool, columns int) (lines []string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], Width(cell))
		}
	}
	const gap, narrow = 2, 8
	for columns > 0 && sum(widths)+gap*(len(widths)-1) > columns {
		widest := slices.Index(widths, slices.Max(widths))
		if widths[widest] > narrow {
			widths[widest]--
		} else if len(widths) > 1 {
			widths = widths[:len(widths)-1]
		} else {
			break
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, width := range widths {
			cell := Cut(row[i], width)
			pad := strings.Repeat(" ", max(0, width-Width(cell)))
			switch {
			case numeric[i]:
				b.WriteString(pad + cell)
			case i == len(widths)-1:
				b.WriteString(cell)
			default:
				b.WriteString(cell + pad)
			}
			if i < len(widths)-1 {
				b.WriteString("  ")
			}
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}

func sum(all []int) (total int) {
	for _, n := range all {
		total += n
	}
	return total
}

// scalar is a value on one line.
func scalar(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case float64:
		return number(v)
	case string:
		return oneLine(v)
	case time.Duration:
		return duration(v)
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.Format("2006-01-02 15:04:05")
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, scalar(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case record:
		var items []string
		for i, name := range v.typ().fieldNames() {
			items = append(items, oneLine(name)+": "+scalar(v.get(i)))
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return fmt.Sprint(v)
}

// number shows a number with at most two digits behind the point.
func number(v float64) string {
	if v == math.Trunc(v) || math.IsInf(v, 0) || math.IsNaN(v) {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	if math.Abs(v) < 0.01 {
		return strconv.FormatFloat(v, 'g', 2, 64)
	}
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v, 'f', 2, 64), "0"), ".")
}

// duration shows a time with about three digits. -1 is unknown.
func duration(d time.Duration) string {
	switch abs := d.Abs(); {
	case d == -1:
		return "?"
	case abs >= time.Minute:
		d = d.Round(time.Second)
	case abs >= time.Second:
		d = d.Round(10 * time.Millisecond)
	case abs >= time.Millisecond:
		d = d.Round(10 * time.Microsecond)
	case abs >= time.Microsecond:
		d = d.Round(10 * time.Nanosecond)
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// MarshalJSON gives the value, its fields in their order.
func (r Result) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	if err := writeJSON(&b, r.value); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func writeJSON(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := writeJSON(b, item); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	case record:
		b.WriteByte('{')
		for i, name := range v.typ().fieldNames() {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strconv.Quote(name) + ":")
			if err := writeJSON(b, v.get(i)); err != nil {
				return err
			}
		}
		b.WriteByte('}')
		return nil
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			b.WriteString("null")
			return nil
		}
	}
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false) // pids stay readable
	if err := encoder.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // the line end
	return nil
}
