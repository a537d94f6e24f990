package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice/shell"
)

// completionTime is how long a node may take for what is suggested.
const completionTime = 150 * time.Millisecond

// interactive reads what is typed, until Ctrl-D or the end of ctx. Ctrl-C ends what
// runs, and nothing else.
func (t *talk) interactive(ctx context.Context) error {
	swallowed := make(chan os.Signal, 1)
	signal.Notify(swallowed, os.Interrupt)
	defer signal.Stop(swallowed)
	t.paint = colors(t.out)
	if err := t.greet(ctx, false); err != nil {
		return err
	}
	page := &lazyPage{talk: t, url: t.observer}
	defer page.close()
	t.session.Offer("observe", "serve the page of the node, and open it in a browser", page.show)
	ed, done := t.editor()
	defer done()
	came := func() bool { // a Ctrl-C that is for nobody else
		select {
		case <-swallowed:
			return true
		default:
			return false
		}
	}
	for {
		came() // it was for what has run
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
		was := t.source.gone
		if err := t.runUnless(ctx, text, came); err != nil && !errors.Is(err, errShown) {
			return err
		}
		if was && !t.source.gone {
			if err := t.greet(ctx, true); err != nil {
				t.complain(err)
			}
		}
	}
}

// runUnless runs one text, but not if a Ctrl-C has come since it was read.
func (t *talk) runUnless(ctx context.Context, text string, came func() bool) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	if came() { // what comes after this question ends ctx
		t.complain(context.Canceled)
		return nil
	}
	return t.run(ctx, text)
}

// greet says to whom one talks, or that the node is back.
func (t *talk) greet(ctx context.Context, back bool) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	node, err := t.source.Status(ctx)
	if err != nil {
		return err
	}
	t.acts = node.Actions
	if at := t.source.client.Name(); node.Name != at {
		t.node = node.Name + "@" + at // it is on another machine
	}
	may := "This program allows no actions: you can look, and change nothing."
	if t.acts {
		may = "Actions are on: what you type changes the program."
	}
	name, ends := shell.Clean(t.node), "Ctrl-D leaves and the program goes on."
	switch {
	case back:
		_, err = fmt.Fprintf(t.out, "%s is back, as process %d; pids are new. %s\n", name, node.OSPID, may)
		return err
	case t.hosts:
		ends = "Ctrl-D ends."
	default:
		_, _ = fmt.Fprintf(t.out, "Attached to %s (process %d).\n%s\n", name, node.OSPID, may)
	}
	_, err = fmt.Fprintln(t.out, "help says what there is, Tab completes, "+ends)
	return err
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
	a := assistant{complete: t.complete, unfinished: t.session.Unfinished, rows: listRows}
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

// prompt is red where what one types changes things, and says where it cannot.
func (t *talk) prompt() string {
	name := shell.Clean(t.node)
	switch {
	case t.source.gone:
		name += ", gone"
	case !t.acts:
		name += ", read-only"
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
	return shell.Format{Columns: width, Rows: mostRows, Now: time.Now()}
}
