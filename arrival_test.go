package coppice_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A late one takes a second for each number, and tells for how long that has
// waited; -1: it does not know.
type late struct{ waited chan time.Duration }

func (late) Init(p *coppice.Process) error {
	p.NoteArrivals(true)
	return nil
}

func (l late) Handle(p *coppice.Process, m coppice.Message) error {
	d := time.Duration(-1)
	if at := p.Arrived(m); !at.IsZero() {
		d = time.Since(at)
	}
	if again := p.Arrived(m); !again.IsZero() {
		d = -2
	}
	switch m.Body.(type) {
	case int:
		time.Sleep(time.Second)
	case bool:
		p.NoteArrivals(false)
	}
	l.waited <- d
	return nil
}

func (late) Terminate(*coppice.Process, error) error { return nil }

// When messages of any kind came is known as long as it is noted, and told once.
func TestArrivals(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		l := late{make(chan time.Duration, 100)}
		pid := startOne(t, n, l)
		short, cancel := context.WithTimeout(n, time.Millisecond)
		defer cancel()
		_ = coppice.Send(n, pid, 1)
		_ = coppice.Cast(n, pid, 2)
		_, _ = coppice.Request(short, pid, 3) // it gives up, and its slot may serve another
		_ = coppice.Cast(n, pid, false)
		_ = coppice.Send(n, pid, 5)
		time.Sleep(10 * time.Second)
		_ = coppice.Send(n, pid, 6)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		const s, ms = time.Second, time.Millisecond
		for i, want := range []time.Duration{0, s, 2 * s, 3*s - ms, -1, -1} {
			if got := <-l.waited; got != want {
				t.Errorf("message %d has waited %v; want %v", i+1, got, want)
			}
		}
	})
}

// Of many messages only so many are noted, and those after them again.
func TestArrivalsAreBounded(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		l := late{make(chan time.Duration, 20_001)}
		pid := startOne(t, n, l)
		_ = coppice.Send(n, pid, 1)
		synctest.Wait()
		for range 10_001 {
			_ = coppice.Send(n, pid, "next")
		}
		time.Sleep(2 * time.Second)
		_ = coppice.Send(n, pid, "last")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		close(l.waited)
		unknown := 0
		for d := range l.waited {
			if d < 0 {
				unknown++
			}
		}
		if unknown != 1 {
			t.Errorf("of %d messages it is not known when they came; want 1", unknown)
		}
	})
}
