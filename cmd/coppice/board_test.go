package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// onTerminal is a board of two rows on a terminal of the test.
func onTerminal(t *testTerminal) (b *board, score *int) {
	score = new(int)
	return &board{
		out:     t,
		measure: func() (int, int, bool) { return t.width, t.height, true },
		rows: func(_, height int) []string {
			if height < 6 {
				return nil
			}
			return []string{fmt.Sprintf("score %d", *score), "────"}
		},
	}, score
}

// Whatever is printed while the figures change: the board stays at the top, and
// the rest is, to the line, what it would be without one, with what has scrolled
// away.
func TestBoardChangesNothingBelow(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		term, bare := newTestTerminal(20, 6+random.IntN(10)), newTestTerminal(20, 1000)
		b, score := onTerminal(term)
		for range random.IntN(30) {
			if random.IntN(3) == 0 {
				*score++
				b.redraw()
				continue
			}
			text := strings.Repeat("\x1b[31mx\x1b[0m", random.IntN(30)) + strings.Repeat(fmt.Sprintf("\r\nline %d", *score), random.IntN(20)) + "\r\n"
			_, _ = b.Write([]byte(text))
			_, _ = bare.Write([]byte(text))
			if term.row(0) != fmt.Sprintf("score %d", *score) || term.row(1) != "────" || term.top != 2 {
				t.Fatalf("the board is not at the top:\n%s", term.text(0))
			}
		}
		b.close()
		if got, want := strings.Join(append(term.past, term.text(0)), "\n"), bare.text(0); strings.TrimRight(got, "\n") != want {
			t.Fatalf("without the board there is\n%s\nwant\n%s", got, want)
		}
		if term.top != 0 || term.bottom != term.height-1 || len(term.past)+term.y != bare.y {
			t.Fatalf("it was left unclean: %d to %d scroll, the cursor is in row %d, want %d", term.top, term.bottom, len(term.past)+term.y, bare.y)
		}
		_, _ = b.Write([]byte("afterwards"))
		if got := term.row(term.y); got != "afterwards" {
			t.Errorf("after the end: %q", got)
		}
	}
}

// While somebody types the cursor stays where it is.
func TestBoardLeavesTheCursor(t *testing.T) {
	term := newTestTerminal(20, 8)
	b, score := onTerminal(term)
	_, _ = b.Write([]byte("hello\r\n"))
	_, _ = term.Write([]byte("> typed\b\b"))
	x, y := term.x, term.y
	*score = 7
	b.redraw()
	if term.x != x || term.y != y || term.row(0) != "score 7" || term.row(3) != "> typed" {
		t.Errorf("the cursor was at %d, %d and is at %d, %d:\n%s", x, y, term.x, term.y, term.text(0))
	}
}

// After a change of size nothing is drawn until who has the cursor settles it,
// and then all is in its place, in any size.
func TestBoardSettles(t *testing.T) {
	term := newTestTerminal(20, 12)
	b, score := onTerminal(term)
	_, _ = b.Write([]byte("hello\r\n"))
	for _, height := range []int{8, 4, 16, 6} {
		term.resize(20, height)
		before := term.text(0)
		*score++
		b.redraw()
		if term.text(0) != before {
			t.Errorf("height %d: drawn before it was settled:\n%s", height, term.text(0))
		}
		b.settle(false)
		if rows := len(b.rows(20, height)); term.y != rows || term.top != rows || term.text(rows) != "" {
			t.Errorf("height %d: the cursor is in row %d, want %d:\n%s", height, term.y, rows, term.text(0))
		}
		settled := len(term.past)
		b.settle(false)
		if len(term.past) != settled {
			t.Errorf("height %d: it was settled already", height)
		}
		_, _ = b.Write([]byte("more\r\n"))
		if !strings.Contains(term.text(0), "more") || height >= 6 && term.row(0) != fmt.Sprintf("score %d", *score) {
			t.Errorf("height %d:\n%s", height, term.text(0))
		}
	}
	b.settle(true)
	if term.text(2) != "" || !strings.Contains(strings.Join(term.past, "\n"), "hello") {
		t.Errorf("cleared, and what was there can be scrolled back to:\n%s\npast: %q", term.text(0), term.past)
	}
}
