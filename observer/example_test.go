package observer_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/observer"
)

// The page is mounted in one line, beside what else a program serves.
func ExampleHandler() {
	node := coppice.NewNode(coppice.Options{Name: "shop"})
	defer node.Stop(context.Background())

	mux := http.NewServeMux()
	mux.Handle("/observer/", observer.Handler(node, observer.Options{}))
	server := httptest.NewServer(mux)
	defer server.Close()

	answer, err := http.Get(server.URL + "/observer/") // open this in a browser
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	fmt.Println(answer.Status, answer.Header.Get("Content-Type"))
	// Output: 200 OK text/html; charset=utf-8
}
