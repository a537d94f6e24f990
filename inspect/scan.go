package inspect

import (
	"runtime"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/show"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// An entry is a process in a scan: what processes are sorted by, and who started
// whom. A hundred thousand of them are ordinary, so the rest is asked for when a
// row is made.
type entry struct {
	PID, Parent coppice.PID
	Name        string
	Status      coppice.Status
	Publishes   bool
	zombie      bool // its code does not end
	mailbox     int32
	highWater   int32
	children    int32
	below, next int32 // the first of these, and the next of its siblings: 1 + their place in the scan, or 0
	done        counters
	age, uptime time.Duration
	p99         time.Duration
	pace
	absent *supervisor.ChildView // if it is no process but a child that has none
}

// Counters are what grows while a process works.
type counters struct {
	received, sent uint64
	busy           time.Duration
}

func countersOf(s *coppice.Stats) counters { return counters{s.Received, s.Sent, s.Busy} }

// A pace is what a process does lately: messages a second, and the share of the
// time that its code takes.
type pace struct{ in, out, busy float64 }

// paceSince is the pace of a process since its counters stood at was, for a time
// of span.
func paceSince(was counters, s *coppice.Stats, span time.Duration) pace {
	if span <= 0 {
		return pace{}
	}
	p := pace{
		in:   float64(s.Received-was.received) / span.Seconds(),
		out:  float64(s.Sent-was.sent) / span.Seconds(),
		busy: float64(s.Busy-was.busy) / float64(span),
	}
	switch s.Status { // what it is at has not been counted yet
	case coppice.Running, coppice.Calling, coppice.CallingT:
		p.busy = max(p.busy, float64(s.For)/float64(span))
	}
	p.busy = min(max(p.busy, 0), 1)
	return p
}

// A scan is all processes at about one moment. Between two fills it does not
// change, but for what it remembers of the lists that were made of it.
type scan struct {
	at      time.Time
	paced   bool    // what they did since another scan is known
	entries []entry // in the order of their PIDs; those that are no processes any more are the last
	dead    int     // how many these are
	places  []int32 // by the place in the process table: 1 + that in entries
	below   int32   // the first of those without a parent, as entry.below
	sums    Point   // of all of them
	status  [16]int // how many have each, but for the zombies
	zombies int
	sups    []int32 // those that publish something: the supervisors are among them
	history *history
	asker   *show.Asker
	plans   plans
}

// polite is after how many processes a long scan lets others run.
const polite = 2048

// fill makes the scan anew. With measure, what processes have done is measured
// since before, which may be nil; else it is taken over from there.
func (s *scan) fill(v *View, before *scan, measure bool) {
	clear(s.places)
	*s = scan{
		at: time.Now(), paced: before != nil, history: v.history(), asker: &v.asker,
		entries: s.entries[:0], places: s.places, sups: s.sups[:0],
	}
	if n := v.node.Count() + 16; cap(s.entries) < n {
		s.entries = make([]entry, 0, n+n/8)
	}
	span := time.Duration(0)
	if before != nil && measure {
		span = s.at.Sub(before.at)
	}
	root := v.node.Root()
	for stats := range v.node.Stats() {
		if stats.Parent == root {
			stats.Parent = coppice.PID{}
		}
		s.add(&stats, before, span)
		if measure && len(s.entries)%polite == 0 {
			runtime.Gosched()
		}
	}
	s.mark(v.node.Zombies())
	s.link()
	s.recount(&v.chronicle)
}

func (s *scan) add(stats *coppice.Stats, before *scan, span time.Duration) {
	e := entryOf(stats)
	if before != nil {
		old := before.find(stats.PID)
		switch {
		case old == nil: // it is new
			e.pace = paceSince(counters{}, stats, min(span, stats.Lifetime))
		case span > 0:
			e.pace = paceSince(old.done, stats, span)
		default:
			e.pace = old.pace
		}
	}
	s.entries = append(s.entries, e)
	at := int32(len(s.entries))
	place, _ := stats.PID.Numbers()
	for int(place) >= len(s.places) {
		s.places = append(s.places, make([]int32, len(s.places)+64)...)
	}
	s.places[place] = at
	if e.Publishes {
		s.sups = append(s.sups, at-1)
	}
	s.status[e.Status]++
	s.sums.Mailbox += int(e.mailbox)
	s.sums.In += e.in
	s.sums.Out += e.out
	s.sums.Busy += e.busy
}

func entryOf(s *coppice.Stats) entry {
	return entry{
		PID: s.PID, Parent: s.Parent, Name: s.Name, Status: s.Status, Publishes: s.Publishes,
		mailbox: int32(s.Mailbox + s.Kept), highWater: int32(max(s.HighWater, s.Mailbox)),
		done: countersOf(s), age: s.For, uptime: s.Lifetime, p99: s.HandlerP99,
	}
}

// mark marks the zombies. Those that were killed are no processes any more, but
// are shown all the same.
func (s *scan) mark(zombies []coppice.PID) {
	for _, pid := range zombies {
		if e := s.find(pid); e != nil {
			e.zombie = true
			s.status[e.Status]--
			continue
		}
		stats, _ := coppice.StatsOf(pid)
		stats.Parent = coppice.PID{}
		e := entryOf(&stats)
		e.zombie = true
		s.entries = append(s.entries, e)
		s.dead++
	}
	s.zombies = len(zombies)
}

// link notes who is below whom, in the order of their PIDs.
func (s *scan) link() {
	var up *entry
	for i := len(s.entries) - 1; i >= 0; i-- {
		e := &s.entries[i]
		if up == nil || up.PID != e.Parent { // siblings often follow each other
			up = s.find(e.Parent)
		}
		below := &s.below
		if up != nil {
			up.children++
			below = &up.below
		}
		e.next, *below = *below, int32(i+1)
	}
}

// find returns the entry of a living process, or nil.
func (s *scan) find(pid coppice.PID) *entry {
	if pid.IsZero() {
		return nil
	}
	place, _ := pid.Numbers()
	if int(place) >= len(s.places) || s.places[place] == 0 {
		return nil
	}
	if e := &s.entries[s.places[place]-1]; e.PID == pid {
		return e
	}
	return nil
}

// children yields the processes that e has started, or those without a parent
// for nil.
func (s *scan) children(e *entry) func(func(*entry) bool) {
	at := s.below
	if e != nil {
		at = e.below
	}
	return func(yield func(*entry) bool) {
		for ; at > 0; at = s.entries[at-1].next {
			if !yield(&s.entries[at-1]) {
				return
			}
		}
	}
}

// Plans are the lists that were made of a scan: who asks for the same again gets
// the same, and only what it shows is read anew.
type plans struct {
	mu    sync.Mutex // guards what follows
	lists map[listKey]*listPlan
	trees map[string]*treePlan
	rows  int           // they have
	cost  time.Duration // what they have cost
}

// maxPlanned is how many rows are remembered in plans, but for the last one.
const maxPlanned = 50_000

// room forgets all plans if they would have too many rows with n more; mu is
// held.
func (p *plans) room(n int) {
	if p.rows += n; p.rows > maxPlanned || p.lists == nil {
		p.lists, p.trees, p.rows = make(map[listKey]*listPlan), make(map[string]*treePlan), n
	}
}

// planned is what the plans of the scan have cost.
func (s *scan) planned() time.Duration {
	s.plans.mu.Lock()
	defer s.plans.mu.Unlock()
	return s.plans.cost
}
