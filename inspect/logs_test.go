package inspect_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
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

// From which level on somebody logs can be set while the program runs: of a
// process, which keeps it over restarts if it has a name, and of all others.
func TestLogLevel(t *testing.T) {
	bubbleLogged(t, func(t *testing.T, n *coppice.Node, v *inspect.View, text func() string) {
		for _, name := range []string{"loud", "other"} {
			_, err := coppice.Spawn(n, func(p *coppice.Process) error {
				must(p.Register(name))
				for {
					p.Receive()
					p.Logger().Debug("a detail")
					p.Logger().Info("a fact")
				}
			})
			must(err)
		}
		synctest.Wait()
		logged := func() (all []string) {
			last := v.Log(inspect.LogQuery{}).Last
			for _, name := range []coppice.Name{"loud", "other"} {
				must(coppice.Send(n, name, 1))
				synctest.Wait()
			}
			for _, r := range v.Log(inspect.LogQuery{After: last, Level: slog.LevelDebug}).Records {
				if r.Name != "" { // not the reports of actions
					all = append(all, r.Name+": "+r.Msg)
				}
			}
			return all
		}
		set := func(who, level string) {
			t.Helper()
			if _, err := v.Do(t.Context(), inspect.Action{Verb: "log_level", To: who, Level: level}); err != nil {
				t.Errorf("%s of %s: %v", level, who, err)
			}
		}
		expect := func(when string, want ...string) {
			t.Helper()
			if got := logged(); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", when, got, want)
			}
		}
		expect("at first", "loud: a fact", "other: a fact")
		set("loud", "debug")
		expect("one is at debug", "loud: a detail", "loud: a fact", "other: a fact")
		set("", "error")
		expect("all others at error", "loud: a detail", "loud: a fact")
		if got := v.Log(inspect.LogQuery{}).Levels; !slices.Equal(got, []inspect.Pair{{Key: "", Value: "ERROR"}, {Key: "loud", Value: "DEBUG"}}) {
			t.Errorf("the levels are %v", got)
		}
		set("", "")
		set("loud", "")
		expect("as the program says", "loud: a fact", "other: a fact")
		if got := text(); strings.Contains(got, "a detail") || strings.Count(got, "a fact") != 7 {
			t.Errorf("what the next handler does not want is handed on, or what it wants is not: %s", got)
		}
		if _, err := v.Do(t.Context(), inspect.Action{Verb: "log_level", To: "loud", Level: "loudest"}); err == nil || !strings.Contains(err.Error(), "debug, info, warn") {
			t.Errorf("a level that is none: %v", err)
		}
	})
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startTree(n, "a")
		_, err := v.Do(t.Context(), inspect.Action{Verb: "log_level", To: "a", Level: "debug"})
		if err == nil || !strings.Contains(err.Error(), "inspect.NewLogHandler") {
			t.Errorf("without a LogHandler: %v", err)
		}
	})
}
