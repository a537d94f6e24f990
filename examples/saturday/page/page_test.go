package page

import (
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/examples/saturday"
)

// onPage runs a small Saturday with its page.
func onPage(t *testing.T, f func(t *testing.T, n *coppice.Node, h http.Handler)) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Text: `no case for "goal"`})
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Text: "the book is damaged"})
		s, err := saturday.Start(n, saturday.Options{Matches: 3, Fans: 40, Seed: 7, Stall: 9500 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		inside := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "inside "+r.URL.Path) })
		f(t, n, Handler(s, inside))
	})
}

// pass lets the fake clock move on.
func pass(d time.Duration) { <-time.After(d) }

// ask asks as a browser does; headers are name, value.
func ask(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:4040"+path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func get[T any](t *testing.T, h http.Handler, method, path string) (v T) {
	t.Helper()
	w := ask(h, method, path)
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return v
}

// Each button does what it says, and the page shows it: in the figures, in the
// past of the competition and among the events, but for nobody else.
func TestButtons(t *testing.T) {
	onPage(t, func(t *testing.T, n *coppice.Node, h http.Handler) {
		pass(3500 * time.Millisecond)
		began := get[view](t, h, "GET", "/now")
		if len(began.Lanes) != 4 || len(began.Lanes[0].Requests) != 120 || began.Lanes[0].Requests[119] != 100 || len(began.Events) != 0 {
			t.Fatalf("at the beginning: %+v", began)
		}
		for what, watch := range map[string]string{"poison": "watch north_", "break": "watch south:", "leak": "watch the mailbox of east_"} {
			if got := get[done](t, h, "POST", "/do/"+what); !strings.HasPrefix(got.Watch, watch) {
				t.Errorf("%s says %q", what, got.Watch)
			}
		}
		pass(6 * time.Second)
		broken := get[view](t, h, "GET", "/now?after=0&since=0")
		for i, name := range []string{"north", "south", "east", "west"} {
			f := broken.Figures.Competitions[i]
			if f.Competition != name || f.Errors > 0 != (name == "south" || name == "east") || f.Mailbox > 12 != (name == "east") || // 24 there, and a few at what is new at that moment
				(f.Restarts == 1) != (name == "north") || (f.Restarts >= 3) != (name == "south") || len(f.Limits) != 2 {
				t.Errorf("%+v", f)
			}
		}
		if all := broken.Figures.All; all.Limits[0] != (saturday.Limit{Supervisor: "saturday", Used: 1, Max: 20, Period: time.Minute}) {
			t.Errorf("all: %+v", all)
		}
		watch := get[done](t, h, "POST", "/do/kill").Watch
		slow := regexp.MustCompile(`east_\d+`).FindString(watch)
		if slow == "" {
			t.Errorf("kill says %q", watch)
		}
		coppicetest.ExpectZombie(t, n, slow)
		pass(time.Second)
		now := get[view](t, h, "GET", "/now?after="+number(broken.Last)+"&since="+number(uint64(broken.Lanes[0].From+119)))
		kinds := ""
		for _, e := range now.Events {
			kinds += e.Kind + " "
		}
		if kinds != "child_terminated zombie " || len(now.Lanes[0].Requests) != 2 || now.Figures.Competitions[2].Zombies != 1 {
			t.Errorf("after the kill there is new: %q %+v", kinds, now)
		}
		pass(10 * time.Second) // until its code has returned
	})
}

func number(n uint64) string {
	text, _ := json.Marshal(n)
	return string(text)
}

// Stop is answered when everything has ended, with what ended when; who looks
// afterwards is told the same.
func TestStopButton(t *testing.T) {
	onPage(t, func(t *testing.T, n *coppice.Node, h http.Handler) {
		pass(time.Second)
		ended := get[done](t, h, "POST", "/do/stop").Ended
		if !strings.Contains(ended, "ms  fans, after fan_40 … fan_1 (40)\n") || !strings.HasSuffix(ended, "ms  saturday\n") || n.Err() == nil {
			t.Errorf("it says\n%s", ended)
		}
		if got := get[view](t, h, "GET", "/now").Ended; got != ended {
			t.Errorf("afterwards it says\n%s", got)
		}
		if w := ask(h, "POST", "/do/poison"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "Error") {
			t.Errorf("then poison: %d %s", w.Code, w.Body)
		}
	})
}

// No other page, and nobody by another name, gets anything or breaks anything.
func TestGuard(t *testing.T) {
	onPage(t, func(t *testing.T, n *coppice.Node, h http.Handler) {
		for _, c := range []struct {
			method, path string
			headers      []string
			want         int
		}{
			{"GET", "/", nil, 200},
			{"GET", "/", []string{"Host", "localhost:4040"}, 200},
			{"GET", "/", []string{"Host", "[::1]:4040"}, 200},
			{"GET", "/now", []string{"Host", "evil.example:4040"}, 403},
			{"POST", "/do/poison", []string{"Host", "evil.example"}, 403},
			{"POST", "/do/poison", []string{"Origin", "http://evil.example"}, 403},
			{"POST", "/do/poison", []string{"Sec-Fetch-Site", "cross-site"}, 403},
			{"POST", "/do/poison", []string{"Sec-Fetch-Site", "same-site"}, 403},
			{"GET", "/do/poison", nil, 404},
			{"POST", "/do/nothing", nil, 503},
			{"GET", "/nothing.js", nil, 404},
			{"GET", "/observer/api/v1/node", nil, 200},
		} {
			if w := ask(h, c.method, c.path, c.headers...); w.Code != c.want {
				t.Errorf("%s %s %v: %d, want %d", c.method, c.path, c.headers, w.Code, c.want)
			}
		}
		pass(time.Second)
		if len(n.Events(0)) != 0 {
			t.Errorf("something happened: %v", n.Events(0))
		}
		if got := ask(h, "GET", "/observer/api/v1/node").Body.String(); got != "inside /observer/api/v1/node" {
			t.Errorf("the observer is asked for %q", got)
		}
	})
}

// The page loads nothing from elsewhere, refers to what there is, and has
// nothing that its policy refuses.
func TestAssets(t *testing.T) {
	onPage(t, func(t *testing.T, _ *coppice.Node, h http.Handler) {
		index := ask(h, "GET", "/")
		if policy := index.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") {
			t.Errorf("the policy is %q", policy)
		}
		for _, m := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(index.Body.String(), -1) {
			if w := ask(h, "GET", "/"+m[1]); w.Code != http.StatusOK {
				t.Errorf("%s: %d", m[1], w.Code)
			}
		}
		err := fs.WalkDir(assets, ".", func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := assets.ReadFile(file)
			if found := regexp.MustCompile(`https?://(?:[^w]|w[^w])|\sstyle=|\son[a-z]+="|<script>|<style|innerHTML|eval\(`).Find(text); found != nil {
				t.Errorf("%s has %q", file, found)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
