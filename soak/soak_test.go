package main

import (
	"bytes"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// small is a soak of seconds.
func small(out *bytes.Buffer) *soak {
	return newSoak(config{
		duration: 2 * time.Second, processes: 2000, messages: 20_000, crashes: 300, kills: 100, units: 5, churn: 200, flood: 1000,
		seed: uint64(time.Now().UnixNano()), out: out,
	})
}

// A short soak finds nothing, and everything has happened in it.
func TestSoak(t *testing.T) {
	var out bytes.Buffer
	s := small(&out)
	s.run()
	s.print()
	t.Log(out.String())
	if found := s.findings.all(); len(found) > 0 {
		t.Errorf("%d findings", len(found))
	}
	f := &s.figures
	for what, n := range map[string]int64{
		"messages": f.messages.Load(), "calls": f.calls.Load(), "kills": f.kills.Load(), "hung": f.hung.Load(),
		"restarts": f.restarts.Load(), "registrations": f.registrations.Load(), "tasks": f.tasks.Load(),
		"streams": f.streams.Load(), "timers": f.timers.Load(), "monitors": f.monitors.Load(),
		"crashes": int64(s.crashed.crashes),
	} {
		if n == 0 {
			t.Errorf("there were no %s", what)
		}
	}
	for _, f := range s.floods {
		if told := f.refused.Load(); f.replied.Load() == 0 || f.abandoned.Load() == 0 || (told == 0) != (f.full == coppice.Block) {
			t.Errorf("%s: %d calls are answered, %d refused", f.name(), f.replied.Load(), told)
		}
	}
}

// What it is there to find it finds.
func TestSoakFinds(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes ten seconds")
	}
	release := make(chan struct{})
	var kept []byte
	for _, row := range []struct {
		name   string
		onSend func(any) any
		wrong  func(p *coppice.Process) error
		want   string
	}{
		{"a message out of order", once(func(n number) any { return number{n.n + 1} }), nil, "got the number 4 after 2"},
		{"a wrong answer", func(body any) any {
			if n, ok := body.(uint64); ok && n%100 == 0 {
				return n + 1
			}
			return body
		}, nil, "a call was answered with"},
		{"a wrong answer in a flood", func(body any) any {
			if body == floodBytes {
				return 1
			}
			return body
		}, nil, "a call to flood/"},
		{"a report too many", nil, func(*coppice.Process) error { panic("unknown") }, "its crashes less its reports are -1"},
		{"a process too many", nil, func(p *coppice.Process) error {
			_, err := coppice.Spawn(p, func(p *coppice.Process) error { p.Receive(); return nil })
			return err
		}, "1 processes outlive the tree"},
		{"a goroutine too many", nil, func(*coppice.Process) error {
			for range 10 {
				go func() { <-release }()
			}
			return nil
		}, "goroutines, and"},
		{"a heap that has grown", nil, func(*coppice.Process) error { kept = make([]byte, 64<<20); return nil }, "at rest: a heap of"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out bytes.Buffer
			s := small(&out)
			s.duration, s.onSend, s.wrong = 300*time.Millisecond, row.onSend, row.wrong
			s.run()
			if !strings.Contains(out.String(), row.want) {
				t.Errorf("it did not find %q but\n%s", row.want, out.String())
			}
		})
	}
	close(release)
	_ = kept
}

func once(change func(number) any) func(any) any {
	var done atomic.Bool
	return func(body any) any {
		if n, ok := body.(number); ok && n.n == 3 && done.CompareAndSwap(false, true) {
			return change(n)
		}
		return body
	}
}
