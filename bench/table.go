package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// none is the cell of what a subject cannot express or was not measured for.
const none = "–"

// table shows the results of workloads in the order of the subjects. It is a
// table of Markdown that reads well as text too.
func table(workloads []workload, subjects []subject, results []result) string {
	lines := [][]string{{"workload"}}
	for _, s := range subjects {
		lines[0] = append(lines[0], s.name)
	}
	bySubject := map[[2]string]result{}
	for _, r := range results {
		bySubject[[2]string{r.Workload, r.Subject}] = r
	}
	for _, w := range workloads {
		for i, row := range w.rows {
			line := []string{row.label}
			if i == 0 {
				line[0] = w.id + " " + w.what + ": " + row.label
			}
			for _, s := range subjects {
				line = append(line, cell(row, bySubject[[2]string{w.id, s.name}]))
			}
			lines = append(lines, line)
		}
	}
	return align(lines)
}

// cell shows the spread of one figure, or the medians of several.
func cell(r row, of result) string {
	var parts []string
	for _, key := range r.keys {
		s, ok := of.Spread[key]
		switch {
		case !ok:
			return none
		case len(r.keys) == 1:
			parts = append(parts, s.String())
		default:
			parts = append(parts, short(s.Median))
		}
	}
	return strings.Join(parts, ", ")
}

// align writes lines of cells, the first line as the head.
func align(lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, c := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	var b strings.Builder
	for i, line := range lines {
		for j, c := range line {
			b.WriteString("| " + c + strings.Repeat(" ", widths[j]-utf8.RuneCountInString(c)+1))
		}
		b.WriteString("|\n")
		if i == 0 {
			for _, w := range widths {
				b.WriteString("|" + strings.Repeat("-", w+2))
			}
			b.WriteString("|\n")
		}
	}
	return b.String()
}

// notes says what is missing from the table, and why.
func notes(results []result) string {
	var b strings.Builder
	seen := map[string]bool{}
	for _, r := range results {
		if line := r.Subject + ": " + r.Failed; r.Failed != "" && !seen[line] {
			seen[line] = true
			_, _ = fmt.Fprintln(&b, line)
		}
	}
	return b.String()
}
