package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// newInfo makes the command that tells about one process.
func newInfo(a *app) *cobra.Command {
	state, stack := false, false
	cmd := &cobra.Command{
		Use:   "info WHO",
		Short: "tell about one process",
		Long: `info tells about one process, by its name or its pid (<0.12.0> or 0.12.0). It is
read from the node's books; only with --state is the process itself asked, for
two seconds at most.`,
		Example:           "  coppice info cache --state\n  coppice info 0.12.0 -o json",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeWho,
		RunE: func(_ *cobra.Command, args []string) error {
			type page struct {
				inspect.Detail
				State *inspect.Result `json:"state,omitempty"`
				Stack string          `json:"stack,omitempty"`
			}
			is, err := ask(a, func(ctx context.Context, c *control.Client) (is page, err error) {
				if is.Detail, err = c.Process(ctx, args[0]); err != nil {
					return is, err
				}
				if now, err := c.Processes(ctx, inspect.Query{PIDs: []string{is.PID}, Window: glance}); err == nil && len(now.Rows) == 1 {
					is.In, is.Out, is.Busy = now.Rows[0].In, now.Rows[0].Out, now.Rows[0].Busy
				}
				if state {
					var shown inspect.Result
					if shown, err = c.State(ctx, args[0]); err != nil {
						return is, err
					}
					is.State = &shown
				}
				if stack {
					var answer struct{ Text string }
					err = c.Get(ctx, "process/"+url.PathEscape(args[0])+"/stack", nil, &answer)
					is.Stack = answer.Text
				}
				return is, err
			})
			if err != nil {
				return err
			}
			width, _, _ := terminal(a.out)
			text := detailText(is.Detail, width, colors(a.out))
			if is.State != nil {
				text += "\nstate\n" + cleanLines(is.State.Text) + "\n"
			}
			if stack && is.Stack == "" {
				is.Stack = "it has no goroutine now, as it has nothing to do"
			}
			if stack {
				text += "\nstack\n" + cleanLines(is.Stack) + "\n"
			}
			return a.print(text, is)
		},
	}
	cmd.Flags().BoolVar(&state, "state", false, "ask it for its state, without what is not to be seen")
	cmd.Flags().BoolVar(&stack, "stack", false, "show where its code is")
	return cmd
}

// detailText is the page of a process, no wider than width (0: any).
func detailText(d inspect.Detail, width int, p palette) string {
	var b strings.Builder
	row := func(key, value string) {
		if value == "" {
			return
		}
		const indent = 14
		value = clean(value)
		if width > 2*indent {
			value = strings.ReplaceAll(ansi.Wrap(value, width-indent, " "), "\n", "\n"+strings.Repeat(" ", indent))
		}
		fmt.Fprintf(&b, "%s %s\n", p.paint(faint, fmt.Sprintf("%-*s", indent-1, key)), value)
	}
	row("name", d.Name)
	row("pid", d.PID)
	row("type", d.Label)
	row("kind", d.Kind)
	row("id", d.ID)
	row("status", statusText(d.Process))
	row("handles", d.Current)
	row("mailbox", fmt.Sprintf("%d, at most %d", d.Mailbox, max(d.HighWater, d.Mailbox)))
	row("queue", strings.Join(d.Queue, ", "))
	row("received", fmt.Sprintf("%d, %s/s", d.Received, rate(d.In)))
	row("sent", fmt.Sprintf("%d, %s/s", d.Sent, rate(d.Out)))
	row("busy", fmt.Sprintf("%s, %s in all", percent(d.Busy), ago(d.BusyNS)))
	row("handler p99", took(d.HandlerP99NS))
	row("owes", orNumber(d.Pending))
	row("restarts", restarts(d.Process))
	row("last exit", d.LastExit)
	row("up", ago(d.UptimeNS))
	if d.Trapping {
		row("traps exits", "yes")
	}
	row("exit reason", d.ExitReason)
	for _, pair := range d.Spec {
		row(pair.Key, pair.Value)
	}
	row("parents", refs(d.Ancestors))
	if d.Kind != "supervisor" { // which tells of its children itself
		row("children", orNumber(d.Children))
	}
	row("works for", refs(d.Callers))
	row("links", refs(d.Links))
	row("monitors", refs(d.Monitors))
	row("monitored by", refs(d.MonitoredBy))
	for i, m := range d.Accepts {
		key := ""
		if i == 0 {
			key = "accepts"
		}
		row(key+" ", m.Kind+" "+messageText(m))
	}
	if d.Argument != nil {
		row("start_child", d.Argument.Go+" "+fields(*d.Argument))
	}
	return b.String()
}

// messageText is a message as one writes it, and what it is answered with.
func messageText(m inspect.Message) string {
	text := m.Name
	if takes := fields(m.Type); takes != "" {
		text += " " + takes
	} else if m.Type.Kind != "struct" {
		text += " " + m.Type.Kind
	}
	return text + replies(m)
}

func replies(m inspect.Message) string {
	if m.Reply == "" {
		return ""
	}
	return " → " + m.Reply
}

// fields says what a struct wants, as one writes it.
func fields(t inspect.Type) string {
	if t.Kind != "struct" || len(t.Fields) == 0 {
		return ""
	}
	var all []string
	for _, f := range t.Fields {
		all = append(all, f.Name+": "+f.Type.Go)
	}
	return "{" + strings.Join(all, ", ") + "}"
}

func refs(all []inspect.Ref) string {
	var parts []string
	for i, r := range all {
		if i == 10 {
			parts = append(parts, fmt.Sprintf("and %d more", len(all)-i))
			break
		}
		text := r.PID
		switch {
		case r.Name != "":
			text = r.Name + " " + r.PID
		case r.Label != "":
			text += " (" + r.Label + ")" // it may have commas
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}
