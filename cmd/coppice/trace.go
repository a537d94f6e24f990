package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/shell"
)

// newTrace makes the command that follows what a server does.
func newTrace(a *app) *cobra.Command {
	most, long := 50, 10*time.Second
	cmd := &cobra.Command{
		Use:   "trace WHO",
		Short: "follow what a server gets and answers",
		Long: `trace follows what a server gets and answers, for so many events and so long,
whatever comes first. Of a message it tells how long it waited in the mailbox,
and then how long it took. It never holds the server up.`,
		Example:           "  coppice trace cache\n  coppice trace north_referee --max 200 --for 1m",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeWho,
		RunE: func(_ *cobra.Command, args []string) error {
			if most < 1 || long <= 0 {
				return fmt.Errorf("--max %d --for %v: want at least one event, and some time", most, long)
			}
			q := url.Values{"max": {fmt.Sprint(most)}, "for": {long.String()}}
			lines := shell.Tracing{}
			return a.follow(func(ctx context.Context, c *control.Client) iter.Seq2[control.StreamEvent, error] {
				return c.Trace(ctx, args[0], q)
			}, func(event control.StreamEvent) error { return a.showTrace(event, &lines) })
		},
	}
	cmd.Flags().IntVar(&most, "max", most, "how many `events`")
	cmd.Flags().DurationVar(&long, "for", long, "how long")
	return cmd
}

// showTrace shows an event of a trace. Why it has ended is said on standard
// error, so that what a program reads is events and nothing else.
func (a *app) showTrace(event control.StreamEvent, lines *shell.Tracing) error {
	if event.Event == "trace" && a.output == "json" {
		var e inspect.TraceEvent
		if err := json.Unmarshal(event.Data, &e); err != nil {
			return err
		}
		return a.object(e)
	}
	line, err := traceLine(event, lines)
	if err != nil || line == "" {
		return err
	}
	to := a.out
	if event.Event == "end" {
		to = a.err
	}
	_, err = fmt.Fprintln(to, line)
	return err
}

// traceLine is what an event of a trace says, which may be nothing.
func traceLine(event control.StreamEvent, lines *shell.Tracing) (string, error) {
	switch event.Event {
	case "trace":
		var e inspect.TraceEvent
		err := json.Unmarshal(event.Data, &e)
		return clean(lines.Line(e)), err
	case "end":
		var end struct {
			Reason string
			Count  int
		}
		err := json.Unmarshal(event.Data, &end)
		return fmt.Sprintf("%s: %s", counted(end.Count, "event"), clean(end.Reason)), err
	}
	return "", nil
}
