package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// newStatus makes the command that tells how a node is.
func newStatus(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "tell how the node is",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			type condition struct {
				inspect.Node
				Stuck []inspect.Zombie `json:"stuck"` // code that runs on, whether its time is over or not
			}
			is, err := ask(a, func(ctx context.Context, c *control.Client) (is condition, err error) {
				if is.Node, err = c.Node(ctx); err != nil {
					return is, err
				}
				var answer struct{ Zombies []inspect.Zombie }
				err = c.Get(ctx, "zombies", nil, &answer)
				is.Stuck = answer.Zombies
				return is, err
			})
			if err != nil {
				return err
			}
			lines := header(is.Node, colors(a.out))
			for _, z := range is.Stuck {
				lines = append(lines, stuckLine(z, time.Now()))
			}
			return a.print(strings.Join(lines, "\n"), is)
		},
	}
}

// stuckLine says whose code runs on, and since when.
func stuckLine(z inspect.Zombie, now time.Time) string {
	what := "told to end (" + clean(z.Reason) + ")"
	if z.Killed {
		what = "killed"
	}
	line := fmt.Sprintf("still running: %s %s, %s %s ago", clean(z.Name), z.PID, what, ago(max(0, int64(now.Sub(z.Since)))))
	if z.Zombie {
		line += ", a zombie"
	}
	return line
}
