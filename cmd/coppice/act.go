package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// newActs makes the commands that act on one process. The shell has more of them.
func newActs(a *app) []*cobra.Command {
	var all []*cobra.Command
	for _, c := range []struct{ use, short, long, verb, reason string }{
		{"stop WHO", "stop a server in order", "stop has a server end in order. Its supervisor decides what comes of that.", "stop", ""},
		{"kill WHO", "kill a process", "kill ends a process whatever it does. Its supervisor decides what comes of that.", "exit", "kill"},
		{"suspend WHO", "have a server handle nothing", "suspend has a server handle nothing until coppice resume WHO.", "suspend", ""},
		{"resume WHO", "have a suspended server go on", "resume has a server go on that has been suspended.", "resume", ""},
	} {
		all = append(all, &cobra.Command{
			Use: c.use, Short: c.short,
			Long:              c.long + "\n\nThe program has to allow it, with control.Options{Actions: true}; it logs who did\nwhat. To call and cast servers, and to start children: coppice shell -e.",
			Args:              cobra.ExactArgs(1),
			ValidArgsFunction: a.completeWho,
			RunE: func(_ *cobra.Command, args []string) error {
				result, err := ask(a, func(ctx context.Context, client *control.Client) (inspect.Result, error) {
					return client.Do(ctx, inspect.Action{Verb: c.verb, To: args[0], Reason: c.reason})
				})
				if err != nil {
					return err
				}
				return a.print(clean(result.Text), result)
			},
		})
	}
	return all
}
