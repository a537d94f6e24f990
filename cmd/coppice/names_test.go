package main

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/registry"
)

// A room is a key with a secret.
type room struct {
	Name  string
	Token string `coppice:"redact"`
}

// Behind the names of the node come its registries with their keys, a key that a
// process has twice included; what is secret is not shown.
func TestNamesOfRegistries(t *testing.T) {
	sockets(t)
	node, err := openShop("names")
	defer node.Stop(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	rooms := registry.New[room, int](registry.Options{Name: "rooms", Keys: registry.Duplicate})
	if _, err := rooms.Start(node); err != nil {
		t.Fatal(err)
	}
	registered := make(chan error)
	pid, err := coppice.Spawn(node, func(p *coppice.Process) error {
		for _, name := range []string{"lobby", "lobby", "attic"} {
			registered <- rooms.Register(p, room{name, "tulip"}, 0)
		}
		p.Receive()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := <-registered; err != nil {
			t.Fatal(err)
		}
	}
	names := func(args ...string) string {
		var out, problems bytes.Buffer
		if code := run(append([]string{"names", "-n", "names"}, args...), nil, &out, &problems); code != 0 {
			t.Fatalf("%d: %s", code, &problems)
		}
		return out.String()
	}
	text := names()
	at := 0
	for _, want := range []string{"cart_1 ", "shop_sup ", "registry rooms ", "3 keys, duplicate\n  {Name:\"attic\"", "  {Name:\"lobby\"", "  {Name:\"lobby\""} {
		next := strings.Index(text[at:], want)
		if next < 0 {
			t.Fatalf("there is no %q where it belongs:\n%s", want, text)
		}
		at += next + len(want)
	}
	if strings.Contains(text, "tulip") {
		t.Errorf("it tells a secret:\n%s", text)
	}
	if text := names("attic", "ROOMS"); strings.Contains(text, "cart_1") || strings.Contains(text, "lobby") || !strings.Contains(text, "3 keys, duplicate, 1 shown\n  {Name:\"attic\"") {
		t.Errorf("those of attic:\n%s", text)
	}
	if text := names("cart_1"); strings.Contains(text, "rooms") {
		t.Errorf("a registry without such a key is listed:\n%s", text)
	}
	var list control.NameList
	if err := json.Unmarshal([]byte(names("-o", "json")), &list); err != nil {
		t.Fatal(err)
	}
	if r := list.Registries; len(list.Names) != 5 || len(r) != 1 || len(r[0].Entries) != 3 || r[0].Entries[0].PID != pid.String() || r[0].Entries[0].Since.IsZero() {
		t.Errorf("%+v", list)
	}
}

// On the screen of the names Enter, y, Space and the mark do what they do on the
// others; of a process with two names that are selected there is one.
func TestNamesScreen(t *testing.T) {
	from := newStill()
	s := &screen{width: 80, height: 24, closed: map[string]bool{}, where: "mailbox>3"}
	show(s, from)
	typed(t, s, from, "g", "n")
	if q := from.asked[len(from.asked)-1]; q.view != names || q.list.Where != "" || q.list.Limit != mostNames {
		t.Errorf("asked for %+v", q)
	}
	typed(t, s, from, "/", "c", "a", "enter")
	if q := from.asked[len(from.asked)-1]; q.view != names || q.list.Where != "ca" {
		t.Errorf("asked for %+v", q)
	}
	typed(t, s, from, "esc", "end", "k", "space", "space")
	if got := s.pids(); !slices.Equal(got, []string{"<0.10.0>", "<0.11.0>"}) {
		t.Errorf("selected: %q", got)
	}
	typed(t, s, from, "k", "k", "space") // the same key of the same process
	if got := s.pids(); len(s.selected) != 3 || !slices.Equal(got, []string{"<0.10.0>", "<0.11.0>"}) {
		t.Errorf("%d selected: %q", len(s.selected), got)
	}
	at := s.cursor
	show(s, from)
	if s.cursor != at {
		t.Errorf("the mark went from %d to %d", at, s.cursor)
	}
	typed(t, s, from, "esc", "end", "enter")
	if s.mode != reading || s.who != "<0.11.0>" {
		t.Errorf("mode %d, %s", s.mode, s.who)
	}
	typed(t, s, from, "esc", "g", "t")
	if s.view != tree || s.where != "" {
		t.Errorf("%v, find %q", s.view, s.where)
	}
}

// What can be done to who has a name is what can be done to it anywhere, and who
// has ended meanwhile is said.
func TestActingOnNames(t *testing.T) {
	from := newStill()
	from.rows[1].Process = inspect.Process{PID: "<0.2.0>", Name: "shop_sup", Parent: "<0.1.0>", ID: "sup"}
	s := &screen{view: names, width: 80, height: 24, closed: map[string]bool{}}
	show(s, from)
	typed(t, s, from, "j", "a")
	if drawn := strings.Join(s.draw(), "\n"); !strings.Contains(drawn, "restart_child") || strings.Contains(drawn, "has ended") {
		t.Errorf("%s", drawn)
	}
	for range deedsOf(from.rows[1].Process) {
		typed(t, s, from, "down")
	}
	from.rows[1].Process = inspect.Process{PID: "<0.9.9>"}
	show(s, from)
	if drawn := strings.Join(s.draw(), "\n"); !strings.Contains(drawn, "shop_sup <0.2.0> (has ended)") || !strings.Contains(drawn, "▸ restart_child") {
		t.Errorf("%s", drawn)
	}
	typed(t, s, from, "esc")
	if s.mode != browsing || s.view != names {
		t.Errorf("mode %d", s.mode)
	}
}

// Names are looked at less often than the rest.
func TestNamesLast(t *testing.T) {
	from := newStill()
	l := &live{screen: &screen{view: names, width: 80, height: 24, closed: map[string]bool{}}, from: from, every: time.Hour}
	l.Update(l.ask()())
	asks := func() bool {
		_, _ = l.Update(tick{})
		return l.asked != nil
	}
	if asks() {
		t.Error("it asks again at once")
	}
	l.when = l.when.Add(-l.screen.between())
	if !asks() {
		t.Error("it never asks again")
	}
	l.asked, l.when = nil, time.Now()
	l.screen.press("a")
	if !asks() {
		t.Error("with a menu open it does not ask what the processes are")
	}
}

// Each place has a key that the help tells.
func TestPlaces(t *testing.T) {
	for _, p := range places() {
		if !strings.Contains(screenHelp, "g "+p.key) {
			t.Errorf("g %s, for %s, is not in the help", p.key, p.name)
		}
	}
}
