package inspect

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/show"
)

// A chronicle follows the events of a node, for what is counted over time.
type chronicle struct {
	mu       sync.Mutex              // guards what follows
	seen     uint64                  // the last event
	restarts []restart               // of the last five minutes, the oldest first
	made     uint64                  // restarts so far, since somebody has looked
	sum      uint64                  // of what supervisors said of that at the last look
	totals   map[coppice.PID][]total // of supervisors, over the last five minutes, the oldest first
}

// A total is how many restarts a supervisor had made at a moment.
type total struct {
	at time.Time
	n  uint64
}

// A restart is one that a supervisor has made.
type restart struct {
	of childKey
	at time.Time
}

// A childKey tells a child over its restarts, where it has an id.
type childKey struct {
	supervisor coppice.PID
	id         string
}

const maxRestarts = 10000 // so many are counted one by one

// A history is what a chronicle tells at one moment.
type history struct {
	at       time.Time
	bySup    map[coppice.PID]int
	byChild  map[childKey]int
	restarts uint64
	crashes  uint64
}

// history reads what is new, and counts.
func (v *View) history() *history {
	c, now := &v.chronicle, time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range v.node.Events(c.seen) {
		c.seen = e.Seq
		if kindOfEvent(e) == "restart" {
			c.restarts = append(c.restarts, restart{childKey{e.Supervisor, e.Name}, e.At})
		}
	}
	old := max(len(c.restarts)-maxRestarts, 0)
	for old < len(c.restarts) && now.Sub(c.restarts[old].at) > kept {
		old++
	}
	c.restarts = slices.Delete(c.restarts, 0, old)
	h := &history{
		at: now, bySup: make(map[coppice.PID]int), byChild: make(map[childKey]int), restarts: c.made, crashes: v.node.CrashCount(),
	}
	for _, r := range c.restarts {
		h.bySup[r.of.supervisor]++
		h.byChild[r.of]++
	}
	return h
}

// recount counts the restarts of supervisors by what they say themselves, where
// that is more: of events some are dropped when very many come at once.
func (s *scan) recount(c *chronicle) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, totals, sum := s.history, make(map[coppice.PID][]total), uint64(0)
	for _, i := range s.sups {
		e := &s.entries[i]
		view, ok := e.supervisor()
		if !ok || view.Restarts == 0 {
			continue
		}
		sum += view.Restarts
		past := append(c.totals[e.PID], total{h.at, view.Restarts})
		if last := len(past) - 2; last >= 0 && h.at.Sub(past[last].at) < kept/30 {
			past = past[:last+1]
		}
		for h.at.Sub(past[0].at) > kept {
			past = past[1:]
		}
		totals[e.PID] = past
		recent := view.Restarts
		if e.uptime+h.at.Sub(s.at) > kept {
			recent -= past[0].n
		}
		h.bySup[e.PID] = max(h.bySup[e.PID], int(recent))
	}
	if c.totals = totals; sum > c.sum { // else one has ended
		c.made += sum - c.sum
	}
	c.sum, h.restarts = sum, c.made
}

// recent counts the restarts of the last five minutes: of a child, or those that
// a supervisor has made, as entry.restarts does. Of a child without an id only
// the last one is known.
func (h *history) recent(e *entry) int {
	if _, ok := e.supervisor(); ok {
		return h.bySup[e.PID]
	}
	if e.Parent.IsZero() || h.bySup[e.Parent] == 0 {
		return 0
	}
	child := e.child()
	if child.Spec.ID != "" {
		return h.byChild[childKey{e.Parent, child.Spec.ID}]
	}
	if child.Restarts > 0 && h.at.Sub(child.LastAt) <= kept {
		return 1
	}
	return 0
}

// kindOfEvent is the word of this package for what has happened.
func kindOfEvent(e coppice.Event) string {
	switch e.Kind {
	case "child_terminated":
		if strings.Contains(e.Text, "; restart") {
			return "restart"
		}
		return "end"
	case "shutdown":
		return "gave_up"
	}
	return e.Kind
}

// Events returns what has happened after the event of number after (0: all that
// is remembered), the oldest first. gap says that some between are forgotten.
func (v *View) Events(after uint64) (events []Event, gap bool) {
	events = []Event{}
	for _, e := range v.node.Events(after) {
		gap = gap || len(events) == 0 && e.Seq != after+1 && after != 0
		events = append(events, eventOf(e))
	}
	return events, gap
}

// About reports whether the event is about whom a name, a child id or a PID
// means, or about a child of that supervisor.
func (e Event) About(who string) bool {
	return who != "" && (who == e.Name || who == e.Child || who == e.SupName || samePID(who, e.PID) || samePID(who, e.Supervisor))
}

// samePID takes <0.1.0> and 0.1.0 for the same.
func samePID(who, pid string) bool {
	return pid != "" && strings.Trim(who, "<>") == strings.Trim(pid, "<>")
}

func eventOf(e coppice.Event) Event {
	event := Event{Seq: e.Seq, At: e.At, Kind: kindOfEvent(e), SupName: e.SupervisorName, Text: e.Text, Crash: e.Crash}
	if !e.PID.IsZero() {
		event.PID = e.PID.String()
	}
	if !e.Supervisor.IsZero() {
		event.Supervisor, event.Child = e.Supervisor.String(), e.Name
	} else {
		event.Name = e.Name
	}
	return event
}

// maxShort is about how long the texts of a report are where many are listed.
const maxShort = 400

// Crashes returns the reports of those that failed, the newest first and without
// their long texts.
func (v *View) Crashes() []Crash {
	all := []Crash{}
	for _, c := range v.node.Crashes() {
		short := v.crashOf(c)
		short.Message, short.State = show.Text(short.Message, maxShort), show.Text(short.State, maxShort)
		all = append(all, short)
	}
	return all
}

// Crash returns one report; the error wraps [ErrNotFound].
func (v *View) Crash(id uint64) (Crash, error) {
	for _, c := range v.node.Crashes() {
		if c.ID == id {
			full := v.crashOf(c)
			full.Stack, full.Text, full.Build = c.Stack, c.String(), build()
			return full, nil
		}
	}
	return Crash{}, notFoundf("no crash report has the number %d; the last 200 are kept", id)
}

// crashOf is a report without its long texts.
func (v *View) crashOf(c coppice.Crash) Crash {
	return Crash{
		ID: c.ID, First: c.First, Last: c.Last, Count: c.Count, PID: c.PID.String(), Name: c.Name, Label: c.Label,
		Reason: c.Reason, Message: c.Message, State: c.State, Decision: c.Decision,
		Mailbox: c.Mailbox, LifetimeNS: int64(c.Lifetime),
		Links: refs(c.Links), Ancestors: refs(v.above(c.Ancestors)), Fell: refs(c.Fell),
		Flight: v.flights.of(c.ID) != nil,
	}
}
