package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A world is a node in a bubble, with workers that note what happens to them.
type world struct {
	t *testing.T
	n *coppice.Node

	mu       sync.Mutex // guards what follows
	events   []string
	starts   map[string]int
	pids     map[string]coppice.PID
	inits    map[string][]error // what the constructor of a worker returns, start by start; nil then
	broken   string             // the worker whose every start fails
	reports  []*coppice.SupervisorReport
	progress []*coppice.ProgressReport
	zombies  int

	stuck int // how many are to be left at the end
}

// inWorld runs f in a bubble with a world, and then sees to it that nothing of
// it is left.
func inWorld(t *testing.T, f func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, starts: map[string]int{}, pids: map[string]coppice.PID{}, inits: map[string][]error{}}
		w.n = coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler), OnReport: w.onReport})
		f(w)
		if report := w.n.Stop(context.Background()); len(report.Stuck) != w.stuck {
			t.Errorf("%d are stuck, want %d: %v", len(report.Stuck), w.stuck, report.Stuck)
		}
		if w.n.Count() != 0 {
			t.Errorf("%d processes left", w.n.Count())
		}
	})
}

func (w *world) onReport(r coppice.Report) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch r := r.(type) {
	case *coppice.SupervisorReport:
		w.reports = append(w.reports, r)
	case *coppice.ProgressReport:
		w.progress = append(w.progress, r)
	case *coppice.ZombieReport:
		w.zombies++
	}
}

func (w *world) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events = append(w.events, fmt.Sprintf(format, args...))
}

// took returns what was noted since it was called last.
func (w *world) took() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := strings.Join(w.events, ", ")
	w.events = nil
	return all
}

func (w *world) expect(want string) {
	w.t.Helper()
	if got := w.took(); got != want {
		w.t.Errorf("events:\n got %s\nwant %s", got, want)
	}
}

func (w *world) pid(id string) coppice.PID {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pids[id]
}

// fails has the next starts of a worker end so.
func (w *world) fails(id string, errs ...error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.inits[id] = append(w.inits[id], errs...)
}

// breaks has all further starts of a worker fail.
func (w *world) breaks(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = id
}

// told returns the reports since it was called last, in short.
func (w *world) told() (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.reports {
		all = append(all, fmt.Sprintf("%s %s: %v; %s", r.Context, r.Child, r.Reason, r.Decision))
	}
	w.reports = nil
	return all
}

// A job is what a worker is started with.
type job struct {
	w       *world
	id      string
	bare    bool          // it does not trap exits
	takes   time.Duration // how long its end takes
	instead error         // the reason with which it ends, when it is told to
	atEnd   func(*coppice.Process)
}

type worker struct {
	job
	own bool // it ends by itself
}

type end struct{ how string }
type ask struct {
	genserver.Returns[string]
	f func(*coppice.Process) string
}

var workers = genserver.Define(newWorker,
	genserver.OnCast((*worker).end),
	genserver.OnCall((*worker).ask),
	genserver.OnInfo(func(*worker, *coppice.Process, coppice.Exited) error { return nil }),
	genserver.OnTerminate((*worker).terminate),
)

func newWorker(p *coppice.Process, j job) (*worker, error) {
	p.TrapExit(!j.bare)
	w := j.w
	w.mu.Lock()
	defer w.mu.Unlock()
	var err error
	if errs := w.inits[j.id]; len(errs) > 0 {
		err, w.inits[j.id] = errs[0], errs[1:]
	}
	if w.broken == j.id {
		return nil, errAbnormal
	}
	if err != nil {
		w.events = append(w.events, "fail "+j.id)
		return nil, err
	}
	w.events = append(w.events, "start "+j.id)
	w.starts[j.id]++
	w.pids[j.id] = p.Self()
	return &worker{job: j}, nil
}

var errAbnormal = errors.New("abnormal")

// ends are the ways in which a worker may end by itself.
var ends = []struct {
	how      string
	abnormal bool
	reason   error
}{
	{"normal", false, coppice.Normal},
	{"shutdown", false, coppice.Shutdown},
	{"shutdown error", false, &coppice.ShutdownError{Detail: 1}},
	{"abnormal", true, errAbnormal},
	{"wrapped", true, fmt.Errorf("wrapped: %w", coppice.Shutdown)},
	{"panic", true, nil},
	{"goexit", true, nil},
	{"killed", true, nil},
}

func (s *worker) end(_ *coppice.Process, e end) error {
	s.own = true
	switch e.how {
	case "panic":
		panic("told to")
	case "goexit":
		runtime.Goexit()
	}
	for _, known := range ends {
		if known.how == e.how {
			return known.reason
		}
	}
	return errAbnormal
}

func (s *worker) ask(p *coppice.Process, a ask) (string, error) { return a.f(p), nil }

func (s *worker) terminate(p *coppice.Process, _ error) error {
	if s.own {
		return nil
	}
	if s.takes > 0 {
		p.Sleep(s.takes)
	}
	if s.atEnd != nil {
		s.atEnd(p)
	}
	s.w.note("stop %s", s.id)
	return s.instead
}

// child is the specification of a worker.
func (w *world) child(id string, options ...any) supervisor.ChildSpec {
	c, j := supervisor.ChildSpec{ID: id}, job{w: w, id: id}
	for _, o := range options {
		switch o := o.(type) {
		case supervisor.Restart:
			c.Restart = o
		case supervisor.Shutdown:
			c.Shutdown = o
		case time.Duration:
			j.takes = o
		case func(*coppice.Process):
			j.atEnd = o
		case error:
			j.instead = o
		case string:
			c.Significant = c.Significant || o == "significant"
			j.bare = j.bare || o == "bare"
		}
	}
	c.Start = workers.With(j)
	return c
}

func (w *world) start(s supervisor.Starter) coppice.PID {
	w.t.Helper()
	pid, err := s.StartLink(w.n)
	if err != nil {
		w.t.Fatal(err)
	}
	return pid
}

// supervise starts a Supervisor and forgets that its children have started.
func (w *world) supervise(spec supervisor.Spec) coppice.PID {
	w.t.Helper()
	sup := w.start(supervisor.New(spec))
	w.took()
	return sup
}

// ends has a worker end so, and waits until sup has dealt with it: unless the
// worker is one that breaks, and there would be no end to that.
func (w *world) ends(sup coppice.Addr, id, how string) {
	w.t.Helper()
	pid := w.pid(id)
	if how == "killed" {
		_ = coppice.Exit(w.n, pid, coppice.Kill)
	} else {
		_ = genserver.Cast(w.n, pid, end{how})
	}
	_, _ = coppice.Await(w.n, pid)
	if w.broken == "" {
		synctest.Wait()
	}
	w.settle(sup)
}

// settle waits until sup has handled what is in its mailbox, or has ended.
func (w *world) settle(sup coppice.Addr) { _, _ = supervisor.Count(w.n, sup) }

// tree lists the children in start order: id, id- without a process, or id?
// while restarting.
func (w *world) tree(sup coppice.Addr) string {
	w.t.Helper()
	children, err := supervisor.Children(w.n, sup)
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, c := range slices.Backward(children) {
		switch {
		case c.Restarting:
			c.ID += "?"
		case c.PID.IsZero():
			c.ID += "-"
		}
		all = append(all, c.ID)
	}
	return strings.Join(all, " ")
}

// left is how many processes there are when all have done what they can.
func (w *world) left() int {
	synctest.Wait()
	return w.n.Count()
}

// zombiesSeen is how many zombies were reported.
func (w *world) zombiesSeen() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.zombies
}

// reasonOf waits for the end of pid, which begins by f.
func (w *world) reasonOf(pid coppice.PID, f func()) error {
	w.t.Helper()
	reasons := make(chan error)
	_, err := coppice.Spawn(w.n, func(p *coppice.Process) error {
		ref, err := p.Monitor(pid)
		if err != nil {
			return err
		}
		reasons <- nil
		m, _ := p.ReceiveRef(ref, -1)
		reasons <- m.Body.(coppice.Down).Reason
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	<-reasons
	f()
	return <-reasons
}

func check[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
