package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/httpserver"
)

func post(t *testing.T, addr net.Addr, name string) (status int, body string) {
	t.Helper()
	response, err := http.Post("http://"+addr.String()+"/"+name, "text/plain", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(text))
}

func where(t *testing.T, node *coppice.Node) net.Addr {
	t.Helper()
	addr, err := httpserver.Addr(node, webName)
	if err != nil {
		t.Fatal(err)
	}
	return addr
}

func TestAddressThatIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	node := coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
	defer node.Stop(context.Background())
	if _, err := tree(l.Addr().String()).Start(node); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("the start of a server whose address is taken: %v", err)
	}
}

// Real sockets do not go into a synctest bubble; nothing here waits for time.
func TestServe(t *testing.T) {
	node := coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
	sup, err := tree("127.0.0.1:0").Start(node)
	if err != nil {
		t.Fatal(err)
	}
	addr := where(t, node)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if status, body := post(t, addr, "tea"); status != http.StatusOK {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	all.Wait()
	if status, body := post(t, addr, "tea"); status != http.StatusOK || body != "21" {
		t.Errorf("after 20 requests at once: %d %s", status, body)
	}

	// One that is killed is back under its name, and has forgotten.
	first := genserver.Whereis(node, coppice.Name("counter/tea"))
	if err := coppice.Exit(node, first, coppice.Kill); err != nil {
		t.Fatal(err)
	}
	if _, err := coppice.AwaitName(node, "counter/tea"); err != nil {
		t.Fatal(err)
	}
	if status, body := post(t, addr, "tea"); status != http.StatusOK || body != "1" {
		t.Errorf("after a kill: %d %s", status, body)
	}

	// When what it stands on is restarted it is too, and listens again.
	server := genserver.Whereis(node, webName)
	if err := coppice.Exit(node, genserver.Whereis(node, countersName), coppice.Kill); err != nil {
		t.Fatal(err)
	}
	if _, err := coppice.Await(node, server); err != nil {
		t.Fatal(err)
	}
	if _, err := coppice.AwaitName(node, webName); err != nil {
		t.Fatal(err)
	}
	addr = where(t, node)
	if status, body := post(t, addr, "tea"); status != http.StatusOK || body != "1" {
		t.Errorf("after a restart of all: %d %s", status, body)
	}

	if report := node.Stop(context.Background()); len(report.Stuck) > 0 {
		t.Errorf("still running: %v", report.Stuck)
	}
	if reason, err := coppice.Await(context.Background(), sup); reason != coppice.Shutdown || err != nil {
		t.Errorf("the tree ended with %v, %v", reason, err)
	}
	if _, err := http.Post("http://"+addr.String()+"/tea", "text/plain", nil); err == nil {
		t.Error("it still serves")
	}
}
