package restart

import "time"

// An Intensity is how many restarts are allowed within a period, and those of
// late. Max 0 allows none. It serves any supervisor, with or without Children.
//
// Restarts are kept in a ring that grows to what a period needs and no further,
// so a steady trickle of restarts allocates nothing; a list, as in OTP, is
// walked and built anew for each. A bucket that refills would be smaller still,
// but it allows up to twice Max within one period.
type Intensity struct {
	Max    int
	Period time.Duration

	ring  []time.Time // the restarts of late, oldest at first, wrapping around
	first int
	count int // at most Max+1: one too many says as much as ten
}

// Spend records a restart and reports whether it is still allowed: whether
// there were, with it, no more than Max restarts in the Period up to now. One
// that is exactly a Period ago still counts.
func (in *Intensity) Spend(now time.Time) bool {
	for in.count > 0 && now.Sub(in.ring[in.first]) > in.Period || in.count > max(in.Max, 0) {
		in.first = (in.first + 1) % len(in.ring)
		in.count--
	}
	if in.count == len(in.ring) {
		in.grow()
	}
	in.ring[(in.first+in.count)%len(in.ring)] = now
	in.count++
	return in.count <= in.Max
}

// Recent counts the restarts in the period up to now, for reports such as
// "restart 2 of 3". It is more than Max only after a Spend that was refused.
func (in *Intensity) Recent(now time.Time) int {
	old := 0
	for old < in.count && now.Sub(in.ring[(in.first+old)%len(in.ring)]) > in.Period {
		old++
	}
	return in.count - old
}

func (in *Intensity) grow() {
	size := max(4, 2*in.count)
	if size > max(in.Max, 0) { // Max+1 would overflow where Max says "any number"
		size = max(in.Max, 0) + 1
	}
	ring := make([]time.Time, size)
	n := copy(ring, in.ring[in.first:])
	copy(ring[n:], in.ring[:in.first])
	in.ring, in.first = ring, 0
}
