package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// Options say what may be asked of a node. The zero value allows to look.
type Options struct {
	// Actions allows what changes things: calls and casts, exit signals, the
	// starting and stopping of children.
	Actions bool
}

// maxRequest is how long the body of a request may be.
const maxRequest = 1 << 20

// A handler answers for one node.
type handler struct {
	node    *coppice.Node
	view    *inspect.View
	options Options
}

// Handler returns the JSON API of a node. Its paths begin with v1/; mount it
// below others with [http.StripPrefix]. It trusts whoever reaches it: [Serve]
// has it on a socket of the user's own, and elsewhere it needs a guard.
func Handler(n *coppice.Node, options Options) http.Handler {
	h := &handler{node: n, view: inspect.Of(n), options: options}
	mux := http.NewServeMux()
	for pattern, answer := range map[string]func(*http.Request) (any, error){
		"GET /v1/node":          h.header,
		"GET /v1/processes":     h.processes,
		"GET /v1/tree":          h.tree,
		"GET /v1/names":         h.names,
		"GET /v1/process/{who}": h.process,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
			value, err := answer(r)
			if err != nil {
				writeError(w, err)
				return
			}
			writeJSON(w, http.StatusOK, value)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, &Error{Code: NotFound, Message: fmt.Sprintf("%s %s is no part of this API", r.Method, r.URL.Path), Try: "GET v1/node"})
	})
	return mux
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	text, err := json.Marshal(value)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error":{"code":"failed","message":"the answer is no JSON"}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the client may have gone
}

func writeError(w http.ResponseWriter, err error) {
	e := errorOf(err)
	writeJSON(w, e.status(), map[string]*Error{"error": e})
}

// errorOf says in the terms of the API what went wrong.
func errorOf(err error) *Error {
	var known *Error
	var bad *inspect.BadError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &bad):
		return &Error{Code: BadRequest, Message: bad.What, Try: bad.Try}
	case errors.Is(err, inspect.ErrNotFound), errors.Is(err, coppice.ErrNoName), errors.Is(err, coppice.NoProc):
		return &Error{Code: NotFound, Message: err.Error()}
	case errors.Is(err, coppice.Timeout):
		return &Error{Code: TimedOut, Message: err.Error()}
	}
	return &Error{Code: Failed, Message: err.Error()}
}

func (h *handler) header(*http.Request) (any, error) {
	header := h.view.Node()
	header.Actions = h.options.Actions
	return header, nil
}

func (h *handler) processes(r *http.Request) (any, error) {
	q := query{values: r.URL.Query()}
	list := inspect.Query{
		Where: q.text("where"), Sort: q.text("sort"), Desc: q.flag("desc"),
		Offset: q.number("offset", 0, 1<<31-1), Limit: q.number("limit", 50, 1000),
	}
	if q.err != nil {
		return nil, q.err
	}
	return h.view.List(list)
}

func (h *handler) tree(r *http.Request) (any, error) {
	q := query{values: r.URL.Query()}
	tree := inspect.TreeQuery{
		Where: q.text("where"), Collapse: q.number("collapse", 50, 1<<31-1),
		Offset: q.number("offset", 0, 1<<31-1), Limit: q.number("limit", 200, 10000),
	}
	if open := q.text("open"); open == "*" {
		tree.OpenAll = true
	} else if open != "" {
		tree.Open = strings.Split(open, ",")
	}
	if q.err != nil {
		return nil, q.err
	}
	return h.view.Tree(tree)
}

func (h *handler) process(r *http.Request) (any, error) {
	pid, err := h.view.Find(r.PathValue("who"))
	if err != nil {
		return nil, err
	}
	return h.view.Detail(pid)
}

func (h *handler) names(*http.Request) (any, error) {
	return map[string][]inspect.Entry{"names": h.view.Names()}, nil
}

// A query reads the parameters of a request; err is the first that is wrong.
type query struct {
	values url.Values
	err    error
}

func (q *query) text(key string) string { return q.values.Get(key) }

func (q *query) flag(key string) bool {
	text := q.text(key)
	on, err := strconv.ParseBool(text)
	if err != nil && text != "" {
		q.bad(key, text, "1 or 0")
	}
	return on
}

// number reads a number from 0 to most; a greater one counts as most.
func (q *query) number(key string, or, most int) int {
	text := q.text(key)
	if text == "" {
		return or
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		q.bad(key, text, "a number from 0 on")
	}
	return min(n, most)
}

func (q *query) bad(key, text, want string) {
	if q.err == nil {
		q.err = &Error{Code: BadRequest, Message: fmt.Sprintf("%s=%q makes no sense", key, text), Try: want}
	}
}
