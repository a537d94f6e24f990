package restart

import "time"

// A Backoff is how long a supervisor waits before it starts a child again:
// First, and twice as long before each further restart that follows soon, up to
// Most. Jitter is which part of each wait may be left out at random. The zero
// Backoff waits for nothing.
type Backoff struct {
	First, Most time.Duration
	Jitter      float64
}

// Pauses are the waits of one child, of late. They serve any supervisor, with
// or without Children.
type Pauses struct {
	n    int       // in a row
	over time.Time // when the last one is
}

// Next is how long the restart has to wait that is decided now: 0 for not at
// all. A child that has run for longer than Most since the last wait begins with
// First again. random is a number from 0 up to 1 that is asked for where there is
// a Jitter.
func (ps *Pauses) Next(b Backoff, now time.Time, random func() float64) time.Duration {
	if b.First <= 0 {
		return 0
	}
	if now.Sub(ps.over) > b.Most {
		ps.n = 0
	}
	d := b.First
	for range ps.n {
		if d >= b.Most-d { // 2*d might overflow
			d = b.Most
			break
		}
		d *= 2
	}
	ps.n++
	d = min(d, b.Most)
	if b.Jitter > 0 {
		d -= time.Duration(b.Jitter * random() * float64(d))
	}
	d = max(d, 1)
	ps.over = now.Add(d)
	return d
}
