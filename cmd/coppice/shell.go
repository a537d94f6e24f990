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
	"time"

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
			switch {
			case len(lines) > 0:
				return t.run(strings.Join(lines, "\n"))
			case typedInto(a.in):
				ctx, stop := untilTold()
				defer stop()
				return t.interactive(ctx)
			}
			return t.script(a.in)
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
func (t *talk) run(text string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
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
func (t *talk) script(in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	var text strings.Builder
	for lines.Scan() {
		text.WriteString(lines.Text() + "\n")
		if t.session.Unfinished(text.String()) {
			continue
		}
		if err := t.run(text.String()); err != nil {
			return err
		}
		text.Reset()
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return t.run(text.String())
}

// completionTime is how long a node may take for what is suggested.
const completionTime = 150 * time.Millisecond

// interactive reads what is typed, until Ctrl-D or the end of ctx.
func (t *talk) interactive(ctx context.Context) error {
	t.paint = colors(t.out)
	asked, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	node, err := t.source.Status(asked)
	if err != nil {
		return err
	}
	t.acts = node.Actions
	may := "This program allows no actions: you can look, and change nothing."
	if t.acts {
		may = "Actions are on: what you type changes the program."
	}
	if t.hosts {
		_, _ = fmt.Fprintln(t.out, "help says what there is, Tab completes, Ctrl-D ends.")
	} else {
		_, _ = fmt.Fprintf(t.out, "Attached to %s (process %d). %s\nhelp says what there is, Tab completes, Ctrl-D leaves and the program goes on.\n", t.node, node.OSPID, may)
	}
	page := &lazyPage{talk: t, url: t.observer}
	defer page.close()
	t.session.Offer("observe", "serve the page of the node, and open it in a browser", page.show)
	ed, done := t.editor()
	defer done()
	for {
		text, err := readUntil(ctx, ed, t.prompt())
		switch {
		case errors.Is(err, errInterrupted):
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("the terminal: %w", err)
		}
		switch strings.TrimSpace(text) {
		case "":
			continue
		case "exit", "quit":
			return nil
		}
		if whole, ok := t.alone[strings.TrimSpace(text)]; ok {
			text = whole
		}
		t.format = tableFormat(t.out)
		if err := t.run(text); err != nil && !errors.Is(err, errShown) {
			return err
		}
	}
}

// editor makes the editor that the terminal allows. done leaves the terminal as
// it was.
func (t *talk) editor() (ed editor, done func()) {
	past, err := readHistory(historyFile())
	if err != nil {
		_, _ = fmt.Fprintln(t.err, "what you type is not kept for the next time:", err)
	}
	if _, _, moves := terminal(t.out); !moves || t.plain { // the library writes control characters even into a pipe
		interrupted := make(chan os.Signal, 1)
		signal.Notify(interrupted, os.Interrupt)
		return newPlainEditor(t.in, t.out, interrupted, t.session.Unfinished), func() { signal.Stop(interrupted) }
	}
	a := assistant{complete: t.complete, unfinished: t.session.Unfinished}
	if t.above != nil {
		a.settle = t.above.settle
	}
	return newEditor(past, a), keepTerminal(t.in, t.out)
}

// complete asks the node for a short time. When the node is gone it asks
// nothing, so that typing does not falter.
func (t *talk) complete(text string, cursor int) shell.Completion {
	ctx, cancel := context.WithTimeout(context.Background(), completionTime)
	defer cancel()
	return t.session.Complete(ctx, text, cursor)
}

// prompt is red where what one types changes things.
func (t *talk) prompt() string {
	name := shell.Clean(t.node)
	if t.source.gone {
		name += ", gone"
	}
	prompt := fmt.Sprintf("coppice(%s)%d>", name, t.session.Next())
	if t.acts {
		prompt = t.paint.paint(bad, prompt)
	}
	return prompt + " "
}

// mostRows is how long a table on a terminal is.
const mostRows = 200

// tableFormat is how results are laid out on a terminal of this size.
func tableFormat(out io.Writer) shell.Format {
	width, _, ok := terminal(out)
	if !ok {
		return shell.Format{}
	}
	return shell.Format{Columns: width, Rows: mostRows}
}
