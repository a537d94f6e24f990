package inspect

import (
	"math"
	"sync"
	"sync/atomic"
)

const maxPlots = 50

// A Plot is a figure of the program's own, whose chart is beside those of the
// node. It is safe for concurrent use, and costs no more than an atomic store.
type Plot struct{ bits atomic.Uint64 }

// Set says what the figure is now.
func (p *Plot) Set(value float64) { p.bits.Store(math.Float64bits(value)) }

// Add adds to the figure.
func (p *Plot) Add(delta float64) {
	for {
		old := p.bits.Load()
		if p.bits.CompareAndSwap(old, math.Float64bits(math.Float64frombits(old)+delta)) {
			return
		}
	}
}

// plots are those of a view, by name.
type plots struct {
	mu  sync.Mutex // guards what follows
	all map[string]*Plot
}

// Plot returns the program's own figure of this name, which is 0 at first. It is
// read about once a second while somebody watches. The first fifty have charts.
func (v *View) Plot(name string) *Plot {
	v.plots.mu.Lock()
	defer v.plots.mu.Unlock()
	p := v.plots.all[name]
	switch {
	case p != nil:
		return p
	case len(v.plots.all) == maxPlots:
		return new(Plot)
	case v.plots.all == nil:
		v.plots.all = make(map[string]*Plot)
	}
	p = new(Plot)
	v.plots.all[name] = p
	return p
}

// now returns what all of them are. What is no number is left out.
func (p *plots) now() map[string]float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	values := make(map[string]float64, len(p.all))
	for name, plot := range p.all {
		if v := math.Float64frombits(plot.bits.Load()); !math.IsNaN(v) && !math.IsInf(v, 0) {
			values[name] = v
		}
	}
	return values
}
