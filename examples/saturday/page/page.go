// Package page is a web page for a football Saturday: how the traffic goes, and
// buttons to break things with.
package page

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"strconv"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/examples/saturday"
	"github.com/seed-7832d3a3/coppice/observer"
)

//go:embed assets
var assets embed.FS

// Handler returns the page of a Saturday, to be served at the root, with what
// looks inside its node below observer/. Whoever can ask for it may break and
// stop things, so it is answered under the names of this machine only.
func Handler(s *saturday.Saturday, inside http.Handler) http.Handler {
	files, err := fs.Sub(assets, "assets")
	if err != nil {
		panic(err) // embedded files that cannot be read
	}
	p := &page{s}
	mux := http.NewServeMux()
	mux.Handle("GET /{file...}", http.FileServerFS(files))
	mux.HandleFunc("GET /now", p.now)
	mux.HandleFunc("POST /do/{what}", p.do)

	whole := http.NewServeMux()
	whole.Handle("/", observer.Guard(mux))
	whole.Handle("/observer/", inside) // it guards itself
	return whole
}

type page struct{ saturday *saturday.Saturday }

// A view is what the page shows.
type view struct {
	Node    string
	Figures saturday.Figures
	Lanes   []saturday.Lane
	Events  []event
	Last    uint64 // the number of the last event, to ask for those after it
	Ended   string // what ended when, once everything has
}

// An event is something that went wrong, or what a supervisor did then.
type event struct {
	At   time.Time
	Kind string
	Text string
}

// askTime is how long the Saturday may take to answer.
const askTime = 5 * time.Second

// now tells how it goes: what the fans have seen after the second since, and
// what has happened after the event of number after.
func (p *page) now(w http.ResponseWriter, r *http.Request) {
	since, _ := strconv.ParseInt(r.FormValue("since"), 10, 64)
	after, _ := strconv.ParseUint(r.FormValue("after"), 10, 64)
	ctx, cancel := context.WithTimeout(r.Context(), askTime)
	defer cancel()
	node := p.saturday.Node()
	v := view{Node: node.Name(), Last: after}
	v.events(node)
	var err error
	if v.Figures, err = p.saturday.Figures(ctx); err == nil {
		v.Lanes, err = p.saturday.Past(ctx, since)
	}
	if err != nil && node.Stopping() {
		v.Ended, err = p.stop(ctx), nil
	}
	answer(w, v, err)
}

// mostEvents is how many are told at a time.
const mostEvents = 100

func (v *view) events(node *coppice.Node) {
	all := node.Events(v.Last)
	for _, e := range all[max(0, len(all)-mostEvents):] {
		switch e.Kind {
		case "crash", "child_terminated", "start_error", "shutdown", "zombie":
			v.Events = append(v.Events, event{e.At, e.Kind, e.Text})
		}
	}
	if len(all) > 0 {
		v.Last = all[len(all)-1].Seq
	}
}

// A done is what came of a button.
type done struct {
	Watch string
	Ended string
}

// do does what a button says. Stop is answered when everything has ended.
func (p *page) do(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), askTime)
	defer cancel()
	if what := r.PathValue("what"); what != "stop" {
		watch, err := p.saturday.Do(ctx, what)
		answer(w, done{Watch: watch}, err)
		return
	}
	answer(w, done{Ended: p.stop(ctx)}, nil)
}

// stop stops all, or tells how it was stopped.
func (p *page) stop(ctx context.Context) string { return p.saturday.Stop(ctx).String() }

func answer(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		v = map[string]string{"Error": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(v) // else the browser has gone
}
