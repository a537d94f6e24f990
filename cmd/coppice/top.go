package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// newTop makes the live table of processes.
func newTop(a *app) *cobra.Command {
	q := inspect.Query{Sort: "mailbox", Window: time.Second}
	w, where := watching{}, ""
	cmd := &cobra.Command{
		Use:   "top [WHERE]",
		Short: "watch the processes, those first that have most to do",
		Long: `top is a live table of the processes, or of those for which WHERE holds. On a
terminal it takes the whole screen, with as many rows as there are if --limit
does not say otherwise; ? shows the keys, : the other screens, and a what can be
done to a process, with forms to call and cast it. Elsewhere it prints the table once, or
--count times.

` + whereHelp,
		Example: "  coppice top\n  coppice top --by in kind:server\n  coppice top --by mailbox --window 5s -n 20 --plain\n  coppice top --plain --every 5s",
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Where = joined(args, where)
			limited := a.asRows(&q) || cmd.Flags().Changed("limit")
			if !cmd.Flags().Changed("desc") {
				q.Desc = descends(q.Sort)
			}
			if err := cmp.Or(w.check(), checkWindow(q.Window)); err != nil {
				return err
			}
			if a.full(w) {
				s := &screen{where: q.Where, sort: q.Sort, desc: q.Desc, palette: colors(a.out), closed: map[string]bool{}}
				if limited {
					s.limit = q.Limit
				}
				if cmd.Flags().Changed("window") {
					s.window = q.Window
				}
				return a.live(s, w.every)
			}
			return a.looks(question{list: q}, w, a.showTop)
		},
	}
	a.sortFlags(cmd, &q, 20)
	whereFlag(cmd, &where)
	w.flags(cmd)
	return cmd
}

func (a *app) showTop(got answer) error {
	if a.output == "json" {
		return a.object(got.page)
	}
	width, _, _ := terminal(a.out)
	p := colors(a.out)
	_, err := fmt.Fprintf(a.out, "%s\n\n%s\n\n", strings.Join(header(got.node, p), "\n"),
		layout(processColumns(nameColumn()), got.page.Rows, width, p))
	return err
}
