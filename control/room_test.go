package control_test

import (
	"context"
	"net"
	"net/http"
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
