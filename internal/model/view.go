package model

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Seen is the part of a world that can be observed, as text: every process with
// its links, monitors and name, every supervisor that is not busy with its
// books, and what everybody has seen. Worlds that show the same may differ in
// what is to come.
func (w *World) Seen() string {
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(w.Procs)) {
		p := w.Procs[id]
		v := View{ID: id, Trap: p.trap, Told: p.fate != "", Idle: w.Idle(id), Name: p.name, Keys: slices.Clone(p.keys), Links: slices.Clone(p.links)}
		for _, m := range p.monitors {
			v.Monitors = append(v.Monitors, m.on)
		}
		if p.sup != nil && v.Idle {
			v.Books = p.sup.seen(w.Now)
		}
		b.WriteString(v.String())
	}
	return b.String() + LogText(w.Log)
}

// A View is what can be seen of a process.
type View struct {
	ID               string
	Trap, Told, Idle bool
	Name             string
	Keys             []string
	Links, Monitors  []string
	Books            string // of a supervisor that is not busy, as Books makes it
}

// String makes a line of it.
func (v View) String() string {
	var b writer
	b.words(v.ID)
	for _, flag := range []struct {
		is   bool
		what string
	}{{v.Trap, "trap "}, {v.Told, "told "}, {v.Idle, "idle "}} {
		if flag.is {
			b.WriteString(flag.what)
		}
	}
	slices.Sort(v.Links)
	slices.Sort(v.Monitors)
	slices.Sort(v.Keys)
	b.words(v.Name)
	b.words(v.Keys...)
	b.WriteString("links ")
	b.words(v.Links...)
	b.WriteString("monitors ")
	b.words(v.Monitors...)
	b.words(v.Books)
	b.WriteByte('\n')
	return b.String()
}

// LogText is what everybody has seen, as text.
func LogText(log map[string][]string) string {
	var b writer
	for _, who := range slices.Sorted(maps.Keys(log)) {
		b.words("log of " + who)
		b.words(arranged(log[who])...)
		b.WriteByte('\n')
	}
	return b.String()
}

// arranged puts what one process has seen into an order that does not depend on
// that of senders which know nothing of each other: by sender, and for each in
// its order. A line begins with the sender and a colon.
func arranged(lines []string) []string {
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b string) int {
		from, _, _ := strings.Cut(a, ":")
		other, _, _ := strings.Cut(b, ":")
		return strings.Compare(from, other)
	})
	return lines
}

// key is what Key returns.
func (w *World) key() string {
	var b writer
	b.WriteString(w.Seen())
	for _, id := range slices.Sorted(maps.Keys(w.Procs)) {
		p := w.Procs[id]
		b.words(id, p.fate, p.term, p.wait.what, p.wait.on, p.wait.taken, p.result)
		b.numbers(p.wait.n, p.wait.until, p.wait.ref, number(p.wait.soon), number(p.born), number(p.placed))
		for _, t := range p.tasks {
			b.words("t", t.on)
			b.numbers(t.n, number(p.watches(t.n)))
		}
		for _, m := range p.inbox {
			b.words("m", m.what, m.from, m.reason, m.child)
			b.numbers(m.n, number(m.free))
			for _, a := range m.do {
				b.words(a.Verb, a.To, a.Reason, a.Child)
				b.numbers(a.N)
			}
		}
		for _, a := range p.todo {
			b.words("a", a.verb, a.to, a.reason, a.child)
			b.numbers(a.n)
		}
		if p.sup != nil {
			p.sup.write(&b)
		}
	}
	for _, g := range w.ghosts {
		b.words("ghost", g.p.ID)
		b.numbers(int(g.told))
	}
	for _, t := range w.timers {
		b.words(t.what, t.from, t.to, t.reason, t.child)
		b.numbers(t.at, t.n)
	}
	for _, key := range slices.Sorted(maps.Keys(w.Starts)) {
		b.words(key)
		b.numbers(w.Starts[key])
	}
	return b.String()
}

// A writer writes what is to be compared, and not read.
type writer struct{ strings.Builder }

func (b *writer) words(words ...string) {
	for _, s := range words {
		b.WriteString(s)
		b.WriteByte('|')
	}
}

func (b *writer) numbers(numbers ...int) {
	var text [20]byte
	for _, n := range numbers {
		b.Write(strconv.AppendInt(text[:0], int64(n), 10))
		b.WriteByte('|')
	}
}
