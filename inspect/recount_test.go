package inspect_test

import (
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A noise is a report of nothing.
type noise struct{}

func (noise) Level() slog.Level    { return slog.LevelInfo }
func (noise) Summary() string      { return "noise" }
func (noise) String() string       { return "noise" }
func (noise) LogValue() slog.Value { return slog.StringValue("noise") }

// Restarts of which the node has forgotten the events are counted all the same,
// for five minutes: those of a young supervisor, and those while somebody looks.
func TestRecentRestartsInAStorm(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		_, err := supervisor.New(supervisor.Spec{
			Restarts: supervisor.AtMost(1_000_000, time.Minute),
			Children: []supervisor.ChildSpec{{ID: "a", Start: supervisor.Body(waits, supervisor.Name(coppice.Name("a")))}},
		}, supervisor.Name(coppice.Name("top"))).Start(n)
		must(err)
		// crash has the child crash five times, and so much else happen that the
		// node forgets the events of that.
		crash := func() {
			synctest.Wait()
			for range 5 {
				must(coppice.Exit(n, n.Whereis("a"), errors.New("broken")))
				synctest.Wait()
			}
			for range 1000 {
				n.Report(noise{})
			}
			synctest.Wait()
		}
		recent := func() (header, row int) {
			time.Sleep(2 * time.Second) // what was looked at before serves no more
			page, err := v.List(t.Context(), inspect.Query{Where: "name=top"})
			must(err)
			return v.Node().Recent, page.Rows[0].Recent
		}
		crash()
		if header, row := recent(); header != 5 || row != 5 {
			t.Errorf("of a young one: %d, in its row %d; want 5", header, row)
		}
		time.Sleep(10 * time.Minute)
		if header, row := recent(); header != 0 || row != 0 {
			t.Errorf("later: %d, %d", header, row)
		}
		crash()
		if header, row := recent(); header != 5 || row != 5 {
			t.Errorf("of an old one, since somebody looked: %d, %d; want 5", header, row)
		}
		time.Sleep(4 * time.Minute)
		if header, row := recent(); header != 5 || row != 5 {
			t.Errorf("within five minutes: %d, %d; want 5", header, row)
		}
		time.Sleep(2 * time.Minute)
		if header, row := recent(); header != 0 || row != 0 {
			t.Errorf("after five minutes: %d, %d; want 0", header, row)
		}
	})
}

// The metrics count every crash and restart, though the events of most of them
// are forgotten before somebody looks, and one supervisor ends meanwhile.
func TestMetricsInAStorm(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		for _, name := range []string{"a", "b"} {
			_, err := supervisor.New(supervisor.Spec{
				Restarts: supervisor.AtMost(1_000_000, time.Minute),
				Children: []supervisor.ChildSpec{{ID: name, Start: supervisor.Body(waits, supervisor.Name(coppice.Name(name)))}},
			}, supervisor.Name(coppice.Name("top_"+name))).Start(n)
			must(err)
		}
		crash := func(name string, times int) {
			for range times {
				synctest.Wait()
				must(coppice.Send(n, coppice.Name(name), "ends it"))
			}
			synctest.Wait()
		}
		crash("b", 100)
		ticks := 0
		for range v.Watch(t.Context(), 0) {
			switch ticks++; ticks {
			case 2:
				crash("a", 3000)
			case 3:
				must(coppice.Stop(n, n.Whereis("top_b"), nil))
			case 4:
				crash("a", 50)
			}
			if ticks == 6 {
				break
			}
		}
		points := v.Metrics()
		for i, want := range []uint64{100, 3100, 3100, 3150, 3150} {
			if got := points[i].Restarts; got != want {
				t.Errorf("point %d: %d restarts, want %d", i, got, want)
			}
		}
	})
}

// What a supervisor has made counts, in all and lately, and not that it was
// restarted itself: that its own supervisor has made.
func TestRestartsOfAReplacedSupervisor(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		below := supervisor.New(supervisor.Spec{}, supervisor.Name(coppice.Name("below")))
		_, err := supervisor.New(supervisor.Spec{
			Children: []supervisor.ChildSpec{{ID: "below", Start: below}},
		}, supervisor.Name(coppice.Name("top"))).Start(n)
		must(err)
		must(coppice.Exit(n, n.Whereis("below"), coppice.Kill))
		synctest.Wait()
		page, err := v.List(t.Context(), inspect.Query{Sort: "name"})
		must(err)
		for _, p := range page.Rows {
			want := map[string]int{"top": 1}[p.Name]
			if p.Restarts != want || p.Recent != want {
				t.Errorf("%s: %d restarts, %d lately; want %d", p.Name, p.Restarts, p.Recent, want)
			}
		}
	})
}

// What a supervisor has made before it gave up counts too: it has happened.
func TestRestartsOfASupervisorThatGaveUp(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		below := supervisor.New(supervisor.Spec{Restarts: supervisor.AtMost(2, time.Minute), Children: []supervisor.ChildSpec{
			{ID: "child", Start: supervisor.Body(func(p *coppice.Process) error { p.Receive(); return nil }, supervisor.Name(coppice.Name("child")))},
		}}, supervisor.Name(coppice.Name("below")))
		_, err := supervisor.New(supervisor.Spec{
			Children: []supervisor.ChildSpec{{ID: "below", Start: below}},
		}, supervisor.Name(coppice.Name("top"))).Start(n)
		must(err)
		for range 3 { // the third is too much, so top restarts below
			must(coppice.Exit(n, n.Whereis("child"), coppice.Kill))
			synctest.Wait()
		}
		if h := v.Node(); h.Restarts != 3 || h.Recent != 3 {
			t.Errorf("%d restarts, %d lately; want 3", h.Restarts, h.Recent)
		}
	})
}
