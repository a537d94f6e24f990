package main

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// somePoints are a minute of a shop whose program counts orders.
func somePoints() []inspect.Point {
	var all []inspect.Point
	for i := range 60 {
		p := inspect.Point{
			At: time.Date(2030, 1, 1, 12, 0, i, 0, time.Local), Processes: 60, Running: i % 3, Mailbox: i * i, In: float64(i) * 12.5,
			Busy: 0.25, Restarts: uint64(100 + i/30), Crashes: 7, Goroutines: 40 + i/10, HeapBytes: 3_000_000 + uint64(i)*10_000,
		}
		if i >= 20 {
			p.Own = map[string]float64{"orders": float64(i), "かご": 0.5}
		}
		all = append(all, p)
	}
	return all
}

func TestFiguresOf(t *testing.T) {
	all := figuresOf(somePoints())
	by := make(map[string]figure)
	var names []string
	for _, f := range all {
		by[f.name] = f
		names = append(names, f.name)
	}
	if !slices.Equal(names[:3], []string{"orders", "かご", "messages in, a second"}) {
		t.Errorf("%q", names)
	}
	orders := by["orders"]
	if !math.IsNaN(orders.at[19]) || orders.at[20] != 20 || len(orders.known()) != 40 {
		t.Errorf("%v", orders.at)
	}
	// Counted from the start, and shown as what is new each time.
	restarts := by["restarts, each time"].at
	if restarts[0] != 0 || restarts[29] != 0 || restarts[30] != 1 || restarts[31] != 0 {
		t.Errorf("%v", restarts)
	}
	if got := figuresOf(nil); got != nil {
		t.Errorf("%v", got)
	}
}

func TestSpark(t *testing.T) {
	none := math.NaN()
	for _, test := range []struct {
		values []float64
		width  int
		float  bool
		want   string
	}{
		{[]float64{0, 1, 2, 3, 4, 5, 6, 7}, 8, false, "▁▂▃▄▅▆▇█"},
		{[]float64{10, 11, 12}, 3, false, "▇██"},
		{[]float64{10, 11, 12}, 3, true, "▁▅█"},
		{[]float64{0, 9, 0, 0}, 2, false, "█▁"}, // a peak is never lost
		{[]float64{5, 5}, 8, true, "▁▁"},
		{[]float64{0, 0}, 8, false, "▁▁"},
		{[]float64{none, 0, 1}, 3, false, " ▁█"},
		{[]float64{none, none}, 2, false, "  "},
		{nil, 8, false, ""},
		{[]float64{1}, 0, false, ""},
	} {
		if got := spark(test.values, test.width, test.float); got != test.want {
			t.Errorf("spark(%v, %d, %v) = %q, want %q", test.values, test.width, test.float, got, test.want)
		}
	}
}

// The table fits into any width, and uses what there is.
func TestDrawFigures(t *testing.T) {
	for _, width := range []int{0, 20, 40, 80, 200} {
		lines, widest := drawFigures(somePoints(), width, false), 0
		for _, line := range lines[1:] {
			widest = max(widest, ansi.StringWidth(line))
		}
		if width > 0 && widest > width {
			t.Errorf("width %d: %d wide\n%s", width, widest, strings.Join(lines, "\n"))
		}
		if width >= 80 && !strings.Contains(lines[2], "█") {
			t.Errorf("width %d: nothing is drawn:\n%s", width, strings.Join(lines, "\n"))
		}
	}
	if lines := drawFigures(nil, 80, false); len(lines) != 1 || lines[0] != noFigures {
		t.Errorf("%q", lines)
	}
}
