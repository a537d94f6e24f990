package coppice

import (
	"context"
	"log/slog"
	"testing"
	"time"
	"unsafe"
)

// asReadOn returns t as it would have been read on a wall clock that was d ahead;
// the monotonic clock is left alone.
func asReadOn(t time.Time, ahead time.Duration) time.Time {
	wall := (*uint64)(unsafe.Pointer(&t)) // a bit, 33 bits of seconds, 30 of nanoseconds
	*wall += uint64(ahead/time.Second) << 30
	return t
}

// The wall clock may be set while a node runs, to either side: a caller waits as
// long as before, also if he has said until when in wall time only. (In a bubble
// there is no other clock.)
func TestWallClockIsSet(t *testing.T) {
	const limit, most = 50 * time.Millisecond, 10 * time.Second
	for _, ahead := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		for name, by := range map[string]func(time.Time) time.Time{
			"monotonic": func(at time.Time) time.Time { return at },
			"wall":      func(at time.Time) time.Time { return at.Round(0) },
		} {
			t.Run(name+" "+ahead.String(), func(t *testing.T) {
				n := NewNode(Options{Logger: slog.New(slog.DiscardHandler)})
				defer n.Stop(context.Background())
				n.began = asReadOn(n.began, ahead) // so it was set back by that much since then
				pid, _ := Spawn(n, func(p *Process) error {
					m := p.Receive()
					at, ok := m.From().Deadline()
					if left := time.Until(at); !ok || left > limit || time.Until(at.Round(0)) > limit || left < limit-most {
						t.Errorf("the caller waits for %v, or %v by the wall clock", left, time.Until(at.Round(0)))
					}
					p.ForCaller().ReceiveTimeout(time.Hour)
					return nil
				})
				began := time.Now()
				ctx, cancel := context.WithDeadline(n, by(began.Add(limit)))
				defer cancel()
				_, _ = Request(ctx, pid, 1)
				if _, err := Await(n, pid); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took < limit || took > most {
					t.Errorf("it took %v", took)
				}
			})
		}
	}
}
