// Command web serves HTTP from processes: one counter a name, started when
// somebody first asks for it, and an http.Server as a child of a supervisor
// that lets requests finish when it is told to stop.
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
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
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

// serve is the child that serves HTTP. The requests have the node as their
// context and not this process, so that they can finish when it is told to
// end.
func serve(l net.Listener) func(*coppice.Process) error {
	return func(p *coppice.Process) error {
		mux := http.NewServeMux()
		mux.HandleFunc("POST /{name}", count)
		server := &http.Server{
			Handler:           mux,
			ReadHeaderTimeout: 10 * time.Second,
			BaseContext:       func(net.Listener) context.Context { return p.Node() },
		}
		p.TrapExit(true) // being told to end is a message
		failed := make(chan error, 1)
		go func() {
			failed <- server.Serve(l)
			_ = coppice.Send(p.Node(), p.Self(), "done")
		}()
		m := p.Receive()
		if _, told := m.Body.(coppice.Exited); !told {
			return <-failed
		}
		ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second) // less than the child's Shutdown
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			return err
		}
		return coppice.Shutdown
	}
}

// tree starts the counters first: they are there as long as there are requests.
func tree(l net.Listener) *supervisor.Supervisor {
	return supervisor.New(supervisor.Spec{
		Strategy: supervisor.RestForOne,
		Children: []supervisor.ChildSpec{
			{ID: "counters", Start: &counters},
			{ID: "http", Start: supervisor.Body(serve(l))},
		},
	})
}

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`address` to listen on")
	flag.Parse()
	if err := run(*addr); err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

func run(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }() // the server has closed it, if it came to that
	node := coppice.NewNode(coppice.Options{Name: "web", Logger: slog.New(coppice.NewReportHandler(os.Stderr))})
	sup, err := tree(l).Start(node)
	if err != nil {
		return err
	}
	fmt.Printf("http://%v/NAME counts POST requests; Ctrl-C stops\n", l.Addr())

	interrupted, cancel := signal.NotifyContext(node, os.Interrupt, syscall.SIGTERM)
	defer cancel()
	reason, err := coppice.Await(interrupted, sup)
	stopping, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, stuck := range node.Stop(stopping).Stuck {
		fmt.Fprintln(os.Stderr, "still running:", stuck)
	}
	if err == nil { // nobody has interrupted it: the tree has given up
		return fmt.Errorf("the supervisor has ended: %w", reason)
	}
	return nil
}
