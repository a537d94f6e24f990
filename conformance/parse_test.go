package conformance

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const sample = `# the rule
worker a trap init={stop,one};ok term={slow,20} shutdown=brutal_kill restart=transient name=foo
worker w via=reg:{k,1}
registry reg keys=unique
sup root strategy=one_for_all intensity=sometimes children=a,w
proc p
option reports
unordered a,w
unordered p

  start   root
! ~a,w ~p a: crash boom
~ p: monitor a as m quiet=true
sleep 20
p: demonitor m flush
wait x=1 done
---
> start   root
= ok root#1

`

func TestParse(t *testing.T) {
	s, err := Parse("f.scn", sample)
	if err != nil {
		t.Fatal(err)
	}
	want := &Scenario{
		File: "f.scn",
		Defs: map[string]*Def{
			"a": {Name: "a", Kind: Worker, Line: 2, Trap: true, Registered: "foo",
				Init: []Term{Tuple{Atom("stop"), Atom("one")}, Atom("ok")}, Term: []Term{Tuple{Atom("slow"), Int(20)}},
				Shutdown: Atom("brutal_kill"), Restart: Atom("transient")},
			"w":   {Name: "w", Kind: Worker, Line: 3, Via: "reg:{k,1}"},
			"reg": {Name: "reg", Kind: Registry, Line: 4, Keys: Atom("unique")},
			"root": {Name: "root", Kind: Sup, Line: 5, Strategy: Atom("one_for_all"),
				Intensity: Atom("sometimes"), Children: []string{"a", "w"}},
			"p": {Name: "p", Kind: Proc, Line: 6},
		},
		Options:   []string{"reports"},
		Unordered: []string{"a", "w", "p"},
		Blocks: [][]Step{
			{{Verb: "start", Args: []string{"root"}, Options: map[string]string{}, Text: "start   root", Line: 11}},
			{
				{Flags: Flags{NoSettle: true, SortOnly: []string{"a", "w", "p"}}, By: "a", Verb: "crash", Args: []string{"boom"},
					Options: map[string]string{}, Text: "! ~a,w ~p a: crash boom", Line: 12},
				{Flags: Flags{Sort: true}, By: "p", Verb: "monitor", Args: []string{"a"}, As: "m",
					Options: map[string]string{"quiet": "true"}, Text: "~ p: monitor a as m quiet=true", Line: 13},
			},
			{{Verb: "sleep", Args: []string{"20"}, Options: map[string]string{}, Text: "sleep 20", Line: 14}},
			{{By: "p", Verb: "demonitor", Args: []string{"m", "flush"}, Options: map[string]string{}, Text: "p: demonitor m flush", Line: 15}},
			{{Verb: "wait", Args: []string{"x=1", "done"}, Options: map[string]string{}, Text: "wait x=1 done", Line: 16}},
		},
		Expected: []string{"> start   root", "= ok root#1"},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("got %+v\nwant %+v", s, want)
	}
	if !s.Reports() {
		t.Error("option reports is not seen")
	}
}

func TestParseExpected(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"settle\n", nil},
		{"settle\n---", nil},
		{"settle\n---\n\n \n", nil},
		{"settle\n--- \r\n> settle\n", []string{"> settle"}},
		{"settle\n---x\ny\n", []string{"x", "y"}},
		{"settle\n---\n> settle\n\n---\nx\n", []string{"> settle", "", "---", "x"}},
	}
	for _, test := range tests {
		s, err := Parse("f", test.text)
		if err != nil || !slices.Equal(s.Expected, test.want) || (s.Expected == nil) != (test.want == nil) {
			t.Errorf("%q: got %q, %v", test.text, s.Expected, err)
		}
	}
}

func TestStepArguments(t *testing.T) {
	s, err := Parse("f", "worker a\ncall a {x,1} infinity\ncall a ping 70\ncall a ping\nsend_after a 5 {m,%a}\nwait a as b c\n")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{infinite, 70, 5000} {
		if got := s.Blocks[i][0].limit(2, 5000); got != want {
			t.Errorf("step %d: got the limit %d, want %d", i, got, want)
		}
	}
	after := s.Blocks[3][0]
	if got := after.number(1); got != 5 {
		t.Errorf("number: got %d", got)
	}
	if got := after.term(2); got.String() != "{m,%a}" {
		t.Errorf("term: got %s", got)
	}
	if wait := s.Blocks[4][0]; wait.As != "b" || !slices.Equal(wait.Args, []string{"a", "c"}) {
		t.Errorf("wait: got %+v", wait)
	}
}

// TestScenarios parses all scenarios of the oracle. The steps must come out as
// the traces repeat them.
func TestScenarios(t *testing.T) {
	files, err := Files("cases", "random")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 400 {
		t.Fatalf("only %d scenarios", len(files))
	}
	for _, file := range files {
		s, err := ParseFile(file)
		if err != nil {
			t.Error(err)
			continue
		}
		if s.Expected == nil {
			t.Errorf("%s is not blessed", file)
		}
		var steps, heads []string
		for _, block := range s.Blocks {
			for _, step := range block {
				steps = append(steps, "> "+step.Text)
			}
		}
		for _, line := range s.Expected {
			if strings.HasPrefix(line, "> ") {
				heads = append(heads, line)
			}
		}
		if d := Compare(heads, steps); d != nil {
			t.Errorf("%s: %s", file, d)
		}
	}
}

func TestParseFileMissing(t *testing.T) {
	if _, err := ParseFile(filepath.Join(t.TempDir(), "none.scn")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add("!\n")
	f.Add("proc p\np: stream max=2 value:1 sleep:3;gate\np: yield_many i1,i2#1\n---\n")
	f.Add("partsup ps child=w\nworker w init=hang;{exit,[x]}\ncall ps:1 {a,%w.1}\n~ ~a ! w.1#2: return")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Split(text, "\n")
		s, err := Parse("f", text)
		if err != nil {
			var wrong *SyntaxError
			if !errors.As(err, &wrong) || wrong.File != "f" || wrong.What == "" || wrong.Line < 1 || wrong.Line > len(lines) {
				t.Fatalf("bad error %#v", err)
			}
			return
		}
		for _, block := range s.Blocks {
			for i, step := range block {
				if step.Flags.NoSettle != (i < len(block)-1) {
					t.Fatalf("step %d of the block of %d: %+v", i, len(block), step)
				}
				if step.Text != strings.TrimSpace(lines[step.Line-1]) {
					t.Fatalf("line %d is %q, not %q", step.Line, lines[step.Line-1], step.Text)
				}
				words := strings.Fields(step.Text)
				again, err := parseStep(words)
				again.Text, again.Line = step.Text, step.Line
				if err != nil || !reflect.DeepEqual(again, step) {
					t.Fatalf("%q became %+v, %v", step.Text, again, err)
				}
			}
		}
	})
}
