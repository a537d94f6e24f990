package supervisor_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A start is told to whoever wants to hear of it: the log by Options.Progress,
// or Options.OnReport, whichever is there.
func TestWhoHearsOfProgress(t *testing.T) {
	for _, c := range []struct{ logs, listens bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			heard := 0
			options := coppice.Options{
				Logger:   slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
				Progress: c.logs,
			}
			if c.listens {
				options.OnReport = func(r coppice.Report) {
					if _, ok := r.(*coppice.ProgressReport); ok {
						heard++
					}
				}
			}
			n := coppice.NewNode(options)
			if _, err := supervisor.New(supervisor.Spec{Children: many(3)}).Start(n); err != nil {
				t.Fatal(err)
			}
			n.Stop(context.Background())
			synctest.Wait()
			if logged := strings.Count(log.String(), "started child"); logged != 3 && c.logs || logged != 0 && !c.logs {
				t.Errorf("%+v: %d starts are in the log", c, logged)
			}
			if heard != 3 && c.listens {
				t.Errorf("%+v: OnReport heard of %d starts", c, heard)
			}
		})
	}
}
