// Command web serves HTTP from processes: one counter a name, started when
// somebody first asks for it, and an http.Server as a child of a supervisor.
//
//	go run ./examples/web -addr 127.0.0.1:8080
//	curl -X POST http://127.0.0.1:8080/tea
//
// Ctrl-C stops it in reverse start order: first no more requests, then the
// counters.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/httpserver"
	"github.com/seed-7832d3a3/coppice/program"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A Counter counts what one name was asked for.
type Counter struct{ n int }

// Add is the call that counts one more.
type Add struct{ genserver.Returns[int] }

func newCounter(*coppice.Process, string) (*Counter, error) { return &Counter{}, nil }

func (c *Counter) add(*coppice.Process, Add) (int, error) {
	c.n++
	return c.n, nil
}

var counter = genserver.Define(newCounter, genserver.OnCall((*Counter).add))

const countersName = coppice.Name("counters")

var counters = supervisor.Dynamic[string]{
	Template: func(name string) supervisor.ChildSpec {
		return supervisor.ChildSpec{Start: counter.With(name, genserver.Name(coppice.Name(name)))}
	},
	Options: []supervisor.Option{supervisor.Name(countersName)},
}

// find returns the counter of a name, which it starts if there is none.
func find(ctx context.Context, name string) (coppice.PID, error) {
	if pid := genserver.Whereis(ctx, coppice.Name(name)); !pid.IsZero() {
		return pid, nil
	}
	pid, err := counters.StartChild(ctx, countersName, name)
	var already *coppice.AlreadyStartedError
	if errors.As(err, &already) { // somebody was faster
		return already.PID, nil
	}
	return pid, err
}

// count is an ordinary handler: the request's context carries the node, and its
// deadline, if it has one, is that of the call.
func count(w http.ResponseWriter, r *http.Request) {
	pid, err := find(r.Context(), "counter/"+r.PathValue("name"))
	if err == nil {
		var n int
		if n, err = genserver.Call(r.Context(), pid, Add{}); err == nil {
			fmt.Fprintln(w, n)
			return
		}
	}
	http.Error(w, err.Error(), http.StatusServiceUnavailable)
}

const webName = coppice.Name("http")

// serve is the server, anew at each start.
func serve(addr string) httpserver.Spec {
	return httpserver.Spec{New: func(*coppice.Process) (*http.Server, error) {
		mux := http.NewServeMux()
		mux.HandleFunc("POST /{name}", count)
		return &http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: 10 * time.Second}, nil
	}}
}

// hello says where it listens, and is done.
func hello(p *coppice.Process) error {
	addr, err := httpserver.Addr(p, webName)
	if err == nil {
		fmt.Printf("http://%v/NAME counts POST requests; Ctrl-C stops\n", addr)
	}
	return err
}

// tree starts the counters first: they are there as long as there are requests.
func tree(addr string) *supervisor.Supervisor {
	return supervisor.New(supervisor.Spec{
		Strategy: supervisor.RestForOne,
		Children: []supervisor.ChildSpec{
			{ID: "counters", Start: &counters},
			{ID: "http", Start: httpserver.New(serve(addr), supervisor.Name(webName))},
			{ID: "hello", Start: supervisor.Body(hello), Restart: supervisor.Temporary},
		},
	})
}

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on")
	flag.Parse()
	node := coppice.NewNode(coppice.Options{Name: "web", Logger: slog.New(coppice.NewReportHandler(os.Stderr))})
	err := program.Run(node, tree(*addr), program.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
	}
	os.Exit(program.ExitStatus(err))
}
