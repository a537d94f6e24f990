package main

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// The programs that the tests start are this binary.
func TestMain(m *testing.M) {
	if lib := os.Getenv("SURVIVAL_PROGRAM"); lib != "" {
		os.Exit(runProgram(lib))
	}
	os.Exit(m.Run())
}

// Some cells of the table, those of Coppice and some where others fall short,
// so that both Coppice and the judge are looked at.
func TestCells(t *testing.T) {
	for _, c := range []struct{ lib, fault, cell string }{
		{"coppice", "panic", "✓"},
		{"coppice", "goexit", "✓"},
		{"coppice", "clean-up", "✓"},
		{"coppice", "hang", "✓"},
		{"coppice", "circle", "✓"},
		{"coppice", "kill-parent", "✓"},
		{"coppice", "storm", "✓"},
		{"coppice", "load", "✓"},
		{"coppice", "stop", "✓"},
		{"coppice", "init-always", "gives up"},
		{"coppice", "goroutine", "dies"},
		{"goroutines", "goexit", "gone, late"},
		{"goroutines", "stop", "silent"},
		{"suture", "panic", "late"},
		{"ergo", "panic", "✓"},
		{"Erlang/OTP", "panic", "✓"},
	} {
		t.Run(c.lib+"/"+c.fault, func(t *testing.T) {
			t.Parallel()
			s, f := named(t, c.lib, c.fault)
			folder := t.TempDir()
			if s.prepare != nil {
				if err := s.prepare(folder); errors.Is(err, errAbsent) {
					t.Skip(err)
				} else if err != nil {
					t.Fatal(err)
				}
			}
			var o outcome
			for range 3 { // time limits are short, and a machine can be busy
				if o = try(s, f, folder); o.cell() == c.cell {
					return
				}
			}
			t.Errorf("%q, not %q: %+v", o.cell(), c.cell, o)
		})
	}
}

func named(t *testing.T, lib, wrong string) (subject, fault) {
	t.Helper()
	s, err := choose(subjects(), lib, func(s subject) string { return s.name })
	if err != nil {
		t.Fatal(err)
	}
	f, err := choose(faults(), wrong, func(f fault) string { return f.name })
	if err != nil {
		t.Fatal(err)
	}
	return s[0], f[0]
}

func TestChoose(t *testing.T) {
	if _, err := choose(subjects(), "coppice,nothing", func(s subject) string { return s.name }); err == nil || !strings.Contains(err.Error(), "suture") {
		t.Errorf("what is not there: %v", err)
	}
}

// Each word of a cell is in the legend.
func TestLegend(t *testing.T) {
	worst := []fault{{}, {quiet: true}, {last: true}, {last: true, name: "load"}}
	for _, f := range worst {
		for _, alive := range []bool{true, false} {
			tr := &trial{fault: f, o: outcome{
				Alive: alive, Ended: "exit status 2", CPU: 1, MiB: [2]int{0, 1000},
				Flood: &flooded{Late: 1, MiB: 1000, BackMs: 2000}, Load: &loaded{Refused: 1, Lost: 1},
			}}
			for _, word := range tr.shortfalls() {
				if !slices.ContainsFunc(shortfalls, func(s struct{ name, what string }) bool { return s.name == word }) {
					t.Errorf("the legend has no %q", word)
				}
			}
		}
	}
}

func TestTable(t *testing.T) {
	there := []subject{{name: "one"}, {name: "other"}}
	got := table([]fault{{what: "fault"}}, there, []outcome{{}, {Short: []string{"late", "vague"}}})
	want := "| what happens | one | other       |\n" +
		"|--------------|-----|-------------|\n" +
		"| fault        | ✓   | late, vague |\n" +
		"| ✓ of 1       | 1   | 0           |\n"
	if got != want {
		t.Errorf("table:\n%s", got)
	}
}
