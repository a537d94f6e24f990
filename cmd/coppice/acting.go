package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A deed is something that a screen can have the node do to a process.
type deed struct {
	name, note string
	action     inspect.Action
}

// deedsOf are what can be done to a process.
func deedsOf(p inspect.Process) []deed {
	all := []deed{
		{"stop", "in order, whatever its supervisor makes of it", inspect.Action{Verb: "stop", To: p.PID}},
		{"kill", "at once", inspect.Action{Verb: "exit", To: p.PID, Reason: "kill"}},
		{"suspend", "it handles nothing until resume", inspect.Action{Verb: "suspend", To: p.PID}},
		{"resume", "it goes on", inspect.Action{Verb: "resume", To: p.PID}},
	}
	if p.Parent != "" && p.ID != "" {
		all = append(all,
			deed{"terminate_child", "its supervisor ends it, and keeps its recipe", inspect.Action{Verb: "terminate_child", To: p.Parent, Child: p.ID}},
			deed{"restart_child", "its supervisor starts it again, if it was ended", inspect.Action{Verb: "restart_child", To: p.Parent, Child: p.ID}})
	}
	return all
}

// An intent is what is about to be done, once its user has typed the name of the
// process.
type intent struct {
	process inspect.Process
	choice  int
	chosen  bool
	typed   string
}

func (i *intent) deed() deed { return deedsOf(i.process)[i.choice] }

// intend opens the menu of what can be done to a process.
func (s *screen) intend(p inspect.Process) wish {
	switch {
	case !s.node.Actions:
		s.done = "this program allows no actions"
	case p.PID == "" && (p.Parent == "" || p.ID == ""):
		s.done = "there is nothing that can be done to this"
	default:
		s.intent, s.mode = intent{process: p}, acting
	}
	return nothing
}

// act handles a key of the menu, and then of what is typed.
func (s *screen) act(key string) wish {
	i := &s.intent
	switch {
	case key == "esc" || key == "q" && !i.chosen:
		s.mode = browsing
	case i.chosen:
		return s.confirm(key)
	case key == "j" || key == "down":
		i.choice = min(i.choice+1, len(deedsOf(i.process))-1)
	case key == "k" || key == "up":
		i.choice = max(i.choice-1, 0)
	case key == "enter":
		i.chosen = true
	}
	return nothing
}

func (s *screen) confirm(key string) wish {
	i := &s.intent
	switch {
	case key == "enter" && i.typed == called(i.process):
		s.mode = browsing
		return done
	case key == "enter":
		s.done, i.typed = "that is not its name", ""
	case key == "backspace":
		if runes := []rune(i.typed); len(runes) > 0 {
			i.typed = string(runes[:len(runes)-1])
		}
	case key == "space":
		i.typed += " "
	case len([]rune(key)) == 1:
		i.typed += key
	}
	return nothing
}

// drawDeeds draws the menu.
func (s *screen) drawDeeds() []string {
	i := &s.intent
	lines := []string{s.palette.paint(strong, clean(called(i.process))+" "+i.process.PID)}
	for n, d := range deedsOf(i.process) {
		mark := "  "
		if n == i.choice {
			mark = "▸ "
		}
		lines = append(lines, fmt.Sprintf("%s%-16s %s", mark, d.name, s.palette.paint(faint, d.note)))
	}
	if i.chosen {
		name := clean(called(i.process))
		lines = append(lines, "", fmt.Sprintf("to %s it, type its name, %s: %s█", s.palette.paint(bad, i.deed().name), name, clean(i.typed)))
	}
	return lines
}

// An outcome is what came of a deed.
type outcome string

// carryOut has the node do it.
func (d deed) carryOut(ctx context.Context, from source, who string) outcome {
	result, err := from.Do(ctx, d.action)
	said := result.Text
	if err != nil {
		said = strings.ReplaceAll(explain(err), "\n", "; ")
	}
	return outcome(fmt.Sprintf("%s %s: %s", d.name, who, said))
}
