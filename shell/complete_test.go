package shell

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// What can stand before the cursor, which is at the end.
func TestComplete(t *testing.T) {
	for _, c := range []struct{ line, from, want string }{
		{"ca", "ca", "call cast"},
		{"x = wher", "wher", "whereis"},
		{"old", "old", "old"},
		{"call c", "c", "cache cart:42"},
		{"call <0.4", "<0.4", "<0.4.0>"},
		{"call ", "", "cache cart:42 football_match_supervisor match_123 <0.4.0>"},
		{"call cart:4", "cart:4", "cart:42"},
		{"call cache", "cache", "cache"},
		{"call cache ", "", "Get"},
		{"cast cache S", "S", "Save"},
		{"cast cache Save {", "", "Value: Item:"},
		{"cast cache Save {va", "va", "Value:"},
		{"cast cache Save{Value: 1, I", "I", "Item:"},
		{"cast cache Save {Item: {S", "S", "SKU:"},
		{"cast cache Save {Value: x", "x", ""},
		{"start_child f", "f", "football_match_supervisor"},
		{"start_child football_match_supervisor {Q", "Q", "Qty:"},
		{"terminate_child football_match_supervisor ", "", "m1 <0.4.0>"},
		{"log_level cache ", "", "debug info warn error none"},
		{"exit cache k", "k", "kill"},
		{"help tak", "tak", "take("},
		{"crash ", "", "7"},
		{"procs() | fil", "fil", "filter("},
		{"procs() | filter(.Mail", "Mail", "Mailbox"},
		{"procs() | filter(.Mailbox > 5 && .st", "st", "Status"},
		{"procs() | map({N: .Name, M: .Mailbox}) | sort(.", "", "N M"},
		{"procs() | group(.Status) | sort(-.Co", "Co", "Count"},
		{"exit (procs() | filter(.Hig", "Hig", "HighWater"},
		{"(status).Proc", "Proc", "Processes"},
		{"trace cache --", "--", "--max --for"},
		{"trace cache --f", "--f", "--for"},
		{"watch cache .T", "T", "Total Trend"},
		{"watch cache .Total > 5 && .A", "A", "Age"},
		{"watch x .", "", "Age Total Trend"},
		{"goa", "goa", "goal"},
		{"goal c", "c", "cache cart:42"},
		{"exit (goal c", "c", "cache cart:42"},
		{"call cache Get; cra", "cra", "crashes crash"},
		{"call cache Get extra ", "", ""},
		{"nonsense here ", "", ""},
	} {
		f := newFake()
		f.answer.JSON = map[string]any{"Total": 5.0, "Trend": 1.0, "Age": 2.0}
		s := NewSession(f)
		if err := s.Alias("goal", "call"); err != nil {
			t.Fatal(err)
		}
		if err := s.Eval(context.Background(), "old = whereis cache", func(Result) {}); err != nil {
			t.Fatal(err)
		}
		got := s.Complete(context.Background(), c.line, len(c.line))
		var texts []string
		for _, candidate := range got.Candidates {
			texts = append(texts, candidate.Text)
		}
		if strings.Join(texts, " ") != c.want || c.want != "" && c.line[got.From:] != c.from {
			t.Errorf("%q: from %q: %q, want from %q: %q", c.line, c.line[got.From:], texts, c.from, c.want)
		}
	}
}

// Candidates have a note, and those of a message show what it takes.
func TestCompleteNotes(t *testing.T) {
	s := NewSession(newFake())
	for line, want := range map[string]string{
		"call match_":   "main.Tracker, running, <0.3.0>",
		"cast cache Sa": "Save {Value: string, Item: main.Item}",
		"call cache G":  "Get → string",
		"crash ":        "cache: boom",
	} {
		got := s.Complete(context.Background(), line, len(line)).Candidates
		if len(got) != 1 || got[0].Note != want {
			t.Errorf("%q: %+v, want the note %q", line, got, want)
		}
	}
}

// The source is asked for what begins so, for there may be a great many.
func TestCompleteAsksForTheWord(t *testing.T) {
	f := newFake()
	for i := range 1000 {
		f.rows = append(f.rows, inspect.Process{PID: fmt.Sprintf("<0.%d.0>", 100+i), Name: fmt.Sprint("order:", i)})
	}
	for line, want := range map[string]string{
		"call order:99":      "order:99 order:990 order:991 order:992 order:993 order:994 order:995 order:996 order:997 order:998 order:999",
		"call <0.1099":       "<0.1099.0>",
		`call order:999"`:    "",
		"exit (i order:998":  "order:998",
		"start_child order:": "",
	} {
		got := NewSession(f).Complete(context.Background(), line, len(line))
		var texts []string
		for _, c := range got.Candidates {
			texts = append(texts, c.Text)
		}
		if strings.Join(texts, " ") != want {
			t.Errorf("%s: %q, want %s", line, texts, want)
		}
	}
}

// A source that fails means no suggestions, and nothing worse.
func TestCompleteFails(t *testing.T) {
	f := newFake()
	f.err = errors.New("gone")
	s := NewSession(f)
	for _, line := range []string{"call ", "call cache ", "cast cache Save {", "crash ", "terminate_child x "} {
		if got := s.Complete(context.Background(), line, len(line)); len(got.Candidates) > 0 {
			t.Errorf("%q: %v", line, got.Candidates)
		}
	}
}

// Only what is before the cursor counts.
func TestCompleteInTheMiddle(t *testing.T) {
	got := NewSession(newFake()).Complete(context.Background(), "call ca Get", len("call ca"))
	if got.From != len("call ") || len(got.Candidates) != 2 {
		t.Errorf("%+v", got)
	}
}
