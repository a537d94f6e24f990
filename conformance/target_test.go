package conformance

import (
	"reflect"
	"testing"
)

func TestParseTarget(t *testing.T) {
	tests := []struct {
		text string
		want target
	}{
		{"a", target{name: "a"}},
		{"a#2", target{name: "a", inc: 2}},
		{"w.1", target{name: "w.1"}},
		{"w.1#3", target{name: "w.1", inc: 3}},
		{"driver", target{name: "driver"}},
		{"self", target{form: bySelf}},
		{"@foo", target{form: byRegistered, name: "foo"}},
		{"reg:{k,1}", target{form: byEntry, name: "reg", key: Tuple{Atom("k"), Int(1)}}},
	}
	for _, test := range tests {
		got, err := parseTarget(test.text)
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v, %v", test.text, got, err)
		}
	}
	for text, want := range map[string]string{
		"a#x":   `bad target a#x: "x" is no incarnation`,
		"a#+1":  `bad target a#+1: "+1" is no incarnation`,
		"a#1#2": `bad target a#1#2: "1#2" is no incarnation`,
		"reg:":  `bad term: a word was expected at ""`,
	} {
		if _, err := parseTarget(text); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestDefinition(t *testing.T) {
	for text, want := range map[string]string{"a": "a", "a#1": "a", "w.1#2": "w", "reg:a.b": "reg"} {
		if got := definition(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestParseBody(t *testing.T) {
	got := parseBody("value:{a,1};sleep:30;say:a:b;crash:boom;exit:bad;throw:x;trap;gate;hang")
	want := []action{
		{verb: "value", term: Tuple{Atom("a"), Int(1)}},
		{verb: "sleep", ms: 30},
		{verb: "say", text: "a:b"},
		{verb: "crash", text: "boom"},
		{verb: "exit", term: Atom("bad")},
		{verb: "throw", term: Atom("x")},
		{verb: "trap"},
		{verb: "gate"},
		{verb: "hang"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	for text, want := range map[string]string{
		"":                "unknown_action_",
		"value":           "unknown_action_value",
		"sleep":           "unknown_action_sleep",
		"trap:":           "unknown_action_trap:",
		"value:1;dance:2": "unknown_action_dance:2",
		"sleep:x":         "badarg",
		"sleep:-1":        "timeout_value",
		"exit:{":          "Error",
	} {
		got := parseBody(text)
		if last := got[len(got)-1]; last != (action{verb: "crash", text: want}) {
			t.Errorf("%s: got %+v, want a crash of %s", text, last, want)
		}
	}
}
