package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// newMetrics makes the command that shows figures over time.
func newMetrics(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "metrics",
		Short: "show the figures of the node and of the program over time",
		Long: `metrics shows figures of the last five minutes: the program's own, which it makes
with Plot of an inspect.View, and those of the node. A node keeps them while
somebody looks; where nobody does this waits for the first.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			type figures struct {
				Points []inspect.Point `json:"points"`
			}
			is, err := ask(a, func(ctx context.Context, c *control.Client) (is figures, err error) {
				for event, err := range c.Watch(ctx, "metrics", nil) {
					if err != nil {
						return is, err
					}
					if is.Points, err = news[inspect.Point](event, "points"); err != nil || len(is.Points) > 0 {
						return is, err
					}
				}
				return is, ctx.Err()
			})
			if err != nil {
				return err
			}
			width, _, _ := terminal(a.out)
			return a.print(strings.Join(drawFigures(is.Points, width, colors(a.out)), "\n"), is)
		},
	}
}
