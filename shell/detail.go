package shell

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// detailText is the page of a process: a fact a line, and what it accepts.
func detailText(d inspect.Detail) string {
	var b strings.Builder
	fact := func(name, text string) { b.WriteString(fact(name, text)) }
	fact("pid", d.PID)
	fact("name", d.Name)
	fact("runs", d.Label)
	fact("child id", d.ID)
	fact("kind", d.Kind)
	fact("status", d.Status+ago(d.AgeNS))
	fact("up", duration(time.Duration(d.UptimeNS)))
	fact("handles", d.Current)
	fact("mailbox", fmt.Sprintf("%d, at most %d so far", d.Mailbox, d.HighWater))
	fact("messages", fmt.Sprintf("%d received, %d sent", d.Received, d.Sent))
	fact("restarts", fmt.Sprintf("%d, of these %d lately", d.Restarts, d.Recent))
	if d.Budget != nil {
		fact("budget", fmt.Sprintf("%d of %d restarts in %s", d.Budget.Used, d.Budget.Max, duration(time.Duration(d.Budget.PeriodNS))))
	}
	fact("last exit", d.LastExit)
	if d.Children > 0 && d.Kind != "supervisor" { // which tells of its children itself
		fact("children", fmt.Sprint(d.Children))
	}
	if d.Trapping {
		fact("traps exits", "yes")
	}
	fact("started by", refs(d.Ancestors))
	fact("links", refs(d.Links))
	fact("monitors", refs(d.Monitors))
	fact("monitored by", refs(d.MonitoredBy))
	fact("waiting", strings.Join(d.Queue, ", "))
	for _, pair := range d.Spec {
		fact(pair.Key, pair.Value)
	}
	if d.Argument != nil {
		fact("start_child", "takes "+typeText(*d.Argument))
	}
	for _, m := range d.Accepts {
		fact(m.Kind, messageText(m))
	}
	return b.String()
}

// fact is a line of a page, if there is something to say.
func fact(name, text string) string {
	if text == "" {
		return ""
	}
	return fmt.Sprintf("%-13s %s\n", name, oneLine(text))
}

func ago(ns int64) string {
	if ns < 0 {
		return ""
	}
	return " for " + duration(time.Duration(ns))
}

// refs names processes, the unnamed ones by their pid.
func refs(all []inspect.Ref) string {
	const most = 8
	var names []string
	for _, r := range all {
		if len(names) == most {
			names = append(names, fmt.Sprintf("%d more", len(all)-most))
			break
		}
		switch {
		case r.Name != "":
			names = append(names, r.Name+" "+r.PID)
		case r.Label != "":
			names = append(names, r.PID+" ("+r.Label+")")
		default:
			names = append(names, r.PID)
		}
	}
	return strings.Join(names, ", ")
}

// messageText is a message as one types it, with its reply.
func messageText(m inspect.Message) string {
	text := m.Name
	if fields := fieldsText(m.Type); fields != "" {
		text += " " + fields
	} else if m.Type.Kind != "struct" {
		text += " " + m.Type.Kind
	}
	if m.Reply != "" {
		text += " → " + m.Reply
	}
	return text
}

func typeText(t inspect.Type) string {
	if fields := fieldsText(t); fields != "" {
		return t.Go + " " + fields
	}
	return t.Go
}

// fieldsText is {Field: type, …}, or "" without fields.
func fieldsText(t inspect.Type) string {
	var fields []string
	for _, f := range t.Fields {
		fields = append(fields, f.Name+": "+f.Type.Go)
	}
	if len(fields) == 0 {
		return ""
	}
	return "{" + strings.Join(fields, ", ") + "}"
}
