package inspect_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// bubbleLogged is bubble with a log that is remembered, and written to a text.
func bubbleLogged(t *testing.T, f func(t *testing.T, n *coppice.Node, v *inspect.View, text func() string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var text strings.Builder
		logs := inspect.NewLogHandler(slog.NewTextHandler(&text, nil))
		n := coppice.NewNode(coppice.Options{Logger: slog.New(logs)})
		f(t, n, inspect.Of(n), text.String)
		n.Stop(context.Background())
	})
}

// A report of a supervisor is about that supervisor.
func TestLogOfASupervisor(t *testing.T) {
	bubbleLogged(t, func(t *testing.T, n *coppice.Node, v *inspect.View, _ func() string) {
		startTree(n, "child")
		must(coppice.Exit(n, n.Whereis("child"), errors.New("broken")))
		synctest.Wait()
		top := n.Whereis("top")
		for _, who := range []string{"top", top.String()} {
			log := v.Log(inspect.LogQuery{Who: who})
			if len(log.Records) != 1 || log.Records[0].PID != top.String() || log.Records[0].Name != "top" {
				t.Errorf("of %s: %+v", who, log.Records)
			}
		}
	})
}

func TestLog(t *testing.T) {
	bubbleLogged(t, func(t *testing.T, n *coppice.Node, v *inspect.View, text func() string) {
		l := n.Logger()
		l.With("pid", "<0.7.0>").WithGroup("g").Info("first", "login", Login{"u", secret})
		l.Warn("second", "name", "cache")
		l.Debug("not wanted")
		_, err := coppice.Spawn(n, func(p *coppice.Process) error { return errors.New("broken") })
		must(err)
		synctest.Wait()
		log := v.Log(inspect.LogQuery{})
		if len(log.Records) != 3 || log.Last != 3 || !log.Kept || log.Dropped != 0 {
			t.Fatalf("%+v", log)
		}
		first, third := log.Records[0], log.Records[2]
		if first.Level != "INFO" || first.Msg != "first" || first.PID != "<0.7.0>" ||
			first.Attrs[1] != (inspect.Pair{Key: "g.login", Value: `{User:"u" Pass:[redacted]}`}) {
			t.Errorf("%+v", first)
		}
		if third.Level != "ERROR" || third.PID != "<0.1.0>" || !strings.Contains(text(), "broken") {
			t.Errorf("%+v in %s", third, text())
		}
		for _, c := range []struct {
			query inspect.LogQuery
			want  int
		}{
			{inspect.LogQuery{After: 1}, 2}, {inspect.LogQuery{After: 3}, 0}, {inspect.LogQuery{Level: slog.LevelWarn}, 2},
			{inspect.LogQuery{Who: "cache"}, 1}, {inspect.LogQuery{Who: "0.1.0"}, 1},
		} {
			if got := len(v.Log(c.query).Records); got != c.want {
				t.Errorf("%+v: %d records, want %d", c.query, got, c.want)
			}
		}
	})
}

// The log forgets, and what comes too fast is only counted.
func TestLogIsBounded(t *testing.T) {
	bubbleLogged(t, func(t *testing.T, n *coppice.Node, v *inspect.View, _ func() string) {
		for range 3 {
			for range 600 {
				n.Logger().Info("x")
			}
			time.Sleep(time.Second)
		}
		log := v.Log(inspect.LogQuery{})
		if len(log.Records) != 1000 || log.Records[0].Seq != 501 || log.Last != 1500 || log.Dropped != 300 {
			t.Errorf("%d records from %d, last %d, dropped %d", len(log.Records), log.Records[0].Seq, log.Last, log.Dropped)
		}
	})
}

func TestNoLog(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		n.Logger().Warn("lost")
		if log := v.Log(inspect.LogQuery{}); log.Kept || len(log.Records) != 0 {
			t.Errorf("%+v", log)
		}
	})
}

func TestRuntime(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		r := v.Runtime()
		count, found := 0, false
		for _, g := range r.Groups {
			count += g.Count
			found = found || strings.Contains(g.Stack, "TestRuntime")
		}
		if !found || count == 0 || r.HeapBytes == 0 || r.CPUs == 0 || r.Goroutines == 0 {
			t.Errorf("%+v", r)
		}
	})
}
