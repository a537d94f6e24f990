package main

import (
	"context"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// What is chosen is done when the name of the process has been typed, and not
// before.
func TestActing(t *testing.T) {
	from := newStill()
	s := &screen{tree: true, width: 80, height: 24, closed: map[string]bool{}}
	l := &live{screen: s, from: from}
	show(s, from)
	typed(t, s, from, "j", "a", "j", "enter", "x", "enter")
	if len(from.did) > 0 || !strings.Contains(s.bottom(), "that is not its name") {
		t.Fatalf("%v: %s", from.did, s.bottom())
	}
	typed(t, s, from, "カ", "ー", "x", "backspace")
	if got := s.press("ト"); got != nothing || len(from.did) > 0 {
		t.Fatal("it is done before Enter")
	}
	_, do := l.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	if do == nil {
		t.Fatal("it is not done")
	}
	l.Update(do())
	if want := (inspect.Action{Verb: "exit", To: "<0.2.0>", Reason: "kill"}); len(from.did) != 1 || from.did[0] != want {
		t.Errorf("%+v, want %+v", from.did, want)
	}
	if !strings.Contains(s.bottom(), "kill カート: ok") {
		t.Errorf("%s", s.bottom())
	}
}

// Esc leaves the menu, and what is being typed.
func TestActingIsLeft(t *testing.T) {
	for _, keys := range [][]string{{"a", "esc"}, {"a", "q"}, {"a", "enter", "q", "esc"}} {
		from := newStill()
		s := &screen{tree: true, width: 80, height: 24, closed: map[string]bool{}}
		show(s, from)
		typed(t, s, from, keys...)
		if s.mode != browsing || len(from.did) > 0 {
			t.Errorf("%q: mode %d, done %v", keys, s.mode, from.did)
		}
	}
}

// Where the program allows no actions there is no menu.
func TestActingIsNotAllowed(t *testing.T) {
	from := newStill()
	from.node.Actions = false
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	typed(t, s, from, "a")
	if s.mode != browsing || !strings.Contains(s.bottom(), "this program allows no actions") {
		t.Errorf("mode %d: %s", s.mode, s.bottom())
	}
}

// Each deed is one that a node knows.
func TestDeeds(t *testing.T) {
	p := inspect.Process{PID: "<0.9.0>", Parent: "<0.1.0>", ID: "m1"}
	for _, d := range deedsOf(p) {
		from := newStill()
		if got := d.carryOut(context.Background(), from, "m1"); got != outcome(d.name+" m1: ok") {
			t.Errorf("%s: %s", d.name, got)
		}
		if from.did[0].To == "" {
			t.Errorf("%s is about nobody", d.name)
		}
	}
	if n := len(deedsOf(inspect.Process{PID: "<0.9.0>"})); n != 4 {
		t.Errorf("%d deeds without a supervisor", n)
	}
}
