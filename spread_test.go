package coppice

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// What is told of a duration is no shorter, and no more than half too long.
func TestSpans(t *testing.T) {
	for d := time.Duration(finest); d < 100*time.Second; d += d/7 + 1 {
		if end := longestIn(spanOf(d)); end <= d || end > d*3/2+1 {
			t.Errorf("%v is told as %v", d, end)
		}
	}
	for d, end := range map[time.Duration]time.Duration{-1: finest, 0: finest, finest - 1: finest, time.Hour: 128 << 30} {
		if got := longestIn(spanOf(d)); got != end {
			t.Errorf("%v is told as %v, want %v", d, got, end)
		}
	}
	if longestIn(0) != 0 {
		t.Error("nothing takes time")
	}
}

// The spread agrees with a sorted list, but for the width of a span.
func TestSpreadIsThatOfAList(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var s spread
		var all []time.Duration
		for range 1 + r.IntN(900) {
			d := time.Duration(1) << r.IntN(36)
			all = append(all, d)
			s.add(spanOf(d), 32)
		}
		slices.Sort(all)
		want := longestIn(spanOf(all[len(all)-1-len(all)/100]))
		if got := longestIn(s.p99()); got != want {
			t.Fatalf("of %d: %v, want %v", len(all), got, want)
		}
	}
}

// Old times are forgotten, and no count runs over.
func TestSpreadForgets(t *testing.T) {
	var s spread
	for range 2000 {
		s.add(spanOf(time.Second), 32)
	}
	for n := 0; longestIn(s.p99()) > time.Millisecond; n++ {
		if n > 10_000 {
			t.Fatalf("%v is told for ever", longestIn(s.p99()))
		}
		s.add(spanOf(time.Microsecond), 32)
	}
	sum := 0
	for _, n := range s.counts {
		sum += int(n)
	}
	if sum != int(s.total) || s.total >= halfAfter {
		t.Errorf("%d counted, %d in all", sum, s.total)
	}
}
