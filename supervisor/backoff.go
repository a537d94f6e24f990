package supervisor

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/restart"
)

// A Backoff is how long a child waits before it is started again. The zero
// Backoff is not at all, as in OTP.
//
// What is restarted along with the child (all by OneForAll, those behind it by
// RestForOne) is stopped at once and waits with it, and of a child that is a
// supervisor the whole subtree waits. Meanwhile the supervisor answers, shows
// when the child is due, and can be stopped. TerminateChild calls the restart
// off, and RestartChild has it happen now.
//
// A restart counts against the [Limit] when the child ends, and not again when
// its wait is over; a start that fails then is one more. So with a Backoff the
// same Limit lasts longer: restarts that are further apart than its period
// allows never reach it.
type Backoff struct {
	first, most time.Duration
	steady      bool
}

// Between is the Backoff that begins with first, doubles with each further
// restart, and is never longer than most. A child that has run for longer than
// most begins with first again. Up to half of each wait is left out at random,
// so that children which have failed together do not all come back together.
func Between(first, most time.Duration) Backoff { return Backoff{first: first, most: most} }

// Steady leaves nothing out at random.
func (b Backoff) Steady() Backoff {
	b.steady = true
	return b
}

// String says it in words.
func (b Backoff) String() string {
	if b.first == 0 {
		return "at once"
	}
	return fmt.Sprintf("between %v and %v", b.first, b.most)
}

func (b Backoff) plan() restart.Backoff {
	jitter := 0.5
	if b.steady {
		jitter = 0
	}
	return restart.Backoff{First: b.first, Most: b.most, Jitter: jitter}
}

func (b Backoff) wrong() bool {
	return b != Backoff{} && (b.first <= 0 || b.most < b.first)
}

// random is where the chance of a Jitter comes from.
func random() float64 { return rand.Float64() } //nolint:gosec // nobody gains by guessing it

// A pause is the wait of a child before it is started again.
type pause struct {
	due   time.Time
	timer *coppice.Timer
}

// startPause has the supervisor p get message after d.
func startPause(p *coppice.Process, d time.Duration, message func(*pause) any) *pause {
	w := &pause{due: time.Now().Add(d)}
	w.timer, _ = coppice.SendAfter(p, p.Self(), d, message(w)) // fails only when the node is at its end
	return w
}

// stop calls the wait off. Its message may be in the mailbox already: it is of no
// pause that a child has.
func (w *pause) stop() {
	if w != nil && w.timer != nil {
		w.timer.Cancel()
	}
}

// dueAt is when a wait is over, zero for none.
func (w *pause) dueAt() time.Time {
	if w == nil {
		return time.Time{}
	}
	return w.due
}

// A due is the message of a pause of a Supervisor.
type due struct {
	id string
	of *pause
}

// pause has the restart of c wait for d.
func (s *static) pause(p *coppice.Process, c *child, d time.Duration) {
	w := startPause(p, d, func(w *pause) any { return due{c.spec.ID, w} })
	s.note(func() {
		for id, status := range s.children.All() { // a wait may have taken others along
			if status != restart.Retrying {
				s.byID[id].settle()
			}
		}
		c.retrying, c.pause = true, w
	})
}

// settle notes that c is not about to be restarted any more; books.mu is held.
func (c *child) settle() {
	c.pause.stop()
	c.retrying, c.pause = false, nil
}

func (s *static) due(p *coppice.Process, m due) error {
	c, ok := s.byID[m.id]
	if !ok || c.pause != m.of {
		return nil // called off meanwhile
	}
	return s.resume(p, c)
}

// resume restarts c, whose wait is over or is cut short.
func (s *static) resume(p *coppice.Process, c *child) error {
	plan := s.children.Due(c.spec.ID)
	s.note(c.settle)
	return s.carryOut(p, plan, c)
}

// A dynamicDue is the message of a pause of a Dynamic.
type dynamicDue struct {
	last coppice.PID
	of   *pause
}

// A waiting is what a dynamic child with a Backoff has beside the others.
type waiting struct {
	pauses restart.Pauses
	now    *pause // or nil
}

// wait is how long the restart of c has to wait that is decided now.
func (c *dynamicChild) wait(now time.Time) time.Duration {
	if c.spec.Backoff == (Backoff{}) {
		return 0
	}
	if c.waiting == nil {
		c.waiting = new(waiting)
	}
	return c.waiting.pauses.Next(c.spec.Backoff.plan(), now, random)
}

// pause has the restart of c wait for d, whose last process was last.
func (s *dynamic) pause(p *coppice.Process, last coppice.PID, c *dynamicChild, d time.Duration) {
	w := startPause(p, d, func(w *pause) any { return dynamicDue{last, w} })
	s.putOff(last, c)
	s.note(func() { c.waiting.now = w })
}

func (s *dynamic) due(p *coppice.Process, m dynamicDue) error {
	c, ok := s.children[m.last]
	if !ok || c.waiting == nil || c.waiting.now != m.of {
		return nil // terminated meanwhile
	}
	return s.again(p, m.last, c)
}

// dueAt is when the wait of c is over, zero for none.
func (c *dynamicChild) dueAt() time.Time {
	if c.waiting == nil {
		return time.Time{}
	}
	return c.waiting.now.dueAt()
}
