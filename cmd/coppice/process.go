package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// called is what people call a process: its name, its id under its supervisor,
// or what it runs.
func called(p inspect.Process) string {
	switch {
	case p.Name != "":
		return p.Name
	case p.ID != "":
		return p.ID
	case p.Label != "":
		return p.Label
	}
	return p.PID
}

// statusText is the word, and for how long it has been true where that matters;
// of a child that waits for its restart, when it is due.
func statusText(p inspect.Process) string {
	if p.Due != nil {
		return p.Status + ", due in " + ago(max(0, int64(time.Until(*p.Due))))
	}
	if age := ago(p.AgeNS); p.Status != "idle" && p.AgeNS >= int64(time.Second) {
		return p.Status + " " + age
	}
	return p.Status
}

func statusColor(p inspect.Process) color {
	switch p.Status {
	case "zombie", "restarting":
		return bad
	case "exiting", "dead":
		return wary
	case "running", "queued":
		return good
	case "idle":
		return faint
	}
	return plain
}

// mailbox is how many messages wait, and how many have.
func mailbox(p inspect.Process) string {
	if p.HighWater > p.Mailbox {
		return fmt.Sprintf("%d/%d", p.Mailbox, p.HighWater)
	}
	return fmt.Sprint(p.Mailbox)
}

func mailboxColor(p inspect.Process) color {
	switch {
	case p.Mailbox >= 1000:
		return bad
	case p.Mailbox >= 10:
		return wary
	case p.Mailbox == 0:
		return faint
	}
	return plain
}

// restarts is how often, and at a supervisor how much of its limit is used up.
func restarts(p inspect.Process) string {
	text := orNumber(p.Restarts)
	if b := p.Budget; b != nil && b.Used > 0 {
		text = strings.TrimSpace(text + fmt.Sprintf(" %d/%d", b.Used, b.Max))
	}
	return text
}

func restartsColor(p inspect.Process) color {
	switch b := p.Budget; {
	case b != nil && b.Used > 0 && 2*b.Used >= b.Max:
		return bad
	case p.Recent > 0:
		return wary
	}
	return plain
}

// processColumns are those of ps and top; first is what comes first.
func processColumns(first ...column[inspect.Process]) []column[inspect.Process] {
	type p = inspect.Process
	return append(first,
		column[p]{head: "STATUS", keep: 90, cell: statusText, color: statusColor},
		column[p]{head: "MAILBOX", keep: 80, right: true, cell: mailbox, color: mailboxColor},
		column[p]{head: "IN/S", keep: 55, right: true, cell: func(p p) string { return rate(p.In) }},
		column[p]{head: "OUT/S", keep: 20, right: true, cell: func(p p) string { return rate(p.Out) }},
		column[p]{head: "BUSY", keep: 50, right: true, cell: func(p p) string { return percent(p.Busy) }},
		column[p]{head: "P99", keep: 45, right: true, cell: func(p p) string { return took(p.HandlerP99NS) }},
		column[p]{head: "RESTARTS", keep: 70, right: true, cell: restarts, color: restartsColor},
		column[p]{head: "PID", keep: 60, cell: func(p p) string { return p.PID }},
		column[p]{head: "TYPE", keep: 40, cell: func(p p) string { return p.Label }},
		column[p]{head: "UP", keep: 30, right: true, cell: func(p p) string { return ago(p.UptimeNS) }},
		column[p]{head: "CURRENT", keep: 12, cell: func(p p) string { return p.Current }},
		column[p]{head: "PARENT", keep: 8, cell: func(p p) string { return p.Parent }},
		column[p]{head: "LAST EXIT", keep: 10, cell: func(p p) string { return p.LastExit }},
	)
}

func nameColumn() column[inspect.Process] {
	return column[inspect.Process]{head: "NAME", cell: called}
}

// header is what there is to know of a node, in a few lines.
func header(n inspect.Node, p palette) []string {
	first := fmt.Sprintf("%s  up %s  os pid %d  %s", p.paint(strong, clean(n.Name)), ago(n.UptimeNS), n.OSPID, n.Go)
	if n.Actions {
		first += "  " + p.paint(wary, "actions on")
	} else {
		first += "  read-only"
	}
	second := fmt.Sprintf("%d processes", n.Processes)
	for _, status := range slices.Sorted(maps.Keys(n.ByStatus)) {
		second += fmt.Sprintf("  %d %s", n.ByStatus[status], status)
	}
	third := fmt.Sprintf("%s, %d in 5m", counted(int(n.Restarts), "restart"), n.Recent)
	if n.Zombies > 0 {
		third += "  " + p.paint(bad, counted(n.Zombies, "zombie"))
	}
	if n.Dead > 0 {
		third += "  " + counted(int(n.Dead), "dead letter")
	}
	for _, near := range n.Near {
		if b := near.Budget; b != nil {
			third += "  " + p.paint(wary, fmt.Sprintf("%s used %d/%d", clean(called(near)), b.Used, b.Max))
		}
	}
	third += fmt.Sprintf("  %d goroutines  %s heap", n.Goroutines, byteCount(n.HeapBytes))
	return []string{first, second, third}
}
