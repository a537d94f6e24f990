package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/inspect"
)

type (
	cache struct{ value string }
	Get   struct{ genserver.Returns[string] }
	Save  struct{ Value string }
)

var caches = genserver.Define(
	func(*coppice.Process, genserver.None) (*cache, error) { return &cache{"empty"}, nil },
	genserver.OnCall(func(c *cache, _ *coppice.Process, _ Get) (string, error) { return c.value, nil }),
	genserver.OnCast(func(c *cache, _ *coppice.Process, s Save) error { c.value = s.Value; return nil }),
)

// dial serves a node with a cache and returns a client for it.
func dial(t *testing.T, actions bool) (*coppice.Node, *control.Client) {
	runtimeDir(t)
	n := newNode(t, "shop")
	_, err := control.Serve(n, control.Options{Actions: actions})
	must(err)
	_, err = caches.Start(n, genserver.None{}, genserver.Name(coppice.Name("cache")))
	must(err)
	client, err := control.Dial("shop")
	must(err)
	t.Cleanup(client.Close)
	return n, client
}

func word(s string) *inspect.Value { return &inspect.Value{Word: &s} }

func codeOf(err error) control.Code {
	var failed *control.Error
	if errors.As(err, &failed) {
		return failed.Code
	}
	return ""
}

func TestDo(t *testing.T) {
	_, client := dial(t, true)
	ctx := t.Context()
	x := "x"
	save := &inspect.Value{Struct: &inspect.Struct{Type: "Save", Fields: []inspect.Field{{Value: inspect.Value{Word: &x}}}}}
	for _, c := range []struct {
		action inspect.Action
		text   string
		code   control.Code
	}{
		{inspect.Action{Verb: "call", To: "cache", Message: word("Get")}, "empty", ""},
		{inspect.Action{Verb: "cast", To: "cache", Message: save, Why: "a test"}, "ok", ""},
		{inspect.Action{Verb: "call", To: "cache", Message: word("Get")}, "x", ""},
		{inspect.Action{Verb: "call", To: "cache", Message: word("Got")}, "", control.Refused},
		{inspect.Action{Verb: "call", To: "cash", Message: word("Get")}, "", control.NotFound},
		{inspect.Action{Verb: "call", To: "cache"}, "", control.BadRequest},
		{inspect.Action{Verb: "dance", To: "cache"}, "", control.BadRequest},
		{inspect.Action{Verb: "start_child", To: "cache"}, "", control.Refused},
		{inspect.Action{Verb: "exit", To: "cache", Reason: "kill"}, "true", ""},
		{inspect.Action{Verb: "exit", To: "cache", Reason: "kill"}, "", control.NotFound},
	} {
		result, err := client.Do(ctx, c.action)
		if result.Text != c.text || codeOf(err) != c.code {
			t.Errorf("%+v: %+v, %v; want %q, %s", c.action, result, err, c.text, c.code)
		}
	}
	var list struct{ Events []inspect.Event }
	for wait := time.Now().Add(10 * time.Second); len(list.Events) < 4 && time.Now().Before(wait); {
		must(client.Get(ctx, "events", nil, &list)) // the node notes them a little later
	}
	if len(list.Events) != 4 || !strings.Contains(list.Events[1].Text, `cast cache control_test.Save {Value:"x"} by "`) ||
		!strings.HasSuffix(list.Events[1].Text, "at control socket: a test") {
		t.Errorf("%+v", list.Events)
	}
	if state, err := client.State(ctx, "cache"); codeOf(err) != control.NotFound {
		t.Errorf("%+v, %v", state, err)
	}
}

// Without Actions nothing is changed, and the answer says what would be right.
func TestDoIsForbidden(t *testing.T) {
	n, client := dial(t, false)
	for _, verb := range []string{"call", "cast", "exit", "stop", "suspend", "resume", "start_child", "terminate_child", "restart_child", "delete_child", "dance"} {
		_, err := client.Do(t.Context(), inspect.Action{Verb: verb, To: "cache", Message: word("Get"), Reason: "kill"})
		if codeOf(err) != control.Forbidden || !strings.Contains(err.Error(), "Actions: true") {
			t.Errorf("%s: %v", verb, err)
		}
	}
	if !coppice.Alive(n.Whereis("cache")) || len(n.Events(0)) > 0 {
		t.Error("something was done")
	}
	if state, err := client.State(t.Context(), "cache"); state.Text != `{value:"empty"}` || err != nil {
		t.Errorf("to look is allowed: %+v, %v", state, err)
	}
}

// An action has to be JSON, so that a web page cannot send it as a form, and no
// GET does one.
func TestActionsAreJSON(t *testing.T) {
	n := newNode(t, "shop")
	h := control.Handler(n, control.Options{Actions: true})
	for _, c := range []struct {
		method, kind, body string
		status             int
	}{
		{"POST", "text/plain", `{"to":"x"}`, 400},
		{"POST", "application/json", `{`, 400},
		{"POST", "application/json", `{"to":"` + strings.Repeat("x", 2<<20) + `"}`, 400},
		{"GET", "application/json", `{"to":"x"}`, 404},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(c.method, "/v1/do/exit", strings.NewReader(c.body))
		r.Header.Set("Content-Type", c.kind)
		h.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("%s %s: %d %s", c.method, c.kind, w.Code, w.Body)
		}
	}
}

// A watcher gets all once, and then what changes.
func TestWatch(t *testing.T) {
	n, client := dial(t, true)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for view, change := range map[string]func(){
		"processes": func() { spawn(n, "fresh") },
		"tree":      func() { spawn(n, "new") },
		"zombies":   func() { zombie(t, n) },
		"node":      func() { spawn(n, "more") },
		"events": func() {
			must(coppice.Exit(n, n.Whereis("cache"), coppice.Kill))
			n.Report(&coppice.ProgressReport{})
			crash(n)
		},
		"crashes": func() { crash(n) },
	} {
		var seqs []uint64
		var deltas []string
		for e, err := range client.Watch(ctx, view, url.Values{"open": {"*"}}) {
			if err != nil {
				t.Fatalf("%s: %v", view, err)
			}
			var data struct{ Seq uint64 }
			must(json.Unmarshal(e.Data, &data))
			if e.Event != "full" && e.Event != "delta" {
				continue
			}
			seqs = append(seqs, data.Seq)
			if e.Event == "full" {
				change()
				continue
			}
			deltas = append(deltas, string(e.Data))
			break
		}
		if len(seqs) != 2 || seqs[0] != 1 || seqs[1] != 2 {
			t.Errorf("%s: %v %v", view, seqs, deltas)
		}
		if view == "processes" && (!strings.Contains(deltas[0], `"name":"fresh"`) || !strings.Contains(deltas[0], `"order":[`) || strings.Contains(deltas[0], `"name":"cache"`)) {
			t.Errorf("the delta is %s", deltas[0])
		}
	}
	for _, view := range []string{"nothing", "process"} {
		for _, err := range client.Watch(ctx, view, nil) {
			if view == "nothing" && codeOf(err) != control.BadRequest {
				t.Error(err)
			}
			break
		}
	}
}

// A timed notes when each part of an answer is written.
type timed struct {
	*httptest.ResponseRecorder
	at []time.Time
}

func (w *timed) Write(b []byte) (int, error) {
	w.at = append(w.at, time.Now())
	return w.ResponseRecorder.Write(b)
}

// A stream is never silent for long: where there is nothing to tell, as most of
// the time here, there is a beat. How many depends on how often the figures of Go's
// runtime change, which are told too.
func TestBeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		defer n.Stop(context.Background())
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		w := &timed{ResponseRecorder: httptest.NewRecorder(), at: []time.Time{time.Now()}}
		r := httptest.NewRequestWithContext(ctx, "GET", "/v1/watch?view=zombies", nil)
		control.Handler(n, control.Options{}).ServeHTTP(w, r)
		all := w.Body.String()
		for i, at := range append(w.at[1:], time.Now()) {
			if silent := at.Sub(w.at[i]); silent > 15*time.Second {
				t.Errorf("the stream was silent for %v", silent)
			}
		}
		if !strings.Contains(all, "event: beat") || strings.Count(all, "event: full") != 1 || strings.Contains(all, "event: delta") {
			t.Errorf("%s", all)
		}
	})
}

// Who watches says how often: what makes no sense is refused, and what is not
// wanted is a second. The first wait is as long as was said, and none is shorter;
// later ones are longer where a look costs much, as it may in a bubble too.
func TestWatchEvery(t *testing.T) {
	for every, want := range map[string]time.Duration{
		"200ms": 200 * time.Millisecond, "5s": 5 * time.Second, "": time.Second, "1us": 200 * time.Millisecond, "soon": 0,
	} {
		synctest.Test(t, func(t *testing.T) {
			n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
			defer n.Stop(context.Background())
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second+time.Millisecond)
			defer cancel()
			_, err := coppice.Spawn(n, func(p *coppice.Process) error {
				for { // until it is told to end, which each of these heeds
					must(coppice.Send(p, p.Self(), 1))
					p.Receive()
					p.Sleep(50 * time.Millisecond)
				}
			})
			must(err)
			w := &timed{ResponseRecorder: httptest.NewRecorder(), at: []time.Time{time.Now()}}
			r := httptest.NewRequestWithContext(ctx, "GET", "/v1/watch?view=processes&every="+every, nil)
			control.Handler(n, control.Options{}).ServeHTTP(w, r)
			if want == 0 {
				if w.Code != 400 {
					t.Errorf("every=%s: %d %s", every, w.Code, w.Body)
				}
				return
			}
			at := slices.Compact(w.at)
			if !strings.Contains(w.Body.String(), "event: delta") || len(at) < 2 || at[1].Sub(at[0]) != want {
				t.Errorf("every=%s: it was told at %v", every, at)
			}
			for i := range at[1:] {
				if wait := at[i+1].Sub(at[i]); wait < want*9/10 {
					t.Errorf("every=%s: told again after %v", every, wait)
				}
			}
		})
	}
}

func crash(n *coppice.Node) {
	_, err := coppice.Spawn(n, func(*coppice.Process) error { return errors.New("broken") })
	must(err)
}

// zombie starts a process whose code does not end when it is killed.
func zombie(t *testing.T, n *coppice.Node) {
	hold, runs := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(hold) })
	pid, err := coppice.Spawn(n, func(*coppice.Process) error {
		close(runs)
		<-hold
		return nil
	})
	must(err)
	<-runs
	must(coppice.Exit(n, pid, coppice.Kill))
}

func TestTrace(t *testing.T) {
	n, client := dial(t, true)
	go func() { // until the trace has begun, and ended
		for t.Context().Err() == nil {
			_, _ = genserver.Call(n, coppice.Name("cache"), Get{})
		}
	}()
	var kinds []string
	for e, err := range client.Trace(t.Context(), "cache", url.Values{"max": {"2"}}) {
		must(err)
		if len(kinds) == 0 && e.Event == "trace" {
			var first inspect.TraceEvent
			must(json.Unmarshal(e.Data, &first))
			if first.Kind != "in" || first.Message != "control_test.Get" {
				t.Errorf("%+v", first)
			}
		}
		kinds = append(kinds, e.Event)
	}
	if strings.Join(kinds, " ") != "trace trace end" {
		t.Errorf("%v", kinds)
	}
}

// A trace whose time is over says so, also if the server was busy when it was
// asked for.
func TestTraceOfABusyServer(t *testing.T) {
	type Work struct{}
	busy := genserver.Define(
		func(*coppice.Process, genserver.None) (int, error) { return 0, nil },
		genserver.OnCast(func(_ int, p *coppice.Process, _ Work) error { p.Sleep(20 * time.Millisecond); return nil }))
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
		defer n.Stop(context.Background())
		ref, err := busy.Start(n, genserver.None{}, genserver.Name(coppice.Name("busy")))
		must(err)
		must(genserver.Cast(n, ref, Work{}))
		w := httptest.NewRecorder()
		control.Handler(n, control.Options{}).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/v1/trace?who=busy&for=50ms", nil))
		if !strings.Contains(w.Body.String(), "50ms are over") {
			t.Errorf("%s", w.Body)
		}
	})
}
