package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// newNames makes the command that lists names and keys.
func newNames(a *app) *cobra.Command {
	limit, where, times := 0, "", relative
	cmd := &cobra.Command{
		Use:   "names [WORD...]",
		Short: "list the registered names, and the keys of registries",
		Long: `names lists the registered names of the node with the processes that have them,
and each registry with its keys: those in whose name, pid, type or registry all
of the words are. SINCE is when the process was started, so it has had the name
no longer than that. Of a registry a few hundred keys are listed; more words
find the others.`,
		Example:           "  coppice names\n  coppice names cart\n  coppice names -o json --time abs",
		ValidArgsFunction: a.completeWho,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := times.check(); err != nil {
				return err
			}
			where = joined(args, where)
			list, err := ask(a, func(ctx context.Context, c *control.Client) (control.NameList, error) {
				return c.Names(ctx, where, limit)
			})
			if err != nil {
				return err
			}
			width, _, _ := terminal(a.out)
			text := layout(holdingColumns(times, time.Now()), holdings(list, where), width, colors(a.out)).String()
			if rest := unlisted(list); rest != "" {
				text += "\n" + rest
			}
			return a.print(text, list)
		},
	}
	cmd.Flags().IntVarP(&limit, "limit", "l", 0, "no more than so many `names`, nor keys of a registry; 0: as many as there may be")
	cmd.Flags().StringVar(&where, "where", "", "the same as `WORDS` as arguments")
	times.flag(cmd)
	return cmd
}

// holdings are the names of a node, and behind them its registries, each with its
// keys, as rows. Where words were asked for, a registry without such keys is none.
func holdings(list control.NameList, where string) []branch {
	var all []branch
	seen := make(map[string]int) // a process may have a key of a duplicate registry several times
	add := func(guide, in, name string, who inspect.Owner) {
		key := name
		if in != "" {
			key = fmt.Sprintf("%s %s %s", in, name, who.PID)
			if seen[key]++; seen[key] > 1 {
				key += fmt.Sprint(" ", seen[key])
			}
		}
		all = append(all, branch{key: key, guide: guide, since: who.Since,
			TreeRow: inspect.TreeRow{Process: inspect.Process{PID: who.PID, Name: name, Label: who.Label}}})
	}
	for _, n := range list.Names {
		add("", "", n.Name, n.Owner)
	}
	for _, r := range list.Registries {
		if where != "" && len(r.Entries) == 0 {
			continue
		}
		what := fmt.Sprintf("%s, %s", counted(r.Total, "key"), r.Keys)
		if len(r.Entries) < r.Total {
			what += fmt.Sprintf(", %d shown", len(r.Entries))
		}
		add("", r.PID, cmp.Or(r.Name, r.PID), inspect.Owner{PID: r.PID, Label: what})
		for _, e := range r.Entries {
			add("  ", r.PID, e.Key, e.Owner)
		}
	}
	return all
}

// unlisted says that there are more names than were asked for.
func unlisted(list control.NameList) string {
	if len(list.Names) == list.Total {
		return ""
	}
	return fmt.Sprintf("%d of %d names", len(list.Names), list.Total)
}

func holdingColumns(times timing, now time.Time) []column[branch] {
	since := func(b branch) string {
		switch {
		case b.since.IsZero():
			return ""
		case times == absolute:
			return b.since.Format(time.RFC3339)
		}
		return ago(max(0, int64(now.Sub(b.since).Truncate(time.Second)))) + " ago"
	}
	return []column[branch]{
		{head: "NAME OR KEY", cell: func(b branch) string { return b.guide + b.Name }},
		{head: "PID", keep: 90, cell: func(b branch) string { return b.PID }},
		{head: "TYPE", keep: 60, cell: func(b branch) string { return b.Label }},
		{head: "SINCE", keep: 30, right: true, cell: since},
	}
}
