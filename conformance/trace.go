package conformance

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"
)

// A lane is the process that an event belongs to.
type lane struct {
	name string
	inc  int // 0 for the driver
}

// driverLane is the lane of the results of the driver's operations.
var driverLane = lane{name: "driver"}

func (l lane) String() string {
	if l.inc == 0 {
		return l.name
	}
	return l.name + "#" + strconv.Itoa(l.inc)
}

// compare orders lanes by name, bytewise, and then by incarnation.
func (l lane) compare(other lane) int {
	return cmp.Or(cmp.Compare(l.name, other.name), cmp.Compare(l.inc, other.inc))
}

// An event is one line of a trace that a process has written.
type event struct {
	lane lane
	text string
}

// An eventLog holds the events of a block. Processes add to it before they go
// on, so that what follows from an event stands behind it.
type eventLog struct {
	mu     sync.Mutex
	events []event       // guarded by mu
	added  chan struct{} // guarded by mu; closed by the next event, nil if nobody waits
}

func (l *eventLog) add(from lane, text string) {
	l.addIf(func() bool { return true }, from, text)
}

// addIf adds the event unless may says at that moment that it must not be.
func (l *eventLog) addIf(may func() bool, from lane, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !may() {
		return
	}
	l.events = append(l.events, event{from, text})
	if l.added != nil {
		close(l.added)
		l.added = nil
	}
}

// size is the number of events since the last take.
func (l *eventLog) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.events)
}

// wait returns true when an event with this text is in the log, false when the
// context ends before.
func (l *eventLog) wait(ctx context.Context, text string) bool {
	for {
		added := l.find(text)
		if added == nil {
			return true
		}
		select {
		case <-added:
		case <-ctx.Done():
			return false
		}
	}
}

// find returns nil if the text is in the log, else a channel that the next
// event closes.
func (l *eventLog) find(text string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.ContainsFunc(l.events, func(e event) bool { return e.text == text }) {
		return nil
	}
	if l.added == nil {
		l.added = make(chan struct{})
	}
	return l.added
}

// take empties the log.
func (l *eventLog) take() []event {
	l.mu.Lock()
	defer l.mu.Unlock()
	events := l.events
	l.events = nil
	return events
}

// sortOnly sorts the events of the named lanes among the places they take; the
// driver is a lane like any other here.
func sortOnly(events []event, names []string) []event {
	ours := func(e event) bool { return slices.Contains(names, e.lane.name) }
	var sorted []event
	for _, e := range events {
		if ours(e) {
			sorted = append(sorted, e)
		}
	}
	slices.SortStableFunc(sorted, func(a, b event) int { return a.lane.compare(b.lane) })
	out := slices.Clone(events)
	for i, e := range out {
		if ours(e) {
			out[i], sorted = sorted[0], sorted[1:]
		}
	}
	return out
}

// sortAll sorts all events by lane, those of the driver last.
func sortAll(events []event) []event {
	out := slices.Clone(events)
	slices.SortStableFunc(out, func(a, b event) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.lane.compare(b.lane))
	})
	return out
}

func rank(e event) int {
	if e.lane.name == driverLane.name {
		return 1
	}
	return 0
}

// A blockTrace is what happened in a block.
type blockTrace struct {
	events  []event
	inbox   []string // messages that the driver got, as text
	deaths  []death
	settled bool
}

// lines gives the trace of a block; unordered is that of the scenario.
func (b blockTrace) lines(steps []Step, unordered []string) []string {
	var out, only []string
	all := false
	for _, s := range steps {
		out = append(out, "> "+s.Text)
		only = append(only, s.Flags.SortOnly...)
		all = all || s.Flags.Sort
	}
	events := sortOnly(sortOnly(b.events, unordered), only)
	if all {
		events = sortAll(events)
	}
	for _, e := range events {
		out = append(out, e.text)
	}
	for _, message := range b.inbox {
		out = append(out, "info driver "+message)
	}
	deaths := slices.Clone(b.deaths)
	slices.SortStableFunc(deaths, func(a, b death) int { return a.lane.compare(b.lane) })
	for _, d := range deaths {
		out = append(out, "dead "+d.lane.String()+" "+d.reason)
	}
	if !b.settled {
		out = append(out, "!! not settled")
	}
	return out
}
