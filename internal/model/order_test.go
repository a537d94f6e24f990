package model

import "testing"

// TestBornLate: a child may come to run before its supervisor is killed, after
// that, or not at all.
func TestBornLate(t *testing.T) {
	dynamic := &Spec{Key: "d1", Kind: Dynamic, Restart: "permanent", Shutdown: Infinity, Strategy: "one_for_one", Max: 3, Period: 400, Limit: -1}
	root := &Spec{Key: "s1", Kind: Static, Strategy: "rest_for_one", Auto: "never", Max: 1, Period: 40, Shutdown: Brutal, Limit: -1, Children: []*Spec{dynamic}}
	ways := waysOf(t, "children of s1#1",
		op{what: "root", spec: root},
		op{what: "actor", spec: &Spec{Key: "a", Trap: true}},
		op{what: "tell", who: "a#1", act: Act{Verb: "hang"}},
		op{what: "tell", who: "a#1", act: Act{Verb: "stop", To: "d1#1", Reason: "normal"}},
		op{what: "tell", who: "a#1", act: Act{Verb: "signal", To: "s1#1", Reason: "kill"}},
		op{what: "release", who: "a#1"},
	)
	expectWays(t, ways,
		[]string{": d1#1 gone"},
		[]string{": d1#1 gone", ": d1#2 born", "d1#2: d1#2 gone"},
		[]string{": d1#1 gone", "d1#2: d1#2 born", "d1#2: d1#2 gone"},
	)
}

// TestHeardInAnyOrder: of two children that end by a link between them the
// supervisor may hear in either order, whichever has ended first.
func TestHeardInAnyOrder(t *testing.T) {
	w1 := &Spec{Key: "w1", Kind: Worker, Restart: "permanent", Shutdown: Infinity}
	w2 := &Spec{Key: "w2", Kind: Worker, Restart: "permanent", Shutdown: Infinity}
	root := &Spec{Key: "s1", Kind: Static, Strategy: "one_for_one", Auto: "never", Max: 1, Period: 5000, Shutdown: Infinity, Limit: -1, Children: []*Spec{w1, w2}}
	ways := waysOf(t, "children of s1#1",
		op{what: "root", spec: root},
		op{what: "tell", who: "w1#1", act: Act{Verb: "link", To: "w2#1"}},
		op{what: "tell", who: "w2#1", act: Act{Verb: "exit", Reason: "boom"}},
	)
	expectWays(t, ways,
		[]string{": w2#1 gone", ": w1#1 gone", ": w1#2 born", ": w1#2 gone"},
		[]string{": w2#1 gone", ": w1#1 gone", ": w2#2 born", ": w2#2 gone"},
	)
}

// TestHeardLater: what a supervisor is at work on may come between the end of a
// child and that it hears of it.
func TestHeardLater(t *testing.T) {
	w1 := &Spec{Key: "w1", Kind: Worker, Restart: "permanent", Shutdown: Infinity}
	w2 := &Spec{Key: "w2", Kind: Worker, Restart: "permanent", Shutdown: Brutal, Trap: true}
	w3 := &Spec{Key: "w3", Kind: Worker, Restart: "permanent", Shutdown: Infinity, Trap: true}
	root := &Spec{Key: "s1", Kind: Static, Strategy: "one_for_one", Auto: "never", Max: 0, Period: 5000, Shutdown: Infinity, Limit: -1, Children: []*Spec{w1, w2, w3}}
	ways := waysOf(t, "children of s1#1",
		op{what: "root", spec: root},
		op{what: "actor", spec: &Spec{Key: "a"}},
		op{what: "tell", who: "w3#1", act: Act{Verb: "hang"}},
		op{what: "tell", who: "w1#1", act: Act{Verb: "terminate_child", To: "s1#1", Child: "w3"}},
		op{what: "tell", who: "a#1", act: Act{Verb: "terminate_child", To: "s1#1", Child: "w2"}},
		op{what: "tell", who: "a#1", act: Act{Verb: "restart_child", To: "s1#1", Child: "w2"}},
		op{what: "tell", who: "w1#1", act: Act{Verb: "exit", Reason: "boom"}},
		op{what: "release", who: "w3#1"},
	)
	expectWays(t, ways,
		[]string{": w3#1 gone", ": w1#1 gone", ": w2#1 gone"},
		[]string{": w3#1 gone", ": w1#1 gone", ": w2#1 gone", ": w2#2 born", ": w2#2 gone"},
	)
}

// TestEndsThatCross: two processes that are linked may each end for a reason of
// its own, at the same time.
func TestEndsThatCross(t *testing.T) {
	ways := waysOf(t, "gone",
		op{what: "actor", spec: &Spec{Key: "a"}},
		op{what: "tell", who: "a#1", act: Act{Verb: "hang"}},
		op{what: "tell", who: "a#1", act: Act{Verb: "async", Spec: &Spec{Key: "t", Kind: Task, Owner: "a#1", Work: "boom"}}},
		op{what: "tell", who: "a#1", act: Act{Verb: "exit", Reason: "shutdown"}},
		op{what: "release", who: "a#1"},
	)
	expectWays(t, ways,
		[]string{`a#1: boom after ""`, `t#1: boom after ""`},
		[]string{`a#1: shutdown after ""`, `t#1: boom after ""`},
		[]string{`a#1: shutdown after ""`, `t#1: shutdown after ""`},
	)
}

// waysOf is what may be seen of it after some operations, each way as LogText.
func waysOf(t *testing.T, it string, ops ...op) map[string]bool {
	t.Helper()
	worlds := []*World{New()}
	for _, o := range ops {
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
		ways[LogText(map[string][]string{"it": w.Log[it]})] = true
	}
	return ways
}

func expectWays(t *testing.T, ways map[string]bool, all ...[]string) {
	t.Helper()
	for _, lines := range all {
		if text := LogText(map[string][]string{"it": lines}); !ways[text] {
			t.Errorf("not among %d ways: %q", len(ways), text)
		}
	}
}
