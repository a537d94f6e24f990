package coppice_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

func TestNoCrashReportForWhatWasEnded(t *testing.T) {
	var seen reports
	bubbleWith(t, coppice.Options{OnReport: seen.add}, func(t *testing.T, n *coppice.Node) {
		for _, reason := range []error{errBoom, coppice.Shutdown, coppice.Kill} {
			for _, wait := range blocking(n) {
				pid := must(coppice.Spawn(n, func(p *coppice.Process) error { wait(p); return nil }))
				synctest.Wait()
				coppice.Exit(n, pid, reason)
			}
			coppice.Exit(n, start(n, nil), reason)
		}
		for _, reason := range []error{nil, coppice.Normal, coppice.Shutdown, &coppice.ShutdownError{Detail: 1}} {
			within(t, n, func(*coppice.Process) error { return reason })
		}
	})
	if c := seen.crashes(); len(c) != 0 {
		t.Errorf("%v", c)
	}
}

func TestCrashReportSaysWhatHappened(t *testing.T) {
	var seen reports
	bubbleWith(t, coppice.Options{OnReport: seen.add}, func(t *testing.T, n *coppice.Node) {
		pid := start(n, nil)
		coppice.Register(n, "svc", pid)
		coppice.Send(n, pid, do(func(p *coppice.Process, m coppice.Message) error {
			coppice.Send(p, p.Self(), "left")
			panic("boom")
		}))
		synctest.Wait()
		c := seen.crashes()[0]
		if c.PID != pid || c.Name != "svc" || c.Message == nil || c.From != coppice.Info || c.Mailbox != 1 || len(c.Ancestors) != 1 ||
			!strings.Contains(c.Stack.String(), "TestCrashReportSaysWhatHappened") || !strings.Contains(c.Summary(), " svc ") || !strings.HasSuffix(c.Summary(), "crashed: panic: boom") {
			t.Errorf("%+v\n%v", c, c)
		}
	})
}

// bad is a message whose methods do what they should not.
type bad struct{ f func() }

func (b bad) String() string       { b.f(); return "bad" }
func (b bad) LogValue() slog.Value { b.f(); return slog.StringValue("bad") }

// A report whose formatting panics, ends the goroutine or hangs, keeps no other
// from being logged.
func TestLogSurvivesWhatItFormats(t *testing.T) {
	for name, f := range map[string]func(release chan struct{}){
		"panics": func(chan struct{}) { panic("in String") },
		"Goexit": func(chan struct{}) { runtime.Goexit() },
		"hangs":  func(release chan struct{}) { <-release },
	} {
		t.Run(name, func(t *testing.T) {
			var out lockedBuffer
			logger := slog.New(slog.NewTextHandler(&out, nil))
			bubbleWith(t, coppice.Options{Logger: logger}, func(t *testing.T, n *coppice.Node) {
				release := make(chan struct{})
				crash := func(body any, why string) {
					pid := must3(coppice.StartProcess(n, coppice.Spec{Behaviour: &server{handle: func(*coppice.Process, coppice.Message) error { return fmt.Errorf("%s", why) }}}))
					coppice.Send(n, pid, body)
					if reason := endOf(t, n, pid); reason.Error() != why {
						t.Errorf("ended with %v", reason)
					}
				}
				crash(bad{func() { f(release) }}, "first")
				for i := range 3 {
					crash(1, fmt.Sprint("after-", i))
				}
				time.Sleep(10 * time.Second) // the log's patience is the subject
				synctest.Wait()
				text := out.String()
				a, b, c := strings.Index(text, "after-0"), strings.Index(text, "after-1"), strings.Index(text, "after-2")
				if a < 0 || b < a || c < b {
					t.Errorf("logged:\n%s", text)
				}
				if name == "hangs" {
					ctx, cancel := context.WithTimeout(context.Background(), time.Second)
					defer cancel()
					if report := n.Stop(ctx); len(report.Stuck) != 1 || !strings.Contains(report.Stuck[0].Stack, "bad.") {
						t.Errorf("Stop: %v", report)
					}
				}
				close(release)
			})
		})
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestReportsThatAreTooManyAreCounted(t *testing.T) {
	var out lockedBuffer
	bubbleWith(t, coppice.Options{Logger: slog.New(slog.NewTextHandler(&out, nil))}, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		within(t, n, func(p *coppice.Process) error {
			for range 30_000 { // each hangs, until the log has no more patience with it
				p.Report(hanging{release})
			}
			return nil
		})
		close(release)
		synctest.Wait()
		if !strings.Contains(out.String(), "reports were dropped") {
			t.Error("nothing tells of the dropped")
		}
	})
}

type hanging struct{ release chan struct{} }

func (h hanging) Level() slog.Level    { return slog.LevelError }
func (h hanging) Summary() string      { <-h.release; return "h" }
func (h hanging) String() string       { return "h" }
func (h hanging) LogValue() slog.Value { return slog.StringValue("h") }

// OnReport is code of the user's too: it cannot keep a process from ending.
func TestOnReportThatMisbehaves(t *testing.T) {
	for name, f := range map[string]func(){
		"panics": func() { panic("in OnReport") },
		"Goexit": func() { runtime.Goexit() },
	} {
		t.Run(name, func(t *testing.T) {
			bubbleWith(t, coppice.Options{OnReport: func(coppice.Report) { f() }}, func(t *testing.T, n *coppice.Node) {
				if reason := within(t, n, func(*coppice.Process) error { panic(1) }); coppice.ClassOf(reason) != coppice.ClassAbnormal {
					t.Errorf("%v", reason)
				}
				if reason := within(t, n, func(*coppice.Process) error { return errBoom }); reason != errBoom {
					t.Errorf("%v", reason)
				}
			})
		})
	}
}

// What names a behaviour may panic.
type unnameable struct{ server }

func (*unnameable) String() string { panic("in String") }

func TestLabelThatPanics(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := must3(coppice.StartProcess(n, coppice.Spec{Behaviour: &unnameable{server{handle: func(*coppice.Process, coppice.Message) error { return errBoom }}}}))
		if info, _ := coppice.Lookup(pid); info.Label != "*coppice_test.unnameable" {
			t.Errorf("label %q", info.Label)
		}
		coppice.Send(n, pid, 1)
		synctest.Wait()
		if coppice.Alive(pid) {
			t.Error("alive")
		}
	})
}

type nameless struct {
	server
	release chan struct{}
}

func (n *nameless) String() string { <-n.release; return "at last" }

// What names a behaviour may hang: that holds up neither who looks nor an end.
func TestLabelThatHangs(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		began := time.Now()
		pid := must3(coppice.StartProcess(n, coppice.Spec{Behaviour: &nameless{server{handle: func(*coppice.Process, coppice.Message) error { return errBoom }}, release}}))
		for range 100 {
			if info, _ := coppice.Lookup(pid); !strings.HasPrefix(info.Label, "*coppice_test.nameless") || coppice.LabelOf(pid)[:1] != "*" {
				t.Errorf("label %q", info.Label)
			}
		}
		coppice.Send(n, pid, 1)
		if _, err := coppice.Await(n, pid); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
		close(release)
	})
}
