package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A column is a column of a table of Ts.
type column[T any] struct {
	head  string
	right bool
	keep  int // where there is no room the column with the lowest goes first; 0: it stays, and is cut
	cell  func(T) string
	color func(T) color // nil: none
}

// A table is laid out for a width: its lines are aligned by what they take on a
// terminal, whatever the characters are.
type table struct {
	head  string
	lines []string
}

const gap = 2 // between two columns

// layout makes a table that is no wider than width; 0 is any width. Columns that
// are empty all the way are left out.
func layout[T any](columns []column[T], rows []T, width int, p palette) table {
	return layoutAs(columns, rows, width, p, map[string]int{})
}

// layoutAs is layout for a table that is drawn again and again: no column is
// narrower than before, nor gone, so that they do not jump. widest has the
// widths, by the heads.
func layoutAs[T any](columns []column[T], rows []T, width int, p palette, widest map[string]int) table {
	cells := make([][]string, len(columns))
	widths := make([]int, len(columns))
	var shown []int
	for i, c := range columns {
		before, filled := widest[c.head]
		widths[i] = max(before, ansi.StringWidth(c.head))
		for _, row := range rows {
			text := clean(c.cell(row))
			cells[i] = append(cells[i], text)
			widths[i] = max(widths[i], ansi.StringWidth(text))
			filled = filled || text != ""
		}
		if filled || c.keep == 0 || len(rows) == 0 {
			shown = append(shown, i)
			widest[c.head] = widths[i]
		}
	}
	if width > 0 {
		shown = fit(columns, widths, shown, width)
	}
	t := table{head: line(columns, shown, widths, func(i int) (string, color) { return columns[i].head, faint }, p)}
	for r, row := range rows {
		t.lines = append(t.lines, line(columns, shown, widths, func(i int) (string, color) {
			if columns[i].color == nil {
				return cells[i][r], plain
			}
			return cells[i][r], columns[i].color(row)
		}, p))
	}
	return t
}

// fit leaves columns out until the rest fits, and narrows those that stay if
// that is not enough.
func fit[T any](columns []column[T], widths, shown []int, width int) []int {
	total := func() int {
		sum := gap * (len(shown) - 1)
		for _, i := range shown {
			sum += widths[i]
		}
		return sum
	}
	const least = 12 // to this a column is narrowed rather than that another goes
	for total() > width {
		droppable := slices.DeleteFunc(slices.Clone(shown), func(i int) bool { return columns[i].keep == 0 })
		wide := slices.MaxFunc(shown, func(a, b int) int {
			return cmp.Or(cmp.Compare(columns[b].keep, columns[a].keep), cmp.Compare(widths[a], widths[b]))
		})
		over := total() - width
		switch {
		case len(droppable) > 0 && widths[wide]-over < 2*least:
			gone := slices.MinFunc(droppable, func(a, b int) int { return cmp.Compare(columns[a].keep, columns[b].keep) })
			shown = slices.DeleteFunc(shown, func(i int) bool { return i == gone })
		default:
			widths[wide] = max(1, widths[wide]-over)
			if widths[wide] == 1 {
				return shown
			}
		}
	}
	return shown
}

func line[T any](columns []column[T], shown, widths []int, cell func(int) (string, color), p palette) string {
	var b strings.Builder
	for n, i := range shown {
		text, color := cell(i)
		text = ansi.Truncate(text, widths[i], "…")
		space := strings.Repeat(" ", widths[i]-ansi.StringWidth(text))
		if n > 0 {
			b.WriteString(strings.Repeat(" ", gap))
		}
		if columns[i].right {
			b.WriteString(space)
		}
		b.WriteString(p.paint(color, text))
		if !columns[i].right && n < len(shown)-1 {
			b.WriteString(space)
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// String is the whole table.
func (t table) String() string { return strings.Join(append([]string{t.head}, t.lines...), "\n") }
