package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// A board is some rows at the top of the terminal that stay there, while what
// is typed and printed scrolls below them.
//
// The rows are outside of the terminal's scroll region. So that the terminal can
// keep what scrolls away, which it does of a whole screen only, the board is
// taken off for as long as something is printed; all that takes is one write, of
// which the eye sees nothing. It asks the terminal nothing, and leaves the
// cursor where it is, so a line editor need not know of it.
type board struct {
	tty     *os.File
	out     io.Writer                           // tty
	measure func() (width, height int, ok bool) // of tty
	rows    func(width, height int) []string

	mu            sync.Mutex // guards what follows, and what is written
	drawn         int        // rows that are on the terminal; 0: it is off
	width, height int        // of the terminal when it was drawn
	closed        bool
}

// newBoard makes a board that is not on the terminal yet.
func newBoard(tty *os.File, rows func(width, height int) []string) *board {
	measure := func() (int, int, bool) {
		width, height, err := term.GetSize(int(tty.Fd()))
		return width, height, err == nil
	}
	return &board{tty: tty, out: tty, measure: measure, rows: rows}
}

// Write prints below the board.
func (b *board) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return b.out.Write(text)
	}
	whole := b.off() + string(text) + b.on()
	if _, err := io.WriteString(b.out, whole); err != nil {
		return 0, err
	}
	return len(text), nil
}

// file is the terminal.
func (b *board) file() *os.File { return b.tty }

// redraw draws the rows that there are now.
func (b *board) redraw() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.drawn == 0 || b.resized() {
		return // settle is for who has the cursor to do
	}
	text := ""
	if rows := b.rows(b.width, b.height); len(rows) == b.drawn {
		text = b.draw(rows)
	} else {
		text = b.off() + b.on()
	}
	_, _ = io.WriteString(b.out, text)
}

// settle makes the terminal fit for use after its size has changed, or anew is
// set: it is cleared below the board, as terminals differ in what they move
// where. What was there can be scrolled back to. The cursor is below the board
// then.
func (b *board) settle(anew bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || !anew && !b.resized() {
		return
	}
	b.size()
	rows := b.rows(b.width, b.height)
	b.drawn = len(rows)
	away := fmt.Sprintf("\x1b[r\x1b[%d;1H%s", b.height, strings.Repeat("\r\n", b.height))
	_, _ = io.WriteString(b.out, away+b.draw(rows)+fmt.Sprintf("\x1b[%d;1H", b.drawn+1))
}

// close takes the board off, and leaves the rest as it is.
func (b *board) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.closed {
		_, _ = io.WriteString(b.out, b.off())
		b.closed = true
	}
}

// resized reports whether the terminal has another size than when it was drawn.
func (b *board) resized() bool {
	width, height, ok := b.measure()
	return ok && (width != b.width || height != b.height)
}

func (b *board) size() {
	if width, height, ok := b.measure(); ok {
		b.width, b.height = width, height
	}
}

// off takes the rows out: what is below them moves up, the cursor with it.
func (b *board) off() string {
	if b.drawn == 0 {
		return ""
	}
	rows := b.drawn
	b.drawn = 0
	return fmt.Sprintf("\x1b7\x1b[r\x1b[1;1H\x1b[%dM\x1b8\x1b[%dA", rows, rows)
}

// on puts the rows in at the top: what is there moves down, the cursor with it,
// after there has been made room below, for a line to be typed too.
func (b *board) on() string {
	b.size()
	rows := b.rows(b.width, b.height)
	b.drawn = len(rows)
	if b.drawn == 0 {
		return ""
	}
	room := b.drawn + 1
	return strings.Repeat("\x1bD", room) + fmt.Sprintf("\x1b[%dA\x1b7\x1b[1;1H\x1b[%dL\x1b8\x1b[%dB", room, b.drawn, b.drawn) + b.draw(rows)
}

// draw writes the rows, and says that all below them scrolls.
func (b *board) draw(rows []string) string {
	if len(rows) == 0 {
		return ""
	}
	var s strings.Builder
	s.WriteString("\x1b7")
	for i, row := range rows {
		fmt.Fprintf(&s, "\x1b[%d;1H\x1b[2K%s", i+1, row)
	}
	fmt.Fprintf(&s, "\x1b[%d;%dr\x1b8", len(rows)+1, b.height)
	return s.String()
}
