package main

import (
	"context"
	"errors"
	"iter"
	"net/url"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/shell"
)

// A following is a trace that goes on.
type following struct {
	ctx   context.Context // done when nobody wants it any more
	next  func() (control.StreamEvent, error, bool)
	stop  func()
	lines shell.Tracing
	begun bool
}

// A step is the next event of a trace; more is false behind the last.
type step struct {
	of    *following
	event control.StreamEvent
	err   error
	more  bool
}

// follow begins to trace the process that the list is about.
func (l *live) follow() tea.Cmd {
	ctx, cancel := context.WithCancel(context.Background())
	l.tracing = cancel
	f := &following{ctx: ctx, lines: shell.Tracing{}}
	limit := url.Values{"max": {"500"}, "for": {"1m"}}
	f.next, f.stop = iter.Pull2(l.from.Trace(ctx, l.screen.list.who, limit))
	return f.wait
}

// wait waits for the next event.
func (f *following) wait() tea.Msg {
	event, err, more := f.next()
	return step{f, event, err, more}
}

// goOn shows an event, and waits for the next.
func (l *live) goOn(s step) tea.Cmd {
	f := s.of
	if f.ctx.Err() != nil || !s.more {
		f.stop()
		return nil
	}
	line, err := traceLine(s.event, &f.lines)
	if err = errors.Join(s.err, err); err != nil {
		line = clean(explain(err))
	}
	if line != "" {
		l.screen.traced(line, !f.begun)
		f.begun = true
	}
	return f.wait
}

// traced adds a line to what was traced. What is read stays where it is.
func (s *screen) traced(line string, first bool) {
	l := &s.list
	if first {
		l.trace = nil
	}
	if l.trace = append(l.trace, line); l.scroll > 0 {
		l.scroll++
	}
}
