package coppice

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"time"
)

// A ProcessInfo is what tools see of a process. It is read from the kernel's
// own books: no message is sent and no code of the process runs. It answers to
// process_info/1.
type ProcessInfo struct {
	PID         PID
	Name        string // registered name, or ""
	Label       string // what it runs
	Parent      PID
	Ancestors   []PID // its parent, the parent of that, …, as far as they live
	Callers     []PID // for whom it works, the nearest first
	Links       []PID // in no order, as the next two
	Monitors    []PID
	MonitoredBy []PID
	Trapping    bool
	Status      Status
	ExitReason  error         // the reason with which it was told to end, or ended; nil before
	Mailbox     int           // messages that it has not begun to handle since it last looked
	Received    uint64        // messages in, in all
	Pending     int           // requests that it has not answered
	Lifetime    time.Duration // since its start
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
		return ProcessInfo{Status: Dead}, false
	}
	info := pid.p.info()
	return info, info.Status != Dead
}

func (p *proc) info() ProcessInfo {
	info, behaviour := p.infoOf()
	if info.Label == "" {
		info.Label = labelOf(behaviour)
	}
	return info
}

func (p *proc) infoOf() (ProcessInfo, Behaviour) {
	p.mu.Lock()
	defer p.mu.Unlock()
	info := ProcessInfo{
		PID:        PID{p},
		Trapping:   p.trap,
		Status:     p.status(),
		ExitReason: p.fate,
		Mailbox:    p.box.Len(),
		Received:   p.received,
		Lifetime:   time.Since(p.node.began) - p.start,
	}
	for a := p.parent.Load(); a != nil; a = a.parent.Load() {
		info.Ancestors = append(info.Ancestors, PID{a})
	}
	if len(info.Ancestors) > 0 {
		info.Parent = info.Ancestors[0]
	}
	p.links.each(func(q *proc) { info.Links = append(info.Links, PID{q}) })
	for s := p.owed; s != nil; s = s.next {
		if !s.start && !s.awaits {
			info.Pending++
		}
	}
	if x := p.more; x != nil {
		info.Name, info.Label, info.Callers = x.name, x.label, x.callers
		x.watchers.each(func(ref Ref) { info.MonitoredBy = append(info.MonitoredBy, PID{ref.p}) })
		for _, q := range x.watching {
			info.Monitors = append(info.Monitors, PID{q.p})
		}
	}
	return info, p.behaviour
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
func labelOf(b Behaviour) (label string) {
	defer func() {
		if recover() != nil { // in a String of the user's
			label = fmt.Sprintf("%T", b)
		}
	}()
	switch b := b.(type) {
	case nil:
		return ""
	case bodyFunc:
		if f := runtime.FuncForPC(reflect.ValueOf(b).Pointer()); f != nil {
			return f.Name()
		}
	case fmt.Stringer:
		return b.String()
	}
	return fmt.Sprintf("%T", b)
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
