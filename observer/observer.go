// Package observer is the live web page of a node: its supervision tree, its
// processes, restarts, crash reports, names, log, messages and figures, while
// it runs. It answers to OTP's observer.
//
//	mux.Handle("/observer/", observer.Handler(node, observer.Options{}))
//
// It is an ordinary [http.Handler], to be mounted under any prefix, beside what
// else a program serves and behind whatever guards that. It is read-only unless
// [Options.Actions] is set, needs nothing from outside the program, and costs
// nothing while nobody looks.
//
// What it shows is the JSON of package control, and nothing else: the page has
// no second way to the data, so that what is redacted there is redacted here.
package observer

import (
	"encoding/json"
	"net/http"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
)

// Options say who may do what. The zero value is right on one's own machine.
type Options struct {
	// Actions allows what changes something: to call, stop and restart
	// processes from the page. Each is an event of the node's, with who did it
	// and why.
	Actions bool

	// Hosts are the names, beside those of this machine (localhost, 127.0.0.1,
	// [::1]), by which the page may be asked for: what a browser puts into the
	// Host header, without a port. Any other is refused, as it may be another
	// page's name that was made to point here.
	Hosts []string

	// Metrics is where the program serves its metrics for a monitoring system,
	// such as "/metrics": the screen Metrics links to it.
	Metrics string
}

// Handler returns the page of a node. Mounted under a prefix on an
// [http.ServeMux] it takes that off itself, so that no [http.StripPrefix] is
// needed, and none is in the way.
func Handler(node *coppice.Node, options Options) http.Handler {
	return Page(control.Handler(node, control.Options{Actions: options.Actions}), options)
}

// Page returns the page of a node whose API is elsewhere: of a control socket,
// for one. Whether actions are allowed is for that API to say. It is what coppice
// observe serves.
func Page(api http.Handler, options Options) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", newAssets())
	mux.HandleFunc("GET /page.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(map[string]string{"metrics": options.Metrics}) // the client may have gone
	})
	mux.Handle("/api/", http.StripPrefix("/api", sameOrigin(api)))
	return unprefixed(Guard(mux, options.Hosts...))
}
