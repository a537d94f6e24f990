package main

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-7832d3a3/coppice/examples/saturday"
)

func TestScoreboard(t *testing.T) {
	s := &scoreboard{address: "http://127.0.0.1:4040/"}
	north := saturday.Figure{Competition: "north", Requests: 9000, PerSecond: 500.4, P99: 181 * time.Microsecond, Matches: 8, Restarts: 1}
	south := saturday.Figure{
		Competition: "a league that is far away", Requests: 8000, Errors: 264, PerSecond: 1400, Failing: 0.00001,
		P99: 1234 * time.Millisecond, Matches: 8, Mailbox: 105, Restarts: 12, Zombies: 1,
	}
	all := south
	all.Competition = "all"
	s.figures.Store(&saturday.Figures{Competitions: []saturday.Figure{north, south}, All: all})
	for name, c := range map[string]struct {
		width, height int
		want          string
	}{
		"table": {80, 24, `
         req/s  answered  errors     p99  matches  mailbox  restarts  zombies
north      500   100.00%       0   180µs        8        0         1        0
a leagu…  1400    99.99%     264    1.2s        8      105        12        1
all       1400    99.99%     264    1.2s        8      105        12        1
── http://127.0.0.1:4040/ ──────────────────────────────────────────────────────
`},
		"narrow": {60, 24, `
1400 req/s  99.99%  264 errors  p99 1.2s  8 matches  12 res…
── http://127.0.0.1:4040/ ──────────────────────────────────
`},
		"low": {90, 10, `
1400 req/s  99.99%  264 errors  p99 1.2s  8 matches  12 restarts  1 zombies
── http://127.0.0.1:4040/ ────────────────────────────────────────────────────────────────
`},
		"tiny": {80, 7, "\n"},
	} {
		rows := s.rows(c.width, c.height)
		if got := "\n" + strings.Join(rows, "\n"); strings.TrimRight(got, "\n") != strings.TrimRight(c.want, "\n") {
			t.Errorf("%s:%s\nwant%s", name, got, c.want)
		}
		s.palette = true
		for i, row := range s.rows(c.width, c.height) {
			if ansi.Strip(row) != rows[i] {
				t.Errorf("%s: in colour it says %q, want %q", name, ansi.Strip(row), rows[i])
			}
		}
		s.palette = false
	}
	f := saturday.Figures{Latest: saturday.Decision{At: time.Now(), Text: "south\x1b[2J: gives up" + strings.Repeat("!", 100)}}
	s.figures.Store(&f)
	rows := s.rows(80, 24)
	if rule := rows[len(rows)-1]; !strings.HasPrefix(rule, `── south\x1b[2J: gives up!!!`) || ansi.StringWidth(rule) != 80 {
		t.Errorf("what a supervisor did: %q", rule)
	}
}
