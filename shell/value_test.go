package shell

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestParseValue(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"hola", `{"word":"hola"}`},
		{` "a b" `, `{"string":"a b"}`},
		{"[1, <0.2.0>]", `{"list":[{"word":"1"},{"word":"\u003c0.2.0\u003e"}]}`},
		{"[]", `{"list":[]}`},
		{"{Item: {ID: 7}, Qty: []}", `{"struct":{"fields":[{"name":"Item","value":{"struct":{"fields":[{"name":"ID","value":{"word":"7"}}]}}},{"name":"Qty","value":{"list":[]}}]}}`},
		{"Line {ID: 7}", `{"struct":{"type":"Line","fields":[{"name":"ID","value":{"word":"7"}}]}}`},
	} {
		v, err := ParseValue(test.text)
		got, _ := json.Marshal(v)
		if err != nil || string(got) != test.want {
			t.Errorf("%s: %s, %v; want %s", test.text, got, err, test.want)
		}
	}
	for text, want := range map[string]string{
		"":              "here should be a value",
		"a b":           `"b" is one too many here`,
		"[1, 2":         "the list",
		"{Item 1}":      `":" after the field Item`,
		"{Item: (1+1)}": "an expression",
		"(procs())":     "an expression",
	} {
		_, err := ParseValue(text)
		if wrong := new(Error); !errors.As(err, &wrong) || !strings.Contains(wrong.What, want) {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}
