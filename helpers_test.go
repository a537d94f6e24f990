package coppice_test

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
)

// bubble runs f with a node of its own, which it stops. The bubble does not end
// as long as a goroutine is left.
func bubble(t *testing.T, f func(t *testing.T, n *coppice.Node)) {
	t.Helper()
	bubbleWith(t, coppice.Options{}, f)
}

func bubbleWith(t *testing.T, options coppice.Options, f func(t *testing.T, n *coppice.Node)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if options.Logger == nil {
			options.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
		}
		n := coppice.NewNode(options)
		f(t, n)
		if n.Err() != nil {
			return // f has stopped it
		}
		if report := n.Stop(context.Background()); len(report.Stuck) > 0 {
			t.Errorf("stuck: %v", report.Stuck)
		}
		if n.Count() != 0 {
			t.Errorf("%d processes left", n.Count())
		}
	})
}

// reports collects what a node reports.
type reports struct {
	mu  sync.Mutex
	all []coppice.Report
}

func (r *reports) add(report coppice.Report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, report)
}

func (r *reports) crashes() (crashes []*coppice.CrashReport) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, report := range r.all {
		if c, ok := report.(*coppice.CrashReport); ok {
			crashes = append(crashes, c)
		}
	}
	return crashes
}

func (r *reports) zombies() (zombies []*coppice.ZombieReport) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, report := range r.all {
		if z, ok := report.(*coppice.ZombieReport); ok {
			zombies = append(zombies, z)
		}
	}
	return zombies
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// A server is a behaviour of functions; what is nil does nothing.
type server struct {
	init      func(p *coppice.Process) error
	handle    func(p *coppice.Process, m coppice.Message) error
	terminate func(p *coppice.Process, reason error) error
}

func (s *server) Init(p *coppice.Process) error {
	if s.init == nil {
		return nil
	}
	return s.init(p)
}

func (s *server) Handle(p *coppice.Process, m coppice.Message) error {
	if s.handle == nil {
		return nil
	}
	return s.handle(p, m)
}

func (s *server) Terminate(p *coppice.Process, reason error) error {
	if s.terminate == nil {
		return nil
	}
	return s.terminate(p, reason)
}

// do is a message that is what to do.
type do func(p *coppice.Process, m coppice.Message) error

// start starts a server that does what it is sent.
func start(ctx context.Context, terminate func(p *coppice.Process, reason error) error) coppice.PID {
	pid, _, err := coppice.StartProcess(ctx, coppice.Spec{Behaviour: &server{
		handle: func(p *coppice.Process, m coppice.Message) error {
			if f, ok := m.Body.(do); ok {
				return f(p, m)
			}
			return nil
		},
		terminate: terminate,
	}})
	return must(pid, err)
}

// endOf waits for the exit reason of a process, which may have ended already.
func endOf(t *testing.T, n *coppice.Node, pid coppice.PID) error {
	t.Helper()
	if _, err := coppice.Await(n, pid); err != nil {
		t.Errorf("Await %v: %v", pid, err)
	}
	info, _ := coppice.Lookup(pid)
	return info.ExitReason
}

// within runs body as a process and returns its exit reason.
func within(t *testing.T, n *coppice.Node, body func(p *coppice.Process) error) error {
	t.Helper()
	started := make(chan coppice.PID)
	go func() { started <- must(coppice.Spawn(n, body)) }()
	return endOf(t, n, <-started)
}

// down waits for the Down of ref.
func down(p *coppice.Process, ref coppice.Ref) error {
	m, _ := p.ReceiveRef(ref, -1)
	return m.Body.(coppice.Down).Reason
}

// quiet are the options of a node whose log nobody reads.
func quiet() coppice.Options {
	return coppice.Options{Logger: slog.New(slog.DiscardHandler)}
}

func startOne(tb testing.TB, n *coppice.Node, b coppice.Behaviour) coppice.PID {
	pid, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: b})
	if err != nil {
		tb.Fatal(err)
	}
	return pid
}
