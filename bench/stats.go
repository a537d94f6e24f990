package main

import (
	"math"
	"slices"
	"strconv"
)

// A spread is the median of some values, with the least and the greatest.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

// spreadOf is for at least one value. The median of an even number is the mean
// of the two in the middle.
func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return spread{Median: (sorted[(n-1)/2] + sorted[n/2]) / 2, Min: sorted[0], Max: sorted[n-1]}
}

// short writes a number with three digits that matter, in thousands (k) or
// millions (M) where it is large.
func short(v float64) string {
	suffix := ""
	switch a := math.Abs(v); {
	case a >= 999_500:
		v, suffix = v/1e6, "M"
	case a >= 9_995:
		v, suffix = v/1e3, "k"
	}
	switch a := math.Abs(v); {
	case a >= 99.95:
		return strconv.FormatFloat(v, 'f', 0, 64) + suffix
	case a >= 9.995:
		return strconv.FormatFloat(v, 'f', 1, 64) + suffix
	case a < 0.005:
		return "0" + suffix
	}
	return strconv.FormatFloat(v, 'f', 2, 64) + suffix
}

// String gives the median, and the rest if there is a difference.
func (s spread) String() string {
	if short(s.Min) == short(s.Max) {
		return short(s.Median)
	}
	return short(s.Median) + " (" + short(s.Min) + "–" + short(s.Max) + ")"
}
