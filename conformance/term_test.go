package conformance

import (
	"strings"
	"testing"
)

func TestParseTerm(t *testing.T) {
	tests := []struct {
		text string
		want Term
		back string // what String gives, if not the text
	}{
		{"123", Int(123), ""},
		{"-5", Int(-5), ""},
		{"007", Int(7), "7"},
		{"boom", Atom("boom"), ""},
		{"-", Atom("-"), ""},
		{"1_000", Atom("1_000"), ""},
		{"a#1", Atom("a#1"), ""},
		{"x.y@z?!", Atom("x.y@z?!"), ""},
		{"%a", PIDName("a"), ""},
		{"%a#2", PIDName("a#2"), ""},
		{"{}", Tuple{}, ""},
		{"[]", List{}, ""},
		{"{a}", Tuple{Atom("a")}, ""},
		{"{a,1,[b,%c],{}}", Tuple{Atom("a"), Int(1), List{Atom("b"), PIDName("c")}, Tuple{}}, ""},
	}
	for _, test := range tests {
		got, err := ParseTerm(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if !equalTerms(got, test.want) {
			t.Errorf("%s: got %#v", test.text, got)
		}
		if back := got.String(); back != test.back && (back != test.text || test.back != "") {
			t.Errorf("%s: written as %s", test.text, back)
		}
	}
}

func TestParseTermErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", `bad term: a word was expected at ""`},
		{"%", `bad term: a word was expected at ""`},
		{"{", `bad term: a word was expected at ""`},
		{"{a,}", `bad term: a word was expected at "}"`},
		{"{a", `bad term: , or } was expected at ""`},
		{"[a}", `bad term: , or ] was expected at "}"`},
		{"{a{b}}", `bad term: , or } was expected at "{b}}"`},
		{"a}", `bad term a}: unexpected "}"`},
		{"a b", `bad term a b: unexpected " b"`},
		{"99999999999999999999", `bad term: 99999999999999999999 is too large`},
		{strings.Repeat("{", 5000), `bad term: nested too deeply`},
	}
	for _, test := range tests {
		if _, err := ParseTerm(test.text); err == nil || err.Error() != test.want {
			t.Errorf("%.20s: got %v, want %s", test.text, err, test.want)
		}
	}
}

func TestEqualTerms(t *testing.T) {
	terms := []Term{nil, Int(1), Atom("a"), PIDName("a"), Tuple{}, List{}, Tuple{Int(1)}, Tuple{Atom("a")}, List{Tuple{}}}
	for i, a := range terms {
		for j, b := range terms {
			if got := equalTerms(a, b); got != (i == j) {
				t.Errorf("equalTerms(%v, %v) = %v", a, b, got)
			}
		}
	}
}

func TestResolve(t *testing.T) {
	term, err := ParseTerm("{x,%a,[%b,%a#1],3}")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{"a": "a#2", "a#1": "a#1"}
	got := resolve(term, func(name string) (string, bool) {
		full, ok := names[name]
		return full, ok
	})
	if want := "{x,%a#2,[nil,%a#1],3}"; got.String() != want {
		t.Errorf("script form: got %s, want %s", got, want)
	}
	if want := "{x,a#2,[nil,a#1],3}"; got.trace() != want {
		t.Errorf("trace form: got %s, want %s", got.trace(), want)
	}
	if term.String() != "{x,%a,[%b,%a#1],3}" {
		t.Errorf("the term itself became %s", term)
	}
}

func TestTagged(t *testing.T) {
	stop := Tuple{Atom("stop"), Atom("boom")}
	if got, ok := tagged(stop, "stop", 1); !ok || !equalTerms(got[0], Atom("boom")) {
		t.Errorf("got %v, %v", got, ok)
	}
	for _, other := range []Term{Atom("stop"), Tuple{}, List{Atom("stop"), Int(1)}, Tuple{Tuple{}, Int(1)}} {
		if _, ok := tagged(other, "stop", 1); ok {
			t.Errorf("%s is tagged", other)
		}
	}
	if _, ok := tagged(stop, "stop", 2); ok {
		t.Error("the number of elements does not count")
	}
}

func FuzzParseTerm(f *testing.F) {
	for _, seed := range []string{"1", "-0", "a", "%a#1", "{a,[1,{}],%b}", "{a,}", "[[[", "a b", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, err := ParseTerm(text)
		if err != nil {
			return
		}
		second, err := ParseTerm(first.String())
		if err != nil {
			t.Fatalf("%q was written as %q: %v", text, first, err)
		}
		if !equalTerms(first, second) {
			t.Fatalf("%q became %q", first, second)
		}
	})
}
