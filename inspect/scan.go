package inspect

import (
	"reflect"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// An entry is a process in a scan. A hundred thousand of them are ordinary, so
// what takes memory is asked for when a row of it is shown.
type entry struct {
	coppice.Stats
	in, out, busy float64
	zombie        bool // its code does not end
}

// A scan is all processes at about one moment. It does not change.
type scan struct {
	at       time.Time
	entries  []entry
	children map[coppice.PID]int // of those that have some
	history  *history
	dead     int // entries that are no processes any more
}

func (v *View) scan() *scan {
	s := &scan{at: time.Now(), children: make(map[coppice.PID]int), history: v.history()}
	s.entries = make([]entry, 0, v.node.Count()+16)
	root := v.node.Root()
	for stats := range v.node.Stats() {
		if stats.Parent == root {
			stats.Parent = coppice.PID{}
		}
		if !stats.Parent.IsZero() {
			s.children[stats.Parent]++
		}
		s.entries = append(s.entries, entry{Stats: stats})
	}
	if zombies := v.node.Zombies(); len(zombies) > 0 {
		s.mark(zombies)
	}
	return s
}

// mark marks the zombies. Those that were killed are no processes any more, but
// are shown all the same.
func (s *scan) mark(zombies []coppice.PID) {
	living := s.index()
	for _, pid := range zombies {
		if e := living[pid]; e != nil {
			e.zombie = true
			continue
		}
		info, _ := coppice.Lookup(pid)
		info.Parent = coppice.PID{}
		s.entries = append(s.entries, entry{Stats: info.Stats, zombie: true})
		s.dead++
	}
}

// status is the word for what a process does.
func (e *entry) status() string {
	if e.zombie {
		return "zombie"
	}
	return e.Status.String()
}

func (s *scan) parent(e *entry) string {
	if e.Parent.IsZero() {
		return ""
	}
	return e.Parent.String()
}

// child returns what the supervisor of a process, if it has one, tells of it.
func (s *scan) child(e *entry) supervisor.ChildView {
	if e.Parent.IsZero() {
		return supervisor.ChildView{}
	}
	view, _ := supervisor.ChildViewOf(e.Parent, e.PID)
	return view
}

// restarts counts those of a child, or those that a supervisor has made.
func (s *scan) restarts(e *entry) int {
	if view, ok := e.supervisor(); ok {
		return int(view.Restarts)
	}
	return s.child(e).Restarts
}

// supervisor returns what a supervisor shows, and false for any other process.
func (e *entry) supervisor() (supervisor.View, bool) {
	if !e.Publishes {
		return supervisor.View{}, false
	}
	return supervisor.ViewOf(e.PID)
}

func (e *entry) current() string {
	if e.Handling == nil {
		return ""
	}
	return e.Handling.String()
}

// row is what a line of a table tells of a process.
func (s *scan) row(e *entry) Process {
	p := Process{
		PID:          e.PID.String(),
		Name:         e.Name,
		Label:        coppice.LabelOf(e.PID),
		Kind:         kindOf(e),
		Status:       e.status(),
		AgeNS:        int64(e.For),
		Parent:       s.parent(e),
		Children:     s.children[e.PID],
		Recent:       s.recent(e),
		Mailbox:      e.Mailbox + e.Kept,
		HighWater:    max(e.HighWater, e.Mailbox),
		Received:     e.Received,
		Sent:         e.Sent,
		In:           e.in,
		Out:          e.out,
		BusyNS:       int64(e.Stats.Busy),
		Busy:         e.busy,
		UptimeNS:     int64(e.Lifetime),
		HandlerP99NS: int64(e.HandlerP99),
		Current:      e.current(),
	}
	child := s.child(e)
	p.ID, p.LastExit, p.Restarts = child.Spec.ID, reasonText(child.LastExit), child.Restarts
	if view, ok := e.supervisor(); ok {
		p.Restarts = int(view.Restarts)
		p.Budget = &Budget{Used: view.Used, Max: view.Max, PeriodNS: int64(view.Period)}
	}
	return p
}

// kindOf says what kind of process it is.
func kindOf(e *entry) string {
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
