package coppice

import (
	"math/bits"
	"time"
)

// A spread remembers how long what was timed took, to within a half: it counts
// by durations of 1, 1.5, 2, 3, 4, 6, 8 … times finest. What is new counts for
// more, as all counts are halved now and then.
type spread struct {
	counts [spans]uint16
	total  uint16
	top    uint8 // the longest that has been counted
}

const (
	finest    = 128 // nanoseconds
	spans     = 62  // the last of them is for all that takes longer than 100 seconds
	halfAfter = 1 << 15
	rarest    = 100 // one in so many may be longer than what is shown
)

// spanOf is where a duration is counted; 0 is nowhere.
func spanOf(d time.Duration) uint8 {
	n := uint64(max(d, 0)) / (finest / 2)
	if n < 2 {
		return 1
	}
	log := bits.Len64(n) - 1
	return uint8(min(2*log+int(n>>(log-1)&1), spans-1))
}

// longestIn is the end of a span, 0 for none.
func longestIn(span uint8) time.Duration {
	switch {
	case span == 0:
		return 0
	case span%2 == 0:
		return finest * 3 / 4 << (span / 2)
	}
	return finest << (span / 2)
}

// add counts a span, which stands for so many of its kind.
func (s *spread) add(span, weight uint8) {
	s.counts[span] += uint16(weight)
	s.top = max(s.top, span)
	if s.total += uint16(weight); s.total >= halfAfter {
		s.halve()
	}
}

func (s *spread) halve() {
	s.total, s.top = 0, 0
	for i := range s.counts {
		if s.counts[i] /= 2; s.counts[i] > 0 {
			s.total += s.counts[i]
			s.top = uint8(i)
		}
	}
}

// p99 is the span that no more than one in a hundred exceeds.
func (s *spread) p99() uint8 {
	beyond, span := s.counts[s.top], s.top
	for ; span > 0 && beyond <= s.total/rarest; span-- {
		beyond += s.counts[span-1]
	}
	return span
}
