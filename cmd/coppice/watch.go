package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// A watching is what the flags of live views say.
type watching struct {
	every time.Duration
	count int
	plain bool
}

func (w *watching) flags(cmd *cobra.Command) {
	cmd.Flags().DurationVar(&w.every, "every", time.Second, "how often to look")
	cmd.Flags().IntVar(&w.count, "count", 0, "look so many `times`; 0: until Ctrl-C")
	cmd.Flags().BoolVar(&w.plain, "plain", false, "lines instead of a screen, as for a screen reader")
}

const soonest = 200 * time.Millisecond

func (w *watching) check() error {
	if w.every < soonest {
		return fmt.Errorf("--every %v is too often: %v or more", w.every, soonest)
	}
	return nil
}

// full reports whether a view can have the whole screen.
func (a *app) full(w watching) bool {
	_, _, ok := terminal(a.out)
	return ok && !w.plain && a.output == "text"
}

// looks asks again and again, and hands each answer to show, until Ctrl-C. Where
// nobody sits at a terminal it asks once, unless --count or --plain say more.
func (a *app) looks(q question, w watching, show func(answer) error) error {
	client, err := a.attach()
	if err != nil {
		return err
	}
	defer client.Close()
	if _, _, ok := terminal(a.out); !ok && !w.plain && w.count == 0 {
		w.count = 1
	}
	ctx, stop := untilInterrupted()
	defer stop()
	if w.count != 1 {
		go present(ctx, client)
	}
	for n := 1; ; n++ {
		one, cancel := context.WithTimeout(ctx, askTime+q.list.Window)
		got := q.ask(one, client)
		cancel()
		q.list.Window = 0 // from now on the node measures by itself
		if errors.Is(got.err, context.Canceled) {
			return nil
		}
		if got.err != nil {
			return got.err
		}
		if err := show(got); err != nil || n == w.count {
			return err
		}
		select {
		case <-time.After(w.every):
		case <-ctx.Done():
			return nil
		}
	}
}

// present has the node know that somebody watches, so that it measures rates.
func present(ctx context.Context, client *control.Client) {
	for _, err := range client.Watch(ctx, "node", nil) {
		if err != nil {
			return // whoever asks is told
		}
	}
}

// object writes a value as one line of JSON.
func (a *app) object(value any) error { return json.NewEncoder(a.out).Encode(value) }

// keyed are processes by what they are called, which outlives a restart.
func keyed(rows []inspect.TreeRow) map[string]inspect.Process {
	all := make(map[string]inspect.Process)
	for _, r := range rows {
		if r.Pool == 0 {
			all[keyOf(branch{TreeRow: r})] = r.Process
		}
	}
	return all
}

const manyChanges = 20 // at a time; of more only their number is told

// changes says in words what has become of the processes of a tree.
func changes(was, is map[string]inspect.Process) []string {
	var all []string
	say := func(format string, args ...any) { all = append(all, clean(fmt.Sprintf(format, args...))) }
	for key, p := range is {
		old, known := was[key]
		switch {
		case !known:
			say("%s %s has started", called(p), p.PID)
		case old.PID != p.PID && p.PID != "":
			say("%s is back as %s, it was %s", called(p), p.PID, old.PID)
		case old.Status != p.Status && slices.Contains([]string{"zombie", "restarting", "exiting"}, p.Status):
			say("%s %s: %s", called(p), p.PID, p.Status)
		}
		if b := p.Budget; b != nil && (old.Budget == nil || old.Budget.Used < b.Used) && b.Used > 0 {
			say("%s has used %d of %d restarts", called(p), b.Used, b.Max)
		}
	}
	for key, p := range was {
		if _, still := is[key]; !still {
			say("%s %s has ended", called(p), p.PID)
		}
	}
	slices.Sort(all)
	if more := len(all) - manyChanges; more > 0 {
		all = append(all[:manyChanges], fmt.Sprintf("and %d changes more", more))
	}
	return all
}

// stamped puts the time before each line.
func stamped(at time.Time, lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&b, "%s  %s\n", at.Format(time.TimeOnly), line)
	}
	return b.String()
}
