package coppice

import (
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/circle"
)

// A Wait is one process of a circle, and what it waits for.
type Wait struct {
	PID     PID
	Name    string // its name, or what it runs
	For     PID    // who would have to answer
	Request string // the type of the request, or what else it waits for
}

// A CircleError is the reason of a call that would have closed a circle of
// processes each of which waits for the next, so that all would wait for ever.
// Nodes with Options.FindCircles find them. It is CallingSelf too, which is a
// circle of one.
type CircleError struct {
	Waits []Wait // who closed it first, and then those that it waits for
}

func (e *CircleError) Error() string {
	var b strings.Builder
	b.WriteString("a circle of calls, in which all would wait for ever:")
	for i, w := range e.Waits {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, " %s waits for %v with %s", who(w.PID, w.Name, ""), w.For, w.Request)
	}
	return b.String()
}

// Is reports whether target is [CallingSelf].
func (e *CircleError) Is(target error) bool { return target == CallingSelf }

// A CircleReport tells of a circle of calls that was found, and which call has
// failed because of it.
type CircleReport struct {
	At     time.Time
	Failed Wait // the call that has failed
	Circle *CircleError
}

// Level is Error.
func (r *CircleReport) Level() slog.Level { return slog.LevelError }

// Summary is the report in one line.
func (r *CircleReport) Summary() string { return r.Circle.Error() }

// String is the report in full.
func (r *CircleReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "** a circle of %d calls, of which that of %s has failed:\n", len(r.Circle.Waits), who(r.Failed.PID, r.Failed.Name, ""))
	for _, w := range r.Circle.Waits {
		fmt.Fprintf(&b, "   %s waits for %v with %s\n", who(w.PID, w.Name, ""), w.For, w.Request)
	}
	return b.String()
}

// LogValue is the report as structured data.
func (r *CircleReport) LogValue() slog.Value {
	members := make([]string, len(r.Circle.Waits))
	for i, w := range r.Circle.Waits {
		members[i] = fmt.Sprintf("%s waits for %v with %s", who(w.PID, w.Name, ""), w.For, w.Request)
	}
	return slog.GroupValue(
		slog.String("kind", "circle"),
		slog.Any("failed", r.Failed.PID),
		slog.Any("waits", members),
	)
}

// circles has what the processes of a node wait for at the moment, if the node
// looks for circles. Each enters what it waits for on its own goroutine before
// it blocks, and takes it out afterwards, both with mu held. So as long as mu is
// held nobody who is in here goes on, and an edge that is seen now was there as
// long as its process has been in here: all edges of a circle were there at
// once.
type circles struct {
	mu    sync.Mutex // guards waits; taken before the mu of a process
	waits map[*proc][]edge
}

// An edge is one of the things that a process waits for: the reply to a request,
// or with slot nil a message that the process to can send, or its end.
type edge struct {
	to   *proc
	slot *slot
	gen  uint32
}

// open reports whether p still waits for e, and only e.to can end that. What p
// waits for in its mailbox has not come while the mailbox is empty.
func (e *edge) open(p *proc) bool {
	if p.told.Load() {
		return false
	}
	if e.slot != nil {
		return e.slot.waitingFor(e.gen) && e.slot.out.Load() != e.gen
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.box.Len() == 0
}

// takenOut notes that the From of a generation was taken: others than the
// process asked may reply from now on. A message that is older than the request
// for which its slot is used now changes nothing.
func (s *slot) takenOut(gen uint32) {
	for had := s.out.Load(); int32(gen-had) > 0; had = s.out.Load() {
		if s.out.CompareAndSwap(had, gen) {
			return
		}
	}
}

// request is how reports name what is waited for.
func (e *edge) request() string {
	switch {
	case e.slot == nil:
		return "its end, or a message of it"
	case e.slot.start:
		return "its start"
	case e.slot.awaits:
		return "its end"
	case e.slot.room:
		return "room in its mailbox"
	}
	return fmt.Sprintf("%T", e.slot.body)
}

// while calls wait, which blocks p until one of edges has ended. If that closes a
// circle one request of it fails: the first of those that p waits for, if it
// waits for one. What other goroutines wait for in the name of p does not hold
// it up.
func (c *circles) while(p *proc, edges []edge, wait func()) {
	if !p.onOwnGoroutine() {
		wait()
		return
	}
	defer c.leave(p)
	c.begin(p, edges)
	wait()
}

// begin enters what p is about to wait for, and breaks the circle that it
// closes.
func (c *circles) begin(p *proc, edges []edge) {
	failed, report := c.enter(p, edges)
	if failed == nil {
		return
	}
	report.name()
	p.node.emit(report)
	failed.fail = report.Circle
	failed.deliver()
}

// enter enters the edges and returns a slot, which it has taken, if they close a
// circle.
func (c *circles) enter(p *proc, edges []edge) (*slot, *CircleReport) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits[p] = edges
	members := circle.Find(p, c.targets)
	if members == nil {
		return nil, nil
	}
	report := &CircleReport{At: time.Now(), Circle: &CircleError{}}
	failed := c.victim(members)
	for _, q := range members {
		for _, e := range c.waits[q] {
			w := Wait{PID: PID{q}, For: PID{e.to}, Request: e.request()}
			report.Circle.Waits = append(report.Circle.Waits, w)
			if e == failed {
				report.Failed = w
			}
		}
	}
	if failed.slot == nil || !failed.slot.take(failed.gen) {
		return nil, nil // somebody else has just broken the circle
	}
	return failed.slot, report
}

// victim is the request of a circle that is to fail: the first of a process that
// is waited for until it has started, ended or sent something, as it would be in
// vain even if that one waited no longer; or else just the first.
func (c *circles) victim(members []*proc) (first edge) {
	needed := map[*proc]bool{}
	for _, p := range members {
		for _, e := range c.waits[p] {
			needed[e.to] = needed[e.to] || !e.isCall()
		}
	}
	for _, p := range members {
		for _, e := range c.waits[p] {
			if e.slot != nil && needed[p] {
				return e
			}
			if first.slot == nil && e.slot != nil {
				first = e
			}
		}
	}
	return first
}

// isCall reports whether e is for a reply.
func (e *edge) isCall() bool {
	return e.slot != nil && !e.slot.start && !e.slot.awaits && !e.slot.room
}

// targets are those of whom any one can end the wait of p; none if somebody
// else can too, or if it does not wait any more.
func (c *circles) targets(p *proc) (all []*proc) {
	for _, e := range c.waits[p] {
		if !e.open(p) {
			return nil
		}
		all = append(all, e.to)
	}
	return all
}

// leave takes out what p has waited for.
func (c *circles) leave(p *proc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.waits, p)
}

// name fills in the names, for which code of the user's may run.
func (r *CircleReport) name() {
	name := func(w *Wait) {
		info := w.PID.p.info()
		if w.Name = info.Name; w.Name == "" {
			w.Name = info.Label
		}
	}
	for i := range r.Circle.Waits {
		name(&r.Circle.Waits[i])
	}
	name(&r.Failed)
}

// ReceiveFrom is [Process.ReceiveMatch], with nil for any message, for one that
// only the processes of from can bring, each of which may. Where the node looks
// for circles of calls this wait counts as one. So use it only if whoever is in a
// circle with p waits in vain even if d comes: as that is a failure, or as p ends
// those that it has waited for.
func (p *Process) ReceiveFrom(from iter.Seq[PID], match func(Message) bool, d time.Duration) (Message, bool) {
	if match == nil {
		return p.receiveFrom(from, nil, d)
	}
	return p.receiveFrom(from, func(m *Message) bool { return match(*m) }, d)
}

// endOf returns the process whose end alone brings what p waits for with ref: for
// an alias others may be the ones, and what d ends goes on by itself.
func (p *proc) endOf(ref Ref, d time.Duration) iter.Seq[PID] {
	if p.node.circles == nil || ref.p != p || d >= 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.rare()
	if _, isAlias := x.aliases.all[ref.n]; isAlias {
		return nil
	}
	return one(PID{x.watching.all[ref.n].p})
}

func one(pid PID) iter.Seq[PID] { return func(yield func(PID) bool) { yield(pid) } }

// edgesTo are those of a wait for a message from any of some processes.
func edgesTo(from iter.Seq[PID]) (all []edge) {
	for pid := range from {
		if pid.p != nil {
			all = append(all, edge{to: pid.p})
		}
	}
	return all
}
