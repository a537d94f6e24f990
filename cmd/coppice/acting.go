package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A deed is something that a screen can have the node do to a process.
type deed struct {
	name, note string
	action     inspect.Action
	written    bool // first there is something to be written
}

// deedsOf are what can be done to a process.
func deedsOf(p inspect.Process) []deed {
	var all []deed
	if p.PID != "" {
		all = []deed{{name: "send", note: "call or cast one of the messages that it accepts", written: true}}
		if p.Kind == "supervisor" {
			all = append(all, deed{name: "start_child", note: "of what is written, if it has a template", written: true})
		}
		all = append(all, []deed{
			{name: "stop", note: "in order, whatever its supervisor makes of it", action: inspect.Action{Verb: "stop", To: p.PID}},
			{name: "kill", note: "at once", action: inspect.Action{Verb: "exit", To: p.PID, Reason: "kill"}},
			{name: "suspend", note: "it handles nothing until resume", action: inspect.Action{Verb: "suspend", To: p.PID}},
			{name: "resume", note: "it goes on", action: inspect.Action{Verb: "resume", To: p.PID}},
			{name: "log debug", note: "it logs from the level debug on", action: inspect.Action{Verb: "log_level", To: p.PID, Level: "debug"}},
			{name: "log as ever", note: "it logs as the program says", action: inspect.Action{Verb: "log_level", To: p.PID}},
		}...)
	}
	if p.Parent != "" && p.ID != "" {
		all = append(all,
			deed{name: "terminate_child", note: "its supervisor ends it, and keeps its recipe", action: inspect.Action{Verb: "terminate_child", To: p.Parent, Child: p.ID}},
			deed{name: "restart_child", note: "its supervisor starts it again, if it was ended", action: inspect.Action{Verb: "restart_child", To: p.Parent, Child: p.ID}})
		if p.PID == "" {
			all = append(all, deed{name: "delete_child", note: "its supervisor forgets it", action: inspect.Action{Verb: "delete_child", To: p.Parent, Child: p.ID}})
		}
	}
	return all
}

// An intent is what is about to be done, once its user has typed the name of the
// process, or how many they are.
type intent struct {
	processes []inspect.Process
	choice    int
	chosen    bool
	typed     string
	back      mode // from which it was opened
}

// deeds are what can be done to all of the processes: one writes to one.
func (i *intent) deeds() []deed {
	all := deedsOf(i.processes[0])
	for _, p := range i.processes[1:] {
		also := deedsOf(p)
		all = slices.DeleteFunc(all, func(d deed) bool { return d.written || !slices.ContainsFunc(also, d.same) })
	}
	return all
}

func (d deed) same(other deed) bool { return d.name == other.name }

// word is what has to be typed.
func (i *intent) word() string {
	if len(i.processes) == 1 {
		return called(i.processes[0])
	}
	return strconv.Itoa(len(i.processes))
}

// confirmed reports whether the word has been typed, and behind it perhaps why.
func (i *intent) confirmed() (why string, ok bool) {
	rest, ok := strings.CutPrefix(i.typed, i.word())
	return strings.TrimSpace(rest), ok && (rest == "" || rest[0] == ' ')
}

// pids are those of the processes, of no more than can be asked for at a time.
func (i *intent) pids() []string {
	const atOnce = 200
	var all []string
	for _, p := range i.processes[:min(len(i.processes), atOnce)] {
		if p.PID != "" {
			all = append(all, p.PID)
		}
	}
	return all
}

// take takes what the processes are now. What can be done to them does not change
// any more once it is chosen.
func (i *intent) take(rows []inspect.Process) {
	for n, p := range i.processes {
		at := slices.IndexFunc(rows, func(row inspect.Process) bool { return row.PID == p.PID })
		switch {
		case at < 0:
		case rows[at].Status == "dead" || i.chosen:
			i.processes[n].Status = rows[at].Status
		default:
			i.processes[n] = rows[at]
		}
	}
	i.choice = min(i.choice, max(0, len(i.deeds())-1))
}

// intend opens the menu of what can be done to processes.
func (s *screen) intend(processes ...inspect.Process) wish {
	i := intent{processes: processes, back: s.mode}
	switch {
	case !s.node.Actions:
		s.done = "this program allows no actions"
	case len(i.deeds()) == 0 && len(processes) == 1:
		s.done = "there is nothing that can be done to this"
	case len(i.deeds()) == 0:
		s.done = "there is nothing that can be done to all of these"
	default:
		s.intent, s.mode = i, acting
		return fresh
	}
	return nothing
}

// act handles a key of the menu, and then of what is typed.
func (s *screen) act(key string) wish {
	i := &s.intent
	switch {
	case key == "esc" || key == "q" && !i.chosen:
		s.mode = i.back
	case i.chosen:
		return s.confirm(key)
	case key == "j" || key == "down":
		i.choice = min(i.choice+1, len(i.deeds())-1)
	case key == "k" || key == "up":
		i.choice = max(i.choice-1, 0)
	case key == "enter":
		if d := i.deeds()[i.choice]; d.written {
			return s.write(d.name, i.processes[0])
		}
		i.chosen = true
	}
	return nothing
}

func (s *screen) confirm(key string) wish {
	i := &s.intent
	_, confirmed := i.confirmed()
	switch {
	case key == "enter" && confirmed:
		s.mode = i.back
		clear(s.selected)
		return done
	case key == "enter" && len(i.processes) > 1:
		s.done, i.typed = "that is not how many they are", ""
	case key == "enter":
		s.done, i.typed = "that is not its name", ""
	default:
		i.typed = edited(i.typed, key)
	}
	return nothing
}

// drawDeeds draws the menu into so many rows, and names all whom it is about. What
// is chosen stands alone where there is no room for all.
func (s *screen) drawDeeds(room int) []string {
	i := &s.intent
	deeds, from := i.deeds(), 0
	lines := named(i.processes, s.width, room-len(deeds)-3)
	if shown := max(1, room-len(lines)); i.chosen && len(deeds)+2 > shown {
		deeds, from = deeds[i.choice:i.choice+1], i.choice
	} else if len(deeds) > shown {
		from = min(max(0, i.choice-shown+1), len(deeds)-shown)
		deeds = deeds[from:]
	}
	for n, line := range lines {
		lines[n] = s.palette.paint(strong, line)
	}
	for n, d := range deeds {
		mark := "  "
		if from+n == i.choice {
			mark = "▸ "
		}
		lines = append(lines, fmt.Sprintf("%s%-16s %s", mark, d.name, s.palette.paint(faint, d.note)))
	}
	if i.chosen {
		want := "it, type its name, " + clean(i.word()) + ", and why if you like"
		if len(i.processes) > 1 {
			want = "all of these, type how many they are, " + i.word() + ", and why if you like"
		}
		ask := fmt.Sprintf("to %s %s: %s█", s.palette.paint(bad, i.deeds()[i.choice].name), want, clean(i.typed))
		lines = append(append(lines, ""), strings.Split(ansi.Wrap(ask, max(1, s.width), " "), "\n")...)
	}
	return lines
}

// named names processes in so many lines, or says how many more there are.
func named(all []inspect.Process, width, room int) []string {
	for shown := len(all); ; shown-- {
		var parts []string
		for _, p := range all[:shown] {
			part := strings.TrimSpace(clean(called(p)) + " " + p.PID)
			if p.Status == "dead" {
				part += " (has ended)"
			}
			parts = append(parts, part)
		}
		if shown < len(all) {
			parts = append(parts, fmt.Sprintf("and %d more", len(all)-shown))
		}
		lines := strings.Split(ansi.Wrap(strings.Join(parts, ", "), max(1, width), " "), "\n")
		if len(lines) <= max(1, room) || shown == 0 {
			return lines
		}
	}
}

// An outcome is what came of what was intended.
type outcome string

const atATime = 8 // so many are acted upon

// carryOut has the node do it, to several at a time: one that hangs holds up no
// other.
func (i *intent) carryOut(ctx context.Context, from source) outcome {
	name := i.deeds()[i.choice].name
	why, _ := i.confirmed()
	said := make([]string, len(i.processes))
	failed := make([]bool, len(i.processes))
	var wait sync.WaitGroup
	slots := make(chan struct{}, atATime)
	for n, p := range i.processes {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			of := deedsOf(p)
			d := of[slices.IndexFunc(of, func(d deed) bool { return d.name == name })]
			d.action.Why = why
			result, err := from.Do(ctx, d.action)
			said[n] = result.Text
			if failed[n] = err != nil; failed[n] {
				said[n] = strings.ReplaceAll(explain(err), "\n", "; ")
			}
		})
	}
	wait.Wait()
	if len(i.processes) == 1 {
		return outcome(fmt.Sprintf("%s %s: %s", name, called(i.processes[0]), said[0]))
	}
	text := ""
	done := 0
	for n, p := range i.processes {
		if failed[n] {
			text += fmt.Sprintf("; %s: %s", called(p), said[n])
		} else {
			done++
		}
	}
	return outcome(fmt.Sprintf("%s: %d of %d done%s", name, done, len(i.processes), text))
}
