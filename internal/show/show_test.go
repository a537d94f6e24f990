package show_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/show"
)

const hidden = "hunter2"

type (
	login struct {
		User string
		Pass string `coppice:"redact"`
	}
	talkative struct { // its String would tell
		User string
		Pass string `coppice:"redact"`
	}
	viewed  struct{ pass string }
	valued  struct{ pass string }
	account struct {
		Login   login
		ByName  map[string]login
		List    []*login
		Any     any
		private *login
		fixed   [1]login
	}
	failed struct{ login }
	panics struct{ N int }
	named  struct{ n int }
	inner  struct {
		At time.Time
		at time.Duration
		n  named
	}
	locked struct {
		mu sync.Mutex
		n  int
	}
	owner  struct{ Cache *locked }
	marker struct{}
	marked struct {
		marker
		N int
	}
	loop struct{ Next *loop }
)

func (t talkative) String() string { return t.User + t.Pass }
func (v viewed) StateView() any    { return "viewed" }
func (v valued) LogValue() slog.Value {
	return slog.GroupValue(slog.String("user", "u"), slog.Any("inner", login{"v", v.pass}))
}
func (failed) Error() string   { return "it failed" }
func (panics) String() string  { panic("no") }
func (n named) String() string { return fmt.Sprintf("#%d", n.n) }

func TestText(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		value any
		want  string
	}{
		{nil, "nil"},
		{"plain", "plain"},
		{12, "12"},
		{int8(-1), "-1"},
		{1.5, "1.5"},
		{true, "true"},
		{time.Second, "1s"},
		{errors.New("full"), "full"},
		{[]string{"a", ""}, `["a" ""]`},
		{map[string]int{"b": 2, "a": 1}, `map["a":1 "b":2]`},
		{[]byte("text"), "text"},
		{[]byte{0, 255}, "0x00ff"},
		{struct{ A, b any }{1, "x"}, `{A:1 b:"x"}`},
		{&struct{ A *int }{}, "{A:nil}"},
		{inner{at, time.Second, named{7}}, "{At:2026-01-02T03:04:05Z at:1s n:#7}"},
		{[]time.Time{at.Add(time.Millisecond), time.Time{}}, "[2026-01-02T03:04:05.001Z 0001-01-01T00:00:00Z]"},
		{map[named]*named{{1}: {2}}, "map[#1:#2]"},
		{marked{marker: marker{}, N: 1}, "{N:1}"},
		{make(chan int), "chan int"},
		{panics{1}, "show_test.panics (showing it panicked)"},
		{&locked{n: 3}, "{mu:{_:{} mu:{state:0 sema:0}} n:3}"},
		{&owner{&locked{n: 3}}, "{Cache:*show_test.locked}"},

		{login{"u", hidden}, `{User:"u" Pass:[redacted]}`},
		{talkative{"u", hidden}, `{User:"u" Pass:[redacted]}`},
		{viewed{hidden}, "viewed"},
		{[]viewed{{hidden}}, "[viewed]"},
		{valued{hidden}, `{user:u inner:{User:"v" Pass:[redacted]}}`},
		{&failed{}, "it failed"},
		{map[string]any{"x": login{"u", hidden}}, `map["x":{User:"u" Pass:[redacted]}]`},
	} {
		if got := show.Text(c.value, 1000); got != c.want && !strings.HasPrefix(c.want, "{mu:") {
			t.Errorf("%T: %s; want %s", c.value, got, c.want)
		}
	}
	own := &locked{n: 3}
	own.mu.Lock()
	defer own.mu.Unlock()
	if got := show.Text(own, 1000); !strings.HasSuffix(got, " n:3}") {
		t.Errorf("the owner does not see its own: %s", got)
	}
}

// A secret is hidden wherever it is.
func TestRedactionIsDeep(t *testing.T) {
	secret := login{"user", hidden}
	a := account{secret, map[string]login{"k": secret}, []*login{&secret}, secret, &secret, [1]login{secret}}
	for name, v := range map[string]any{
		"value": a, "pointer": &a, "slice": []account{a}, "map": map[int]*account{1: &a}, "any": []any{&a, secret, &secret},
		"key": map[login]int{secret: 1}, "view": viewedAs{a}, "pointers": []**login{ptr(&secret)},
	} {
		text := show.Text(v, 10000)
		data, err := json.Marshal(show.Of(v, 10000))
		if err != nil || strings.Contains(text+string(data), hidden) || !strings.Contains(text, show.Redacted) || !json.Valid(data) {
			t.Errorf("%s: %s, %s, %v", name, text, data, err)
		}
	}
}

type viewedAs struct{ a account }

func (v viewedAs) StateView() any { return v.a }

func ptr[T any](v T) *T { return &v }

func TestBounds(t *testing.T) {
	round := &loop{}
	round.Next = round
	if got := show.Text(round, 1000); len(got) > 200 || !strings.Contains(got, "…") {
		t.Errorf("a cycle: %s", got)
	}
	for name, v := range map[string]any{
		"string": strings.Repeat("ä", 100000), "list": make([]int, 100000), "field": struct{ S string }{strings.Repeat("x", 100000)},
		"bytes": make([]byte, 100000), "deep": [][][]int{{make([]int, 100000)}},
	} {
		got := show.Text(v, 100)
		if len(got) > 500 || !strings.Contains(got, "…") && name != "bytes" {
			t.Errorf("%s: %d bytes: %.200s", name, len(got), got)
		}
	}
}

func TestJSON(t *testing.T) {
	v := struct {
		Z int
		A []any
		M map[string]float64
	}{1, []any{nil, true, "x", time.Second}, map[string]float64{"k": 0.5}}
	got, err := json.Marshal(show.Of(v, 1000))
	if want := `{"Z":1,"A":[null,true,"x","1s"],"M":{"k":0.5}}`; err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

type guarded struct {
	mu    sync.Mutex
	words map[string]int
	inner struct{ more map[string]int }
	n     int
}

// To read a map while another goroutine writes it is the end of the program,
// even if that one holds the lock of the value that the map is in.
func TestMapsUnderALock(t *testing.T) {
	g := &guarded{words: map[string]int{"secret": 1}, n: 7}
	g.mu.Lock()
	g.inner.more = map[string]int{"secret": 2}
	g.mu.Unlock()
	shares := struct {
		*sync.RWMutex
		all map[string]int
	}{new(sync.RWMutex), map[string]int{"secret": 3}}
	counts := struct {
		n   atomic.Int64
		all map[string]int
	}{all: map[string]int{"secret": 4}}
	for _, v := range []any{g, []*guarded{g}, shares, &counts} {
		got := show.Text(v, 1000)
		if strings.Contains(got, "secret") {
			t.Errorf("the map of %T was read: %s", v, got)
		}
	}
	if got := show.Text(g, 1000); !strings.Contains(got, "words:map[string]int of 1") || !strings.Contains(got, "n:7") {
		t.Errorf("what is not a map is shown: %s", got)
	}
	after := []any{g, map[string]int{"seen": 1}}
	if got := show.Text(after, 1000); !strings.Contains(got, "seen") {
		t.Errorf("what is beside a value with a lock is shown: %s", got)
	}
}
