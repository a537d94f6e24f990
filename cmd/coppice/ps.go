package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// newPs makes the command that lists processes.
func newPs(a *app) *cobra.Command {
	q, where := inspect.Query{Window: glance}, ""
	cmd := &cobra.Command{
		Use:   "ps [WHERE]",
		Short: "list processes",
		Long: `ps lists processes: all of them, or those for which WHERE holds.

` + whereHelp,
		Example: `  coppice ps
  coppice ps 'mailbox>100' --by mailbox
  coppice ps kind:supervisor -o json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Where = joined(args, where)
			a.asRows(&q)
			if err := checkWindow(q.Window); err != nil {
				return err
			}
			if q.Sort != "" && !cmd.Flags().Changed("desc") {
				q.Desc = descends(q.Sort)
			}
			page, err := ask(a, func(ctx context.Context, c *control.Client) (inspect.Page, error) { return listed(ctx, c, q) })
			if err != nil {
				return err
			}
			width, _, _ := terminal(a.out)
			text := layout(processColumns(nameColumn()), page.Rows, width, colors(a.out)).String()
			if len(page.Rows) < page.Matched || page.Matched < page.Total {
				text += fmt.Sprintf("\n%d of %d processes", len(page.Rows), page.Total)
			}
			return a.print(text, page)
		},
	}
	a.sortFlags(cmd, &q, 0)
	whereFlag(cmd, &where)
	return cmd
}

// whereFlag adds the flag that says the same as the words of the command line.
func whereFlag(cmd *cobra.Command, where *string) {
	cmd.Flags().StringVar(where, "where", "", "the same as `WHERE` as an argument")
}

func joined(args []string, where string) string {
	return strings.TrimSpace(strings.Join(args, " ") + " " + where)
}

// asRows takes -n 20 as so many rows, as it is elsewhere, unless a node is called
// so, and reports whether it was.
func (a *app) asRows(q *inspect.Query) bool {
	names, _ := control.Nodes()
	is := false
	a.node = ""
	for _, text := range a.nodes {
		if rows, err := strconv.Atoi(text); err == nil && rows >= 0 && !slices.Contains(names, text) {
			q.Limit, is = rows, true
		} else {
			a.node = text
		}
	}
	return is
}

const whereHelp = `WHERE is what one types into a find box; all of its terms must hold:
  north                part of the name, pid, type or id
  status:running       part of a text; status=running is the whole of it
  mailbox>100          also < >= <= != and durations (age>5s), shares (busy>50%)
  !kind:supervisor     negates
Quote it, as > and ! mean something to most shells.`

// sortFlags adds the flags that say in which order, and how many.
func (a *app) sortFlags(cmd *cobra.Command, q *inspect.Query, limit int) {
	cmd.Flags().StringVar(&q.Sort, "by", q.Sort, "sort by this `COLUMN`: "+strings.Join(inspect.Columns(), ", "))
	cmd.Flags().BoolVar(&q.Desc, "desc", false, "the greatest first; so it is for numbers, if not said otherwise")
	cmd.Flags().IntVarP(&q.Limit, "limit", "l", limit, "no more than so many `rows`; 0: all. -n 20 is the same where no node is called 20")
	cmd.Flags().DurationVar(&q.Window, "window", q.Window, "measure the rates over so long a time; with 0 they are known only while somebody watches")
	_ = cmd.RegisterFlagCompletionFunc("by", cobra.FixedCompletions(inspect.Columns(), cobra.ShellCompDirectiveNoFileComp))
}

const (
	glance        = 200 * time.Millisecond // over which rates are measured for who looks once
	longestWindow = 10 * time.Second       // that a node measures over for who asks
)

func checkWindow(d time.Duration) error {
	if d < 0 || d > longestWindow {
		return fmt.Errorf("--window %v: a node measures over %v at most", d, longestWindow)
	}
	return nil
}

// descends reports whether the interesting end of a column is the greatest.
func descends(column string) bool {
	switch column {
	case "pid", "name", "label", "type", "id", "kind", "status", "state", "parent", "current", "last_exit", "exit":
		return false
	}
	return true
}

const pageSize = 10_000 // what a node gives at a time

// listed asks for all that a query is about, page by page.
func listed(ctx context.Context, c *control.Client, q inspect.Query) (inspect.Page, error) {
	var all inspect.Page
	want := q.Limit
	for {
		q.Offset, q.Limit = len(all.Rows), pageSize
		if want > 0 {
			q.Limit = min(pageSize, want-len(all.Rows))
		}
		page, err := c.Processes(ctx, q)
		if err != nil {
			return all, err
		}
		if all.Total, all.Matched = page.Total, page.Matched; all.Rows == nil {
			all.Rows = make([]inspect.Process, 0, page.Matched)
		}
		all.Rows = append(all.Rows, page.Rows...)
		q.Window = 0 // the pages after the first are about the same time
		if len(page.Rows) < q.Limit || len(all.Rows) == want {
			return all, nil
		}
	}
}
