package conformance

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
)

// parseEvents reads events like "a#1:x b#2:y driver:z".
func parseEvents(t *testing.T, text string) []event {
	t.Helper()
	var events []event
	for _, word := range strings.Fields(text) {
		who, what, _ := strings.Cut(word, ":")
		at, err := parseTarget(who)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, event{lane{at.name, at.inc}, what})
	}
	return events
}

func writeEvents(events []event) string {
	words := make([]string, len(events))
	for i, e := range events {
		words[i] = e.lane.String() + ":" + e.text
	}
	return strings.Join(words, " ")
}

func TestSort(t *testing.T) {
	tests := []struct {
		events string
		only   string
		all    bool
		want   string
	}{
		{"b#1:x a#1:y", "", false, "b#1:x a#1:y"},
		{"", "a", true, ""},
		// ~
		{"b#1:x driver:r a#2:y a#1:z", "", true, "a#1:z a#2:y b#1:x driver:r"},
		{"a#10:x a#9:y", "", true, "a#9:y a#10:x"},
		{"a#1:2 b#1:x a#1:1 a#1:3", "", true, "a#1:2 a#1:1 a#1:3 b#1:x"},
		{"driver:r zoo#1:x eel#1:y", "", true, "eel#1:y zoo#1:x driver:r"},
		{"aa#1:x a_b#1:y a#2:z a.0#1:w", "", true, "a#2:z a.0#1:w a_b#1:y aa#1:x"},
		// ~NAMES
		{"c#1:p b#1:x driver:r a#1:y c#1:q", "a,b", false, "c#1:p a#1:y driver:r b#1:x c#1:q"},
		{"a#2:x z#1:k a#1:y", "a", false, "a#1:y z#1:k a#2:x"},
		{"b#1:1 b#1:0 a#1:x b#1:2", "a,b", false, "a#1:x b#1:1 b#1:0 b#1:2"},
		{"zoo#1:x driver:r a#1:y", "zoo,driver", false, "driver:r zoo#1:x a#1:y"},
		{"w.1#1:x w.0#1:y", "w", false, "w.1#1:x w.0#1:y"},
		{"b#1:x a#1:y", "nobody", false, "b#1:x a#1:y"},
		// both: what ~NAMES did stays where ~ finds lanes equal
		{"b#1:1 a#1:1 b#1:0", "a,b", true, "a#1:1 b#1:1 b#1:0"},
	}
	for _, test := range tests {
		events := parseEvents(t, test.events)
		var only []string
		if test.only != "" {
			only = strings.Split(test.only, ",")
		}
		got := sortOnly(events, only)
		if test.all {
			got = sortAll(got)
		}
		if text := writeEvents(got); text != test.want {
			t.Errorf("%s (~%s, ~ %v):\n got %s\nwant %s", test.events, test.only, test.all, text, test.want)
		}
		if writeEvents(events) != test.events {
			t.Errorf("%s was changed in place", test.events)
		}
	}
}

func TestBlockTraceLines(t *testing.T) {
	trace := blockTrace{
		events:  parseEvents(t, "b#1:one driver:= a#1:two"),
		inbox:   []string{"{DOWN,m,a#1,boom}", "hello"},
		deaths:  []death{{lane{"b", 10}, "x"}, {lane{"b", 9}, "y"}, {lane{"a", 11}, "z"}},
		settled: true,
	}
	tail := []string{"info driver {DOWN,m,a#1,boom}", "info driver hello", "dead a#11 z", "dead b#9 y", "dead b#10 x"}
	steps := func(flags ...Flags) []Step {
		var s []Step
		for i, f := range flags {
			s = append(s, Step{Text: "step " + string(rune('a'+i)), Flags: f})
		}
		return s
	}
	tests := []struct {
		name      string
		steps     []Step
		unordered []string
		want      []string
	}{
		{"as traced", steps(Flags{}), nil, []string{"> step a", "one", "=", "two"}},
		{"unordered", steps(Flags{}), []string{"a", "b"}, []string{"> step a", "two", "=", "one"}},
		{"names of all steps", steps(Flags{SortOnly: []string{"a"}, NoSettle: true}, Flags{SortOnly: []string{"b"}}), nil,
			[]string{"> step a", "> step b", "two", "=", "one"}},
		{"all", steps(Flags{NoSettle: true}, Flags{Sort: true}), nil, []string{"> step a", "> step b", "two", "one", "="}},
	}
	for _, test := range tests {
		want := slices.Concat(test.want, tail)
		if d := Compare(want, trace.lines(test.steps, test.unordered)); d != nil {
			t.Errorf("%s: %s", test.name, d)
		}
	}
	trace.settled = false
	lines := trace.lines(steps(Flags{}), nil)
	if last := lines[len(lines)-1]; last != "!! not settled" {
		t.Errorf("the last line is %q", last)
	}
}

func TestEventLog(t *testing.T) {
	var log eventLog
	log.add(lane{"a", 1}, "init a#1")
	log.add(driverLane, "= ok")
	log.addIf(func() bool { return false }, lane{"a", 1}, "never")
	if log.size() != 2 {
		t.Errorf("%d events", log.size())
	}
	if !log.wait(t.Context(), "init a#1") {
		t.Error("an event that is there is not found")
	}
	if got := writeEvents(log.take()); got != "a#1:init a#1 driver:= ok" {
		t.Errorf("got %s", got)
	}
	if log.size() != 0 {
		t.Error("take leaves events")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if log.wait(ended, "init a#1") {
		t.Error("an event of the last block is found")
	}
}

func TestEventLogWaits(t *testing.T) {
	var log eventLog
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if !log.wait(t.Context(), "last") {
				t.Error("the event was not seen")
			}
		})
	}
	for range 100 {
		log.add(driverLane, "other")
	}
	log.add(driverLane, "last")
	group.Wait()
}

func TestDeathLog(t *testing.T) {
	var log deathLog
	log.add(lane{"a", 1}, "boom")
	log.add(lane{"a", 2}, "normal")
	log.fail(lane{"a", 1})
	if got := log.take(); !slices.Equal(got, []death{{lane{"a", 2}, "normal"}}) {
		t.Errorf("got %v", got)
	}
	log.add(lane{"a", 1}, "boom")
	if got := log.take(); got != nil {
		t.Errorf("a failed start is forgotten: %v", got)
	}
}
