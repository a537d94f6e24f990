package control

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/sys"
)

// What one who asks may take.
const (
	maxConns   = 64               // connections at a time; others wait
	readTime   = 10 * time.Second // for a request to arrive
	idleTime   = time.Minute      // between two requests
	writeTime  = 30 * time.Second // for an answer
	maxHeader  = 16 << 10
	serverEnds = 2 * time.Second // for what is being answered when the node stops
)

// A Server is a node's open socket.
type Server struct {
	path string
	pid  coppice.PID
	http *http.Server
	done chan struct{} // closed when it does not listen any more
	end  sync.Once
}

// Serve opens the control socket of a node, and has the API of [Handler] answer
// there: a unix socket in [Dir], called after the node, that nobody but the user
// can open. What another program has left behind there is replaced; if a node of
// this name is served already that is an error.
//
// The socket belongs to a process on the node, so it goes when the node stops:
// after what was started later, and before what was started earlier. Serve first
// to be able to watch the end of the rest.
func Serve(n *coppice.Node, options Options) (*Server, error) {
	l, path, err := listen(Dir(), n.Name())
	if err != nil {
		return nil, err
	}
	return serve(n, newBounded(l, maxConns), path, Handler(n, options))
}

// serve has a process of the node answer on l, which is at path.
func serve(n *coppice.Node, l net.Listener, path string, h http.Handler) (*Server, error) {
	ctx, cancel := context.WithCancel(n) // ends what is being answered
	s := &Server{path: path, done: make(chan struct{})}
	s.http = &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readTime,
		ReadTimeout:       readTime,
		WriteTimeout:      writeTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(io.Discard, "", 0), // clients that misbehave are their own trouble
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	pid, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: &keeper{server: s, l: l, cancel: cancel}, Label: "control socket"})
	if err != nil {
		cancel()
		closeQuietly(l)
		return nil, err
	}
	s.pid = pid
	return s, nil
}

// Path returns where the socket is, or the address of [ServeTLS].
func (s *Server) Path() string { return s.path }

// Close closes the socket, and ends what is being answered. Whoever is connected
// is cut off.
func (s *Server) Close() error {
	err := coppice.Stop(s.pid.Node(), s.pid, nil)
	<-s.done
	return err
}

// A keeper is the process that keeps the socket open.
type keeper struct {
	server *Server
	l      net.Listener
	cancel context.CancelFunc

	control sys.Control
}

// Init implements coppice.Behaviour.
func (k *keeper) Init(p *coppice.Process) error {
	p.TrapExit(true)
	p.Node().LabelGoroutines(true) // for profiles, and the page of the Go runtime
	// If it is killed Terminate is not called.
	context.AfterFunc(p, k.close)
	go func() {
		defer close(k.server.done)
		_ = k.server.http.Serve(k.l) // ends when it is closed, and removes the socket
	}()
	return nil
}

// Handle implements coppice.Behaviour: it drops what is sent to it, but for what
// package sys asks.
func (k *keeper) Handle(p *coppice.Process, m coppice.Message) error {
	if m.Kind() == coppice.SysMsg {
		return k.control.Handle(p, m, listening{k.l.Addr().String()}, nil)
	}
	return nil
}

// A listening is the state that a keeper shows.
type listening struct{ At string }

// Terminate implements coppice.Behaviour.
func (k *keeper) Terminate(*coppice.Process, error) error {
	k.close()
	return nil
}

// close ends what the socket is for, and gives it a moment.
func (k *keeper) close() {
	k.server.end.Do(func() {
		k.cancel()
		moment, cancel := context.WithTimeout(context.Background(), serverEnds)
		defer cancel()
		if k.server.http.Shutdown(moment) != nil {
			_ = k.server.http.Close()
		}
		<-k.server.done
	})
}

// A bounded listener has no more than so many connections open.
type bounded struct {
	net.Listener
	free   chan struct{}
	closed chan struct{}
	once   sync.Once
}

func newBounded(l net.Listener, n int) *bounded {
	return &bounded{Listener: l, free: make(chan struct{}, n), closed: make(chan struct{})}
}

// Accept waits until a connection may be open, and for it.
func (b *bounded) Accept() (net.Conn, error) {
	select {
	case b.free <- struct{}{}:
	case <-b.closed:
		return nil, net.ErrClosed
	}
	conn, err := b.Listener.Accept()
	if err != nil {
		<-b.free
		return nil, err
	}
	return &boundedConn{Conn: conn, free: b.free}, nil
}

// Close implements net.Listener.
func (b *bounded) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.Listener.Close()
}

type boundedConn struct {
	net.Conn
	free chan struct{}
	once sync.Once
}

// Close implements net.Conn.
func (c *boundedConn) Close() error {
	c.once.Do(func() { <-c.free })
	return c.Conn.Close()
}
