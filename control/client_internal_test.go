package control

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// says answers everything with the same.
type says struct {
	status int
	body   string
}

// RoundTrip implements http.RoundTripper.
func (s says) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: s.status, Status: http.StatusText(s.status), Body: io.NopCloser(strings.NewReader(s.body)), Request: r}, nil
}

// FuzzClient has the client listen to anybody: it yields events with a name,
// ends with the answer, and takes nothing for an answer that is none.
func FuzzClient(f *testing.F) {
	for _, seed := range []string{
		"event: full\ndata: {}\n\nevent: beat\ndata: 1\n\n", "data: {}\n\n", "event: \n\n", "event: x\n", `{"error":{"code":"bad_request","message":"no"}}`,
		`{"rows":[{"pid":"<0.1.0>"}]}`, `{"error":null}`, "[", "null",
	} {
		f.Add(200, seed)
		f.Add(400, seed)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 || status >= 300 && status < 400 {
			return
		}
		c := &Client{name: "x", base: "http://coppice/v1/", http: &http.Client{Transport: says{status, body}}}
		last := error(nil)
		for e, err := range c.Watch(t.Context(), "node", nil) {
			if last != nil {
				t.Fatalf("%d %q: an event after the error %v", status, body, last)
			}
			if last = err; err == nil && (e.Event == "" || status != http.StatusOK) {
				t.Errorf("%d %q: the event %+v", status, body, e)
			}
		}
		if last == nil && status != http.StatusOK {
			t.Errorf("%d %q: no error", status, body)
		}
		var answer inspect.Page
		if err := c.Get(t.Context(), "processes", nil, &answer); err == nil && (status != http.StatusOK || !json.Valid([]byte(firstValue(body)))) {
			t.Errorf("%d %q: taken for an answer", status, body)
		}
	})
}

// An endless body has spaces in the end, for ever.
type endless struct{ rest string }

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, e.rest)
	e.rest = e.rest[n:]
	for i := n; i < len(b); i++ {
		b[i] = ' '
	}
	return len(b), nil
}

func (e *endless) RoundTrip(r *http.Request) (*http.Response, error) {
	status := http.StatusOK
	if strings.HasPrefix(e.rest, "400") {
		status, e.rest = http.StatusBadRequest, e.rest[3:]
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Body: io.NopCloser(e), Request: r}, nil
}

// A node that answers for ever is not listened to for ever, whatever it says.
func TestEndlessAnswers(t *testing.T) {
	bodies := []string{"{}", "400", `400{"error":`}
	if !testing.Short() {
		bodies = append(bodies, `{"rows":["`) // which has to be looked at
	}
	for _, body := range bodies {
		c := &Client{name: "x", base: "http://coppice/v1/", http: &http.Client{Transport: &endless{body}}}
		if err := c.Get(t.Context(), "processes", nil, new(inspect.Page)); err == nil {
			t.Errorf("%q and so on is taken for an answer", body)
		}
	}
}

// firstValue is the first JSON value of a text, or what is none.
func firstValue(text string) string {
	var v json.RawMessage
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&v); err != nil {
		return "no value"
	}
	return string(v)
}

// A flushed records a stream.
type flushed struct {
	header http.Header
	status int
	body   strings.Builder
}

func (w *flushed) Header() http.Header         { return w.header }
func (w *flushed) WriteHeader(status int)      { w.status = status }
func (w *flushed) Write(b []byte) (int, error) { return w.body.Write(b) }
func (w *flushed) Flush()                      {}

// SetWriteDeadline is asked for by streams.
func (w *flushed) SetWriteDeadline(time.Time) error { return nil }

// FuzzWatchQuery asks for any stream: it is refused in JSON, or each of its
// events has a name and JSON.
func FuzzWatchQuery(f *testing.F) {
	for _, seed := range []string{
		"view=processes&where=mailbox%3E1&sort=in&limit=2", "view=tree&open=*", "view=process&who=%3C0.1.0%3E", "view=events&after=1",
		"view=logs&level=warn", "view=crashes", "view=", "view=metrics", "%zz", "view=node&view=tree",
	} {
		f.Add(seed)
	}
	n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
	f.Cleanup(func() { n.Stop(context.Background()) })
	handler := Handler(n, Options{})
	f.Fuzz(func(t *testing.T, query string) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Millisecond)
		defer cancel()
		w := &flushed{header: http.Header{}, status: http.StatusOK}
		r := (&http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/v1/watch", RawQuery: query}, Header: http.Header{}}).WithContext(ctx)
		handler.ServeHTTP(w, r)
		if w.status != http.StatusOK {
			if !json.Valid([]byte(w.body.String())) {
				t.Errorf("%q: status %d: %q", query, w.status, w.body.String())
			}
			return
		}
		c := &Client{name: "x", http: &http.Client{Transport: says{w.status, w.body.String()}}}
		for e, err := range c.Watch(t.Context(), "x", nil) {
			if err != nil || !json.Valid(e.Data) {
				t.Errorf("%q: %v: the event %s: %q", query, err, e.Event, e.Data)
			}
		}
	})
}
