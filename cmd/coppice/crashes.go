package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// newCrashes makes the command that lists the crash reports.
func newCrashes(a *app) *cobra.Command {
	follow, times := false, relative
	cmd := &cobra.Command{
		Use:   "crashes",
		Short: "list the crashes that the node remembers",
		Long: `crashes lists the crashes that the node remembers, the last one at the top;
those alike are one line with their number. With -f it goes on with new ones,
the last one at the bottom. coppice crash ID shows the whole report.`,
		Example: "  coppice crashes\n  coppice crashes -f\n  coppice crashes -o json --time abs",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := times.check(); err != nil {
				return err
			}
			if follow {
				line := func(c inspect.Crash, p palette) string { return crashLine(c, times, p) }
				return followList(a, "crashes", "crashes", nil, byLast, line)
			}
			all, err := ask(a, func(ctx context.Context, c *control.Client) ([]inspect.Crash, error) { return c.Crashes(ctx) })
			if err != nil {
				return err
			}
			text := "no crash"
			if len(all) > 0 {
				width, _, _ := terminal(a.out)
				text = layout(crashColumns(times == absolute, time.Now()), all, width, colors(a.out)).String()
			}
			return a.print(text, all)
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with new ones until Ctrl-C")
	times.flag(cmd)
	return cmd
}

func crashColumns(absolute bool, now time.Time) []column[inspect.Crash] {
	type c = inspect.Crash
	when := func(c c) string {
		if absolute {
			return c.Last.Format(time.RFC3339)
		}
		return ago(max(0, int64(now.Sub(c.Last)))) + " ago"
	}
	return []column[c]{
		{head: "ID", keep: 90, right: true, cell: func(c c) string { return fmt.Sprint(c.ID) }},
		{head: "LAST", keep: 60, right: true, cell: when},
		{head: "TIMES", keep: 70, right: true, cell: func(c c) string { return fmt.Sprint(c.Count) }, color: func(c c) color {
			if c.Count > 1 {
				return wary
			}
			return plain
		}},
		{head: "WHO", keep: 80, cell: crashed},
		{head: "REASON", cell: func(c c) string { return c.Reason }, color: func(c) color { return bad }},
		{head: "DECISION", keep: 50, cell: func(c c) string { return c.Decision }},
	}
}

// crashed is whom a crash was of.
func crashed(c inspect.Crash) string {
	return called(inspect.Process{Name: c.Name, Label: c.Label, PID: c.PID})
}

func byLast(a, b inspect.Crash) int { return a.Last.Compare(b.Last) }

// crashLine is a crash in one line.
func crashLine(c inspect.Crash, times timing, p palette) string {
	line := fmt.Sprintf("%s  #%d  %s %s: %s", times.of(c.Last), c.ID, clean(crashed(c)), c.PID, p.paint(bad, clean(c.Reason)))
	if c.Count > 1 {
		line += fmt.Sprintf(" (%d times)", c.Count)
	}
	if c.Decision != "" {
		line += "; " + clean(c.Decision)
	}
	return line
}

// newCrash makes the command that shows one crash report.
func newCrash(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "crash ID",
		Short:   "show a crash report",
		Long:    "crash shows the report that has this number in coppice crashes; last is the latest.",
		Example: "  coppice crash 3\n  coppice crash last -o json",
		Args:    cobra.ExactArgs(1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.completeCrash(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			crash, err := ask(a, func(ctx context.Context, c *control.Client) (inspect.Crash, error) {
				id, err := crashID(ctx, c, args[0])
				if err != nil {
					return inspect.Crash{}, err
				}
				return c.Crash(ctx, id)
			})
			if err != nil {
				return err
			}
			return a.print(cleanLines(crash.Text), crash)
		},
	}
}

func crashID(ctx context.Context, c *control.Client, text string) (uint64, error) {
	if text == "last" {
		all, err := c.Crashes(ctx)
		if err == nil && len(all) == 0 {
			err = &control.Error{Code: control.NotFound, Message: "nothing has crashed"}
		}
		if err != nil {
			return 0, err
		}
		return all[0].ID, nil
	}
	id, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, &control.Error{Code: control.BadRequest, Message: fmt.Sprintf("%q is no number of a crash report", text), Try: "coppice crashes lists them; or last"}
	}
	return id, nil
}

func (a *app) completeCrash() []string {
	client, err := a.attach()
	if err != nil {
		return nil
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), completeTime)
	defer cancel()
	all, err := client.Crashes(ctx)
	if err != nil {
		return nil
	}
	words := []string{"last"}
	for _, c := range all {
		words = append(words, fmt.Sprintf("%d\t%s: %s", c.ID, crashed(c), c.Reason))
	}
	return words
}
