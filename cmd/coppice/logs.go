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

// newLogs makes the command that shows the log.
func newLogs(a *app) *cobra.Command {
	follow, level, times := false, "", relative
	cmd := &cobra.Command{
		Use:   "logs [WHO]",
		Short: "show what the node has logged lately",
		Long: `logs shows the last records of the log, of all processes or of one. The program
keeps them if it logs through inspect.NewLogHandler.`,
		Example:           "  coppice logs -f --level warn\n  coppice logs cache",
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: a.completeWho,
		RunE: func(_ *cobra.Command, args []string) error {
			q := url.Values{}
			if level != "" {
				q.Set("level", level)
			}
			if len(args) > 0 {
				q.Set("who", args[0])
			}
			if err := times.check(); err != nil {
				return err
			}
			if follow {
				line := func(r inspect.Record, p palette) string { return recordLine(r, times, p) }
				return followList(a, "logs", "records", q, nil, line)
			}
			log, err := ask(a, func(ctx context.Context, c *control.Client) (inspect.Log, error) {
				var log inspect.Log
				err := c.Get(ctx, "logs", q, &log)
				return log, err
			})
			if err != nil {
				return err
			}
			var lines []string
			for _, r := range log.Records {
				lines = append(lines, recordLine(r, times, colors(a.out)))
			}
			if len(lines) == 0 {
				lines = []string{"nothing is there; a program keeps its log if it logs through inspect.NewLogHandler"}
			}
			return a.print(strings.Join(lines, "\n"), log)
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with new ones until Ctrl-C")
	times.flag(cmd)
	cmd.Flags().StringVar(&level, "level", "", "this `LEVEL` and those above: debug, info, warn, error")
	_ = cmd.RegisterFlagCompletionFunc("level", cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// recordLine is a record in one line.
func recordLine(r inspect.Record, times timing, p palette) string {
	tone := plain
	switch {
	case strings.HasPrefix(r.Level, "ERROR"):
		tone = bad
	case strings.HasPrefix(r.Level, "WARN"):
		tone = wary
	case strings.HasPrefix(r.Level, "DEBUG"):
		tone = faint
	}
	line := times.of(r.At) + " " + p.paint(tone, fmt.Sprintf("%-5s", clean(r.Level))) + " " + clean(r.Msg)
	if r.PID != "" {
		line += " " + p.paint(faint, clean(called(inspect.Process{Name: r.Name, PID: r.PID})))
	}
	for _, pair := range r.Attrs {
		if pair.Key == "node" || pair.Key == "report" {
			continue // the message has told it
		}
		line += " " + p.paint(faint, clean(pair.Key)+"=") + clean(pair.Value)
	}
	return line
}
