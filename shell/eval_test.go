package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// The reply of a call is shown as the node puts it, and is data for what
// follows.
func TestReplyIsData(t *testing.T) {
	f := newFake()
	f.answer = inspect.Result{Text: "1-0", JSON: map[string]any{"Home": 1.0, "Away": 0.0, "Scorers": []any{"Lee"}}}
	got := run(f, "x = call match_123 Score; it.Home; x.Scorers | first; x; it.Hme")
	want := "1-0\n1\nLee\n1-0\n" +
		"  x = call match_123 Score; it.Home; x.Scorers | first; x; it.Hme\n" +
		"                                                              ^^^\n" +
		"type struct has no field Hme; did you mean Home?"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The fields of a record keep their order as JSON.
func TestResultAsJSON(t *testing.T) {
	s := NewSession(newFake())
	var raw []byte
	err := s.Eval(context.Background(), `procs() | take(1) | map({Z: .PID, A: .Restarts, L: [1.5, "x\x1b", nil, true]})`, func(r Result) {
		raw, _ = r.MarshalJSON()
	})
	if want := `[{"Z":"<0.1.0>","A":1,"L":[1.5,"x\u001b",null,true]}]`; err != nil || string(raw) != want {
		t.Errorf("%s, %v, want %s", raw, err, want)
	}
}

// What the node says is as it is, and ends the program.
func TestNodeRefuses(t *testing.T) {
	f := newFake()
	f.err = errors.New("actions are not allowed on this node\nthe program allows them with Options{Actions: true}")
	if got := run(f, "exit cache kill; 1"); got != f.err.Error() {
		t.Errorf("got %s", got)
	}
}

// A text that would steer the terminal is shown, not obeyed.
func TestCleanResults(t *testing.T) {
	f := newFake()
	f.answer = inspect.Result{Text: "\x1b[2Jred\r\u202e"}
	f.rows[0].Name = "a\x1b]0;x\a\nb"
	if got := run(f, "call cache Get; procs() | map(.Name) | first; procs() | take(1)"); strings.ContainsAny(got, "\x1b\r\a\u202e") {
		t.Errorf("got %q", got)
	}
}

// Expressions end when they are cancelled, however long they would take.
func TestCancel(t *testing.T) {
	f := newFake()
	for i := range 3000 {
		f.rows = append(f.rows, inspect.Process{PID: fmt.Sprintf("<0.%d.0>", i+10)})
	}
	s := NewSession(f)
	ctx, cancel := context.WithCancel(context.Background())
	show := func(Result) { cancel() } // after the first statement
	err := s.Eval(ctx, `all = procs(); all | map(all | filter(.PID == "x") | count) | count`, show)
	if err == nil || err.Error() != "cancelled" {
		t.Errorf("got %v", err)
	}
}

// A program that nobody cancels is bounded too.
func TestTooLong(t *testing.T) {
	f := newFake()
	for i := range 300 {
		f.rows = append(f.rows, inspect.Process{PID: fmt.Sprintf("<0.%d.0>", i+10)})
	}
	s := NewSession(f)
	s.maxSteps = 10_000
	err := s.Eval(context.Background(), `x = procs(); x | map(x | map(x | map(1) | count) | count)`, func(Result) {})
	if !errors.Is(err, errTooLong) {
		t.Errorf("got %v", err)
	}
}

// Results are numbered, and the latest ones are kept.
func TestResultsAreKept(t *testing.T) {
	s := NewSession(newFake())
	eval := func(text string) string {
		var got string
		if err := s.Eval(context.Background(), text, func(r Result) { got = r.Text(Format{}) }); err != nil {
			return err.Error()
		}
		return got
	}
	if s.Next() != 1 {
		t.Errorf("the first result has number %d", s.Next())
	}
	for i := range 40 {
		eval(fmt.Sprint(100 + i))
	}
	if s.Next() != 41 {
		t.Errorf("the next result has number %d", s.Next())
	}
	for text, want := range map[string]string{
		"it9":  "108", // of 40, 32 are kept: from the ninth on
		"it40": "139",
		"it8":  "result 8 is not kept any more\nthe last 32 are: from it9 on",
		"it99": "there is no result 99 yet\nthe last one is it40",
	} {
		before := *s
		before.results = append([]Result(nil), s.results...)
		if got := eval(text); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
		*s = before
	}
}

func TestAwait(t *testing.T) {
	// A name that is taken after a while, and by whom.
	later := func(f *fake, name string, d inspect.Detail) func() {
		return func() { f.details[name] = d }
	}
	for _, c := range []struct {
		line, want string
		happens    func(*fake) func()
	}{
		{"await cache", "<0.2.0>", func(f *fake) func() { return func() {} }},
		{"await cache <0.2.0>", "<0.8.0>", func(f *fake) func() {
			return later(f, "cache", inspect.Detail{Process: inspect.Process{PID: "<0.8.0>"}})
		}},
		{"await nobody", "  await nobody\n        ^^^^^^\nfor 5s nobody has been called nobody\nusage: await NAME [OLD]", func(f *fake) func() { return func() {} }},
		{"await cache gone", "nil", func(f *fake) func() { return func() { delete(f.details, "cache") } }},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			happens := c.happens(f)
			asked := &asking{fake: f, at: 3, then: happens}
			var got string
			err := NewSession(asked).Eval(t.Context(), c.line, func(r Result) { got = r.Text(Format{}) })
			if at := new(Error); errors.As(err, &at) {
				got = at.Caret()
			}
			if got != c.want {
				t.Errorf("%s: got %q, want %q", c.line, got, c.want)
			}
		})
	}
	// Ctrl-C ends it at once.
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		err := NewSession(newFake()).Eval(ctx, "await nobody", func(Result) {})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
	})
}

// An asking source has something happen when it has been asked so often.
type asking struct {
	*fake
	at   int
	then func()
}

func (a *asking) Process(ctx context.Context, who string) (inspect.Detail, error) {
	if a.asked == a.at {
		a.then()
	}
	return a.fake.Process(ctx, who)
}

// help shows every command and every function, and knows more of each.
func TestHelp(t *testing.T) {
	all := run(newFake(), "help")
	for line := range strings.Lines(all) {
		if Width(line) > 80 {
			t.Errorf("too wide for a terminal of 80 columns: %s", line)
		}
	}
	for _, c := range commands() {
		if !strings.Contains(all, c.brief()) {
			t.Errorf("help does not show %s", c.brief())
		}
		if got := run(newFake(), "help "+c.name); !strings.HasPrefix(got, c.usage()+"\n") {
			t.Errorf("help %s: %s", c.name, got)
		}
	}
	for name, f := range functions {
		if got := run(newFake(), "help "+name); !strings.Contains(got, f.example) {
			t.Errorf("help %s: %s", name, got)
		}
		// The examples run.
		if got := run(newFake(), f.example); strings.Contains(got, "^") {
			t.Errorf("%s:\n%s", f.example, got)
		}
	}
	if got := run(newFake(), "help cal"); !strings.Contains(got, "did you mean call?") {
		t.Errorf("help cal: %s", got)
	}
	for _, line := range strings.Split(all, "\n") {
		if Width(line) > 90 {
			t.Errorf("this line of help is too long: %s", line)
		}
	}
}

// i shows what a process accepts, and what a template takes.
func TestInfo(t *testing.T) {
	got := run(newFake(), "i cache")
	for _, want := range []string{"pid           <0.2.0>", "mailbox       7, at most 0 so far", "call          Get → string", "cast          Save {Value: string, Item: main.Item}"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in\n%s", want, got)
		}
	}
	if got := run(newFake(), "i football_match_supervisor"); !strings.Contains(got, "takes main.Item {SKU: string, Qty: int}") {
		t.Errorf("got\n%s", got)
	}
	if got := run(newFake(), "i nobody"); got != "process nobody: not found" {
		t.Errorf("got %s", got)
	}
}

// Tables keep to the terminal: the widest columns are cut, then the last left
// out.
func TestNarrowTables(t *testing.T) {
	f := newFake()
	f.rows[1].Name = "日本語の名前です"
	for _, columns := range []int{0, 120, 80, 60, 40, 20, 5} {
		var got string
		err := NewSession(f).Eval(t.Context(), "procs()", func(r Result) { got = r.Text(Format{Columns: columns}) })
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(got, "\n") {
			if columns >= 8 && Width(line) > columns {
				t.Errorf("%d columns: %q has %d", columns, line, Width(line))
			}
		}
		if !strings.HasPrefix(got, "PID") {
			t.Errorf("%d columns:\n%s", columns, got)
		}
	}
	var got string
	_ = NewSession(f).Eval(t.Context(), "procs()", func(r Result) { got = r.Text(Format{Rows: 2}) })
	if !strings.HasSuffix(got, "\n… and 3 more: it | drop(2) shows the next") {
		t.Errorf("got\n%s", got)
	}
}
