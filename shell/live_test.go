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

// lines runs a program, and gives what it shows: a line that was there while it
// ran is marked with a star. then may end it early.
func lines(t *testing.T, f *fake, text string, then func(shown int, end func())) (out []string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	err := NewSession(f).Eval(ctx, text, func(r Result) {
		line := r.Text(Format{})
		if r.Live() {
			line = "* " + line
		}
		out = append(out, line)
		if then != nil {
			then(len(out), cancel)
		}
	})
	if err != nil {
		out = append(out, "! "+err.Error())
	}
	return out
}

// A trace is shown while it goes on, and its events are the result.
func TestTrace(t *testing.T) {
	for text, want := range map[string]string{
		"trace cache": "* 12:00:00.000  gets Get\n* 12:00:00.000  gets Save\n* 12:00:00.000  gets Get\n3 events; the server has ended",
		"trace cache --max 2; it | map(.Message)":                 "* 12:00:00.000  gets Get\n* 12:00:00.000  gets Save\n2 events; for more: --max N\nGet\nSave",
		"trace --for 1m --max 1 cache | count":                    "* 12:00:00.000  gets Get\n1",
		`x = trace cache --max 1; (x | first).Text == "gets Get"`: "* 12:00:00.000  gets Get\n1 events; for more: --max N\ntrue",
	} {
		if got := strings.Join(lines(t, newFake(), text, nil), "\n"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", text, got, want)
		}
	}
	f := newFake()
	f.err = errors.New("gone")
	if got := lines(t, f, "trace cache", nil); got[len(got)-1] != "! gone" {
		t.Errorf("%q", got)
	}
}

// A line tells how long a message waited, and how long it took.
func TestTracing(t *testing.T) {
	at := time.Date(2030, 1, 1, 12, 0, 0, 0, time.Local)
	sent := at.Add(-3 * time.Millisecond)
	var lines Tracing
	for _, test := range []struct {
		event inspect.TraceEvent
		want  string
	}{
		{inspect.TraceEvent{At: at, Kind: "out", Text: "replies"}, "12:00:00.000  replies"}, // to what was taken before the trace began
		{inspect.TraceEvent{At: at, Kind: "in", Text: "gets Get", Arrived: &sent}, "12:00:00.000  gets Get  waited 3ms"},
		{inspect.TraceEvent{At: at.Add(20 * time.Millisecond), Kind: "out", Text: "replies"}, "12:00:00.020  replies  took 20ms"},
		{inspect.TraceEvent{At: at.Add(30 * time.Millisecond), Kind: "consume", Text: "done"}, "12:00:00.030  done  took 30ms"},
		{inspect.TraceEvent{At: at, Kind: "in", Text: "gets Save"}, "12:00:00.000  gets Save"}, // it waited before
		{inspect.TraceEvent{At: at.Add(-time.Second), Kind: "noreply", Text: "done"}, "11:59:59.000  done  took 0s"},
		{inspect.TraceEvent{At: at, Kind: "continue", Text: "goes on"}, "12:00:00.000  goes on"},
		{inspect.TraceEvent{At: at, Kind: "noreply", Text: "done"}, "12:00:00.000  done"},
	} {
		if got := lines.Line(test.event); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// Who ends a trace has the events so far, and what would have come behind it
// does not run.
func TestTraceIsEnded(t *testing.T) {
	f := newFake()
	f.blocks = true
	got := lines(t, f, "trace cache; trace cache", func(shown int, end func()) {
		if shown == 3 {
			end()
		}
	})
	if want := "3 events; ended by you"; len(got) < 4 || got[3] != want {
		t.Errorf("%q, want %q behind three events", got, want)
	}
	if len(f.done) > 0 || len(got) > 8 {
		t.Errorf("it goes on: %q", got)
	}
}

// A source that follows nothing has no trace.
func TestNoTracer(t *testing.T) {
	s := NewSession(struct{ Source }{newFake()})
	err := s.Eval(context.Background(), "trace cache", func(Result) {})
	if err == nil || !strings.HasPrefix(err.Error(), "this node cannot be traced from here") {
		t.Errorf("%v", err)
	}
}

// What is watched is shown when it changes; the server may end and come back,
// and may be busy.
func TestWatch(t *testing.T) {
	totals := []any{1, 1, 2, inspect.ErrNotFound, inspect.ErrNotFound, 0, context.DeadlineExceeded, 7}
	for text, want := range map[string]string{
		"watch cache .Total":     "* 00:00:00.000  1\n* 00:00:00.400  2\n* 00:00:00.600  it is not there\n* 00:00:01.000  0\n* 00:00:01.200  it does not answer\n* 00:00:01.400  7\n5 changes",
		"watch cache .Total > 1": "* 00:00:00.000  false\n* 00:00:00.400  true\n* 00:00:00.600  it is not there\n* 00:00:01.000  false\n* 00:00:01.200  it does not answer\n* 00:00:01.400  true\n5 changes",
		"watch cache":            "* 00:00:00.000  {Total: 1}\n* 00:00:00.400  {Total: 2}\n* 00:00:00.600  it is not there\n* 00:00:01.000  {Total: 0}\n* 00:00:01.200  it does not answer\n* 00:00:01.400  {Total: 7}\n5 changes",
	} {
		synctest.Test(t, func(t *testing.T) {
			f, looks := newFake(), 0
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			f.does = func(a inspect.Action) (inspect.Result, error) {
				if a.Verb != "state" || a.To != "cache" {
					t.Errorf("%+v", a)
				}
				if looks++; looks > len(totals) {
					cancel()
					return inspect.Result{}, ctx.Err()
				}
				if err, ok := totals[looks-1].(error); ok {
					return inspect.Result{}, fmt.Errorf("cache: %w", err)
				}
				total := totals[looks-1].(int)
				return inspect.Result{Text: fmt.Sprintf("{Total: %d}", total), JSON: map[string]any{"Total": float64(total)}}, nil
			}
			midnight := time.Now()
			var out []string
			s := NewSession(f)
			err := s.Eval(ctx, text, func(r Result) {
				line := r.Text(Format{})
				if r.Live() {
					line = "* " + strings.Replace(line, time.Now().Format(clock), time.Time{}.Add(time.Since(midnight)).Format(clock), 1)
				}
				out = append(out, line)
			})
			if got := strings.Join(out, "\n"); got != want || err != nil {
				t.Errorf("%s: %v\n%s\nwant\n%s", text, err, got, want)
			}
			if text == "watch cache .Total" {
				if r, _ := s.result("it"); r.value != 7.0 {
					t.Errorf("the result is %v, want the last value", r.value)
				}
			}
		})
	}
}

// A server that is not there at first cannot be watched, nor one whose state
// has no such field.
func TestWatchFails(t *testing.T) {
	f := newFake()
	f.err = fmt.Errorf("nobody: %w", inspect.ErrNotFound)
	if got := lines(t, f, "watch nobody .Total", nil); len(got) != 1 || !strings.HasPrefix(got[0], "! nobody") {
		t.Errorf("%q", got)
	}
	f = newFake()
	f.answer.JSON = map[string]any{"Total": 1.0}
	if got := lines(t, f, "watch cache .Totl", nil); len(got) != 1 || !strings.Contains(got[0], "did you mean Total?") {
		t.Errorf("%q", got)
	}
}

// An alias stands for how a line begins, and what follows it goes behind.
func TestAlias(t *testing.T) {
	for text, want := range map[string]string{
		"alias goal = cast match_123 Event\n goal home_goal":       "cast match_123 Event{:home_goal}",
		"alias g = goal\nalias goal = cast match_123 Event\ng end": "cast match_123 Event{:end}",
		"alias w = whereis\nexit (w cache) kill":                   "exit <0.2.0> kill",
		"alias ev = cast match_123 Event\nev {\n Kind: end\n}":     "cast match_123 Event{Kind:end}",
	} {
		f := newFake()
		out := run(f, text)
		if len(f.done) != 1 || sent(f.done[0]) != want {
			t.Errorf("%s: %v, %s", text, f.done, out)
		}
	}
	for text, want := range map[string]string{
		"alias\nalias busy = ps | filter(.Mailbox > 5)\nbusy | count\nalias": "none\nok\n2\nbusy = ps | filter(.Mailbox > 5)",
		"alias a = 1\nalias a = 2\na":                                        "ok\nok\n2",
		"alias a = 1\nhelp a":                                                "ok\na stands for: 1",
		"alias a = b\nalias b = a\na":                                        "  a\n  ^\nthe alias a goes in circles\nalias lists them",
		"alias a = 1\na = 2":                                                 "  a = 2\n  ^\na is an alias, and cannot be a variable\nchoose another name",
		"a = 1\nalias a = 2":                                                 "1\n  alias a = 2\n        ^^^^^\na is a variable, and cannot be an alias\nusage: alias [NAME = TEXT]",
		"alias it3 = 2":                                                      "  alias it3 = 2\n        ^^^^^^^\nit3 is the result of an earlier line, and cannot be an alias\nusage: alias [NAME = TEXT]",
		"alias cal = call\nclal cache Get":                                   "  clal cache Get\n  ^^^^\nthere is no command clal\ndid you mean cal?",
		"alias s = cast cache Save\ns {Valu 1}":                              "  cast cache Save {Valu 1}\n                        ^\nhere should be \":\" after the field Valu\nfor example: {Valu: 1}",
	} {
		if got := run(newFake(), text); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", text, got, want)
		}
	}
}

// What a host offers is a command like any other.
func TestOffer(t *testing.T) {
	s := NewSession(newFake())
	s.Offer("observe", "open the page", func(context.Context) (string, error) { return "http://127.0.0.1/", nil })
	var out []string
	show := func(r Result) { out = append(out, r.Text(Format{})) }
	if err := s.Eval(context.Background(), "observe; help observe; help", show); err != nil {
		t.Fatal(err)
	}
	if out[0] != "http://127.0.0.1/" || out[1] != "observe\nopen the page" || !strings.Contains(out[2], "\n  observe                     open the page\n") {
		t.Errorf("%q", out)
	}
	if got := s.Complete(context.Background(), "obs", 3).Candidates; len(got) != 1 || got[0].Text != "observe" {
		t.Errorf("%v", got)
	}
	s.Offer("fail", "", func(context.Context) (string, error) { return "", errors.New("no browser") })
	if err := s.Eval(context.Background(), "fail", show); err == nil || err.Error() != "no browser" {
		t.Errorf("%v", err)
	}
}

// i shows what a server shows of its state, if it does in time.
func TestInfoShowsState(t *testing.T) {
	f := newFake()
	f.answer.Text = "{Total: 5}"
	if got := run(f, "i cache"); !strings.Contains(got, "\nstate         {Total: 5}") {
		t.Error(got)
	}
	if got := run(f, "i <0.4.0>"); strings.Contains(got, "\nstate") {
		t.Errorf("of what is no server: %s", got)
	}
	f.does = func(inspect.Action) (inspect.Result, error) { return inspect.Result{}, context.DeadlineExceeded }
	if got := run(f, "i cache"); !strings.Contains(got, "\nstate         it is busy, and does not tell") || !strings.Contains(got, "cache") {
		t.Error(got)
	}
}
