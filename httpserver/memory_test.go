package httpserver_test

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// A memory is a network without sockets, for bubbles, in which only fake time
// passes. It has one address, which at most one listener has at a time.
type memory struct {
	mu   sync.Mutex // guards what follows
	open *memoryListener
	used int // listeners, in all
}

type memoryListener struct {
	network *memory
	conns   chan net.Conn
	closed  chan struct{}
	once    sync.Once
	broken  chan error // what Accept fails with
}

func (m *memory) Listen(_ context.Context, _ string) (net.Listener, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open != nil {
		return nil, errTaken
	}
	m.used++
	m.open = &memoryListener{network: m, conns: make(chan net.Conn), closed: make(chan struct{}), broken: make(chan error)}
	return m.open, nil
}

// present returns the open listener, or nil.
func (m *memory) present() *memoryListener {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.open
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case err := <-l.broken:
		if err == nil {
			panic("the listener is broken")
		}
		return nil, err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.network.mu.Lock()
		defer l.network.mu.Unlock()
		l.network.open = nil
	})
	return nil
}

func (l *memoryListener) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

// client returns a client that keeps no connection.
func (m *memory) client() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			l := m.present()
			if l == nil {
				return nil, errRefused
			}
			ours, theirs := net.Pipe()
			select {
			case l.conns <- theirs:
				return ours, nil
			case <-l.closed:
				return nil, errRefused
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}}
}
