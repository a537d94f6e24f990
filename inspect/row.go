package inspect

import (
	"reflect"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/show"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// status is the word for what a process does.
func (e *entry) status() string {
	switch {
	case e.zombie:
		return "zombie"
	case e.absent != nil:
		return absentStatus(e.absent)
	}
	return e.Status.String()
}

func (e *entry) pid() string { return pidText(e.PID) }

func pidText(pid coppice.PID) string {
	if pid.IsZero() {
		return ""
	}
	return pid.String()
}

// child returns what the supervisor of a process, if it has one, tells of it.
func (e *entry) child() supervisor.ChildView {
	switch {
	case e.absent != nil:
		return *e.absent
	case e.Parent.IsZero():
		return supervisor.ChildView{}
	}
	view, _ := supervisor.ChildViewOf(e.Parent, e.PID)
	return view
}

// restarts counts those of a child, or those that a supervisor has made.
func (e *entry) restarts() int {
	if view, ok := e.supervisor(); ok {
		return int(view.Restarts)
	}
	return e.child().Restarts
}

// supervisor returns what a supervisor shows, and false for any other process,
// and for nil.
func (e *entry) supervisor() (supervisor.View, bool) {
	if e == nil || !e.Publishes {
		return supervisor.View{}, false
	}
	return supervisor.ViewOf(e.PID)
}

func (e *entry) current() string {
	stats, _ := coppice.StatsOf(e.PID)
	return typeText(stats.Handling)
}

func typeText(t reflect.Type) string {
	if t == nil {
		return ""
	}
	return t.String()
}

// A source is where the rows of an answer come from: what was taken from a scan,
// to be shown when nobody is kept waiting any more, for the label of a process is
// code of the user's.
type source struct {
	at      time.Time  // of the scan
	old     *time.Time // the same, if that is worth telling
	history *history
	asker   *show.Asker
	glances *glances // or nil
}

// row is what a line of a table tells of a process: what it does is read now.
func (from *source) row(e *entry) Process {
	switch {
	case e.absent != nil:
		return from.absentRow(e)
	case e.PID.IsZero():
		return Process{Kind: kindOf(e), Status: e.status(), AgeNS: -1}
	}
	stats, _ := coppice.StatsOf(e.PID)
	pace := e.pace
	if from.glances != nil {
		pace = from.glances.pace(e, &stats, from.at)
	}
	p := Process{
		PID:          e.pid(),
		Name:         stats.Name,
		Label:        coppice.LabelOf(e.PID),
		Kind:         kindOf(e),
		Status:       stats.Status.String(),
		AgeNS:        int64(stats.For),
		Parent:       pidText(e.Parent),
		Children:     int(e.children),
		Recent:       from.history.recent(e),
		Mailbox:      stats.Mailbox + stats.Kept,
		HighWater:    max(stats.HighWater, stats.Mailbox),
		Received:     stats.Received,
		Sent:         stats.Sent,
		In:           pace.in,
		Out:          pace.out,
		BusyNS:       int64(stats.Busy),
		Busy:         pace.busy,
		HandlerP99NS: int64(stats.HandlerP99),
		UptimeNS:     int64(stats.Lifetime),
		Current:      typeText(stats.Handling),
	}
	if e.zombie {
		p.Status = e.status()
	}
	if view, ok := e.supervisor(); ok {
		p.Budget = &Budget{Used: view.Used, Max: view.Max, PeriodNS: int64(view.Period)}
		p.Restarts = int(view.Restarts)
	}
	child := e.child()
	p.ID, p.LastExit = child.Spec.ID, reasonText(from.asker, child.LastExit)
	if p.Budget == nil {
		p.Restarts = child.Restarts
	}
	return p
}

// absentOf is the entry of a child that has no process.
func absentOf(parent coppice.PID, view supervisor.ChildView) *entry {
	e := &entry{Parent: parent, absent: &view, age: -1}
	if !view.LastAt.IsZero() {
		e.age = time.Since(view.LastAt)
	}
	return e
}

func (from *source) absentRow(e *entry) Process {
	c := childOf(*e.absent, from.asker)
	return Process{
		ID: c.ID, Kind: kindOf(e), Status: c.Status, AgeNS: int64(e.age), Parent: pidText(e.Parent),
		Restarts: c.Restarts, LastExit: c.LastExit, Due: c.Due,
	}
}

// kindOf says what kind of process it is.
func kindOf(e *entry) string {
	if e.absent != nil {
		if e.absent.Spec.Type == supervisor.ASupervisor {
			return "supervisor"
		}
		return "process"
	}
	if _, ok := e.supervisor(); ok {
		return "supervisor"
	}
	t := reflect.TypeOf(coppice.BehaviourOf(e.PID))
	if t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == nil:
	case strings.HasSuffix(t.PkgPath(), "/coppice/genserver"):
		return "server"
	case strings.HasSuffix(t.PkgPath(), "/coppice/statem"):
		return "statem"
	}
	return "process"
}
