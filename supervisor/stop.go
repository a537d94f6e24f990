package supervisor

import (
	"iter"
	"slices"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A round ends children and waits until they have ended: one after the other,
// as a Supervisor does, or all at once, as a Dynamic does.
//
// It awaits the Down of a monitor and not the message of the link, for a child
// may have unlinked itself. The links stay, so that the children end even if
// the supervisor is killed meanwhile, and what comes through them is taken as
// it comes: left in the mailbox it would be looked at again for each child that
// ends.
type round struct {
	p        *coppice.Process
	last     bool                // the supervisor ends after it: what else is in the mailbox may be dropped
	expected func(*leaving) bool // reports whether a child ended as asked
	failed   func(*leaving)
	all      []leaving  // the children; never copied, as others point into it
	of       finder     // who has them
	left     int        // how many have not ended
	due      []*leaving // those told that have a time limit, the next one first
}

// A leaving is a child that is to end in a round.
type leaving struct {
	pid    coppice.PID
	spec   *ChildSpec
	ref    coppice.Ref // of its monitor; none before it is told
	due    time.Time   // when it is killed, if it has a time limit
	nth    uint32      // its place in the start order, where that matters
	reason error       // why it ended, as far as that is known
	lost   bool        // it had ended before it was monitored
	gone   bool
}

// A finder finds the child whose process is or was pid, nil for a stranger.
type finder interface {
	leaving(pid coppice.PID) *leaving
}

// newRound makes a round of n children of a supervisor; failed is called with
// each that does not end as asked.
func newRound(p *coppice.Process, n int, last bool, of finder, failed func(*leaving)) *round {
	return &round{p: p, last: last, all: make([]leaving, 0, n), of: of, expected: (*leaving).expected, failed: failed}
}

// add has a child take part. spec is read until it is gone.
func (r *round) add(pid coppice.PID, spec *ChildSpec) *leaving {
	r.all = append(r.all, leaving{pid: pid, spec: spec})
	r.left++
	return &r.all[len(r.all)-1]
}

// child returns the child whose process is pid and has not ended, or nil.
func (r *round) child(pid coppice.PID) *leaving {
	if l := r.of.leaving(pid); l != nil && !l.gone {
		return l
	}
	return nil
}

// tell tells a child to end. One that is idle or killed has ended by the time
// that Exit returns; of these there may be a million, so they are not monitored.
func (r *round) tell(l *leaving) {
	lived := coppice.Alive(l.pid)
	limit, kill := l.spec.Shutdown.limit()
	if kill {
		_ = coppice.Exit(r.p, l.pid, coppice.Kill)
	} else {
		_ = coppice.Exit(r.p, l.pid, coppice.Shutdown)
	}
	if !lived || coppice.Alive(l.pid) {
		l.ref, _ = r.p.Monitor(l.pid) // fails only in a process that has ended itself
	}
	switch {
	case lived && !coppice.Alive(l.pid): // also if it was between the two lines above
		reason, _ := coppice.Await(r.p, l.pid)
		r.ended(l, reason)
	case !kill && limit >= 0:
		l.due = time.Now().Add(limit)
		r.due = append(r.due, l)
	}
}

// end tells a child to end and waits until it has.
func (r *round) end(l *leaving) {
	r.tell(l)
	for !l.gone {
		r.step(l.alone)
	}
}

// wait waits until all have ended.
func (r *round) wait() {
	slices.SortStableFunc(r.due, func(a, b *leaving) int { return a.due.Compare(b.due) })
	for r.left > 0 {
		r.step(r.remaining)
	}
}

// step takes one message, or kills those whose time is over. It is from who are
// waited for.
func (r *round) step(from iter.Seq[coppice.PID]) {
	m, ok := r.receive(from)
	if !ok {
		r.killLate()
		return
	}
	switch body := m.Body.(type) {
	case coppice.Exited:
		if l := r.child(body.PID); l != nil {
			r.exited(l, body.Reason)
		}
	case coppice.Down:
		if l := r.child(body.PID); l != nil && l.ref == body.Ref {
			r.down(l, body.Reason)
		}
	}
}

func (r *round) receive(from iter.Seq[coppice.PID]) (coppice.Message, bool) {
	for len(r.due) > 0 && r.due[0].gone {
		r.due = r.due[1:]
	}
	left := time.Duration(-1)
	if len(r.due) > 0 {
		left = max(time.Until(r.due[0].due), 0)
	}
	if r.last {
		return r.p.ReceiveFrom(from, nil, left)
	}
	return r.p.ReceiveFrom(from, r.concerns, left)
}

// alone yields the child, and remaining all that have not ended.
func (l *leaving) alone(yield func(coppice.PID) bool) { yield(l.pid) }

func (r *round) remaining(yield func(coppice.PID) bool) {
	for i := range r.all {
		if l := &r.all[i]; !l.gone && !yield(l.pid) {
			return
		}
	}
}

// concerns reports whether a message is about the children.
func (r *round) concerns(m coppice.Message) bool {
	switch body := m.Body.(type) {
	case coppice.Exited:
		return r.child(body.PID) != nil
	case coppice.Down:
		l := r.child(body.PID)
		return l != nil && l.ref == body.Ref
	}
	return false
}

// exited is what the link says.
func (r *round) exited(l *leaving, reason error) {
	l.reason = reason
	if l.lost {
		r.ended(l, reason)
	}
}

// down is what the monitor says. It does not know why a child ended that had
// before it was monitored; then the link does, which is not always heard first.
func (r *round) down(l *leaving, reason error) {
	switch {
	case reason != coppice.NoProc:
		r.ended(l, reason)
	case l.reason != nil:
		l.lost = true
		r.ended(l, l.reason)
	default:
		// Anew, so that something does come if the child had unlinked itself.
		l.lost = true
		_ = r.p.Link(l.pid)
	}
}

func (r *round) ended(l *leaving, reason error) {
	l.gone, l.reason = true, reason
	r.left--
	if !r.expected(l) {
		r.failed(l)
	}
}

// killLate kills those whose time is over.
func (r *round) killLate() {
	now := time.Now()
	for len(r.due) > 0 && !r.due[0].due.After(now) {
		if l := r.due[0]; !l.gone {
			_ = coppice.Exit(r.p, l.pid, coppice.Kill)
		}
		r.due = r.due[1:]
	}
}

// expected reports whether a child ended as asked. What it was doing by itself
// at that moment is as good, unless it should never end.
func (l *leaving) expected() bool {
	_, kill := l.spec.Shutdown.limit()
	if kill && l.reason == coppice.Killed || !kill && l.reason == coppice.Shutdown {
		return true
	}
	return l.spec.Restart != Permanent && coppice.ClassOf(l.reason) != coppice.ClassAbnormal
}

// expectedAlone is expected for a Dynamic without a template. As in Elixir it
// takes any shutdown, also of a child that should never end, but nothing else
// of one that was to be killed; and of one that had ended before it was told it
// takes only a normal end.
func (l *leaving) expectedAlone() bool {
	_, kill := l.spec.Shutdown.limit()
	switch {
	case l.reason == coppice.Normal && (l.lost || !kill):
		return l.spec.Restart != Permanent
	case l.lost:
		return false
	case kill:
		return l.reason == coppice.Killed
	}
	return coppice.ClassOf(l.reason) == coppice.ClassShutdown
}
