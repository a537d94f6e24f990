package program

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A Waiting is a process that was told to end and has not: what everything
// above it in the tree waits for.
type Waiting struct {
	PID    coppice.PID
	Path   []string       // the names, or ids as children, of its ancestors, the top first, and its own
	Status coppice.Status // what it does
	Left   time.Duration  // until the one above it kills it; negative: it does not
	Stack  string         // where its code is, if it runs
}

func (w Waiting) where() string {
	return fmt.Sprintf("%s %v", strings.Join(w.Path, " › "), w.PID)
}

// String gives one line, and the stack.
func (w Waiting) String() string {
	text := fmt.Sprintf("%s: told to end, %v", w.where(), w.Status)
	if w.Left >= 0 {
		text += fmt.Sprintf(", has %v left", round(w.Left))
	}
	if w.Stack != "" {
		text += "\n    " + strings.ReplaceAll(strings.TrimSpace(w.Stack), "\n", "\n    ")
	}
	return text
}

// WaitingFor returns the processes that whoever stops something on a node waits
// for: they were told to end, and nothing that they have started was told too.
// They are in start order. It reads the kernel's books, so that what hangs
// cannot hide; and it stops the program for a moment to see the stacks.
func WaitingFor(n *coppice.Node) []Waiting {
	told := make(map[coppice.PID]coppice.ProcessInfo)
	for pid := range n.List() {
		if info, alive := coppice.Lookup(pid); alive && info.Told {
			told[pid] = info
		}
	}
	if len(told) == 0 {
		return nil
	}
	stacks := n.Stacks()
	var all []Waiting
	for _, info := range lowest(told) {
		w := Waiting{PID: info.PID, Path: path(info), Status: info.Status, Left: -1, Stack: stacks[info.PID]}
		if by := told[info.Parent]; !by.Until.IsZero() {
			w.Left = max(time.Until(by.Until), 0)
		}
		all = append(all, w)
	}
	return all
}

// lowest returns those of whose descendants none is among told, in start order.
func lowest(told map[coppice.PID]coppice.ProcessInfo) []coppice.ProcessInfo {
	above := make(map[coppice.PID]bool)
	for _, info := range told {
		for _, a := range info.Ancestors {
			above[a] = true
		}
	}
	var all []coppice.ProcessInfo
	for pid, info := range told {
		if !above[pid] {
			all = append(all, info)
		}
	}
	slices.SortFunc(all, func(a, b coppice.ProcessInfo) int { return cmp.Compare(b.Lifetime, a.Lifetime) })
	return all
}

// path names the ancestors of a process and itself, the top first.
func path(info coppice.ProcessInfo) []string {
	names := []string{nameOf(info)}
	for _, pid := range info.Ancestors {
		if pid == pid.Node().Root() {
			break
		}
		above, _ := coppice.Lookup(pid)
		names = append(names, nameOf(above))
	}
	slices.Reverse(names)
	return names
}

// nameOf names a process: by its name, by its id as a child, or by what it runs.
func nameOf(info coppice.ProcessInfo) string {
	child, _ := supervisor.ChildViewOf(info.Parent, info.PID)
	return cmp.Or(info.Name, child.Spec.ID, info.Label, info.PID.String())
}
