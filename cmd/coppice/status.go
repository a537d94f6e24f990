package main

import (
	"context"
	"strings"

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
			node, err := ask(a, func(ctx context.Context, c *control.Client) (inspect.Node, error) { return c.Node(ctx) })
			if err != nil {
				return err
			}
			return a.print(strings.Join(header(node, colors(a.out)), "\n"), node)
		},
	}
}
