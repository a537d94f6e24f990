package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A lockedBuffer is written by the log and read by the test.
type lockedBuffer struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const wantSteps = `start_child football_match_supervisor match_123 ok
call match_123 score                           0-0
cast match_123 event home_goal                 ok
call match_123 score                           1-0
cast match_123 event goal                      ok
another pid                                    true
call match_123 score                           0-0
cast match_123 event end                       ok
match_123 is gone                              true
children                                       0
`

func TestSteps(t *testing.T) {
	var log lockedBuffer
	var out strings.Builder
	options := coppicetest.Options{Node: coppice.Options{Logger: slog.New(coppice.NewReportHandler(&log))}}
	coppicetest.RunWith(t, options, func(t *testing.T, node *coppice.Node) {
		if err := steps(node, &out); err != nil {
			t.Fatal(err)
		}
		coppicetest.ExpectCrash(t, node, coppicetest.Crash{Process: "match_123", Text: `no case for "goal"`})
	})
	if out.String() != wantSteps {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), wantSteps)
	}
	// The crash report: which server, the error, the stack with our function
	// first, the last message, the state.
	for _, want := range []string{
		`process <0\.\d+\.\d+> match_123 main\.Tracker crashed: panic: no case for "goal"`,
		`crashed: [^\n]*\n +\S*(main|football)\.\(\*Tracker\)\.apply\n`,
		`last message \(cast\): main\.Event \{Kind:"goal"\}`,
		`state: 1-0`,
		`ancestors: <0\.\d+\.\d+> football_match_supervisor\n`,
		`supervisor <0\.\d+\.\d+> football_match_supervisor: child_terminated.*restart 1 of 3 in 5s`,
	} {
		if !regexp.MustCompile(want).MatchString(log.String()) {
			t.Errorf("the log does not match %s:\n%s", want, log.String())
		}
	}
}

// A child asks, in a handler, that it be terminated: no deadlock, and no time
// passes.
func TestEndFromInside(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		sup := trackers(supervisor.Limit{})
		if _, err := sup.Start(node); err != nil {
			t.Fatal(err)
		}
		pid, err := sup.StartChild(node, matches, "m")
		if err != nil {
			t.Fatal(err)
		}
		if err := genserver.Cast(node, pid, Event{"end"}); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		coppicetest.Exited(t, node, pid, coppice.Shutdown)
		coppicetest.Children(t, node, matches, 0)
		if passed := time.Since(began); passed != 0 {
			t.Errorf("it took %v", passed)
		}
	})
}

func feedCup(t *testing.T, args ...string) (status int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = command(append([]string{"-feed", filepath.Join("testdata", "cup.json")}, args...), &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	return lines[len(lines)-1]
}

func TestFeed(t *testing.T) {
	status, out, errs := feedCup(t)
	if status != 0 || lastLine(out) != "4 matches, 7 goals, 0 restarts, 0 wrong" {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	for _, want := range []string{
		"2031-05-03  Oak v Elm      2-1    0",
		"2031-05-04  Birch v Alder  2-2    0",
		"incomplete: 2031-05-04 Hazel v Rowan",
		"skipped: 1 not yet played",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// Each unknown event crashes a tracker, and with -recover nothing is lost.
func TestPoisonRecovered(t *testing.T) {
	for seed := range 20 {
		status, out, errs := feedCup(t, "-poison", "50", "-seed", fmt.Sprint(seed), "-recover")
		if status != 0 || lastLine(out) != "4 matches, 7 goals, 50 restarts, 0 wrong" {
			t.Errorf("seed %d: status %d, %s%s", seed, status, out, errs)
		}
	}
}

// Without it the loss is shown, and is the same for the same seed.
func TestPoisonLost(t *testing.T) {
	status, out, _ := feedCup(t, "-poison", "50", "-seed", "7")
	if status != 1 || !strings.HasPrefix(lastLine(out), "4 matches, 7 goals, 50 restarts, ") || strings.HasSuffix(out, " 0 wrong\n") {
		t.Errorf("status %d, %s", status, out)
	}
	if _, again, _ := feedCup(t, "-poison", "50", "-seed", "7"); again != out {
		t.Errorf("another result for the same seed:\n%s\n%s", out, again)
	}
}

func TestBadInput(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte(`{"matches":[{"date":"2031-05-03","team1":"Oak","team2":"Elm","score":{"ft":[1,0]},"goals1":[{"minute":true}]}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"-feed", bad}, `match 1 (Oak v Elm, 2031-05-03): goals1[0].minute: want a number or "90+3", got true`},
		{[]string{"-feed", "testdata/none.json"}, "testdata/none.json"},
		{[]string{"-feed", "testdata/cup.json", "-poison", "-1"}, "-poison -1"},
		{[]string{"-poison", "3"}, "-feed FILE"},
		{[]string{"extra"}, `unexpected argument "extra"`},
		{[]string{"-nonsense"}, "-nonsense"},
	} {
		var out, errs bytes.Buffer
		if status := command(test.args, &out, &errs); status != 2 || !strings.Contains(errs.String(), test.want) {
			t.Errorf("%v: status %d, %q; want status 2 and %q", test.args, status, errs.String(), test.want)
		}
	}
}
