package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// What can fall short, and what it is called in the table.
var shortfalls = []struct{ name, what string }{
	{"dies", "the program is dead"},
	{"gives up", "the program has ended by itself, with a status that tells"},
	{"stalls", "other workers do not answer for a second or more"},
	{"gone", "the worker does not answer four seconds later"},
	{"stale", "it answers with the state of before"},
	{"untold", "a client never gets an answer"},
	{"late", "a client learns of it only by its own time limit of two seconds"},
	{"silent", "nothing is written that names the worker"},
	{"vague", "what is written does not say where in the code it happened"},
	{"leaks", "goroutines or memory stay behind"},
	{"burns", "a processor stays busy with what was ended"},
	{"bloats", "it takes more than 256 MiB meanwhile"},
	{"backlog", "a new client waits for more than a second when the flood is over"},
	{"stuck", "the program has not ended eight seconds after SIGTERM"},
	{"status", "it ends by SIGTERM with a status of failure"},
	{"refuses", "requests that were taken before SIGTERM are answered with an error"},
	{"loses", "requests that were taken before SIGTERM are not answered"},
}

// shortfalls says what fell short.
func (t *trial) shortfalls() []string {
	o := &t.o
	t.mu.Lock()
	wrote := t.wrote.String()
	t.mu.Unlock()
	o.Named = strings.Contains(wrote, victim) || strings.Contains(wrote, "misbehave")
	o.Placed = strings.Contains(wrote, "wrong.go:") || strings.Contains(wrote, "survival_worker.erl")
	short := []string{} // not null, in JSON
	add := func(fell bool, name string) {
		if fell {
			short = append(short, name)
		}
	}
	if t.fault.last {
		add(o.Alive, "stuck")
		add(t.fault.name == "load" && !o.Alive && o.Ended != "exit status 0", "status")
		if o.Load != nil {
			add(o.Load.Refused > 0, "refuses")
			add(o.Load.Lost > 0, "loses")
		}
		add(!t.fault.quiet && !o.Named, "silent")
		add(!t.fault.quiet && o.Named && !o.Placed, "vague")
		return short
	}
	if !o.Alive {
		add(!strings.HasSuffix(o.Ended, " 1"), "dies")
		add(strings.HasSuffix(o.Ended, " 1"), "gives up")
		return short
	}
	add(!o.Others, "stalls")
	add(!o.Back, "gone")
	add(o.Back && !o.Fresh, "stale")
	add(!o.Told, "untold")
	add(o.Told && o.ToldMs > patience.Milliseconds()*3/4, "late")
	add(!t.fault.quiet && !o.Named, "silent")
	add(!t.fault.quiet && o.Named && !o.Placed, "vague")
	add(t.leaks(), "leaks")
	add(o.CPU > 0.03, "burns")
	if f := o.Flood; f != nil {
		add(f.Late > (f.Answered+f.Refused+f.Late)/10, "late")
		add(f.MiB > 256, "bloats")
		add(f.BackMs > 1000, "backlog")
	}
	return short
}

// leaks reports whether something has stayed behind.
func (t *trial) leaks() bool {
	return t.o.Goroutines[1] > t.o.Goroutines[0]+20 || t.o.MiB[1] > t.o.MiB[0]+48
}

func (o outcome) cell() string {
	switch {
	case o.Skipped:
		return "–"
	case len(o.Short) == 0:
		return "✓"
	}
	return strings.Join(o.Short, ", ")
}

// table shows the outcomes. It is a table of Markdown that reads well as text.
func table(wrong []fault, there []subject, outcomes []outcome) string {
	lines := [][]string{{"what happens"}}
	survived := make([]int, len(there))
	for _, s := range there {
		lines[0] = append(lines[0], s.name)
	}
	for i, f := range wrong {
		line := []string{f.what}
		for j := range there {
			o := outcomes[i*len(there)+j]
			if o.cell() == "✓" {
				survived[j]++
			}
			line = append(line, o.cell())
		}
		lines = append(lines, line)
	}
	line := []string{fmt.Sprintf("✓ of %d", len(wrong))}
	for _, n := range survived {
		line = append(line, fmt.Sprint(n))
	}
	return align(append(lines, line))
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

func legend() string {
	lines := [][]string{{"word", "what it says"}, {"✓", "none of the following"}, {"–", "there is nothing that could be written so"}}
	for _, s := range shortfalls {
		lines = append(lines, []string{s.name, s.what})
	}
	return align(lines)
}
