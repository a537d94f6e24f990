package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// What is chosen is done when the name of the process has been typed, and not
// before.
func TestActing(t *testing.T) {
	from := newStill()
	s := &screen{view: tree, width: 80, height: 24, closed: map[string]bool{}}
	l := &live{screen: s, from: from}
	show(s, from)
	typed(t, s, from, "j", "a", "j", "j", "enter", "x", "enter")
	if len(from.did) > 0 || !strings.Contains(s.bottom(), "that is not its name") {
		t.Fatalf("%v: %s", from.did, s.bottom())
	}
	typed(t, s, from, "カ", "ー", "ト", "x", "enter", "カ", "ー", "x", "backspace")
	if got := s.press("ト"); got != nothing || len(from.did) > 0 {
		t.Fatal("it is done before Enter")
	}
	typed(t, s, from, letters(" it  hangs")...)
	_, do := l.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	if do == nil {
		t.Fatal("it is not done")
	}
	l.Update(do())
	if want := (inspect.Action{Verb: "exit", To: "<0.2.0>", Reason: "kill", Why: "it  hangs"}); len(from.did) != 1 || from.did[0] != want {
		t.Errorf("%+v, want %+v", from.did, want)
	}
	if !strings.Contains(s.bottom(), "kill カート: ok") {
		t.Errorf("%s", s.bottom())
	}
}

// Esc leaves the menu, and what is being typed.
func TestActingIsLeft(t *testing.T) {
	for _, keys := range [][]string{{"a", "esc"}, {"a", "q"}, {"a", "j", "j", "enter", "q", "esc"}} {
		from := newStill()
		s := &screen{view: tree, width: 80, height: 24, closed: map[string]bool{}}
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
	p := inspect.Process{Parent: "<0.1.0>", ID: "m1"}
	if n := len(deedsOf(p)); deedsOf(p)[n-1].name != "delete_child" {
		t.Error("what has ended cannot be forgotten")
	}
	p.PID = "<0.9.0>"
	for n, d := range deedsOf(p) {
		if d.written {
			continue // see TestWriting
		}
		from := newStill()
		i := intent{processes: []inspect.Process{p}, choice: n}
		if got := i.carryOut(context.Background(), from); got != outcome(d.name+" m1: ok") {
			t.Errorf("%s: %s", d.name, got)
		}
		if from.did[0].To == "" {
			t.Errorf("%s is about nobody", d.name)
		}
	}
	for _, test := range []struct {
		p    inspect.Process
		want int
	}{
		{inspect.Process{PID: "<0.9.0>"}, 7},                 // it has no supervisor
		{inspect.Process{Parent: "<0.1.0>", ID: "m1"}, 3},    // it has ended
		{inspect.Process{Parent: "<0.1.0>", Label: "m1"}, 0}, // and nobody knows it
	} {
		if n := len(deedsOf(test.p)); n != test.want {
			t.Errorf("%d deeds for %v", n, test.p)
		}
	}
}

// What is chosen for several is done to each, when it has been typed how many
// they are, and all of them are named before.
func TestActingOnSeveral(t *testing.T) {
	from := newStill()
	s := &screen{view: tree, width: 80, height: 24, closed: map[string]bool{}}
	l := &live{screen: s, from: from}
	show(s, from)
	typed(t, s, from, "j", "space", "space", "space", "space", "a") // the last is a fold
	if s.mode != browsing || !strings.Contains(s.bottom(), "nothing that can be done to all of these") || !strings.Contains(s.bottom(), "3 selected") {
		t.Fatalf("mode %d: %s", s.mode, s.bottom())
	}
	from.rows[1].PID = "<0.77.0>" // restarted meanwhile
	show(s, from)
	typed(t, s, from, "k", "space", "a", "j", "enter", "1", "enter")
	if drawn := strings.Join(s.draw(), "\n"); len(from.did) > 0 || !strings.Contains(drawn, "main.Item <0.9.0>, カート <0.77.0>\n") || !strings.Contains(drawn, "type how many they are, 2, and why if you like: █") {
		t.Fatalf("%v\n%s", from.did, drawn)
	}
	typed(t, s, from, "2")
	_, do := l.Update(tea.KeyPressMsg{Code: tea.KeyEnter})
	if do == nil {
		t.Fatal("it is not done")
	}
	from.err = errors.New("no such process")
	l.Update(do())
	slices.SortFunc(from.did, func(a, b inspect.Action) int { return strings.Compare(a.To, b.To) })
	if want := []inspect.Action{{Verb: "exit", To: "<0.77.0>", Reason: "kill"}, {Verb: "exit", To: "<0.9.0>", Reason: "kill"}}; !slices.Equal(from.did, want) {
		t.Errorf("%+v, want %+v", from.did, want)
	}
	if !strings.Contains(s.bottom(), "kill: 0 of 2 done; main.Item: no such process; カート: no such process") || len(s.selected) > 0 {
		t.Errorf("%s", s.bottom())
	}
}

// Many are named as far as there is room, and the rest is counted.
func TestNamed(t *testing.T) {
	var all []inspect.Process
	for i := range 100 {
		all = append(all, inspect.Process{Name: fmt.Sprintf("worker_%d", i)})
	}
	lines := named(all, 40, 3)
	if len(lines) > 3 || !strings.Contains(strings.Join(lines, " "), "worker_0, worker_1") || !strings.HasSuffix(lines[len(lines)-1], " more") {
		t.Errorf("%q", lines)
	}
	if lines := named(all[:2], 40, 3); !slices.Equal(lines, []string{"worker_0, worker_1"}) {
		t.Errorf("%q", lines)
	}
	if lines := named(all[:1], 3, 0); len(lines) == 0 {
		t.Error("nobody is named")
	}
}
