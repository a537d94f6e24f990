package main

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A testTerminal is a terminal to test with: what has been written to it, as one would see
// it. It knows the sequences that are used, and keeps what scrolls away as the
// strictest of terminals do, from a whole screen only.
type testTerminal struct {
	width, height int
	screen        [][]rune
	past          []string // what has scrolled away
	x, y          int
	wraps         bool // the line is full: the next character goes to the next one
	top, bottom   int  // of what scrolls
	savedX        int
	savedY        int
	hidden        bool         // the cursor
	settled       string       // the row of the cursor when it was shown last
	answer        func(string) // to a question
	left          string       // of a sequence, or a rune, that is not whole yet
}

func newTestTerminal(width, height int) *testTerminal {
	t := &testTerminal{answer: func(string) {}}
	t.resize(width, height)
	return t
}

// resize moves what is there up until the cursor is on the screen, and forgets
// what scrolls, as xterm does.
func (t *testTerminal) resize(width, height int) {
	for t.y >= height {
		t.past = append(t.past, t.row(0))
		t.screen = t.screen[1:]
		t.y--
	}
	t.width, t.height, t.top, t.bottom, t.wraps = width, height, 0, height-1, false
	screen := make([][]rune, height)
	for y := range screen {
		screen[y] = []rune(strings.Repeat(" ", width))
		if y < len(t.screen) {
			copy(screen[y], t.screen[y])
		}
	}
	t.screen, t.x = screen, min(t.x, width-1)
}

func (t *testTerminal) row(y int) string { return strings.TrimRight(string(t.screen[y]), " ") }

// text is the screen from a row on.
func (t *testTerminal) text(from int) string {
	var rows []string
	for y := from; y < t.height; y++ {
		rows = append(rows, t.row(y))
	}
	return strings.TrimRight(strings.Join(rows, "\n"), "\n")
}

// Write implements io.Writer.
func (t *testTerminal) Write(p []byte) (int, error) {
	text := t.left + string(p)
	t.left = ""
	for text != "" {
		n := t.take(text)
		if n == 0 {
			t.left = text
			break
		}
		text = text[n:]
	}
	return len(p), nil
}

// take takes a character or a sequence, and says how long it was; 0: it is not
// whole.
func (t *testTerminal) take(text string) int {
	if text[0] == '\x1b' {
		return t.sequence(text)
	}
	switch text[0] {
	case '\r':
		t.x, t.wraps = 0, false
	case '\n':
		t.down()
	case '\b':
		t.x, t.wraps = max(0, t.x-1), false
	case '\a':
	default:
		if !utf8.FullRuneInString(text) {
			return 0
		}
		r, n := utf8.DecodeRuneInString(text)
		t.put(r)
		return n
	}
	return 1
}

func (t *testTerminal) put(r rune) {
	if t.wraps {
		t.x = 0
		t.down()
	}
	t.screen[t.y][t.x] = r
	if t.wraps = t.x == t.width-1; !t.wraps {
		t.x++
	}
}

// down moves the cursor down, and scrolls where that cannot be.
func (t *testTerminal) down() {
	t.wraps = false
	if t.y != t.bottom {
		t.y = min(t.y+1, t.height-1)
		return
	}
	if t.top == 0 && t.bottom == t.height-1 {
		t.past = append(t.past, t.row(0))
	}
	t.shift(t.top, 1)
}

// shift takes n rows out at one that scrolls; if n is negative it puts them in.
func (t *testTerminal) shift(at, n int) {
	for ; n > 0; n-- {
		copy(t.screen[at:t.bottom], t.screen[at+1:t.bottom+1])
		t.screen[t.bottom] = []rune(strings.Repeat(" ", t.width))
	}
	for ; n < 0; n++ {
		copy(t.screen[at+1:t.bottom+1], t.screen[at:t.bottom])
		t.screen[at] = []rune(strings.Repeat(" ", t.width))
	}
}

func (t *testTerminal) sequence(text string) int {
	if len(text) < 2 {
		return 0
	}
	switch text[1] {
	case '7':
		t.savedX, t.savedY = t.x, t.y
	case '8':
		t.x, t.y, t.wraps = t.savedX, t.savedY, false
	case 'D':
		t.down()
	case ']':
		end := strings.IndexByte(text, '\a')
		return end + 1
	case '[':
		end := strings.IndexFunc(text[2:], func(r rune) bool { return r >= '@' && r <= '~' })
		if end < 0 {
			return 0
		}
		t.control(text[2:2+end], text[2+end])
		return end + 3
	}
	return 2
}

// control does what a CSI sequence says.
func (t *testTerminal) control(parameters string, final byte) {
	var n [2]int
	for i, p := range strings.SplitN(strings.TrimLeft(parameters, "?>="), ";", 2) {
		n[i], _ = strconv.Atoi(p)
	}
	count := max(1, n[0])
	switch final {
	case 'A':
		stop := 0
		if t.y >= t.top {
			stop = t.top
		}
		t.y = max(stop, t.y-count)
	case 'B':
		stop := t.height - 1
		if t.y <= t.bottom {
			stop = t.bottom
		}
		t.y = min(stop, t.y+count)
	case 'C':
		t.x = min(t.width-1, t.x+count)
	case 'D':
		t.x = max(0, t.x-count)
	case 'H':
		t.y, t.x = min(count, t.height)-1, min(max(1, n[1]), t.width)-1
	case 'L', 'M':
		if t.y >= t.top && t.y <= t.bottom {
			t.shift(t.y, map[byte]int{'L': -1, 'M': 1}[final]*min(count, t.bottom-t.y+1))
			t.x = 0
		}
	case 'r':
		t.top, t.bottom = count-1, t.height-1
		if n[1] > 0 {
			t.bottom = n[1] - 1
		}
		t.x, t.y = 0, 0
	case 'J', 'K':
		t.erase(final == 'J', n[0])
	case 'n':
		t.answer("\x1b[" + strconv.Itoa(t.y+1) + ";" + strconv.Itoa(t.x+1) + "R")
	case 'h', 'l':
		if parameters == "?25" {
			t.hidden = final == 'l'
			t.settled = t.row(t.y)
		}
	}
	if final != 'm' && final != 'n' && final != 'h' && final != 'l' {
		t.wraps = false
	}
}

// erase erases on the line of the cursor or the screen: after it, before it, or
// all.
func (t *testTerminal) erase(all bool, what int) {
	for y := range t.screen {
		if y != t.y && !all {
			continue
		}
		for x := range t.screen[y] {
			after := y > t.y || y == t.y && x >= t.x
			before := y < t.y || y == t.y && x <= t.x
			if what == 0 && after || what == 1 && before || what >= 2 {
				t.screen[y][x] = ' '
			}
		}
	}
}
