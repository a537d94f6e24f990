// Command saturday is what the browser tests of the demo's own page look at: a
// football Saturday as the demo has it, but for that a slow handler is not slow
// for as long. It prints its address and ends with its standard input.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/examples/saturday"
	"github.com/seed-7832d3a3/coppice/examples/saturday/page"
	"github.com/seed-7832d3a3/coppice/observer"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "saturday:", err)
		os.Exit(1)
	}
}

func run() error {
	node := coppice.NewNode(coppice.Options{Name: "demo", Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	defer node.Stop(context.Background())
	started, err := saturday.Start(node, saturday.Options{Seed: 1, Stall: 12 * time.Second})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		_ = http.Serve(listener, page.Handler(started, observer.Handler(node, observer.Options{Actions: true})))
	}()
	fmt.Printf("http://%s/\n", listener.Addr())
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}
