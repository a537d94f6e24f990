package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A figure is what a node or its program was like over time.
type figure struct {
	name  string
	at    []float64 // NaN where it is not known
	show  func(float64) string
	float bool // what counts is how it changes, and not how far it is from 0
}

// figuresOf are those of some points in time: the program's own first.
func figuresOf(points []inspect.Point) []figure {
	if len(points) == 0 {
		return nil
	}
	own := make(map[string]bool)
	for _, p := range points {
		for name := range p.Own {
			own[name] = true
		}
	}
	var all []figure
	add := func(name string, float bool, show func(float64) string, of func(i int) float64) {
		f := figure{name: name, show: show, float: float}
		for i := range points {
			f.at = append(f.at, of(i))
		}
		all = append(all, f)
	}
	for _, name := range slices.Sorted(maps.Keys(own)) {
		add(name, true, number, func(i int) float64 {
			if value, ok := points[i].Own[name]; ok {
				return value
			}
			return math.NaN()
		})
	}
	// Restarts and crashes are counted from the start; here those since the
	// point before are shown.
	since := func(count func(inspect.Point) uint64) func(int) float64 {
		return func(i int) float64 {
			return max(0, float64(count(points[i]))-float64(count(points[max(0, i-1)])))
		}
	}
	add("messages in, a second", false, rate, func(i int) float64 { return points[i].In })
	add("messages out, a second", false, rate, func(i int) float64 { return points[i].Out })
	add("processes at work", false, number, func(i int) float64 { return points[i].Busy })
	add("messages that wait", false, number, func(i int) float64 { return float64(points[i].Mailbox) })
	add("processes", true, number, func(i int) float64 { return float64(points[i].Processes) })
	add("running", false, number, func(i int) float64 { return float64(points[i].Running) })
	add("queued", false, number, func(i int) float64 { return float64(points[i].Queued) })
	add("restarts, each time", false, number, since(func(p inspect.Point) uint64 { return p.Restarts }))
	add("crashes, each time", false, number, since(func(p inspect.Point) uint64 { return p.Crashes }))
	add("goroutines", true, number, func(i int) float64 { return float64(points[i].Goroutines) })
	add("heap", true, func(v float64) string { return byteCount(uint64(max(0, v))) }, func(i int) float64 { return float64(points[i].HeapBytes) })
	return all
}

// number is a figure with two digits after the point at most.
func number(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}

// known are the values that there are.
func (f *figure) known() []float64 {
	return slices.DeleteFunc(slices.Clone(f.at), math.IsNaN)
}

// figureColumns are the columns of the table, with a drawing of so many
// characters.
func figureColumns(drawn int) []column[figure] {
	of := func(pick func([]float64) float64) func(figure) string {
		return func(f figure) string {
			if known := f.known(); len(known) > 0 {
				return f.show(pick(known))
			}
			return ""
		}
	}
	return []column[figure]{
		{head: "FIGURE", cell: func(f figure) string { return f.name }},
		{head: "NOW", keep: 90, right: true, cell: of(func(known []float64) float64 { return known[len(known)-1] })},
		{head: "LEAST", keep: 30, right: true, cell: of(slices.Min[[]float64])},
		{head: "MOST", keep: 40, right: true, cell: of(slices.Max[[]float64])},
		{head: "OVER TIME", keep: 80, cell: func(f figure) string { return spark(f.at, drawn, f.float) }},
	}
}

const noFigures = "no figures yet: they are kept while somebody looks, and the first comes within seconds"

// drawFigures draws them no wider than width (0: any).
func drawFigures(points []inspect.Point, width int, p palette) []string {
	all := figuresOf(points)
	if len(all) == 0 {
		return []string{noFigures}
	}
	const widest, least = 120, 8
	drawn := widest
	if width > 0 {
		rest := layout(figureColumns(0), all, 0, false)
		taken := ansi.StringWidth(rest.head)
		for _, line := range rest.lines {
			taken = max(taken, ansi.StringWidth(line))
		}
		drawn = min(max(width-taken-gap, least), widest)
	}
	first, last := points[0].At.Local(), points[len(points)-1].At.Local()
	t := layout(figureColumns(min(drawn, len(points))), all, width, p)
	return append([]string{
		fmt.Sprintf("from %s to %s", first.Format("15:04:05"), last.Format("15:04:05")), t.head,
	}, t.lines...)
}

// spark draws values as bars in so many characters, each of which is as high as
// the highest of its part: from 0 on, or from the least where only changes count.
func spark(values []float64, width int, float bool) string {
	bars := []rune("▁▂▃▄▅▆▇█")
	if width <= 0 || len(values) == 0 {
		return ""
	}
	width = min(width, len(values))
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	if !float {
		low = min(low, 0)
	}
	var b strings.Builder
	for i := range width {
		top := math.Inf(-1)
		for _, v := range values[i*len(values)/width : (i+1)*len(values)/width] {
			if !math.IsNaN(v) {
				top = max(top, v)
			}
		}
		switch {
		case math.IsInf(top, -1):
			b.WriteRune(' ')
		case high <= low:
			b.WriteRune(bars[0])
		default:
			b.WriteRune(bars[min(len(bars)-1, int((top-low)/(high-low)*float64(len(bars))))])
		}
	}
	return b.String()
}
