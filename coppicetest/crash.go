package coppicetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seed-7832d3a3/coppice"
)

// A Crash says which crashes are meant. What is not said fits all.
type Crash struct {
	Process string // registered name, label (for a server its type), or text of the PID
	Reason  error  // the reason is this one or wraps it
	Text    string // a part of the text of the report
}

// String says it in words.
func (c Crash) String() string {
	text := "a crash"
	if c.Process != "" {
		text += " of " + c.Process
	}
	if c.Reason != nil {
		text += fmt.Sprintf(" for the reason %v", c.Reason)
	}
	if c.Text != "" {
		text += fmt.Sprintf(" that tells of %q", c.Text)
	}
	return text
}

func (c Crash) fits(r *coppice.CrashReport) bool {
	return (c.Process == "" || slices.Contains([]string{r.Name, r.Label, r.PID.String()}, c.Process)) &&
		(c.Reason == nil || is(r.Reason, c.Reason)) &&
		(c.Text == "" || strings.Contains(r.String(), c.Text))
}

// is reports whether a reason is another one: the same value, or one that wraps
// it and is of the same class.
func is(reason, want error) bool {
	return errors.Is(reason, want) && coppice.ClassOf(reason) == coppice.ClassOf(want) || reflect.DeepEqual(reason, want)
}

// A crash is a report that came in.
type crash struct {
	report   *coppice.CrashReport
	expected bool
}

// A zombie is a report that came in.
type zombie struct {
	report   *coppice.ZombieReport
	expected bool
}

// report implements Options.OnReport of the node.
func (l *lab) report(r coppice.Report) {
	l.mu.Lock()
	switch r := r.(type) {
	case *coppice.CrashReport:
		l.crashes = append(l.crashes, &crash{report: r})
	case *coppice.ZombieReport:
		l.zombies = append(l.zombies, &zombie{report: r})
	case *coppice.ProgressReport:
		l.starts = append(l.starts, started{pid: r.ChildPID, child: r.Child, sup: r.Supervisor, supName: r.Name})
	}
	l.mu.Unlock()
	if l.also.OnReport != nil {
		l.also.OnReport(r)
	}
}

// allows is called with l.mu held.
func (l *lab) allows(r *coppice.CrashReport) bool {
	return slices.ContainsFunc(l.allowed, func(c Crash) bool { return c.fits(r) })
}

// ExpectCrash waits for the crash that want says, which may have come already,
// and returns its report. Each crash is expected once; the test fails if there
// is none, and at its end for those that were not expected.
func ExpectCrash(t testing.TB, n *coppice.Node, want Crash) *coppice.CrashReport {
	t.Helper()
	l := labOf(t, n)
	var found *coppice.CrashReport
	err := l.until(func() error {
		l.mu.Lock()
		defer l.mu.Unlock()
		seen := "no crash"
		for _, c := range l.crashes {
			switch {
			case c.expected:
			case want.fits(c.report):
				c.expected, found = true, c.report
				return nil
			default:
				seen = "only: " + c.report.Summary()
			}
		}
		return fmt.Errorf("want %v, saw %s (each is expected once)", want, seen)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// AllowCrashes allows any number of the crashes that c says, before and after:
// for tests whose point they are not.
func AllowCrashes(t testing.TB, n *coppice.Node, c Crash) {
	t.Helper()
	l := labOf(t, n)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.allowed = append(l.allowed, c)
}

// ExpectZombie waits until code of the process (named as in [Crash]) is told to
// be a zombie, and returns where it runs. Such code has to return before the
// test ends.
func ExpectZombie(t testing.TB, n *coppice.Node, process string) coppice.Stuck {
	t.Helper()
	l := labOf(t, n)
	var found coppice.Stuck
	err := l.until(func() error {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, z := range l.zombies {
			s := z.report.Stuck
			if !z.expected && (process == "" || s.Name == process || s.PID.String() == process) {
				z.expected, found = true, s
				return nil
			}
		}
		return fmt.Errorf("want a zombie of %s, saw none", process)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
