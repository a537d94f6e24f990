package coppice

import (
	"context"
	"fmt"
	"iter"
	"reflect"
	"runtime"
	"time"
)

// A ProcessInfo is what tools see of a process. It is read from the kernel's
// own books: no message is sent and no code of the process runs. It answers to
// process_info/1.
type ProcessInfo struct {
	Stats
	Label       string    // what it runs
	Ancestors   []PID     // its parent, the parent of that, …, as far as they live
	Callers     []PID     // for whom it works, the nearest first
	Links       []PID     // in no order, as the next two
	Monitors    []PID     //
	MonitoredBy []PID     //
	Trapping    bool      //
	Told        bool      // told to end, by its parent if it traps exits; it may not have come to that yet
	Until       time.Time // when the Receive that it waits in gives up; zero if it does not
	ExitReason  error     // the reason with which it was told to end, or ended; nil before
	Pending     int       // requests that it has not answered
}

// Stats are what is counted of a process.
type Stats struct {
	PID       PID
	Name      string // registered name, or ""
	Parent    PID    // who started it; the zero PID when that one has ended
	Status    Status
	For       time.Duration // for how long it has had that status; precise to a few turns of others
	Mailbox   int           // messages that it has not begun to handle since it last looked
	Kept      int           // those that it has taken from there and not come to, or keeps for a later Receive; up to 16 too many
	HighWater int           // the most that Mailbox has been
	Bound     Bound         // how many may wait
	Received  uint64        // messages in, in all
	Dropped   uint64        // messages that were refused or dropped, by its Bound or as nobody waited for the reply any more
	Sent      uint64        // messages and requests out, in all
	Busy      time.Duration // for how long its code has run in all, waits in calls included; an estimate from one turn in some
	Handling  reflect.Type  // what it is at work on, or nil
	Lifetime  time.Duration // since its start
	Publishes bool          // there is something that [Published] returns

	// HandlerP99 is how long it takes over a message, waits in calls included,
	// but for one in a hundred; the longest so far while there are fewer. It
	// comes from some messages, the recent ones for the most part, and is up to
	// a half too long. 0: not known yet.
	HandlerP99 time.Duration
}

// A Status says what a process does at the moment.
type Status uint8

const (
	Idle      Status = iota // waits for a message, without a goroutine
	Queued                  // has something to do, and waits for a goroutine
	Running                 // its code runs, or waits in something foreign
	Receiving               // waits in Receive, for ever
	Waiting                 // waits in Receive with a time limit, or sleeps
	Calling                 // waits for a reply, for ever
	CallingT                // waits for a reply, with a time limit
	Exiting                 // was told to end
	Dead                    // has ended
)

// String gives the word in lower case.
func (s Status) String() string {
	names := [...]string{"idle", "queued", "running", "receiving", "waiting", "calling", "calling", "exiting", "dead"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("Status(%d)", s)
}

// Lookup returns what there is to know of a process; false means that it has
// ended, and then it is what is left to know.
func Lookup(pid PID) (ProcessInfo, bool) {
	if pid.p == nil {
		return ProcessInfo{Stats: Stats{Status: Dead}}, false
	}
	info := pid.p.info()
	return info, info.Status != Dead
}

func (p *proc) info() ProcessInfo {
	info, behaviour := p.infoOf()
	if info.Label == "" {
		info.Label = p.node.labelOf(behaviour)
	}
	return info
}

func (p *proc) infoOf() (ProcessInfo, Behaviour) {
	sent := p.sent()
	p.mu.Lock()
	defer p.mu.Unlock()
	info := ProcessInfo{Stats: p.stats(time.Since(p.node.began)), Trapping: p.trap, Told: p.fate != nil || p.asked, ExitReason: p.fate}
	info.Sent = sent
	if p.wait == waitMessageT {
		info.Until = p.runner.Load().Until
	}
	info.Ancestors = p.ancestors()
	if n := p.links.len(); n > 0 {
		info.Links = make([]PID, 0, n)
		p.links.each(func(q *proc) { info.Links = append(info.Links, PID{q}) })
	}
	for s := p.owed; s != nil; s = s.next {
		if !s.start && !s.awaits && !s.room {
			info.Pending++
		}
	}
	if x := p.more; x != nil {
		info.Label, info.Callers = x.label, x.callers
		x.watchers.each(func(ref Ref) { info.MonitoredBy = append(info.MonitoredBy, PID{ref.p}) })
		for _, q := range x.watching.all {
			info.Monitors = append(info.Monitors, PID{q.p})
		}
	}
	return info, p.behaviour
}

// ancestors returns the parent of p, the parent of that, and so on.
func (p *proc) ancestors() (all []PID) {
	n := 0
	for a := p.parent.Load(); a != nil; a = a.parent.Load() {
		n++
	}
	if n > 0 {
		all = make([]PID, 0, n) // some may have ended by now
	}
	for a := p.parent.Load(); a != nil; a = a.parent.Load() {
		all = append(all, PID{a})
	}
	return all
}

// status is called with p.mu held.
func (p *proc) status() Status {
	switch {
	case p.dead.Load():
		return Dead
	case p.fate != nil:
		return Exiting
	case p.state == idle:
		return Idle
	case p.state == queued:
		return Queued
	}
	switch p.wait {
	case waitMessage:
		return Receiving
	case waitMessageT, waitTime:
		return Waiting
	}
	// Whoever waits for a reply that is there already is about to run.
	for s := p.waiting; s != nil; s = s.nextWaiting {
		if s.word.Load()&3 != slotWaiting {
			return Running
		}
	}
	switch {
	case p.waiting == nil:
		return Running
	case p.waiting.timed:
		return CallingT
	}
	return Calling
}

// labelOf says what a process runs, where its spec did not.
func (n *Node) labelOf(b Behaviour) string {
	switch b := b.(type) {
	case nil:
		return ""
	case bodyFunc:
		if f := runtime.FuncForPC(reflect.ValueOf(b).Pointer()); f != nil {
			return f.Name()
		}
	case fmt.Stringer:
		return n.asker.Name(b)
	}
	return reflect.TypeOf(b).String()
}

// Stats yields what is counted of every living process, in the order of their
// PIDs, and allocates next to nothing: a tool may go through a million processes
// with it.
func (n *Node) Stats() iter.Seq[Stats] {
	return func(yield func(Stats) bool) {
		const sameTime = 32 // processes looked at in the time that a clock is read in
		seen, now := 0, time.Duration(0)
		for p := range n.table.all() {
			if seen%sameTime == 0 {
				now = time.Since(n.began)
			}
			seen++
			if s := p.statsAt(now); s.Status != Dead && !yield(s) {
				return
			}
		}
	}
}

// StatsOf returns what is counted of a process; false means that it has ended,
// and then it is what is left to know. It is a part of what [Lookup] returns, and
// allocates nothing.
func StatsOf(pid PID) (Stats, bool) {
	if pid.p == nil {
		return Stats{Status: Dead}, false
	}
	s := pid.p.statsAt(time.Since(pid.p.node.began))
	return s, s.Status != Dead
}

// Children yields the living processes that pid has started, in the order of
// their PIDs. It looks at all processes, but not closely.
func Children(pid PID) iter.Seq[PID] {
	return func(yield func(PID) bool) {
		if pid.p == nil {
			return
		}
		for p := range pid.p.node.table.all() {
			if p.parent.Load() == pid.p && !p.dead.Load() && !yield(PID{p}) {
				return
			}
		}
	}
}

// MailboxTypes returns the types of the first messages, n at most, that wait in
// the mailbox of a process. What they hold is nobody else's business.
func MailboxTypes(pid PID, n int) (types []reflect.Type) {
	if pid.p == nil {
		return nil
	}
	pid.p.mu.Lock()
	defer pid.p.mu.Unlock()
	for m := range pid.p.box.All() {
		if len(types) == n {
			break
		}
		types = append(types, reflect.TypeOf(m.Body))
	}
	return types
}

// BehaviourOf returns the behaviour that a process runs, nil for the function
// form and for one that has ended. It belongs to that process: others may call
// those of its methods that say so.
func BehaviourOf(pid PID) Behaviour {
	if pid.p == nil {
		return nil
	}
	pid.p.mu.Lock()
	defer pid.p.mu.Unlock()
	if _, isBody := pid.p.behaviour.(bodyFunc); isBody {
		return nil
	}
	return pid.p.behaviour
}

// TakesSystem reports whether a process may answer system requests: one of the
// callback form, or one of the function form that has called OnSystem. Any other
// has nothing to say but [ErrNotSystem], when it receives. It is false for one
// that has ended.
func TakesSystem(pid PID) bool {
	p := pid.p
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, isBody := p.behaviour.(bodyFunc); isBody {
		return p.more != nil && p.more.system != nil
	}
	return p.behaviour != nil
}

// LabelOf returns what a process runs, as [Lookup] does with much else.
func LabelOf(pid PID) string {
	p := pid.p
	if p == nil {
		return ""
	}
	p.mu.Lock()
	label, behaviour := "", p.behaviour
	if p.more != nil {
		label = p.more.label
	}
	p.mu.Unlock()
	if label == "" {
		label = p.node.labelOf(behaviour)
	}
	return label
}

// Publish has [Published] return v, which others will use at the same time as
// the process: so tools see what it wants them to without asking it, even while
// it is stuck. It answers to proc_lib:set_label/1, and to what OTP's tools find
// in the process dictionary.
func (p *Process) Publish(v any) {
	p.proc.mu.Lock()
	defer p.proc.mu.Unlock()
	p.proc.rare().published = v
}

// Published returns what a process has published, or nil.
func Published(pid PID) any {
	if pid.p == nil {
		return nil
	}
	pid.p.mu.Lock()
	defer pid.p.mu.Unlock()
	if pid.p.more == nil {
		return nil
	}
	return pid.p.more.published
}

// Whereis finds the process that addr names; the zero PID if there is none. It
// answers to GenServer.whereis/1.
func Whereis(ctx context.Context, addr Addr) PID {
	pid, err := addr.Whereis(ctx)
	if err != nil {
		return PID{}
	}
	return pid
}
