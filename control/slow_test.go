package control_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// A pipes is a listener in the memory of a test.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// Whoever reads too slowly is let go, and costs nothing any more; what happens
// meanwhile is not kept for him.
func TestSlowReadersAreLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		defer n.Stop(context.Background())
		l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		ended := make(chan time.Time, 1)
		h := control.Handler(n, control.Options{})
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h.ServeHTTP(w, r)
			ended <- time.Now()
		})}
		go func() { _ = server.Serve(l) }()
		defer server.Close()

		here, there := net.Pipe()
		defer here.Close()
		l.conns <- there
		began := time.Now()
		_, err := fmt.Fprint(here, "GET /v1/watch?view=events HTTP/1.1\r\nHost: x\r\n\r\n")
		must(err)
		first, err := bufio.NewReader(here).ReadString('\n') // and nothing more
		if err != nil || !strings.Contains(first, "200 OK") {
			t.Fatalf("%q, %v", first, err)
		}
		for range 3 {
			crash(n)
			time.Sleep(time.Second)
		}
		if took := (<-ended).Sub(began); took > 15*time.Second {
			t.Errorf("it was waited for for %v", took)
		}
		time.Sleep(time.Minute)
		points := len(inspect.Of(n).Metrics())
		time.Sleep(time.Minute)
		if more := len(inspect.Of(n).Metrics()); more > points {
			t.Errorf("the node is still looked at: %d points, and then %d", points, more)
		}
	})
}
