package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/seed-7832d3a3/coppice/control"
)

// A program in a terminal of 80 by 24 takes the whole screen, draws what the
// node says, and gives the screen back.
func TestLive(t *testing.T) {
	from := newStill()
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	keys, out := strings.NewReader("jq"), new(bytes.Buffer)
	_, err := tea.NewProgram(&live{screen: s, from: from, every: time.Hour},
		tea.WithInput(keys), tea.WithOutput(out), tea.WithWindowSize(80, 24), tea.WithEnvironment([]string{"TERM=xterm"})).Run()
	if err != nil {
		t.Fatal(err)
	}
	if s.cursor != 1 {
		t.Errorf("after j the mark is at %d", s.cursor)
	}
	for what, sequence := range map[string]string{"the other screen is taken": "\x1b[?1049h", "and given back": "\x1b[?1049l", "the node is drawn": "shop_sup"} {
		if !strings.Contains(out.String(), sequence) {
			t.Errorf("it is not so that %s: %q", what, out)
		}
	}
}

// One question is on its way at a time, and what was pressed meanwhile is asked
// when that is answered.
func TestLiveAsksOnce(t *testing.T) {
	from := newStill()
	l := &live{screen: &screen{width: 80, height: 24, closed: map[string]bool{}}, from: from, every: time.Hour}
	_, first := l.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	if first == nil {
		t.Fatal("it does not ask when it knows its size")
	}
	if _, second := l.Update(tea.WindowSizeMsg{Width: 60, Height: 10}); second != nil {
		t.Fatal("it asks again before it has its answer")
	}
	_, second := l.Update(first())
	if second == nil {
		t.Fatal("what it could not ask is forgotten")
	}
	l.Update(second())
	if l.asked != nil {
		t.Error("the answer is still awaited")
	}
	if l.screen.height != 10 || len(l.screen.rows) == 0 || len(l.screen.rows) > 10 {
		t.Errorf("%d rows in a window of %d", len(l.screen.rows), l.screen.height)
	}
	if _, cmd := l.Update(tea.KeyPressMsg{Code: 'p', Text: "p"}); cmd == nil || !l.screen.paused {
		t.Error("p does not pause")
	}
}

// Rates over a time are asked for with that time; who presses a key meanwhile
// does not wait for it, and what was asked before goes nowhere.
func TestLiveOverAWindow(t *testing.T) {
	from := newStill()
	l := &live{screen: &screen{width: 80, height: 24, window: 5 * time.Second, closed: map[string]bool{}}, from: from, every: time.Hour}
	if cmd := l.ask(); cmd == nil {
		t.Fatal("it does not ask")
	}
	if cmd := l.ask(); cmd != nil || !l.again {
		t.Fatal("it asks again before it has its answer")
	}
	_, second := l.Update(answer{question: l.screen.question()})
	if second == nil {
		t.Fatal("what it could not ask is forgotten")
	}
	second()
	if w := from.asked[0].list.Window; w != 5*time.Second {
		t.Errorf("asked for rates over %v", w)
	}
	if _, cmd := l.Update(tea.KeyPressMsg{Code: 'p', Text: "p"}); cmd != nil {
		t.Error("it asks two things at a time")
	}
	_, third := l.Update(answer{question: l.screen.question(), err: context.Canceled})
	if third == nil || l.screen.err != nil {
		t.Fatalf("after a question that was given up: %v", l.screen.err)
	}
	third()
	if w := from.asked[1].list.Window; w != 0 {
		t.Errorf("who waits has to wait for %v", w)
	}
}

// A node whose program has ended is said to have, in words.
func TestGone(t *testing.T) {
	sockets(t)
	node, err := openShop("gone")
	if err != nil {
		t.Fatal(err)
	}
	client, err := control.Dial("gone")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	node.Stop(context.Background())
	_, err = client.Node(t.Context())
	if err == nil || explain(err) != "the node does not answer: its program has ended, or serves it no more" {
		t.Errorf("%v", err)
	}
}
