package sys

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/show"
)

// An Event is something that a server does: what [Trace] tells.
type Event struct {
	At      time.Time
	PID     coppice.PID
	What    What
	How     coppice.Kind // In: how the message was sent
	Arrived time.Time    // In: when the message came into the mailbox, or zero
	Message any          // the message or the reply
	Err     error        // Out: the error of the reply; Ended: the reason
	State   string       // of a state machine, at the time
	Next    string       // Consumed, Postponed: the state that it goes to
}

// A What says what an [Event] is.
type What uint8

const (
	In        What = iota // a message is about to be handled
	Out                   // a handler has replied
	NoReply               // a handler has returned without a reply
	Continued             // a continue message is about to be handled
	Consumed              // a state machine has handled an event
	Postponed             // a state machine has put an event off
	TimerSet              // a state machine has set a time-out
	Ended                 // the server ends by itself
)

// String gives the word in lower case.
func (w What) String() string {
	words := [...]string{"in", "out", "noreply", "continue", "consume", "postpone", "set timer", "terminate"}
	if int(w) < len(words) {
		return words[w]
	}
	return fmt.Sprintf("What(%d)", w)
}

// String gives one line.
func (e Event) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v %v", e.PID, e.What)
	if e.What == In {
		fmt.Fprintf(&b, " %v", [...]string{"info", "cast", "call", "system"}[e.How&3])
	}
	if e.Message != nil {
		text := show.Text(e.Message, maxText)
		if text != "" && !strings.HasPrefix(text, "{") {
			text = " " + text
		}
		fmt.Fprintf(&b, " %T%s", e.Message, text)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, " error: %v", e.Err)
	}
	if e.State != "" {
		fmt.Fprintf(&b, " in state %s", e.State)
	}
	if e.Next != "" && e.Next != e.State {
		fmt.Fprintf(&b, " => %s", e.Next)
	}
	return b.String()
}

// A Limit says how long to trace: until it has told so many events, or so much
// time is over, whatever comes first.
type Limit struct {
	Events int           // 0: 100
	Time   time.Duration // 0: one minute
}

// Trace tells what a server does, from the moment when Trace returns: range
// over the events. They wait in memory for the loop, never the server for it.
// The loop ends when the limit is reached and its events are taken, when the
// server ends, or when ctx does; to leave it ends the trace. The messages in
// the events are those that the server gets: do not change what they point to.
// It answers to sys:install/2, and to sys:trace/2 and sys:log/2 for what they
// are used for, but for the state in the events.
func Trace(ctx context.Context, to coppice.Addr, limit Limit) (iter.Seq[Event], error) {
	if limit.Events <= 0 {
		limit.Events = 100
	}
	if limit.Time <= 0 {
		limit.Time = time.Minute
	}
	s := &stream{left: limit.Events, until: time.Now().Add(limit.Time), news: make(chan struct{}, 1)}
	pid, err := ask[coppice.PID](ctx, to, func(c *Control, p *coppice.Process, _ subject) (any, error) {
		c.traces = append(c.traces, s)
		p.NoteArrivals(true)
		return p.Self(), nil
	})
	if err != nil {
		s.close() // it may be installed all the same, after a time-out
		return nil, err
	}
	return func(yield func(Event) bool) { s.run(ctx, pid, yield) }, nil
}

// A stream holds the events on their way to one loop.
type stream struct {
	until time.Time
	news  chan struct{} // has one token if there may be something new

	mu     sync.Mutex // guards what follows
	events []Event
	left   int // how many events more it takes; 0: it is closed
}

// put adds an event, and reports whether more are wanted.
func (s *stream) put(e Event) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 || !e.At.Before(s.until) {
		s.left = 0
	} else {
		s.left--
		s.events = append(s.events, e)
	}
	s.tell()
	return s.left > 0
}

func (s *stream) tell() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// take returns the events that are there, and whether there may be more.
func (s *stream) take() (events []Event, open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	events, s.events = s.events, nil
	return events, s.left > 0
}

func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left, s.events = 0, nil
}

// run is the loop of whoever traces.
func (s *stream) run(ctx context.Context, pid coppice.PID, yield func(Event) bool) {
	defer s.close()
	waiting, cancel := context.WithDeadline(ctx, s.until)
	defer cancel()
	over := make(chan struct{})
	go func() {
		defer close(over)
		_, _ = coppice.Await(waiting, pid) // its end, that of ctx, or of the time
	}()
	for last := false; ; {
		events, open := s.take()
		for _, e := range events {
			if !yield(e) {
				return
			}
		}
		if last || !open {
			return
		}
		select {
		case <-s.news:
		case <-over:
			last = true // what it told before its end is there
		}
	}
}
