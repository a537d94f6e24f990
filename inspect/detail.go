package inspect

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/show"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/sys"
)

const (
	maxRefs   = 200      // processes listed for each relation
	maxQueue  = 20       // messages whose types are listed
	maxText   = 64 << 10 // of a state, or of a reply
	maxReason = 1 << 10  // of an exit reason in a row
	stateTime = 2 * time.Second
)

// reasonText is an exit reason, whose methods may panic or hang, as text.
func reasonText(asker *show.Asker, reason error) string {
	if reason == nil {
		return ""
	}
	return asker.Text(reason, maxReason)
}

// Ask calls f, which runs code of the user's that may hang, panic or call
// Goexit, and reports whether it has ended before long: then what it has done can
// be seen.
func (v *View) Ask(f func()) bool { return v.asker.Ask(stateTime, f) }

// refs describes processes that another one has to do with.
func refs(pids []coppice.PID) []Ref {
	var all []Ref
	for _, pid := range pids[:min(len(pids), maxRefs)] {
		stats, _ := coppice.StatsOf(pid)
		all = append(all, Ref{PID: pid.String(), Name: stats.Name, Label: coppice.LabelOf(pid)})
	}
	return all
}

// above leaves out what stands for the program itself, which is the last of the
// ancestors.
func (v *View) above(ancestors []coppice.PID) []coppice.PID {
	if n := len(ancestors); n > 0 && ancestors[n-1] == v.node.Root() {
		return ancestors[:n-1]
	}
	return ancestors
}

// sortedRefs is refs in the order of the PIDs, which come in none.
func sortedRefs(pids []coppice.PID) []Ref {
	return refs(lowest(slices.Values(pids), maxRefs, coppice.PID.Compare))
}

// Detail returns what there is to know of a process; the error wraps
// [ErrNotFound].
func (v *View) Detail(pid coppice.PID) (Detail, error) {
	info, alive := coppice.Lookup(pid)
	if !alive {
		return Detail{}, v.notFound(pid.String())
	}
	if info.Parent == v.node.Root() {
		info.Parent = coppice.PID{}
	}
	e := entryOf(&info.Stats)
	for range coppice.Children(pid) {
		e.children++
	}
	e.zombie = slices.Contains(v.node.Zombies(), pid)
	from := source{history: v.history(), asker: &v.asker}
	v.sampler.with(func(latest *scan) {
		if latest == nil {
			return
		}
		from.at, from.glances = latest.at, &v.sampler.glances
		if old := latest.find(pid); old != nil {
			e.pace, e.done = old.pace, old.done
		}
	})
	d := Detail{
		Process: from.row(&e), Trapping: info.Trapping, Pending: info.Pending, ExitReason: reasonText(&v.asker, info.ExitReason),
		Ancestors: refs(v.above(info.Ancestors)), Callers: refs(info.Callers),
		Links: sortedRefs(info.Links), Monitors: sortedRefs(info.Monitors), MonitoredBy: sortedRefs(info.MonitoredBy),
		Accepts: v.Accepts(pid),
	}
	for _, t := range coppice.MailboxTypes(pid, maxQueue) {
		d.Queue = append(d.Queue, fmt.Sprint(t))
	}
	d.Spec, d.Argument = spec(e.Parent, pid)
	return d, nil
}

// spec says how a process is supervised, and how it supervises.
func spec(parent, pid coppice.PID) (pairs []Pair, argument *Type) {
	add := func(key string, value any) { pairs = append(pairs, Pair{key, fmt.Sprint(value)}) }
	if child, ok := supervisor.ChildViewOf(parent, pid); ok {
		add("restart", child.Spec.Restart)
		add("shutdown", shutdown(child.Spec.Shutdown))
		if child.Spec.Significant {
			add("significant", true)
		}
		if !child.LastAt.IsZero() {
			add("last restart", child.LastAt.Format(time.RFC3339))
		}
	}
	if view, ok := supervisor.ViewOf(pid); ok {
		add("strategy", view.Strategy)
		add("intensity", supervisor.AtMost(view.Max, view.Period).String())
		add("children", view.Children)
		if view.Argument != nil {
			t := Describe(view.Argument)
			argument = &t
		}
	}
	return pairs, argument
}

// shutdown says how a child is stopped; OTP's number is in milliseconds.
func shutdown(s supervisor.Shutdown) string {
	if ms, err := strconv.Atoi(s.String()); err == nil {
		return (time.Duration(ms) * time.Millisecond).String()
	}
	return s.String()
}

// A Result is what a process has answered, without what is not to be seen.
type Result struct {
	Text string `json:"text"`
	JSON any    `json:"json,omitempty"`
}

// resultOf shows a value, if that does not take longer than to ask for a state
// may: its methods are code of the user's.
func (v *View) resultOf(value any) (Result, error) {
	var shown *show.Shown
	switch {
	case !v.Ask(func() { shown = show.Of(value, maxText) }):
		return Result{}, fmt.Errorf("%T: its methods, which say what is shown of it, do not return", value)
	case shown == nil:
		return Result{}, fmt.Errorf("%T: its methods, which say what is shown of it, panic or end the goroutine", value)
	}
	return Result{shown.String(), shown}, nil
}

// State asks a server what it shows of its state, for no longer than two
// seconds. It is the one thing that is not read but asked for. The error is a
// *[RefusedError] if the process is no server.
func (v *View) State(ctx context.Context, pid coppice.PID) (Result, error) {
	if err := askable(pid); err != nil {
		return Result{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, stateTime)
	defer cancel()
	state, err := sys.State(ctx, pid)
	if err != nil {
		return Result{}, err
	}
	if text, ok := state.(string); ok {
		return Result{Text: show.Text(text, maxText)}, nil
	}
	return v.resultOf(state)
}

// askable says at once that a process cannot be asked, where that is so: one that
// runs a function would say it the next time that it receives, if ever.
func askable(pid coppice.PID) error {
	if coppice.TakesSystem(pid) {
		return nil
	}
	if _, alive := coppice.Lookup(pid); !alive { // asked after that: one that has ended runs nothing, too
		return nil
	}
	return refusedf("what the node knows of it needs no answer: info, and its stack",
		"%s runs a function and is no server, so it cannot be asked", nameOf(pid))
}

// Stack returns where the code of a process is at the moment, and "" if it does
// not run. To find out stops the program for a moment; so where that is long it
// may be what was so a moment ago.
func (v *View) Stack(pid coppice.PID) string { return v.stacks.get(v.node.Stacks)[pid] }

// A Zombie is a process whose code goes on running although it was told to end,
// or was killed.
type Zombie struct {
	PID    string    `json:"pid"`
	Name   string    `json:"name,omitempty"` // or what it ran
	Reason string    `json:"reason"`         // what it was told
	Since  time.Time `json:"since"`
	Zombie bool      `json:"zombie"` // it had its time to end
	Killed bool      `json:"killed"` // it has ended in the eyes of others
	Stack  string    `json:"stack"`
}

// Zombies returns those whose code does not end, the longest first. It stops the
// program for a moment if there are any; so where that is long it may be what was
// so a moment ago.
func (v *View) Zombies() []Zombie { return v.zombies.get(v.findZombies) }

func (v *View) findZombies() []Zombie {
	all := []Zombie{}
	for _, s := range v.node.Stuck() {
		all = append(all, Zombie{s.PID.String(), s.Name, reasonText(&v.asker, s.Reason), s.Since, s.Zombie, s.Killed, s.Stack})
	}
	return all
}

// A Child is a child of a supervisor, with or without a process.
type Child struct {
	ID       string `json:"id,omitempty"`
	PID      string `json:"pid,omitempty"`
	Name     string `json:"name,omitempty"`
	Status   string `json:"status"`            // as in Process; restarting or stopped without a process
	Type     string `json:"type"`              // worker or supervisor
	Restart  string `json:"restart,omitempty"` // permanent, transient or temporary
	Restarts int    `json:"restarts"`
	LastExit string `json:"last_exit,omitempty"`

	Due *time.Time `json:"due,omitempty"` // when it is started again, if it waits for that
}

// Children returns the children of a process in start order, those of a
// supervisor that have no process included, no more than limit (0: all), and how
// many there are.
func (v *View) Children(pid coppice.PID, limit int) (children []Child, total int) {
	below := childrenOf(pid)
	children = []Child{}
	for _, e := range cut(below, 0, limit) {
		view := e.child()
		c := childOf(view, &v.asker)
		c.PID, c.Name, c.Status = e.pid(), e.Name, e.status()
		if view.Spec.Start == nil { // it has no supervisor
			c.Restart, c.Type = "", "worker"
		}
		children = append(children, c)
	}
	return children, len(below)
}

// childrenOf returns the children of a process in start order.
func childrenOf(pid coppice.PID) []*entry {
	var below []*entry
	for child := range coppice.Children(pid) {
		stats, _ := coppice.StatsOf(child)
		e := entryOf(&stats)
		below = append(below, &e)
	}
	view, supervised := supervisor.ViewOf(pid)
	for _, child := range view.Absent {
		below = append(below, absentOf(pid, child))
	}
	return sorted(below, supervised)
}

func childOf(view supervisor.ChildView, asker *show.Asker) Child {
	c := Child{
		ID: view.Spec.ID, Status: absentStatus(&view), Type: view.Spec.Type.String(), Restart: view.Spec.Restart.String(),
		Restarts: view.Restarts, LastExit: reasonText(asker, view.LastExit),
	}
	if view.Restarting && !view.Due.IsZero() {
		c.Due = &view.Due
	}
	return c
}

// absentStatus is the word for a child that has no process.
func absentStatus(view *supervisor.ChildView) string {
	if view.Restarting {
		return "restarting"
	}
	return "stopped"
}
