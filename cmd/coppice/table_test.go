package main

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/seed-7832d3a3/coppice/inspect"
)

func someRows() []inspect.TreeRow {
	row := func(level, pos, size int, p inspect.Process) inspect.TreeRow {
		return inspect.TreeRow{Process: p, Level: level, Pos: pos, Size: size}
	}
	hour := int64(time.Hour)
	rows := []inspect.TreeRow{
		row(1, 1, 1, inspect.Process{PID: "<0.1.0>", Name: "shop_sup", Label: "supervisor, one_for_one", Kind: "supervisor", Status: "idle", Restarts: 12, Budget: &inspect.Budget{Used: 2, Max: 3}, UptimeNS: 50 * hour}),
		row(2, 1, 3, inspect.Process{PID: "<0.2.0>", Name: "カート", Label: "main.Cart", Status: "running", AgeNS: 3_200_000_000, Mailbox: 1200, HighWater: 1500, In: 3.25, Out: 120, Busy: 0.995, Restarts: 11, Recent: 1, UptimeNS: hour}),
		row(3, 1, 1, inspect.Process{PID: "<0.9.0>", Label: "main.Item", Status: "calling", AgeNS: -1, UptimeNS: 900}),
		row(2, 2, 3, inspect.Process{ID: "prices", Parent: "<0.1.0>", Status: "restarting", AgeNS: hour, UptimeNS: -1}),
		row(2, 3, 3, inspect.Process{Parent: "<0.1.0>"}),
	}
	rows[4].Pool = 4998
	return rows
}

func TestTreeTable(t *testing.T) {
	got := treeTable(someRows(), 0, false).String()
	want := strings.Join([]string{
		"NAME             STATUS              MAILBOX  IN/S  OUT/S  BUSY  RESTARTS  PID      TYPE                        UP",
		"shop_sup         idle                      0     0      0    0%    12 2/3  <0.1.0>  supervisor, one_for_one  2d02h",
		"├─ カート        running 3.2s      1200/1500   3.2    120  100%        11  <0.2.0>  main.Cart                1h00m",
		"│  └─ main.Item  calling                   0     0      0    0%            <0.9.0>  main.Item                   0s",
		"├─ prices        restarting 1h00m          0     0      0    0%",
		"└─ (4998 more)",
	}, "\n")
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// In no width is a line wider than that, and what matters most stays.
func TestTableFits(t *testing.T) {
	for width := 20; width <= 200; width++ {
		all := treeTable(someRows(), width, true)
		for _, line := range append(all.lines, all.head) {
			if got := ansi.StringWidth(line); got > width {
				t.Fatalf("a line takes %d of %d columns: %q", got, width, line)
			}
		}
		if width >= 40 && !strings.Contains(all.head, "STATUS") || width >= 80 && !strings.Contains(all.head, "RESTARTS") {
			t.Errorf("%d columns: %s", width, all.head)
		}
	}
}

func TestPalette(t *testing.T) {
	if got := treeTable(someRows(), 0, true).lines[3]; !strings.Contains(got, "\x1b[31;1mrestarting 1h00m\x1b[0m") {
		t.Errorf("%q", got)
	}
	if got := treeTable(someRows(), 0, false).String(); strings.Contains(got, "\x1b") {
		t.Errorf("%q", got)
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"plain 名前 é":         "plain 名前 é",
		"\x1b[2J\x00\x7f":    `\x1b[2J\x00\x7f`,
		"a\nb\tc":            "a b c",
		"right\u202eto left": `right\u202eto left`,
		"c1 \u009b31m":       `c1 \u009b31m`,
	} {
		if got := clean(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestFormats(t *testing.T) {
	for ns, want := range map[time.Duration]string{
		-1: "", 0: "0s", 12 * time.Millisecond: "12ms", 4250 * time.Millisecond: "4.2s", 59 * time.Second: "59s",
		185 * time.Second: "3m05s", 26 * time.Hour: "1d02h", 3*time.Hour + 7*time.Minute: "3h07m",
	} {
		if got := ago(int64(ns)); got != want {
			t.Errorf("%v: %s, want %s", ns, got, want)
		}
	}
	for n, want := range map[uint64]string{0: "0 B", 999: "999 B", 1500: "1.5 kB", 2_340_000_000: "2.3 GB"} {
		if got := byteCount(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for ns, want := range map[time.Duration]string{
		0: "", 192: "0.2µs", 98304: "98µs", 1572864: "1.6ms", 12 * time.Millisecond: "12ms", 2 * time.Second: "2.0s",
	} {
		if got := took(int64(ns)); got != want {
			t.Errorf("%v: %s, want %s", ns, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0", 0.25: "0.2", 9.96: "10.0", 1234.5: "1234"} {
		if got := rate(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}

// A child that waits for its restart says when that is due.
func TestDue(t *testing.T) {
	for left, want := range map[time.Duration]string{90*time.Second + time.Second/2: "restarting, due in 1m30s", -time.Hour: "restarting, due in 0s"} {
		due := time.Now().Add(left)
		if got := statusText(inspect.Process{Status: "restarting", AgeNS: int64(time.Hour), Due: &due}); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
