package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seed-7832d3a3/coppice/control"
)

// The observer of any node is served under its prefix and nowhere else, and only
// looks.
func TestObserved(t *testing.T) {
	sockets(t)
	node, err := openShop("observed")
	defer node.Stop(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	client, err := control.Dial("observed")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, test := range []struct {
		actions            bool
		method, path, host string
		status             int
		body               string
	}{
		{false, "GET", "/secret/", "", 200, "<!doctype html>"},
		{false, "GET", "/secret/api/v1/node", "", 200, `"name":"observed"`},
		{false, "GET", "/secret/api/v1/process/cart_1", "", 200, `"pid":"<0.2.0>"`},
		{false, "GET", "/secret/api/v1/process/cart_9", "", 404, `"code":"not_found"`},
		{false, "GET", "/", "", 404, ""},
		{false, "GET", "/api/v1/node", "", 404, ""},
		{false, "GET", "/secret/api/v1/node", "evil.example", 403, "not known"},
		{false, "POST", "/secret/api/v1/do/exit", "", 403, "this page only looks"},
		{true, "POST", "/secret/api/v1/do/exit", "", 403, `"code":"forbidden"`}, // the node allows none
	} {
		server := httptest.NewServer(observed(client, "/secret/", test.actions))
		request, err := http.NewRequest(test.method, server.URL+test.path, strings.NewReader(`{"to":"cart_1"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Host = test.host
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		server.Close()
		if err != nil || response.StatusCode != test.status || !strings.Contains(strings.ToLower(string(body)), strings.ToLower(test.body)) {
			t.Errorf("%s %s (host %q): %d %.200s %v; want %d %s", test.method, test.path, test.host, response.StatusCode, body, err, test.status, test.body)
		}
	}
}

// Streams come through as they are sent.
func TestObservedStream(t *testing.T) {
	sockets(t)
	node, err := openShop("stream")
	defer node.Stop(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	client, err := control.Dial("stream")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server := httptest.NewServer(observed(client, "/s/", false))
	defer server.Close()
	response, err := http.Get(server.URL + "/s/api/v1/watch?view=tree")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	line, err := bufio.NewReader(response.Body).ReadString('\n')
	if err != nil || line != "event: full\n" {
		t.Errorf("%q, %v", line, err)
	}
}

// The shell serves the page when it is asked for, and as long as it goes on. One
// that the program serves is only told.
func TestLazyPage(t *testing.T) {
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	sockets(t)
	node, err := openShop("paged")
	defer node.Stop(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	client, err := control.Dial("paged")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	p := &lazyPage{talk: (&app{set: new(settings)}).talkTo(client)}
	text, err := p.show(t.Context())
	if again, _ := p.show(t.Context()); err != nil || again != text {
		t.Fatalf("%v\n%s\nthen\n%s", err, text, again)
	}
	if !strings.Contains(text, "no browser was opened") {
		t.Errorf("where there is no desktop: %s", text)
	}
	url, _, _ := strings.Cut(text, "\n")
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil || !strings.Contains(string(body), "<!doctype html>") {
		t.Errorf("%v %s", err, body)
	}
	p.close()
	own := &lazyPage{url: "http://127.0.0.1:4040/"}
	if text, err := own.show(t.Context()); err != nil || strings.Contains(text, "while this shell is") || !strings.HasPrefix(text, own.url+"\n") {
		t.Errorf("%v %s", err, text)
	}
	own.close()
}
