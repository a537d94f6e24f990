package coppice

import (
	"container/list"
	"context"
	"fmt"
	"log/slog"
	"time"
)

// A Bound limits how many messages may wait for a process, and says what becomes
// of those that come when so many do. The zero Bound is none: as in OTP a mailbox
// takes what it is sent.
//
// It counts what others send by [Send], [Cast] and [Request] and their kin, until
// the process begins to handle it. Signals (exits, links, monitors), system
// messages, what comes to an alias, what timers bring and what a process sends
// itself are let in always, and do not count.
//
// Callers wait no longer than their time limits: a Bound that is more than the
// process can handle within these has it work for callers who have gone, unless
// it skips their requests ([Spec.SkipAbandoned]).
type Bound struct {
	Max  int // so many; 0: any number
	Full Full
}

// Full is what a process does with messages that find its mailbox full.
type Full uint8

const (
	// Block has the sender wait for room, in the order in which senders came: as
	// long as its context lets it, and a call no longer than its time limit in
	// all. A process that waits is unwound when it is told to end, as by every
	// call that blocks. When the receiver ends, sending fails.
	Block Full = iota
	// Reject fails the sending with a *[FullError].
	Reject
	// DropNewest drops the message; a call fails with a *[FullError].
	DropNewest
	// DropOldest drops, instead, the message that has waited longest of those
	// that no Receive has looked at yet; if that is a call it fails with a
	// *[FullError]. If all have been looked at the new one is dropped.
	DropOldest
	fulls
)

// String gives the word in lower case.
func (f Full) String() string {
	if f < fulls {
		return [...]string{"block", "reject", "drop newest", "drop oldest"}[f]
	}
	return fmt.Sprintf("Full(%d)", f)
}

// String says it in words.
func (b Bound) String() string {
	if b.Max == 0 {
		return "unbounded"
	}
	return fmt.Sprintf("%d, then %v", b.Max, b.Full)
}

// A FullError says that a message was not delivered, or was dropped later, as
// the mailbox was full.
type FullError struct {
	PID PID
	Max int
}

func (e *FullError) Error() string {
	return fmt.Sprintf("the mailbox of %v is full: %d messages wait there, as many as may; try later, or send less", e.PID, e.Max)
}

// A FullReport tells that a mailbox has become full. The next one comes after it
// has been less than half full.
type FullReport struct {
	At    time.Time
	PID   PID
	Name  string // registered name, or ""
	Label string // what it runs
	Bound Bound
}

// Level is Warn.
func (r *FullReport) Level() slog.Level { return slog.LevelWarn }

// Summary is the report in one line.
func (r *FullReport) Summary() string {
	return fmt.Sprintf("process %s: its mailbox is full: %v", who(r.PID, r.Name, r.Label), r.Bound)
}

// String is the report in full.
func (r *FullReport) String() string { return "** " + r.Summary() + "\n" }

// LogValue is the report as structured data.
func (r *FullReport) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("kind", "full"),
		slog.Any("pid", r.PID),
		slog.String("name", r.Name),
		slog.String("label", r.Label),
		slog.Int("max", r.Bound.Max),
		slog.String("policy", r.Bound.Full.String()),
	)
}

// A bounded is what a process with a Bound has beside others. Guarded by its mu.
//
// A message is let in in two steps, so that those who have to wait do so outside
// of all locks: room is reserved for it, then it is pushed, and then the
// reservation is given back.
type bounded struct {
	Bound
	queued   int       // messages that count, in the box
	kept     int       // and those that a Receive has looked at, in the inbox
	reserved int       // room that is promised
	senders  list.List // of *sender: who waits for room
	full     bool      // it has been reported, and was not half empty since
}

func (p *proc) bound() *bounded { return p.tally.Load().bound }

// A sender is somebody who waits for room.
type sender struct {
	slot     *slot
	gen      uint32
	at       *list.Element // in senders, until it gets room
	reserved bool
}

// limits reports whether m, sent by a process or by none (nil), needs room at p,
// which has a Bound.
func (p *proc) limits(m *Message, by *Process) bool {
	if by != nil && by.proc == p {
		m.pass = exempt
	}
	return m.counts() && m.pass != admitted
}

// counts reports whether a Bound looks at m.
func (m *Message) counts() bool { return m.kind <= kindCall && m.pass != exempt }

// through has push send m to p, once there is room for it; d limits the wait.
func (p *proc) through(ctx context.Context, m *Message, d time.Duration, push func()) error {
	if err := p.reserve(ctx, m.kind, d); err != nil {
		return err
	}
	defer p.unreserve()
	m.pass = admitted
	push()
	return nil
}

// A found is an address that has been looked up.
type found struct {
	Addr
	pid PID
}

// Whereis returns what was found.
func (f found) Whereis(context.Context) (PID, error) { return f.pid, nil }

// String is how the address was named.
func (f found) String() string { return fmt.Sprint(f.Addr) }

// errDropped says that a message is dropped, and nobody is told.
var errDropped = &FullError{}

// reserve reserves room for one message, and waits for it if that is the policy.
func (p *proc) reserve(ctx context.Context, k kind, d time.Duration) error {
	by := actor(ctx)
	if by != nil { // what is dropped for it is an effect of it
		if err := by.proc.enter(); err != nil {
			return err
		}
	}
	p.mu.Lock()
	a := p.admit(k)
	p.mu.Unlock()
	if by != nil {
		by.proc.leave()
	}
	if s := a.dropped.slot; s != nil && s.take(a.dropped.gen) {
		s.fail = &FullError{PID{p}, p.bound().Max}
		s.settle()
		s.deliver()
	}
	if a.report {
		info := p.info()
		p.node.emit(&FullReport{At: time.Now(), PID: info.PID, Name: info.Name, Label: info.Label, Bound: p.bound().Bound})
	}
	if a.waits != nil {
		return p.awaitRoom(ctx, a.waits, d)
	}
	return a.err
}

// An admission is what becomes of a message that is to be let in: room is
// reserved for it, unless somebody waits for that from now on, or it is refused.
type admission struct {
	waits   *sender
	err     error
	dropped Message // what has made room for it
	report  bool    // the mailbox has become full
}

// admit decides about a message of a kind; p.mu is held.
func (p *proc) admit(k kind) (a admission) {
	b := p.bound()
	if p.dead.Load() || b.used() < b.Max && b.senders.Len() == 0 {
		b.reserved++
		return a
	}
	a.report, b.full = !b.full, true
	if b.Full == Block {
		s := p.node.getSlot()
		w := &sender{slot: s, gen: s.open()}
		s.to, s.room = p, true
		p.owe(s)
		w.at = b.senders.PushBack(w)
		a.waits = w
		return a
	}
	p.counts().dropped++
	switch {
	case b.Full == DropOldest && b.queued > 0:
		a.dropped, _ = p.box.Remove(0, (*Message).counts, &p.node.chunks)
		b.queued--
		b.reserved++
	case b.Full != Reject && k != kindCall:
		a.err = errDropped
	default:
		a.err = &FullError{PID{p}, b.Max}
	}
	return a
}

func (b *bounded) used() int { return b.queued + b.kept + b.reserved }

// awaitRoom waits until there is room for w. Whatever else ends the wait, the
// room that it may have got goes to others.
func (p *proc) awaitRoom(ctx context.Context, w *sender, d time.Duration) error {
	got := false
	defer func() {
		if !got {
			p.giveUp(w)
		}
	}()
	a := w.slot.await(ctx, w.gen, d)
	got = a.fail == nil
	if a.ended {
		return NoProc
	}
	return a.fail
}

func (p *proc) giveUp(w *sender) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.reserved {
		p.bound().reserved--
		p.makeRoom()
	} else {
		p.bound().senders.Remove(w.at)
	}
}

// unreserve gives back room, which the message has taken itself by now.
func (p *proc) unreserve() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bound().reserved--
	p.makeRoom()
}

// makeRoom lets those who have waited longest have what room there is; p.mu is
// held.
func (p *proc) makeRoom() {
	b := p.bound()
	for b.senders.Len() > 0 && b.used() < b.Max {
		w := b.senders.Remove(b.senders.Front()).(*sender)
		if w.slot.take(w.gen) {
			w.reserved = true
			b.reserved++
			w.slot.deliver()
		}
	}
	if b.used() <= b.Max/2 {
		b.full = false
	}
}

// takeOne takes the first message of a box with a Bound: the others stay where
// DropOldest can reach them. p.mu is held.
func (p *proc) takeOne() Message {
	m, _ := p.box.Pop(&p.node.chunks)
	p.counts().keeps(0)
	if m.counts() && p.bound().queued > 0 {
		p.bound().queued--
		p.makeRoom()
	}
	return m
}

// keepAll notes that all of the box is taken to be looked at; p.mu is held.
func (b *bounded) keepAll() { b.kept, b.queued = b.kept+b.queued, 0 }

// begins notes that p begins to handle m, which was kept.
func (p *proc) begins(m *Message) {
	if !m.counts() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bound().kept > 0 {
		p.bound().kept--
		p.makeRoom()
	}
}

// skip counts a request that was dropped as nobody waits for it.
func (p *proc) skip() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts().dropped++
}
