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

// A web is the child that serves HTTP.
type web struct {
	server *http.Server
	addr   net.Addr
}

// served is the message that the server has ended by itself.
type served struct{ err error }

// Where is the call that asks for the address on which it listens.
type Where struct{ genserver.Returns[net.Addr] }

// newWeb listens anew at every start: so an address that is taken fails the
// start, and a restart does not find the listener of its predecessor closed.
//
// The requests have the node as their context and not this process, so that
// they can finish when it is told to end.
func newWeb(p *coppice.Process, addr string) (*web, error) {
	p.TrapExit(true) // or terminate would not run
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{name}", count)
	node, self := p.Node(), p.Self()
	w := &web{addr: l.Addr(), server: &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return node },
	}}
	context.AfterFunc(p, func() { _ = w.server.Close() }) // however the process ends
	go func() { _ = coppice.Send(node, self, served{w.server.Serve(l)}) }()
	return w, nil
}

func (w *web) where(*coppice.Process, Where) (net.Addr, error) { return w.addr, nil }

func (w *web) ended(_ *coppice.Process, s served) error { return s.err }

// terminate takes no more requests and lets those that run finish.
func (w *web) terminate(_ *coppice.Process, reason error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second) // less than the child's Shutdown
	defer cancel()
	return w.server.Shutdown(ctx)
}

var webs = genserver.Define(newWeb,
	genserver.OnCall((*web).where),
	genserver.OnInfo((*web).ended),
	genserver.OnTerminate((*web).terminate),
)

const webName = coppice.Name("http")

// tree starts the counters first: they are there as long as there are requests.
func tree(addr string) *supervisor.Supervisor {
	return supervisor.New(supervisor.Spec{
		Strategy: supervisor.RestForOne,
		Children: []supervisor.ChildSpec{
			{ID: "counters", Start: &counters},
			{ID: "http", Start: webs.With(addr, genserver.Name(webName))},
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
	node := coppice.NewNode(coppice.Options{Name: "web", Logger: slog.New(coppice.NewReportHandler(os.Stderr))})
	sup, err := tree(addr).Start(node)
	if err != nil {
		return err
	}
	interrupted, again := signal.NotifyContext(node, os.Interrupt, syscall.SIGTERM)
	defer again()
	listens, err := genserver.Call(interrupted, webName, Where{})
	if err != nil {
		return err
	}
	fmt.Printf("http://%v/NAME counts POST requests; Ctrl-C stops\n", listens)

	reason, err := coppice.Await(interrupted, sup)
	again() // a second Ctrl-C does not wait
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
