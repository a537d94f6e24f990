package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

// From the page of a process one looks at its state, its stack, its log and its
// events, and back; a log can be that of another one, and begin at a level.
func TestPageOfProcess(t *testing.T) {
	from := newStill()
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	typed(t, s, from, "j", "enter", "l", "s", "s", "esc", "e", "esc", "t", "esc", "?", "x", "s", "q")
	if s.mode != reading || s.who != "<0.2.0>" || s.list.of != none {
		t.Errorf("mode %d, %s", s.mode, s.who)
	}
	typed(t, s, from, "esc", "g", "l", "/", "x", "enter", "/", "esc", "/", "ctrl+u", "enter", "esc", "g", "e", "/", "w", "enter")
	want := []string{
		"logs?who=%E3%82%AB%E3%83%BC%E3%83%88", "logs?level=info&who=%E3%82%AB%E3%83%BC%E3%83%88", "logs?level=warn&who=%E3%82%AB%E3%83%BC%E3%83%88",
		"events?who=%E3%82%AB%E3%83%BC%E3%83%88", "process/%3C0.2.0%3E/stack?", "process/%3C0.2.0%3E/state?",
		"logs?", "logs?who=x", "logs?", "events?", "events?who=w",
	}
	if !slices.Equal(from.got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(from.got, "\n"), strings.Join(want, "\n"))
	}
	if s.where != "" {
		t.Errorf("the rows are those of %q", s.where)
	}
}

// A state is asked for by hand only, and what it was the time before is told.
func TestStateByHand(t *testing.T) {
	from := newStill()
	from.shown = "{items:nil}"
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	typed(t, s, from, "j", "enter", "s")
	if text := strings.Join(s.draw(), "\n"); !strings.Contains(text, "{items:nil}") || strings.Contains(text, "before that") {
		t.Errorf("%s", text)
	}
	l := &live{screen: s, from: from, every: time.Hour, when: time.Now().Add(-time.Hour)}
	if l.Update(tick{}); l.asked != nil {
		t.Error("it asks the process when nobody wants it")
	}
	typed(t, s, from, "enter")
	if strings.Contains(strings.Join(s.draw(), "\n"), "before that") {
		t.Error("the same state is told twice")
	}
	from.shown = "{items:[\"\x1b[2J\"]}"
	typed(t, s, from, "enter")
	if text := strings.Join(s.draw(), "\n"); !strings.Contains(text, "{items:[\"\\x1b[2J\"]}\n\nbefore that\n{items:nil}\n") {
		t.Errorf("%s", text)
	}
}

// y copies a crash report that is read; in other lists there is nothing to copy.
func TestCopiesReport(t *testing.T) {
	from := newStill()
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	typed(t, s, from, "g", "r", "y")
	if text, _ := s.clip(); text != "" || strings.Contains(s.bottom(), "copied") {
		t.Errorf("%q %s", text, s.bottom())
	}
	typed(t, s, from, "j", "enter", "y")
	if text, _ := s.clip(); !strings.HasPrefix(text, "process <0.9.0> main.Worker ended: timeout\n") || !strings.Contains(s.bottom(), "copied the report") {
		t.Errorf("%q %s", text, s.bottom())
	}
}

// From the page of a process it is traced, again with Enter, until one leaves;
// what cannot be traced says why.
func TestTraceOnScreen(t *testing.T) {
	from := newStill()
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	l := &live{screen: s, from: from, every: time.Hour}
	show(s, from)
	typed(t, s, from, "j", "enter")
	run := func(key tea.KeyPressMsg) (steps int) {
		_, next := l.Update(key)
		for ; next != nil; steps++ {
			_, next = l.Update(next())
		}
		return steps
	}
	if n := run(tea.KeyPressMsg{Code: 'x', Text: "x"}); n != 4 {
		t.Errorf("%d steps", n)
	}
	show(s, from) // what it asks for meanwhile takes nothing away
	text := strings.Join(s.draw(), "\n")
	for _, want := range []string{"12:00:01.000  in call Add\\x1b[2J\n", "out 3\n", "2 events: so much was wanted\n", "Enter traces again"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "it waits") {
		t.Errorf("%s", text)
	}
	from.err = errors.New("it is no server")
	if run(tea.KeyPressMsg{Code: tea.KeyEnter}); !strings.Contains(strings.Join(s.draw(), "\n"), "it is no server") || len(s.list.trace) != 1 {
		t.Errorf("%q", s.list.trace)
	}
	from.err = nil
	_, next := l.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	waiting := next().(step)
	l.Update(tea.KeyPressMsg{Code: tea.KeyEscape})
	if _, next := l.Update(waiting); next != nil || l.tracing != nil || waiting.of.ctx.Err() == nil {
		t.Error("the trace goes on when nobody looks")
	}
	if s.mode != reading || s.list.of != none {
		t.Errorf("mode %d", s.mode)
	}
}
