package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// newEvents makes the command that tells what has happened.
func newEvents(a *app) *cobra.Command {
	follow, times := false, relative
	cmd := &cobra.Command{
		Use:   "events [WHO]",
		Short: "tell what has happened: crashes, restarts, actions",
		Long: `events tells what has happened lately, the last at the bottom: crashes, restarts,
supervisors that gave up, zombies, and what somebody has had the node do; on the
whole node, or to one process and those before it in its place.`,
		Example:           "  coppice events\n  coppice events cache -f -o json",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: a.completeWho,
		RunE: func(_ *cobra.Command, args []string) error {
			q := url.Values{}
			if len(args) > 0 {
				q.Set("who", args[0])
			}
			if err := times.check(); err != nil {
				return err
			}
			if follow {
				line := func(e inspect.Event, p palette) string { return eventLine(e, times, p) }
				return followList(a, "events", "events", q, nil, line)
			}
			type list struct {
				Events []inspect.Event `json:"events"`
				Last   uint64          `json:"last"`
			}
			all, err := ask(a, func(ctx context.Context, c *control.Client) (all list, err error) {
				err = c.Get(ctx, "events", q, &all)
				return all, err
			})
			if err != nil {
				return err
			}
			lines := []string{}
			for _, e := range all.Events {
				lines = append(lines, eventLine(e, times, colors(a.out)))
			}
			if len(lines) == 0 {
				lines = []string{"nothing has happened"}
			}
			return a.print(strings.Join(lines, "\n"), all)
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with new ones until Ctrl-C")
	times.flag(cmd)
	return cmd
}

// eventLine is an event in one line.
func eventLine(e inspect.Event, times timing, p palette) string {
	tone := plain
	switch e.Kind {
	case "crash", "gave_up", "zombie":
		tone = bad
	case "restart", "start_error", "shutdown_error":
		tone = wary
	case "action":
		tone = strong
	}
	return times.of(e.At) + "  " + p.paint(tone, fmt.Sprintf("%-14s", clean(e.Kind))) + "  " + clean(e.Text)
}
