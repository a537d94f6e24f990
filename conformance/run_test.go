package conformance_test

import (
	"context"
	"flag"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice/conformance"
)

var paths = flag.String("paths", "cases,random", "the scenarios that TestScenarios runs: files and folders")

// sample is of how many scenarios one is run in short mode.
const sample = 8

// TestScenarios runs all scenarios, each twice: as fast as it goes, and with
// jitter. The clock is that of a bubble, so what a script sleeps takes no time
// and no time limit is ever missed because the machine is busy.
func TestScenarios(t *testing.T) {
	files, err := conformance.Files(strings.Split(*paths, ",")...)
	if err != nil || len(files) == 0 {
		t.Fatal("no scenarios: ", err)
	}
	for i, file := range files {
		if testing.Short() && i%sample != 0 {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.ToSlash(file), ".scn"), func(t *testing.T) {
			t.Parallel()
			for _, jitter := range []time.Duration{0, 3 * time.Millisecond} {
				check(t, file, conformance.Options{Jitter: jitter})
			}
		})
	}
}

func check(t *testing.T, file string, o conformance.Options) {
	t.Helper()
	s, err := conformance.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if why := conformance.Skip(s); why != "" {
		t.Skip(why)
	}
	synctest.Test(t, func(t *testing.T) {
		lines, err := conformance.Run(context.Background(), s, o)
		if err != nil {
			t.Fatal(err)
		}
		if d := conformance.Compare(s.Expected, lines); d != nil {
			t.Errorf("with a jitter of %v: %v", o.Jitter, d)
		}
	})
}

func parse(t *testing.T, script string) *conformance.Scenario {
	t.Helper()
	s, err := conformance.Parse("some/test.scn", script)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRunSaysWhatWentWrong has scripts that do not come to an end.
func TestRunSaysWhatWentWrong(t *testing.T) {
	for _, test := range []struct{ script, want string }{
		{"worker a\nstart a\ncall a noreply infinity\n", "some/test.scn:3: not finished after 30s"},
		{"proc p\nspawn p\nsettle\np: exit driver kill\n", "some/test.scn:4: the driver died: killed"},
	} {
		synctest.Test(t, func(t *testing.T) {
			lines, err := conformance.Run(context.Background(), parse(t, test.script), conformance.Options{})
			if err == nil || err.Error() != test.want {
				t.Errorf("%q gives %q and the error %v, want %s", test.script, lines, err, test.want)
			}
		})
	}
}

// TestRunNotSettled has a process that has a message and does not look at it,
// though it could.
func TestRunNotSettled(t *testing.T) {
	s := parse(t, "proc p\nworker a\nstart a\nspawn p\np: call a noreply infinity\nsend p hello\n")
	synctest.Test(t, func(t *testing.T) {
		lines, err := conformance.Run(context.Background(), s, conformance.Options{})
		if err != nil || lines[len(lines)-1] != "!! not settled" {
			t.Errorf("%q, %v", lines, err)
		}
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	s := parse(t, "sleep 10000\n")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		start := time.Now()
		if lines, err := conformance.Run(ctx, s, conformance.Options{}); err == nil || !strings.Contains(err.Error(), "test.scn:1: context deadline exceeded") || time.Since(start) > 2*time.Second {
			t.Errorf("%q and %v after %v", lines, err, time.Since(start))
		}
	})
}

func TestSkip(t *testing.T) {
	s, err := conformance.ParseFile("cases/genserver/fake_parent_exit_message.scn")
	if err != nil {
		t.Fatal(err)
	}
	if why := conformance.Skip(s); !strings.Contains(why, "signal of its parent") {
		t.Errorf("skipped because %q", why)
	}
	if _, err := conformance.Run(context.Background(), s, conformance.Options{}); err == nil {
		t.Error("a scenario that is to be skipped is run")
	}
}
