package inspect_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// Figures of the program's own are in the metrics, as they were at each moment.
func TestPlots(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		orders := v.Plot("orders")
		v.Plot("orders").Add(2) // the same
		v.Plot("broken").Set(math.NaN())
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for range v.Watch(ctx, 0) {
			}
		}()
		time.Sleep(2500 * time.Millisecond)
		orders.Add(1.5)
		orders.Add(-1)
		time.Sleep(2 * time.Second)
		cancel()
		synctest.Wait()
		points := v.Metrics()
		if len(points) < 3 {
			t.Fatalf("%d points", len(points))
		}
		first, last := points[0].Own, points[len(points)-1].Own
		if !maps.Equal(first, map[string]float64{"orders": 2}) || !maps.Equal(last, map[string]float64{"orders": 2.5}) {
			t.Errorf("at first %v, in the end %v", first, last)
		}
		for i := range 100 {
			v.Plot(fmt.Sprint("many", i)).Set(1) // those that are too many go nowhere
		}
	})
}
