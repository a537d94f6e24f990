package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A fragile server crashes as it is told, each time in another way.
type fragile struct{}

var fragiles = genserver.Define(
	func(*coppice.Process, struct{}) (*fragile, error) { return &fragile{}, nil },
	genserver.OnInfo(func(_ *fragile, _ *coppice.Process, i int) error {
		switch i % 3 {
		case 0:
			panic(fmt.Sprint("crash ", i))
		case 1:
			runtime.Goexit()
		}
		return errors.New(fmt.Sprint("crash ", i))
	}),
)

// However often children crash, their memory comes back: what is remembered of
// crashes, restarts and names is bounded.
func TestCrashesLeaveNothing(t *testing.T) {
	crashes := 50_000
	if testing.Short() {
		crashes = 5000
	}
	synctest.Test(t, func(t *testing.T) {
		const children = 8
		n := coppice.NewNode(coppice.Options{Logger: slog.New(coppice.NewReportHandler(io.Discard))})
		defer n.Stop(context.Background())
		spec := supervisor.Spec{Restarts: supervisor.AtMost(1_000_000_000, time.Second)}
		name := func(i int) coppice.Name { return coppice.Name(fmt.Sprint("child ", i)) }
		for i := range children {
			spec.Children = append(spec.Children, supervisor.ChildSpec{ID: fmt.Sprint(i), Start: fragiles.With(struct{}{}, genserver.Name(name(i)))})
		}
		if _, err := supervisor.New(spec).Start(n); err != nil {
			t.Fatal(err)
		}
		crash := func(times int) {
			for i := range times {
				if err := coppice.Send(n, name(i%children), i); err != nil {
					t.Fatal(err)
				}
				if i%children == children-1 {
					time.Sleep(time.Second) // all are there again, and reported
				}
			}
		}
		crash(crashes / 2) // what is remembered is full, and pools and tables have their size
		before := heapInUse()
		crash(crashes)
		if grown := heapInUse() - before; grown > 1_000_000 {
			t.Errorf("the heap has grown by %d bytes with %d crashes", grown, crashes)
		}
	})
}

func heapInUse() int64 {
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
