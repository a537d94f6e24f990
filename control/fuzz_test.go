package control_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/genserver"
)

type (
	shelf struct{ books int }
	Lend  struct {
		genserver.Returns[int]
		Title string
		Days  []int
	}
)

// FuzzRequest has anybody ask anything: the answer is JSON, with an error that
// the API knows where it makes no sense, and the node and its server live.
func FuzzRequest(f *testing.F) {
	for _, seed := range [][4]string{
		{"GET", "node", "", ""},
		{"GET", "processes", "where=mailbox%3E100+!kind:server+age%3E5s&sort=in&desc=1&limit=3&offset=1&window=1ms", ""},
		{"GET", "tree", "open=*&collapse=2&focus=shelf", ""},
		{"GET", "process/shelf", "", ""},
		{"GET", "process/%3C0.1.0%3E/state", "", ""},
		{"GET", "events", "after=18446744073709551615", ""},
		{"GET", "logs", "level=warn&who=x", ""},
		{"GET", "crashes/1", "", ""},
		{"POST", "do/call", "", `{"to":"shelf","message":{"struct":{"type":"Lend","fields":[{"name":"Title","value":{"word":"x"}},{"name":"Days","value":{"list":[{"word":"1"}]}}]}}}`},
		{"POST", "do/cast", "", `{"to":"shelf","message":{"word":"Lend"},"why":"\u001b[31m"}`},
		{"POST", "do/start_child", "", `{"to":"shelf","argument":{"string":"x"}}`},
		{"POST", "do/suspend", "", `[`},
		{"PUT", "..//node", "%zz", ""},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	node := coppice.NewNode(coppice.Options{Name: "fuzz", Logger: slog.New(slog.DiscardHandler)})
	f.Cleanup(func() { node.Stop(context.Background()) })
	def := genserver.Define(func(*coppice.Process, genserver.None) (*shelf, error) { return &shelf{7}, nil },
		genserver.OnCall(func(s *shelf, _ *coppice.Process, l Lend) (int, error) { return s.books + len(l.Days), nil }))
	if _, err := def.Start(node, genserver.None{}, genserver.Name(coppice.Name("shelf"))); err != nil {
		f.Fatal(err)
	}
	handler := control.Handler(node, control.Options{Actions: true})
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		if strings.Contains(path, "watch") || strings.Contains(path, "trace") || strings.Contains(path, "exit") || strings.Contains(path, "stop") {
			t.Skip("a stream, or the end of the server")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, method, "http://node/", strings.NewReader(body))
		if err != nil {
			t.Skip("no request")
		}
		r.URL = &url.URL{Scheme: "http", Host: "node", Path: "/v1/" + path, RawQuery: query}
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code >= 300 && w.Code < 400 {
			return // to the path without dots and doubled slashes
		}
		var answer map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s %q?%q %q: status %d, no JSON: %q", method, path, query, body, w.Code, w.Body)
		}
		failed, isError := answer["error"].(map[string]any)
		if isError != (w.Code >= 400) || isError && failed["message"] == "" {
			t.Fatalf("%s %q?%q %q: status %d: %s", method, path, query, body, w.Code, w.Body)
		}
		if !coppice.Alive(coppice.Whereis(node, coppice.Name("shelf"))) {
			t.Fatalf("%s %q?%q %q: the server has ended", method, path, query, body)
		}
	})
}
