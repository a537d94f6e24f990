package coppice_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// crash starts a process that handles message and crashes with reason.
func crash(t *testing.T, n *coppice.Node, label string, reason any) coppice.PID {
	t.Helper()
	pid, _, err := coppice.StartProcess(n, coppice.Spec{Label: label, Body: func(p *coppice.Process) error {
		p.InitAck()
		p.Receive()
		panic(reason)
	}})
	if err != nil {
		t.Fatal(err)
	}
	_ = coppice.Send(n, pid, "the last straw")
	synctest.Wait()
	return pid
}

// The node remembers crashes in words. Those of the same kind for the same
// reason are one, counted, and described anew no more than once in a second.
func TestCrashesAreRemembered(t *testing.T) {
	t.Run("nothing logs", func(t *testing.T) { crashesAreRemembered(t, quiet()) })
	t.Run("logs", func(t *testing.T) {
		crashesAreRemembered(t, coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	})
}

func crashesAreRemembered(t *testing.T, options coppice.Options) {
	bubbleWith(t, options, func(t *testing.T, n *coppice.Node) {
		first := crash(t, n, "oven", "too hot")
		for range 5 {
			crash(t, n, "oven", "too hot")
		}
		crash(t, n, "oven", "too cold")
		crash(t, n, "fridge", "too hot")
		all := n.Crashes()
		if len(all) != 3 {
			t.Fatalf("%d kinds of crashes, want 3: %v", len(all), all)
		}
		if n.CrashCount() != 8 {
			t.Errorf("%d crashes, want 8", n.CrashCount())
		}
		c := all[2]
		if c.Count != 6 || c.Reason != "panic: too hot" || c.Label != "oven" || c.PID != first || c.ID != 1 {
			t.Errorf("%+v", c)
		}
		for _, want := range []string{"too hot", "string the last straw", "history_test.go", "oven"} {
			if !strings.Contains(c.Text, want) {
				t.Errorf("no %q in %s", want, c.Text)
			}
		}
		if c.Message != "string the last straw" || !strings.Contains(c.Stack, "history_test.go") {
			t.Errorf("message %q, stack %s", c.Message, c.Stack)
		}
		if !c.Told.Equal(c.First) {
			t.Error("it was described anew within a second")
		}
		time.Sleep(time.Second)
		last := crash(t, n, "oven", "too hot")
		if events := n.Events(0); len(events) != 9 || events[5].Crash != 1 || events[5].PID == first || events[8].PID != last {
			t.Errorf("events %v", events)
		}
		if c = n.Crashes()[0]; c.Count != 7 || !c.Told.Equal(c.Last) || c.PID != last || c.ID != 1 || c.Last.Sub(c.First) != time.Second {
			t.Errorf("a second later: %+v", c)
		}
	})
}

func TestOnlyTheLastCrashesAreKept(t *testing.T) {
	bubbleWith(t, quiet(), func(t *testing.T, n *coppice.Node) {
		for i := range 250 {
			crash(t, n, fmt.Sprint("machine ", i), "dust")
			time.Sleep(time.Millisecond)
		}
		all := n.Crashes()
		if len(all) != 200 || all[0].Label != "machine 249" || all[199].Label != "machine 50" {
			t.Errorf("%d, from %s to %s", len(all), all[0].Label, all[len(all)-1].Label)
		}
		crash(t, n, "machine 51", strings.Repeat("x", 1<<20))
		if c := n.Crashes()[0]; len(c.Reason) > 10_000 || len(c.Text) > 10_000 || !strings.Contains(c.Reason, "bytes more") {
			t.Errorf("a long reason is kept with %d bytes, in %d", len(c.Reason), len(c.Text))
		}
	})
}

// A crash of a child tells what its supervisor did about it. (The supervisor here
// is no more than its report.)
func TestCrashTellsTheDecision(t *testing.T) {
	bubbleWith(t, quiet(), func(t *testing.T, n *coppice.Node) {
		crash(t, n, "oven", "too hot")
		pid := crash(t, n, "oven", "too hot")
		n.Report(&coppice.SupervisorReport{Context: "child_terminated", ChildPID: pid, Decision: "restart 1 of 3 in 5s"})
		synctest.Wait()
		c := n.Crashes()[0]
		for _, want := range []string{"oven crashed: panic: too hot", "its supervisor: restart 1 of 3 in 5s", "2 times since"} {
			if !strings.Contains(c.String(), want) {
				t.Errorf("no %q in %s", want, c)
			}
		}
		if events := n.Events(0); events[len(events)-1].Crash != c.ID {
			t.Errorf("the event of the supervisor belongs to crash %d", events[len(events)-1].Crash)
		}
	})
}

// Who is linked with what crashes, and does not trap exits, falls with it, and
// the report says so.
func TestCrashTellsWhoFell(t *testing.T) {
	bubbleWith(t, quiet(), func(t *testing.T, n *coppice.Node) {
		var falls, traps coppice.PID
		pid, _ := coppice.Spawn(n, func(p *coppice.Process) error {
			falls, _ = coppice.SpawnLink(p, func(p *coppice.Process) error { p.Receive(); return nil })
			_ = coppice.Register(p, "falls", falls)
			traps, _ = coppice.SpawnLink(p, func(p *coppice.Process) error {
				p.TrapExit(true)
				p.Receive()
				p.Receive() // of one that has ended the report would not know what it ran
				return nil
			})
			p.Receive()
			return errors.New("a bad day")
		})
		synctest.Wait()
		_ = coppice.Send(n, pid, 1)
		synctest.Wait()
		c := n.Crashes()[0]
		if len(c.Fell) != 1 || c.Fell[0] != falls || len(c.Links) != 2 || coppice.Alive(falls) {
			t.Errorf("fell: %v, links: %v; want %v of it and %v", c.Fell, c.Links, falls, traps)
		}
		for _, want := range []string{fmt.Sprintf("by their links: %v falls\n", falls), fmt.Sprintf("%v (github.com", traps)} {
			if !strings.Contains(c.Text, want) {
				t.Errorf("%s\nwant %q", c.Text, want)
			}
		}
	})
}

// An event has a number, so a tool can ask for what is new, and sees whether it
// has missed some.
func TestEvents(t *testing.T) {
	bubbleWith(t, quiet(), func(t *testing.T, n *coppice.Node) {
		pid := crash(t, n, "oven", "too hot")
		n.Report(noteReport("somebody looked"))
		sup := &coppice.SupervisorReport{Context: "child_terminated", Child: "oven", ChildPID: pid, Children: 2, Reason: errors.New("too hot"), Decision: "restart 1"}
		n.Report(sup)
		synctest.Wait()
		all := n.Events(0)
		if got, want := all[2].Text, sup.Summary(); got != want {
			t.Errorf("a supervisor's event is %q, want %q", got, want)
		}
		if got, want := all[0].Text, fmt.Sprintf("process %v oven crashed: panic: too hot", pid); got != want {
			t.Errorf("a crash's event is %q, want %q", got, want)
		}
		if all[0].Seq != 1 || all[0].Kind != "crash" || all[0].PID != pid || all[0].Crash != 1 || all[1].Kind != "note" || all[1].Text != "somebody looked" {
			t.Fatalf("%+v", all)
		}
		for _, after := range []uint64{3, 4, math.MaxUint64} {
			if all = n.Events(after); len(all) != 0 {
				t.Errorf("after %d, the last one is 3: %v", after, all)
			}
		}
		for range 1500 {
			n.Report(noteReport("again"))
		}
		synctest.Wait()
		if all = n.Events(2); len(all) != 1000 || all[0].Seq != 504 || all[999].Seq != 1503 {
			t.Errorf("%d events, from %d to %d; want a thousand, to 1503", len(all), all[0].Seq, all[len(all)-1].Seq)
		}
	})
}

// Crashes are told apart by their reasons in words. Where equal values are sure to
// have the same ones, they are not put in words again.
func TestCrashesAreToldApartByTheirWords(t *testing.T) {
	bubbleWith(t, quiet(), func(t *testing.T, n *coppice.Node) {
		sour := errors.New("sour")
		mood := new(moodyError)
		many := struct{ a, b int }{1, 2}
		for i, c := range []struct {
			reason any
			kinds  int // of crashes so far
		}{
			{sour, 1}, {sour, 1}, {errors.New("sour"), 1}, {"sour", 1}, {sour, 1},
			{mood, 2}, {mood, 3}, {many, 4}, {many, 4}, {[]int{1}, 5}, {[]int{1}, 5},
			{strings.Repeat("x", 1<<20), 6}, {strings.Repeat("x", 1<<20), 6}, {1, 7}, {int64(1), 7}, {2, 8},
			{brokenValue{}, 9}, {brokenValue{}, 9},
		} {
			crash(t, n, "lemon", c.reason)
			if got := len(n.Crashes()); got != c.kinds {
				t.Fatalf("after crash %d, of %T: %d kinds of crashes, want %d", i+1, c.reason, got, c.kinds)
			}
		}
		if c := n.Crashes()[8]; c.Count != 5 {
			t.Errorf("sour %d times, want 5", c.Count)
		}
	})
}

// A moodyError says something else each time.
type moodyError struct{ n int }

func (e *moodyError) Error() string { e.n++; return fmt.Sprint("mood ", e.n) }

type brokenValue struct{}

func (brokenValue) String() string { panic("no words") }

// A reason that cannot be put in words costs its event, and nothing else.
func TestHistorySurvivesReasons(t *testing.T) {
	bubbleWith(t, quiet(), func(t *testing.T, n *coppice.Node) {
		n.Report(panicReport{})
		crash(t, n, "oven", "too hot")
		if len(n.Crashes()) != 1 {
			t.Error("a report that panics has stopped the others")
		}
	})
}

// A noteReport is a report of a tool's.
type noteReport string

func (r noteReport) Level() slog.Level    { return slog.LevelInfo }
func (r noteReport) Summary() string      { return string(r) }
func (r noteReport) String() string       { return string(r) }
func (r noteReport) LogValue() slog.Value { return slog.GroupValue(slog.String("kind", "note")) }

type panicReport struct{ noteReport }

func (panicReport) Summary() string { panic("no words") }
