package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-7832d3a3/coppice/examples/saturday"
)

// A scoreboard says how the traffic of a Saturday goes.
type scoreboard struct {
	address string // of the page
	palette palette
	figures atomic.Pointer[saturday.Figures] // the latest ones; nil: there are none yet
}

// follow asks for the figures each second, and has them shown, until ctx ends.
func (s *scoreboard) follow(ctx context.Context, of *saturday.Saturday, show func()) {
	each := time.NewTicker(time.Second)
	defer each.Stop()
	for {
		s.ask(ctx, of)
		show()
		select {
		case <-ctx.Done():
			return
		case <-each.C:
		}
	}
}

// ask leaves the figures as they are if there are no new ones in time.
func (s *scoreboard) ask(ctx context.Context, of *saturday.Saturday) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if figures, err := of.Figures(ctx); err == nil {
		s.figures.Store(&figures)
	}
}

// What a table needs of a terminal, and what a line does.
const (
	tableWidth, tableHeight = 77, 18
	lineHeight              = 8
)

// rows fit into a terminal: a table, a line, or nothing; and below it a rule.
func (s *scoreboard) rows(width, height int) []string {
	var f saturday.Figures
	if figures := s.figures.Load(); figures != nil {
		f = *figures
	}
	var rows []string
	switch {
	case height >= tableHeight && width >= tableWidth:
		rows = s.table(f)
	case height >= lineHeight:
		rows = []string{ansi.Truncate(s.line(f.All), width, "…")}
	default:
		return nil
	}
	return append(rows, s.rule(f.Latest, width))
}

func (s *scoreboard) table(f saturday.Figures) []string {
	rows := []string{s.palette.paint(faint, fmt.Sprintf("%-8s%6s%10s%8s%8s%9s%9s%10s%9s",
		"", "req/s", "answered", "errors", "p99", "matches", "mailbox", "restarts", "zombies"))}
	for _, c := range slices.Concat(f.Competitions, []saturday.Figure{f.All}) {
		name := fmt.Sprintf("%-8s", ansi.Truncate(c.Competition, 8, "…"))
		if c.Competition == f.All.Competition {
			name = s.palette.paint(strong, name)
		}
		rows = append(rows, name+
			fmt.Sprintf("%6.0f", c.PerSecond)+
			s.alarm(c.Failing > 0, wary, fmt.Sprintf("%10s", answered(c)))+
			fmt.Sprintf("%8d%8v%9d", c.Errors, saturday.Brief(c.P99), c.Matches)+
			s.alarm(c.Mailbox >= 10, wary, fmt.Sprintf("%9d", c.Mailbox))+
			fmt.Sprintf("%10d", c.Restarts)+
			s.alarm(c.Zombies > 0, bad, fmt.Sprintf("%9d", c.Zombies)))
	}
	return rows
}

// line is the figures of all in one line of 80 columns, as a rule.
func (s *scoreboard) line(f saturday.Figure) string {
	return fmt.Sprintf("%.0f req/s  %s  %d errors  p99 %v  %d matches  %d restarts  %s",
		f.PerSecond, s.alarm(f.Failing > 0, wary, answered(f)), f.Errors, saturday.Brief(f.P99), f.Matches, f.Restarts,
		s.alarm(f.Zombies > 0, bad, fmt.Sprintf("%d zombies", f.Zombies)))
}

func (s *scoreboard) alarm(on bool, c color, text string) string {
	if !on {
		return text
	}
	return s.palette.paint(c, text)
}

// answered is the share of the requests of the last seconds that got an answer.
// It says 100 % of all of them only.
func answered(f saturday.Figure) string {
	share := 100 * (1 - f.Failing)
	if f.Failing > 0 {
		share = min(share, 99.99)
	}
	return fmt.Sprintf("%.2f%%", share)
}

// latestFor is for how long the rule says what a supervisor did.
const latestFor = 8 * time.Second

// rule says what a supervisor has just done, or where the page is.
func (s *scoreboard) rule(latest saturday.Decision, width int) string {
	text := s.address
	if time.Since(latest.At) < latestFor {
		text = clean(latest.Text)
	}
	text = "── " + ansi.Truncate(text, max(width-7, 0), "…") + " "
	return s.palette.paint(faint, text+strings.Repeat("─", max(width-ansi.StringWidth(text), 0)))
}
