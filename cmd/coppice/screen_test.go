package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// show has the screen asked and answered.
func show(s *screen, from source) { s.take(s.question().ask(context.Background(), from)) }

// typed presses keys, and has the screen answered when it asks.
func typed(t *testing.T, s *screen, from source, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if s.press(key) == fresh {
			show(s, from)
		}
		if s.cursor < s.offset || s.cursor > s.offset+s.space() {
			t.Fatalf("after %s the mark is at %d, and the window at %d", key, s.cursor, s.offset)
		}
	}
}

// The screens are in testdata/screen; UPDATE_SCRIPTS=1 writes them anew.
func TestScreens(t *testing.T) {
	for _, test := range []struct {
		name          string
		view          view
		width, height int
		keys          []string
	}{
		{"top", processes, 80, 24, []string{"j", "j"}},
		{"top-end", processes, 80, 24, []string{"end", "k"}},
		{"top-narrow", processes, 40, 10, []string{"j"}},
		{"top-tiny", processes, 12, 4, nil},
		{"tree", tree, 80, 24, nil},
		{"top-wide", processes, 160, 10, nil},
		{"tree-wide", tree, 160, 10, nil},
		{"tree-folded", tree, 80, 24, []string{"left"}},
		{"details", processes, 80, 24, []string{"j", "enter"}},
		{"details-narrow", processes, 50, 16, []string{"j", "enter", "j", "j"}},
		{"find", processes, 80, 24, []string{"/", "w", "o", "x", "backspace", "r", "k", "enter"}},
		{"finding", processes, 80, 24, []string{"/", "w", "o"}},
		{"sort", processes, 80, 24, []string{"s", "j", "enter", "s"}},
		{"help", tree, 80, 24, []string{"?"}},
		{"paused", tree, 80, 24, []string{"p"}},
		{"crashes", processes, 80, 24, []string{"g", "r", "j"}},
		{"crashes-narrow", tree, 40, 10, []string{"g", "r"}},
		{"report", processes, 60, 16, []string{"g", "r", "j", "enter"}},
		{"log", tree, 60, 16, []string{"g", "l", "k", "k"}},
		{"log-level", tree, 80, 10, []string{"g", "l", "s", "s", "/", "c", "a", "enter"}},
		{"events", processes, 60, 10, []string{"g", "e"}},
		{"page-events", processes, 60, 10, []string{"j", "enter", "e"}},
		{"page-stack", processes, 60, 10, []string{"j", "enter", "t"}},
		{"act", tree, 80, 24, []string{"j", "a", "j", "j", "enter", "カ", "ー"}},
		{"act-narrow", tree, 40, 10, []string{"j", "a", "j", "j", "enter", "カ"}},
		{"act-low", tree, 40, 10, []string{"j", "a", "end", "j", "j", "j", "j", "j", "j"}},
		{"several", tree, 80, 24, []string{"j", "space", "space", "a", "j", "enter"}},
		{"selected", processes, 80, 24, []string{"space", "j", "space"}},
		{"go", processes, 80, 24, []string{":", "s", "o", "r", "down"}},
		{"go-process", tree, 80, 16, []string{":", "w", "o", "r", "k", "up", "down"}},
		{"go-nowhere", processes, 40, 10, []string{"g", "r", ":", "x", "y"}},
		{"metrics", processes, 80, 24, []string{"g", "m"}},
		{"metrics-narrow", tree, 40, 10, []string{"g", "m", "j"}},
		{"writing", tree, 80, 24, []string{"j", "a", "enter"}},
		{"writing-find", tree, 80, 16, []string{"j", "a", "enter", "c", "l", "e", "a"}},
		{"form", tree, 80, 24, []string{"j", "a", "enter", "enter", "x", "down", "{", "S", "K", "U", "down", "enter"}},
		{"form-waits", processes, 60, 12, []string{"j", "a", "enter", "enter", "down", "down", "enter"}},
		{"form-narrow", tree, 40, 10, []string{"j", "a", "enter", "enter", "up", "i", "t", "e", "m", "1", "i", "t", "e", "m", "2", "i", "t", "e", "m", "3", "i", "t", "e", "m", "4"}},
		{"back", processes, 80, 24, []string{"g", "r", "enter", "esc", "esc", "j"}},
		{"names", names, 80, 24, []string{"j"}},
		{"names-narrow", tree, 40, 10, []string{"g", "n", "end"}},
		{"names-find", processes, 80, 16, []string{"g", "n", "/", "c", "a", "enter", "j", "space"}},
		{"names-none", names, 60, 8, []string{"/", "z", "enter"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			from := newStill()
			s := &screen{view: test.view, width: test.width, height: test.height, closed: map[string]bool{},
				clock: func() time.Time { return time.Date(2030, 1, 1, 12, 0, 30, 0, time.UTC) }}
			show(s, from)
			typed(t, s, from, test.keys...)
			lines := s.draw()
			if len(lines) != test.height {
				t.Errorf("%d lines, want %d", len(lines), test.height)
			}
			for _, line := range lines {
				if ansi.StringWidth(line) > test.width {
					t.Errorf("wider than %d: %q", test.width, line)
				}
			}
			golden(t, filepath.Join("testdata", "screen", test.name+".txt"), strings.Join(lines, "\n")+"\n")
		})
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	got = regexp.MustCompile(" +\n").ReplaceAllString(got, "\n")
	if os.Getenv("UPDATE_SCRIPTS") != "" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has:\n%s\ngot:\n%s", file, want, got)
	}
}

// The mark stays on its process when the order changes, and a process that has
// been restarted is the same row.
func TestMarkFollows(t *testing.T) {
	from := newStill()
	s := &screen{view: tree, width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	typed(t, s, from, "j") // カート
	from.rows[1].PID = "<0.99.7>"
	from.rows[1], from.rows[2] = from.rows[2], from.rows[1]
	show(s, from)
	if b, _ := s.at(); b.Name != "カート" || b.PID != "<0.99.7>" {
		t.Errorf("the mark is on %v", b.Process)
	}
}

// Where nothing was marked by hand the first row is marked, whatever it is.
func TestMarkStaysOnTop(t *testing.T) {
	from := newStill()
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	from.rows[0], from.rows[1] = from.rows[1], from.rows[0]
	show(s, from)
	if b, _ := s.at(); b.Name != "カート" {
		t.Errorf("the mark is on %v", b.Process)
	}
}

// Columns do not become narrower while one looks.
func TestColumnsKeepTheirPlace(t *testing.T) {
	from := newStill()
	s := &screen{width: 120, height: 24, closed: map[string]bool{}}
	show(s, from)
	head := s.draw()[3]
	from.rows = from.rows[5:] // the wide ones have ended
	show(s, from)
	if got := s.draw()[3]; got != head {
		t.Errorf("\n%s\n%s", head, got)
	}
	typed(t, s, from, "p")
	if got := s.draw()[3]; got == head {
		t.Error("the columns never become narrower")
	}
}

// The last process of many can be reached, and what is asked for is never more
// than fits.
func TestWindow(t *testing.T) {
	from := newStill()
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	for range 100 {
		typed(t, s, from, "down")
	}
	if b, _ := s.at(); b.Name != "worker_39" {
		t.Errorf("the mark is on %v", b.Process)
	}
	typed(t, s, from, "pgup", "home")
	if s.cursor != 0 || s.offset != 0 {
		t.Errorf("at %d, %d", s.cursor, s.offset)
	}
	for _, q := range from.asked {
		if q.list.Limit > 24 {
			t.Errorf("asked for %d rows", q.list.Limit)
		}
	}
	s.height = 6 // made smaller
	s.move(0)
	typed(t, s, from, "end")
	if b, _ := s.at(); b.Name != "worker_39" || len(s.draw()) != 6 {
		t.Errorf("in a small window the mark is on %v", b.Process)
	}
}

// What is typed after a colon is a screen, a column or a process.
func TestCommands(t *testing.T) {
	for _, test := range []struct {
		keys string // one is a key
		want func(*screen) bool
	}{
		{"m e t enter", func(s *screen) bool { return s.mode == looking && s.list.of == figures && len(s.list.points) > 0 }},
		{"t r e enter", func(s *screen) bool { return s.mode == browsing && s.view == tree && len(s.rows) > 0 }},
		{"r e s t a r t s enter", func(s *screen) bool { return s.mode == looking && len(s.list.crashes) == 2 }},
		{"e v e n t s enter", func(s *screen) bool { return s.mode == looking && len(s.list.events) == 3 }},
		{"l o g enter", func(s *screen) bool { return s.list.of == records && len(s.list.log.Records) > 0 }},
		{"s o r t space m a i l b o x enter", func(s *screen) bool {
			return s.mode == browsing && s.sort == "mailbox" && s.desc && s.view == processes
		}},
		{"f i n d enter w enter", func(s *screen) bool { return s.mode == browsing && s.where == "w" }},
		{"p a u s e enter", func(s *screen) bool { return s.mode == browsing && s.paused }},
		{"h e l p enter", func(s *screen) bool { return s.mode == helping }},
		{"w o r k e r _ 3 enter", func(s *screen) bool { return s.mode == reading && s.who == "<0.23.0>" && s.detail.PID != "" }},
		{"w o r k e r _ 3 down enter", func(s *screen) bool { return s.mode == reading && s.who == "<0.50.0>" }},
		{"x y z enter", func(s *screen) bool { return s.mode == commanding }},
		{"x y z esc", func(s *screen) bool { return s.mode == browsing && len(s.rows) > 0 }},
	} {
		from := newStill()
		s := &screen{width: 80, height: 24, closed: map[string]bool{}}
		show(s, from)
		typed(t, s, from, append([]string{":"}, strings.Fields(test.keys)...)...)
		if !test.want(s) {
			t.Errorf("%s: mode %d\n%s", test.keys, s.mode, strings.Join(s.draw(), "\n"))
		}
	}
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	typed(t, s, newStill(), ":", "q", "u")
	if s.press("enter") != leave {
		t.Error(":quit does not leave")
	}
}

// Space selects, again no more; y copies the pids of those selected, and Esc
// selects none.
func TestSelect(t *testing.T) {
	from := newStill()
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	typed(t, s, from, "space", "space", "j", "space")
	if got := s.pids(); !slices.Equal(got, []string{"<0.2.0>", "<0.1.0>"}) && !slices.Equal(got, []string{"<0.1.0>", "<0.2.0>"}) {
		t.Errorf("%q", got)
	}
	if s.press("y") != copied || !strings.Contains(s.bottom(), "copied 2 pids") {
		t.Error(s.bottom())
	}
	typed(t, s, from, "home", "space")
	if got := s.pids(); len(got) != 1 || got[0] != "<0.2.0>" {
		t.Errorf("%q", got)
	}
	typed(t, s, from, "esc", "home")
	if got := s.pids(); len(got) != 1 || got[0] != "<0.1.0>" {
		t.Errorf("nothing is selected, and y is about %q", got)
	}
}

// Where one wants so many rows there are no more, and the end is the last of them.
func TestLimit(t *testing.T) {
	for _, limit := range []int{1, 3, 25} {
		from := newStill()
		s := &screen{width: 80, height: 12, limit: limit, closed: map[string]bool{}}
		show(s, from)
		typed(t, s, from, "end")
		if s.matched != limit || s.cursor != limit-1 {
			t.Errorf("limit %d: %d rows, the mark is at %d", limit, s.matched, s.cursor)
		}
		if b, _ := s.at(); keyOf(b) != keyOf(branch{TreeRow: nth(from.rows, limit-1)}) {
			t.Errorf("limit %d: the last is %v", limit, b.Process)
		}
		if drawn := strings.Join(s.draw(), "\n"); strings.Contains(drawn, keyOf(branch{TreeRow: nth(from.rows, limit)})+" ") {
			t.Errorf("limit %d: there is one more:\n%s", limit, drawn)
		}
	}
}

// nth is a row among those that are processes.
func nth(rows []inspect.TreeRow, n int) inspect.TreeRow {
	for _, r := range rows {
		if r.Pool > 0 {
			continue
		}
		if n == 0 {
			return r
		}
		n--
	}
	return inspect.TreeRow{}
}

// Where one goes farther than was asked for, the mark stays there when the answer
// comes, and is not drawn back by a row that is still to be seen.
func TestMarkGoesFar(t *testing.T) {
	from := newStill()
	from.rows = from.rows[:30]
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	typed(t, s, from, "end")
	if b, _ := s.at(); s.cursor != s.matched-1 || b.Name != from.rows[29].Name {
		t.Errorf("%d of %d: %v", s.cursor+1, s.matched, b.Process)
	}
	s.press("home")
	if _, known := s.at(); known {
		t.Error("before the answer it is known what is there")
	}
	if drawn := s.draw(); strings.Contains(strings.Join(drawn, "\n"), "▸") || len(drawn) != 24 {
		t.Errorf("something is marked that nobody knows:\n%s", strings.Join(drawn, "\n"))
	}
}

// When a list becomes shorter than the place where one is, it is asked for anew
// at once, and no row of before stays.
func TestListShrinks(t *testing.T) {
	from := newStill()
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	l := &live{screen: s, from: from, every: time.Hour}
	show(s, from)
	typed(t, s, from, "end")
	from.rows = from.rows[:8]
	_, again := l.Update(l.ask()())
	if again == nil {
		t.Fatal("it does not ask")
	}
	if _, more := l.Update(again()); more != nil {
		t.Error("it asks for ever")
	}
	drawn := strings.Join(s.draw(), "\n")
	if s.matched != 7 || strings.Count(drawn, "worker_") != 3 || !strings.Contains(drawn, "▸ worker_2") {
		t.Errorf("%d rows:\n%s", s.matched, drawn)
	}
}

// A question that fails says so and leaves what was there; an answer that comes
// too late goes nowhere.
func TestTrouble(t *testing.T) {
	from := newStill()
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	late := s.question().ask(context.Background(), from)
	from.err = errors.New("the node does not answer")
	show(s, from)
	lines := s.draw()
	if !strings.Contains(lines[23], "the node does not answer") || !strings.Contains(lines[4], "shop_sup") {
		t.Errorf("%s", strings.Join(lines, "\n"))
	}
	s.view = tree
	s.rows = nil
	s.take(late)
	if s.rows != nil {
		t.Error("an answer for the table went to the tree")
	}
}

func TestLeave(t *testing.T) {
	s := &screen{width: 80, height: 24, closed: map[string]bool{}}
	if s.press("q") != leave {
		t.Error("q does not leave")
	}
	for m := range helping + 1 {
		s.mode = m
		if s.press("ctrl+c") != leave {
			t.Errorf("Ctrl-C does not leave mode %d", m)
		}
	}
}

func TestChanges(t *testing.T) {
	was, rows := keyed(someRows()), someRows()
	rows[0].Budget.Used = 3
	rows[1].PID = "<0.50.0>"
	rows[2].PID = "<0.51.0>"
	rows[3].Status = "idle"
	got := strings.Join(changes(was, keyed(rows)), "\n")
	want := `main.Item <0.51.0> has started
main.Item <0.9.0> has ended
shop_sup has used 3 of 3 restarts
カート is back as <0.50.0>, it was <0.2.0>`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	many := keyed(nil)
	for i := range 100 {
		pid := fmt.Sprintf("<0.%d.0>", i)
		many[pid] = inspect.Process{PID: pid}
	}
	if all := changes(nil, many); len(all) != manyChanges+1 || all[manyChanges] != "and 80 changes more" {
		t.Errorf("%q", all)
	}
}

// What a key has done is said where one sees nothing of it, until the next key.
func TestCopied(t *testing.T) {
	s, from := &screen{width: 80, height: 24, closed: map[string]bool{}}, newStill()
	show(s, from)
	b, _ := s.at()
	if got := s.press("y"); got != copied || !strings.Contains(s.bottom(), "copied "+b.PID) {
		t.Errorf("%v %s", got, s.bottom())
	}
	s.press("j")
	if strings.Contains(s.bottom(), "copied") {
		t.Error(s.bottom())
	}
}
