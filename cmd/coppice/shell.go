package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/shell"
)

// newShell makes the command that talks to a node.
func newShell(a *app) *cobra.Command {
	var lines []string
	cmd := &cobra.Command{
		Use:   "shell [NODE]",
		Short: "talk to a node: calls, casts, exit signals, questions",
		Long: `shell attaches to a node, and does what is typed: help says what there is.

With -e, or when something is piped into it, it runs that and ends. It stops at
the first line that fails, with exit status 1.

` + settingsHelp,
		Example: `  coppice shell shop
  coppice shell -e 'call cache Get'
  coppice shell -e 'procs() | filter(.Mailbox > 5)' -o json`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeNode,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				a.node = args[0]
			}
			client, err := a.attach()
			if err != nil {
				return err
			}
			defer client.Close()
			t := a.talkTo(client)
			ctx, stop := untilTold()
			defer stop()
			switch {
			case len(lines) > 0:
				err = t.run(ctx, strings.Join(lines, "\n"))
			case typedInto(a.in):
				err = t.interactive(ctx)
			default:
				err = t.script(ctx, a.in)
			}
			if told := new(endedError); errors.As(context.Cause(ctx), &told) {
				return told
			}
			return err
		},
	}
	cmd.Flags().StringArrayVarP(&lines, "eval", "e", nil, "run this `LINE` and end; can be given several times")
	return cmd
}

// talkTo begins a talk with a node.
func (a *app) talkTo(client *control.Client) *talk {
	t := &talk{app: a, node: client.Name(), source: &shellSource{client: client}}
	t.session = shell.NewSession(t.source)
	set := a.settings()
	if err := set.alias(t.session); err != nil {
		_, _ = fmt.Fprintf(a.err, "coppice: %v\n", err)
	}
	return t
}

// A talk is one use of the shell.
type talk struct {
	*app
	hosts    bool              // the node is this program's own, and ends with the talk
	plain    bool              // lines are read as the terminal gives them
	above    *board            // what is at the top of the terminal, or nil
	alone    map[string]string // what a word stands for, if nothing follows it
	observer string            // the address of its page, if the program serves one itself
	node     string
	source   *shellSource
	session  *shell.Session
	format   shell.Format
	paint    palette
	acts     bool // the node allows actions
}

// errShown is an error that has been shown already.
var errShown = errors.New("shown")

// run runs one text, and shows what comes of it. Ctrl-C ends it.
func (t *talk) run(ctx context.Context, text string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	var failed error
	err := t.session.Eval(ctx, text, func(r shell.Result) {
		if err := t.show(r); err != nil {
			failed = err
			stop()
		}
	})
	if failed != nil {
		return failed
	}
	if err == nil {
		return nil
	}
	t.complain(err)
	return errShown
}

// show prints a result.
func (t *talk) show(r shell.Result) error {
	if t.output == "json" {
		if r.Live() {
			return nil // the result has it
		}
		encoder := json.NewEncoder(t.out)
		encoder.SetEscapeHTML(false) // pids stay readable
		return encoder.Encode(r)
	}
	_, err := fmt.Fprintln(t.out, r.Text(t.format))
	return err
}

// complain says what went wrong.
func (t *talk) complain(err error) {
	at, known := new(shell.Error), new(control.Error)
	text := ""
	switch {
	case errors.As(err, &at):
		text = at.Caret()
	case errors.As(err, &known):
		text = explain(err)
	case errors.Is(err, context.Canceled):
		text = "cancelled"
	case errors.Is(err, errUnreachable):
		text = fmt.Sprintf("node %s does not answer: its program has ended, or serves it no more\n"+
			"what you type reaches the next node of this name; Ctrl-D leaves", t.node)
	default:
		text = err.Error()
	}
	_, _ = fmt.Fprintln(t.err, t.paint.paint(bad, shell.Clean(text)))
}

// script runs what is read, as soon as a statement is whole.
func (t *talk) script(ctx context.Context, in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	var text strings.Builder
	for lines.Scan() {
		text.WriteString(lines.Text() + "\n")
		if t.session.Unfinished(text.String()) {
			continue
		}
		if err := t.run(ctx, text.String()); err != nil {
			return err
		}
		text.Reset()
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return t.run(ctx, text.String())
}
