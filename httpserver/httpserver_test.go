package httpserver_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/httpserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

var (
	errTaken   = errors.New("taken")
	errRefused = errors.New("refused")
)

const webName = coppice.Name("web")

// A world is a server in a bubble: its requests wait for release.
type world struct {
	memory
	entered chan string // the paths of the requests whose handler has begun
	release chan struct{}
	cutOff  chan error // the cause of the contexts of requests that ended by them
	sup     coppice.PID
}

// begin starts a server that may take ten seconds to stop.
func begin(t *testing.T, n *coppice.Node) *world {
	t.Helper()
	w := &world{entered: make(chan string, 10), release: make(chan struct{}), cutOff: make(chan error, 10)}
	build := func(*coppice.Process) (*http.Server, error) {
		return &http.Server{Handler: http.HandlerFunc(w.handle)}, nil
	}
	w.sup = w.supervise(t, n, httpserver.Spec{New: build, Listen: w.Listen})
	return w
}

func (w *world) supervise(t *testing.T, n *coppice.Node, spec httpserver.Spec) coppice.PID {
	t.Helper()
	pid, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{{
		ID: "web", Shutdown: supervisor.Within(10 * time.Second), Start: httpserver.New(spec, supervisor.Name(webName)),
	}}}).Start(n)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func (w *world) handle(rw http.ResponseWriter, r *http.Request) {
	w.entered <- r.URL.Path
	if r.URL.Path == "/panic" {
		panic("in a handler")
	}
	select {
	case <-w.release:
		io.WriteString(rw, "done")
	case <-r.Context().Done():
		w.cutOff <- context.Cause(r.Context())
	}
}

// An answer is what a client has got.
type answer struct {
	body string
	err  error
}

// get asks for a path, and answers later.
func (w *world) get(path string) <-chan answer {
	result := make(chan answer, 1)
	go func() {
		response, err := w.client().Get("http://memory" + path)
		if err != nil {
			result <- answer{err: err}
			return
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		result <- answer{string(text), err}
	}()
	return result
}

// A server that is told to end takes nothing new, and answers what it has begun.
func TestDrain(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		w := begin(t, n)
		one, two := w.get("/1"), w.get("/2")
		<-w.entered
		<-w.entered
		began := time.Now()
		stopped := make(chan error, 1)
		go func() { stopped <- supervisor.Stop(n, w.sup, nil) }()
		synctest.Wait()
		if a := <-w.get("/3"); !errors.Is(a.err, errRefused) {
			t.Errorf("a new request while it drains: %+v", a)
		}
		time.Sleep(5 * time.Second)
		close(w.release)
		for _, result := range []<-chan answer{one, two} {
			if a := <-result; a.body != "done" {
				t.Errorf("a request that was begun: %+v", a)
			}
		}
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took < 5*time.Second || took > 6*time.Second {
			t.Errorf("it stopped after %v", took)
		}
		if len(w.cutOff) > 0 {
			t.Errorf("a request was cut off: %v", <-w.cutOff)
		}
	})
}

// Requests have the time that the child has; then they are cut off, and nothing
// of the server is left.
func TestDrainTakesTooLong(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		w := begin(t, n)
		result := w.get("/")
		<-w.entered
		began := time.Now()
		if err := supervisor.Stop(n, w.sup, nil); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("it stopped after %v", took)
		}
		if a := <-result; a.err == nil {
			t.Errorf("it was answered: %q", a.body)
		}
		if cause := <-w.cutOff; cause == nil {
			t.Error("the context of the request has not ended")
		}
		if w.present() != nil {
			t.Error("it still listens")
		}
	})
}

// If it cannot serve any more, whatever the listener does, it starts again, and
// the connections of before are closed.
func TestCrashRestartsIt(t *testing.T) {
	errBroken := errors.New("broken")
	for _, row := range []struct {
		name  string
		fails error // nil: Accept panics
		crash coppicetest.Crash
	}{
		{"error", errBroken, coppicetest.Crash{Process: string(webName), Text: "broken"}},
		{"panic", nil, coppicetest.Crash{Process: string(webName), Text: "the listener is broken"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
				coppicetest.AllowCrashes(t, n, coppicetest.Crash{Process: "http acceptor memory"})
				w := begin(t, n)
				watched := coppicetest.Watch(t, n, webName)
				result := w.get("/")
				<-w.entered
				w.present().broken <- row.fails
				coppicetest.ExpectCrash(t, n, row.crash)
				watched.Restarted(1)
				if a := <-result; a.err == nil {
					t.Errorf("it was answered: %q", a.body)
				}
				again := w.get("/again")
				<-w.entered
				close(w.release)
				if a := <-again; a.body != "done" || w.used != 2 {
					t.Errorf("after the restart: %+v, %d listeners", a, w.used)
				}
			})
		})
	}
}

// However the process ends, nobody listens any more, and nothing is left.
func TestHoweverItEnds(t *testing.T) {
	for _, reason := range []error{coppice.Normal, coppice.Kill, errors.New("bug")} {
		t.Run(reason.Error(), func(t *testing.T) {
			coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
				w := &world{}
				pid, err := httpserver.New(httpserver.Spec{
					New:    func(*coppice.Process) (*http.Server, error) { return new(http.Server), nil },
					Listen: w.Listen,
				}).StartLink(n)
				if err != nil {
					t.Fatal(err)
				}
				coppicetest.AllowCrashes(t, n, coppicetest.Crash{})
				if reason == coppice.Kill {
					coppice.Exit(n, pid, reason)
				} else if err := coppice.Stop(n, pid, reason); err != nil {
					t.Error(err)
				}
				synctest.Wait()
				if w.present() != nil || n.Count() != 0 {
					t.Errorf("still there: listener %v, %d processes", w.present(), n.Count())
				}
			})
		})
	}
}

// A handler that panics harms its own request only, and the node's log tells.
func TestHandlerPanics(t *testing.T) {
	var said strings.Builder
	options := coppicetest.Options{Node: coppice.Options{Logger: slog.New(slog.NewTextHandler(&said, nil))}}
	coppicetest.RunWith(t, options, func(t *testing.T, n *coppice.Node) {
		w := begin(t, n)
		watched := coppicetest.Watch(t, n, webName)
		if a := <-w.get("/panic"); a.err == nil {
			t.Errorf("it was answered: %+v", a)
		}
		watched.Unchanged()
		if !strings.Contains(said.String(), "in a handler") || !strings.Contains(said.String(), "name=web") {
			t.Errorf("the log: %s", said.String())
		}
	})
}

// What New gets wrong fails the start, and says so; so does an http.Server that
// has served before.
func TestNewFails(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{})
		errNo := errors.New("no")
		w := &world{}
		if _, err := httpserver.New(httpserver.Spec{New: func(*coppice.Process) (*http.Server, error) { return nil, errNo }, Listen: w.Listen}).StartLink(n); err != errNo {
			t.Errorf("New fails: %v", err)
		}
		used := new(http.Server)
		used.Close()
		pid, err := httpserver.New(httpserver.Spec{New: func(*coppice.Process) (*http.Server, error) { return used, nil }, Listen: w.Listen}).StartLink(n)
		if err != nil {
			t.Fatal(err)
		}
		if reason, _ := coppice.Await(n, pid); !strings.Contains(reason.Error(), "anew at each start") {
			t.Errorf("a used server: %v", reason)
		}
		defer func() {
			if v := recover(); v == nil {
				t.Error("a Spec without New")
			}
		}()
		httpserver.New(httpserver.Spec{})
	})
}

// With real sockets: the address is what the system has given, one that is taken
// fails the start, and the context of a request carries the node.
func TestSockets(t *testing.T) {
	node := coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
	defer node.Stop(context.Background())
	build := func(addr string) httpserver.Spec {
		return httpserver.Spec{New: func(*coppice.Process) (*http.Server, error) {
			return &http.Server{Addr: addr, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n, err := coppice.NodeOf(r.Context())
				if err != nil || n != node || coppice.Whereis(r.Context(), webName).IsZero() {
					http.Error(w, "no node", http.StatusInternalServerError)
				}
			})}, nil
		}}
	}
	(&world{}).supervise(t, node, build("127.0.0.1:0"))
	addr, err := httpserver.Addr(node, webName)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get("http://" + addr.String())
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%v, %v", response, err)
	}
	response.Body.Close()
	_, err = httpserver.New(build(addr.String())).StartLink(node)
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), addr.(*net.TCPAddr).String()) {
		t.Errorf("an address that is taken: %v", err)
	}
}
