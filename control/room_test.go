package control_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
)

// Whoever watches as much as he may leaves room for those who ask.
func TestStreamsLeaveRoom(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	node := coppice.NewNode(coppice.Options{Name: "room"})
	defer node.Stop(context.Background())
	server, err := control.Serve(node, control.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", server.Path())
	}}}
	defer client.CloseIdleConnections()
	ask := func(path string, limit time.Duration) (int, error) {
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(limit, cancel)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://node/v1/"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(request)
		if err != nil {
			cancel()
			return 0, err
		}
		timer.Stop()
		t.Cleanup(func() { cancel(); _ = answer.Body.Close() })
		return answer.StatusCode, nil
	}
	refused := 0
	for range 60 {
		status, err := ask("watch?view=node", 20*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if status == http.StatusServiceUnavailable {
			refused++
		}
	}
	if refused == 0 {
		t.Error("no stream was refused")
	}
	if status, err := ask("node", 20*time.Second); err != nil || status != http.StatusOK {
		t.Errorf("who asks beside the streams gets %d, %v", status, err)
	}
}

// An answer has an end, also for those who ask for all there is.
func TestAnswersAreBounded(t *testing.T) {
	n := newNode(t, "many")
	for range 10_100 {
		_, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: sitter{}})
		must(err)
	}
	h := control.Handler(n, control.Options{})
	for _, path := range []string{"processes?", "process/0.1.0/children?"} {
		for _, limit := range []string{"0", "999999999"} {
			var answer struct {
				Total int
				Rows  []any
			}
			if code := get(t, h, "/v1/"+path+"limit="+limit, &answer); code != 200 || len(answer.Rows) > 10_000 || len(answer.Rows) < min(10_000, answer.Total) {
				t.Errorf("%slimit=%s: %d, %d rows of %d", path, limit, code, len(answer.Rows), answer.Total)
			}
		}
	}
	var failed struct{ Error control.Error }
	if code := get(t, h, "/v1/processes?where="+strings.Repeat("%21a+", 51), &failed); code != 400 || !strings.Contains(failed.Error.Error(), "there are 51 terms; 50 at most") {
		t.Errorf("many terms: %d, %v", code, failed)
	}
}

// A sitter is a process that does nothing.
type sitter struct{}

func (sitter) Init(*coppice.Process) error                    { return nil }
func (sitter) Handle(*coppice.Process, coppice.Message) error { return nil }
func (sitter) Terminate(*coppice.Process, error) error        { return nil }
