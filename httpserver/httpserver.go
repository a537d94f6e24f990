// Package httpserver has an http.Server as the child of a supervisor.
//
//	supervisor.ChildSpec{ID: "http", Shutdown: supervisor.Within(10 * time.Second), Start: httpserver.New(httpserver.Spec{
//		New: func(p *coppice.Process) (*http.Server, error) {
//			return &http.Server{Addr: ":8080", Handler: routes(), ReadHeaderTimeout: 10 * time.Second}, nil
//		},
//	})}
//
// It listens while it starts, so an address that is taken fails the start. Told
// to end it accepts nothing more and lets the requests that it has accepted
// finish; they have as long as the child has to stop, and are cut off then. So
// put it last among the children: first no more requests, then what they need.
//
// The context of a request carries the node, and ends with its connection: so if
// the request is cut off, and not before. A handler that panics harms
// only its request, as net/http has it; connections that a handler has hijacked
// are its own to end.
//
// It answers to what Plug.Cowboy and Bandit are for a Phoenix endpoint, with the
// drainer.
package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A Spec says what to serve.
type Spec struct {
	// New makes the server: anew at each start, for an http.Server serves only
	// once. It runs in the process. Where it sets a TLSConfig the server speaks
	// TLS. BaseContext and ErrorLog are the node and its log, unless it sets
	// them.
	New func(p *coppice.Process) (*http.Server, error)

	// Listen opens what the server listens on (nil: TCP, at its Addr).
	Listen func(ctx context.Context, addr string) (net.Listener, error)
}

// New returns the server as a child, to be named by supervisor.Name. It panics
// if the specification has no New.
func New(spec Spec, options ...supervisor.Option) supervisor.Starter {
	if spec.New == nil {
		panic("httpserver: a Spec needs a New")
	}
	if spec.Listen == nil {
		spec.Listen = func(ctx context.Context, addr string) (net.Listener, error) {
			return new(net.ListenConfig).Listen(ctx, "tcp", addr)
		}
	}
	return servers.With(spec, options...)
}

// Addr returns the address on which a server listens: with a port of 0 in its
// Addr it is told by the system.
func Addr(ctx context.Context, server coppice.Addr) (net.Addr, error) {
	return genserver.Call(ctx, server, where{})
}

type where struct{ genserver.Returns[net.Addr] }

// A server is the process. It does not serve: its acceptor does.
type server struct {
	http     *http.Server
	addr     net.Addr
	acceptor coppice.PID
}

// served is what the acceptor says when it has ended.
type served struct{ err error }

var servers = genserver.Define(newServer,
	genserver.OnCall((*server).where),
	genserver.OnInfo((*server).ended),
	genserver.OnInfo((*server).exited),
	genserver.OnTerminate((*server).terminate),
)

func newServer(p *coppice.Process, spec Spec) (*server, error) {
	p.TrapExit(true) // or terminate would not run
	h, err := spec.New(p)
	if err != nil {
		return nil, err
	}
	l, err := spec.Listen(p, h.Addr)
	if err != nil {
		return nil, fmt.Errorf("httpserver: it cannot listen on %q: %w", h.Addr, err)
	}
	s := &server{http: h, addr: l.Addr()}
	context.AfterFunc(p, s.close(p, l)) // however the process ends
	p.SetLabel("http server " + s.addr.String())
	if h.BaseContext == nil {
		// Not p, which would end before the connections do: a handler that heeds
		// it would return, and what was cut off would look like an empty answer.
		h.BaseContext = func(net.Listener) context.Context { return p.Node() }
	}
	if h.ErrorLog == nil {
		h.ErrorLog = slog.NewLogLogger(p.Logger().Handler(), slog.LevelError)
	}
	s.acceptor, err = coppice.SpawnLink(p, accept(h, l))
	return s, err
}

// close returns what closes the server and all its connections. The listener is
// closed by itself too: the server knows it only once it serves.
func (s *server) close(p *coppice.Process, l net.Listener) func() {
	logger := p.Logger()
	return func() {
		defer func() {
			if v := recover(); v != nil { // a Listener of the user's
				logger.Error("httpserver: Close panicked", "panic", fmt.Sprint(v))
			}
		}()
		_ = s.http.Close()
		_ = l.Close()
	}
}

// accept is the body of the process that serves. It is one, and no bare
// goroutine, as it runs code of the user's: the listener, BaseContext and
// ConnContext.
func accept(h *http.Server, l net.Listener) func(p *coppice.Process) error {
	return func(p *coppice.Process) error {
		p.SetLabel("http acceptor " + l.Addr().String())
		var err error
		if h.TLSConfig != nil {
			err = h.ServeTLS(l, "", "")
		} else {
			err = h.Serve(l)
		}
		return coppice.Send(p, p.Parent(), served{err})
	}
}

func (s *server) where(*coppice.Process, where) (net.Addr, error) { return s.addr, nil }

// ended ends the process when it does not serve any more.
func (s *server) ended(_ *coppice.Process, m served) error {
	if errors.Is(m.err, http.ErrServerClosed) {
		return errors.New("httpserver: the server is closed already: Spec.New has to make one anew at each start, and nobody else may shut it down")
	}
	return fmt.Errorf("httpserver: it does not serve %v any more: %w", s.addr, m.err)
}

// exited ends the process when its acceptor has crashed.
func (s *server) exited(_ *coppice.Process, m coppice.Exited) error {
	if m.PID != s.acceptor || m.Reason == coppice.Normal {
		return nil
	}
	return m.Reason
}

// terminate lets the requests finish if somebody has asked for the end: as long
// as the process lives, which is as long as its supervisor lets it. After a crash
// it closes at once, for the restart waits.
func (s *server) terminate(p *coppice.Process, reason error) error {
	if coppice.ClassOf(reason) == coppice.ClassAbnormal {
		return s.http.Close()
	}
	return s.http.Shutdown(p)
}
