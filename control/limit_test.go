package control_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
)

// Streams cost something as long as they are open, so there is an end to their
// number; one that is closed makes room.
func TestStreamsAreBounded(t *testing.T) {
	node := coppice.NewNode(coppice.Options{Name: "limit"})
	defer node.Stop(context.Background())
	server := httptest.NewServer(control.Handler(node, control.Options{}))
	t.Cleanup(server.Close)
	open := func() (int, context.CancelFunc) {
		ctx, cancel := context.WithCancel(t.Context())
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/v1/watch?view=node", nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cancel(); answer.Body.Close() })
		return answer.StatusCode, cancel
	}
	var last context.CancelFunc
	for i := range 48 {
		var status int
		if status, last = open(); status != http.StatusOK {
			t.Fatalf("stream %d: status %d", i, status)
		}
	}
	if status, _ := open(); status != http.StatusServiceUnavailable {
		t.Errorf("one too many: status %d", status)
	}
	last()
	for { // until the server has noticed
		if status, _ := open(); status == http.StatusOK {
			break
		}
	}
}
