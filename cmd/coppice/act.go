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
	why := ""
	for _, c := range []struct{ use, short, long, verb, reason string }{
		{"stop WHO", "stop a server in order", "stop has a server end in order. Its supervisor decides what comes of that.", "stop", ""},
		{"kill WHO", "kill a process", "kill ends a process whatever it does. Its supervisor decides what comes of that.", "exit", "kill"},
		{"suspend WHO", "have a server handle nothing", "suspend has a server handle nothing until coppice resume WHO.", "suspend", ""},
		{"resume WHO", "have a suspended server go on", "resume has a server go on that has been suspended.", "resume", ""},
	} {
		all = append(all, &cobra.Command{
			Use: c.use, Short: c.short, Long: c.long + "\n\n" + actHelp,
			Args:              cobra.ExactArgs(1),
			ValidArgsFunction: a.completeWho,
			RunE: func(_ *cobra.Command, args []string) error {
				return a.act(inspect.Action{Verb: c.verb, To: args[0], Reason: c.reason, Why: why})
			},
		})
	}
	all = append(all, newLogLevel(a, &why))
	for _, cmd := range all {
		cmd.Flags().StringVar(&why, "why", "", "for what `REASON`; the node keeps it with who did what")
	}
	return all
}

const actHelp = `The program has to allow it, with control.Options{Actions: true}; it logs who did
what. To call and cast servers, and to start children: coppice shell -e, or the
forms of coppice top.`

func (a *app) act(action inspect.Action) error {
	result, err := ask(a, func(ctx context.Context, client *control.Client) (inspect.Result, error) {
		return client.Do(ctx, action)
	})
	if err != nil {
		return err
	}
	return a.print(clean(result.Text), result)
}

// newLogLevel makes the command that has processes log more or less.
func newLogLevel(a *app, why *string) *cobra.Command {
	const none = "none" // the program says it
	return &cobra.Command{
		Use:   "log_level [WHO] LEVEL",
		Short: "say from which level on a process logs",
		Long: `log_level says from which level on a process logs, or without WHO all those that
have no level of their own: debug, info, warn or error; or none, which is what
the program says. The program logs through inspect.NewLogHandler.

` + actHelp,
		Example: "  coppice log_level cache debug\n  coppice log_level warn",
		Args:    cobra.RangeArgs(1, 2),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			levels := []string{"debug", "info", "warn", "error", none}
			if len(args) == 1 {
				return levels, cobra.ShellCompDirectiveNoFileComp
			}
			all, directive := a.completeWho(cmd, args, word)
			if len(args) == 0 {
				all = append(all, levels...)
			}
			return all, directive
		},
		RunE: func(_ *cobra.Command, args []string) error {
			action := inspect.Action{Verb: "log_level", Level: args[len(args)-1], Why: *why}
			if action.Level == none {
				action.Level = ""
			}
			if len(args) == 2 {
				action.To = args[0]
			}
			return a.act(action)
		},
	}
}
