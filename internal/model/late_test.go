package model

import "testing"

// TestBornLate: a child may come to run before its supervisor is killed, after
// that, or not at all.
func TestBornLate(t *testing.T) {
	dynamic := &Spec{Key: "d1", Kind: Dynamic, Restart: "permanent", Shutdown: Infinity, Strategy: "one_for_one", Max: 3, Period: 400, Room: -1}
	root := &Spec{Key: "s1", Kind: Static, Strategy: "rest_for_one", Auto: "never", Max: 1, Period: 40, Shutdown: Brutal, Room: -1, Children: []*Spec{dynamic}}
	worlds := []*World{New()}
	for _, o := range []op{
		{what: "root", spec: root},
		{what: "actor", spec: &Spec{Key: "a", Trap: true}},
		{what: "tell", who: "a#1", act: Act{Verb: "hang"}},
		{what: "tell", who: "a#1", act: Act{Verb: "stop", To: "d1#1", Reason: "normal"}},
		{what: "tell", who: "a#1", act: Act{Verb: "signal", To: "s1#1", Reason: "kill"}},
		{what: "release", who: "a#1"},
	} {
		var next []*World
		for _, w := range worlds {
			results, ok := w.Copy().after(o)
			if !ok {
				t.Fatalf("too many ways after %v", o)
			}
			next = append(next, results...)
		}
		worlds = next
	}
	ways := map[string]bool{}
	for _, w := range worlds {
		ways[LogText(map[string][]string{"it": w.Log["children of s1#1"]})] = true
	}
	for _, lines := range [][]string{
		{": d1#1 gone"},
		{": d1#1 gone", ": d1#2 born", "d1#2: d1#2 gone"},
		{": d1#1 gone", "d1#2: d1#2 born", "d1#2: d1#2 gone"},
	} {
		if text := LogText(map[string][]string{"it": lines}); !ways[text] {
			t.Errorf("not among %d ways: %q", len(ways), text)
		}
	}
}
