package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// Options say what may be asked of a node. The zero value allows to look.
type Options struct {
	// Actions allows what changes things: calls and casts, exit signals, the
	// starting and stopping of children.
	Actions bool
}

// What one request may ask for.
const (
	maxRequest = 1 << 20 // bytes of a body
	maxWindow  = 10 * time.Second
	maxRows    = 10_000
	maxPIDs    = 200
	maxOpen    = 1000
	maxKeys    = 200 // of each registry
	maxStreams = 48  // open at a time, of all clients: a socket has connections left to ask
)

// A handler answers for one node.
type handler struct {
	node    *coppice.Node
	view    *inspect.View
	options Options
	streams chan struct{} // one element for each that is open
	gate    *gate
}

// Handler returns the JSON API of a node, which docs/api.md describes. Its paths
// begin with v1/; mount it below others with [http.StripPrefix]. It trusts
// whoever reaches it: [Serve] has it on a socket of the user's own, and elsewhere
// it needs a guard.
func Handler(n *coppice.Node, options Options) http.Handler {
	h := &handler{node: n, view: inspect.Of(n), options: options, streams: make(chan struct{}, maxStreams), gate: gateOf(n)}
	mux := http.NewServeMux()
	for pattern, answer := range map[string]func(*http.Request) (any, error){
		"GET /v1/node":                   h.header,
		"GET /v1/processes":              h.processes,
		"GET /v1/tree":                   h.tree,
		"GET /v1/names":                  h.names,
		"GET /v1/complete":               h.complete,
		"GET /v1/process/{who}":          h.process,
		"GET /v1/process/{who}/state":    h.state,
		"GET /v1/process/{who}/stack":    h.stack,
		"GET /v1/process/{who}/children": h.children,
		"GET /v1/crashes":                h.crashes,
		"GET /v1/crashes/{id}":           h.crash,
		"GET /v1/events":                 h.events,
		"GET /v1/zombies":                h.zombies,
		"GET /v1/logs":                   h.logs,
		"GET /v1/metrics":                h.metrics,
		"GET /v1/runtime":                h.runtime,
		"POST /v1/do/{verb}":             h.do,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
			text, err := h.make(r, answer)
			if err == nil {
				err = h.gate.hold(len(text))
			}
			if err != nil {
				writeError(w, h.told(err))
				return
			}
			defer h.gate.let(len(text))
			writeText(w, http.StatusOK, text)
		})
	}
	mux.HandleFunc("GET /v1/watch", h.bounded(h.watch))
	mux.HandleFunc("GET /v1/trace", h.bounded(h.trace))
	mux.HandleFunc("GET /v1/flight", h.flight)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, &Error{Code: NotFound, Message: fmt.Sprintf("%s %s is no part of this API", r.Method, r.URL.Path), Try: "GET v1/node"})
	})
	return mux
}

// make makes an answer when it is its turn; but what waits itself, for a process
// or for time, begins with that.
func (h *handler) make(r *http.Request, answer func(*http.Request) (any, error)) (text []byte, err error) {
	if waits := r.Method == http.MethodPost || strings.HasSuffix(r.URL.Path, "/state") || r.URL.Query().Has("window"); waits {
		value, err := answer(r)
		if err != nil {
			return nil, err
		}
		answer = func(*http.Request) (any, error) { return value, nil }
	}
	failed := h.gate.work(r.Context(), func() {
		var value any
		if value, err = answer(r); err == nil {
			text, err = encode(value)
		}
	})
	if failed != nil {
		return nil, failed
	}
	return text, err
}

// bounded refuses a stream where too many are open.
func (h *handler) bounded(stream http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case h.streams <- struct{}{}:
			defer func() { <-h.streams }()
			stream(w, r)
		default:
			writeError(w, &Error{
				Code: Busy, Message: fmt.Sprintf("%d streams are open already, and no more are allowed", maxStreams),
				Try: "ask now and then, or close a page that watches",
			})
		}
	}
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	text, err := encode(value)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error":{"code":"failed","message":"the answer is no JSON"}}`)
	}
	writeText(w, status, text)
}

func writeText(w http.ResponseWriter, status int, text []byte) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the client may have gone
}

// encode is json.Marshal, but leaves <0.1.0> readable: what it gives is never
// part of a page.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(value)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// told is what the API says of an error, which may be one of the program's own:
// its methods may hang.
func (h *handler) told(err error) error {
	var e *Error
	if h.view.Ask(func() { e = errorOf(err) }) && e != nil {
		return e
	}
	return &Error{Code: Failed, Message: fmt.Sprintf("an error of type %T, which does not say what it is", err)}
}

func writeError(w http.ResponseWriter, err error) {
	e := errorOf(err)
	writeJSON(w, e.status(), map[string]*Error{"error": e})
}

func (h *handler) header(*http.Request) (any, error) { return h.allows(h.view.Node()), nil }

// allows says what is allowed.
func (h *handler) allows(n inspect.Node) inspect.Node {
	n.Actions = h.options.Actions
	return n
}

func (h *handler) processes(r *http.Request) (any, error) {
	values := r.URL.Query()
	list, err := listOf(values)
	if err != nil {
		return nil, err
	}
	q := query{values: values}
	short := q.flag("terse")
	if q.err != nil {
		return nil, q.err
	}
	var page inspect.Page
	look := func() error {
		page, err = h.view.List(r.Context(), list)
		return err
	}
	err = h.look(r, list.Window, look)
	if err == nil && short {
		return terseOf(page), nil
	}
	return page, err
}

func listOf(values url.Values) (inspect.Query, error) {
	q := query{values: values}
	list := inspect.Query{
		Where: q.text("where"), Sort: q.text("sort"), Desc: q.flag("desc"), Window: q.duration("window", maxWindow),
		Offset: q.number("offset", 0, 1<<31-1), Limit: q.limit(50, maxRows), PIDs: q.list("pids", maxPIDs),
	}
	return list, q.err
}

func (h *handler) tree(r *http.Request) (any, error) {
	tree, err := treeOf(r.URL.Query())
	if err != nil {
		return nil, err
	}
	var answer inspect.Tree
	err = h.look(r, tree.Window, func() error {
		answer, err = h.view.Tree(r.Context(), tree)
		return err
	})
	return answer, err
}

// look calls f, which takes as long as the window that it measures over.
func (h *handler) look(r *http.Request, window time.Duration, f func() error) error {
	if window > 0 {
		return h.gate.measure(r.Context(), f)
	}
	return f()
}

func treeOf(values url.Values) (inspect.TreeQuery, error) {
	q := query{values: values}
	tree := inspect.TreeQuery{
		Where: q.text("where"), Shut: q.list("shut", maxOpen), Collapse: q.number("collapse", 50, 1<<31-1), Focus: q.text("focus"),
		Offset: q.number("offset", 0, 1<<31-1), Limit: q.limit(200, maxRows),
		Window: q.duration("window", maxWindow),
	}
	if q.text("open") == "*" {
		tree.OpenAll = true
	} else {
		tree.Open = q.list("open", maxOpen)
	}
	return tree, q.err
}

// who finds the process that a request is about.
func (h *handler) who(r *http.Request) (coppice.PID, error) { return h.view.Find(r.PathValue("who")) }

func (h *handler) process(r *http.Request) (any, error) {
	pid, err := h.who(r)
	if err != nil {
		return nil, err
	}
	return h.view.Detail(pid)
}

func (h *handler) state(r *http.Request) (any, error) {
	pid, err := h.who(r)
	if err != nil {
		return nil, err
	}
	return h.view.State(r.Context(), pid)
}

func (h *handler) stack(r *http.Request) (any, error) {
	pid, err := h.who(r)
	if err != nil {
		return nil, err
	}
	return inspect.Result{Text: h.view.Stack(pid)}, nil
}

func (h *handler) children(r *http.Request) (any, error) {
	pid, err := h.who(r)
	if err != nil {
		return nil, err
	}
	q := query{values: r.URL.Query()}
	rows, total := h.view.Children(pid, q.limit(1000, maxRows))
	return map[string]any{"rows": rows, "total": total}, q.err
}

func (h *handler) names(r *http.Request) (any, error) {
	q := query{values: r.URL.Query()}
	where, limit := q.text("where"), q.limit(1000, 100_000)
	if q.err != nil {
		return nil, q.err
	}
	names, total := h.view.Names(where, limit)
	return NameList{names, total, h.view.Registries(where, min(limit, maxKeys))}, nil
}

// A NameList is the answer of v1/names.
type NameList struct {
	Names      []inspect.Entry    `json:"names"`
	Total      int                `json:"total"`      // names that there are, with all the words that were asked for
	Registries []inspect.Registry `json:"registries"` // each with the first of its keys
}

// complete says what somebody could mean who has begun to type.
func (h *handler) complete(r *http.Request) (any, error) {
	q := query{values: r.URL.Query()}
	ask := inspect.CompleteQuery{
		Word: q.text("word"), Supervisors: q.flag("supervisors"), Of: q.text("of"), Limit: q.limit(200, 1000),
	}
	if q.err != nil {
		return nil, q.err
	}
	matches, err := h.view.Complete(ask)
	return map[string]any{"matches": matches}, err
}

func (h *handler) crashes(r *http.Request) (any, error) {
	q := query{values: r.URL.Query()}
	after, limit := q.seq("after"), q.number("limit", 0, 1<<31-1)
	if q.err != nil {
		return nil, q.err
	}
	all := h.view.Crashes()
	for i, c := range all {
		if c.ID <= after || limit > 0 && i == limit {
			all = all[:i]
			break
		}
	}
	return map[string]any{"crashes": all}, nil
}

func (h *handler) crash(r *http.Request) (any, error) {
	id, err := strconv.ParseUint(r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, &Error{Code: BadRequest, Message: fmt.Sprintf("%q is no number of a crash report", r.PathValue("id"))}
	}
	return h.view.Crash(id)
}

// An eventList is the answer of v1/events.
type eventList struct {
	Events []inspect.Event `json:"events"`
	Last   uint64          `json:"last"` // the number of the last event
	Gap    bool            `json:"gap"`  // some before these are forgotten
}

func (h *handler) events(r *http.Request) (any, error) {
	q := query{values: r.URL.Query()}
	after := q.seq("after")
	return h.eventsAfter(after, q.text("who")), q.err
}

// eventsAfter returns new events: all, or those about somebody.
func (h *handler) eventsAfter(after uint64, who string) (list eventList) {
	list.Events, list.Gap = h.view.Events(after)
	list.Last = after
	if n := len(list.Events); n > 0 {
		list.Last = list.Events[n-1].Seq
	}
	list.Events = slices.DeleteFunc(list.Events, func(e inspect.Event) bool { return who != "" && !e.About(who) })
	return list
}

func (h *handler) zombies(*http.Request) (any, error) {
	return map[string]any{"zombies": h.view.Zombies()}, nil
}

func (h *handler) logs(r *http.Request) (any, error) {
	list, err := logsOf(r.URL.Query())
	if err != nil {
		return nil, err
	}
	return h.view.Log(list), nil
}

func logsOf(values url.Values) (inspect.LogQuery, error) {
	q := query{values: values}
	list := inspect.LogQuery{After: q.seq("after"), Who: q.text("who"), Level: slog.LevelDebug - 4}
	if level := q.text("level"); level != "" {
		if err := list.Level.UnmarshalText([]byte(level)); err != nil {
			q.bad("level", level, "debug, info, warn or error")
		}
	}
	return list, q.err
}

func (h *handler) metrics(*http.Request) (any, error) {
	return map[string]any{"points": h.view.Metrics()}, nil
}

func (h *handler) runtime(*http.Request) (any, error) { return h.view.Runtime(), nil }

func (h *handler) do(r *http.Request) (any, error) {
	if !h.options.Actions {
		return nil, &Error{
			Code: Forbidden, Message: "this program does not allow actions from outside",
			Try: "control.Options{Actions: true} in the program allows them",
		}
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return nil, &Error{Code: BadRequest, Message: "an action comes as JSON", Try: "Content-Type: application/json"}
	}
	var action inspect.Action
	if err := json.NewDecoder(r.Body).Decode(&action); err != nil {
		return nil, &Error{Code: BadRequest, Message: "this is no action: " + err.Error(), Try: `{"to": "cache", "message": {"word": "Get"}}`}
	}
	action.Verb = r.PathValue("verb")
	action.Who = who(r)
	return h.view.Do(r.Context(), action)
}

// who says, for the record, who wants something: what the client says of itself
// and where it comes from.
func who(r *http.Request) string {
	from := r.RemoteAddr
	if from == "" || from == "@" { // a unix socket
		from = "control socket"
	}
	if said := r.Header.Get(whoHeader); said != "" {
		return fmt.Sprintf("%.64q at %s", said, from)
	}
	return from
}

// whoHeader is in which header a client says who it is.
const whoHeader = "Coppice-Who"
