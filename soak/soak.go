package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/registry"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

// A config says how much there is of what.
type config struct {
	duration  time.Duration
	processes int
	messages  int
	crashes   int
	kills     int
	units     int
	churn     int
	flood     int
	seed      uint64
	out       io.Writer

	// For tests of the soak itself.
	onSend func(body any) any             // coppice.Options.OnSend
	wrong  func(p *coppice.Process) error // done once, in a process, under load
}

// A soak is one run.
type soak struct {
	config
	node     *coppice.Node
	findings findings
	crashed  book
	figures  figures

	workers []atomic.Pointer[coppice.PID] // the present process of each
	sending [senders]atomic.Bool          // which sender is at work
	keys    *registry.Registry[int, int]
	owners  []atomic.Int32 // how many processes hold each key, as they see it
	tasks   *task.Supervisor
	hangers *supervisor.Dynamic[supervisor.ChildSpec]
	floods  []*flood
	over    chan struct{} // closed when the load is to end
}

// figures count what has happened.
type figures struct {
	messages, calls, kills, hung, restarts, registrations, tasks, streams, timers, monitors atomic.Int64
}

const keysInUse = 200

func newSoak(c config) *soak {
	s := &soak{
		config:  c,
		workers: make([]atomic.Pointer[coppice.PID], c.processes),
		keys:    registry.New[int, int](registry.Options{}),
		owners:  make([]atomic.Int32, keysInUse),
		tasks:   &task.Supervisor{Options: named("tasks"), Restarts: anyNumber},
		hangers: &supervisor.Dynamic[supervisor.ChildSpec]{Options: named("hangers"), Restarts: anyNumber},
		over:    make(chan struct{}),
	}
	s.floods = newFloods(s)
	s.crashed.open = make(map[coppice.PID]int)
	s.findings.out = c.out
	return s
}

// anyNumber is a limit of restarts that is not reached.
var anyNumber = supervisor.AtMost(1_000_000_000, time.Second)

func named(name string) []supervisor.Option {
	return []supervisor.Option{supervisor.Name(coppice.Name(name))}
}

// run does it all.
func (s *soak) run() {
	before := measure(nil)
	s.node = coppice.NewNode(coppice.Options{Logger: slog.New(coppice.NewReportHandler(io.Discard)), OnReport: s.crashed.report, OnSend: s.onSend})
	top, err := s.tree().Start(s.node)
	if err != nil {
		s.findings.add("the tree does not start: %v", err)
		return
	}
	began := time.Now()
	s.settle()
	rested := measure(s.node)
	s.say("%d processes rest: %v", s.node.Count(), rested)

	load, err := s.load().Start(s.node)
	if err != nil {
		s.findings.add("the load does not start: %v", err)
		return
	}
	s.watch()
	close(s.over)
	if reason, err := coppice.Await(within(s.node, 2*patience), load); err != nil || reason != coppice.Shutdown {
		s.findings.add("the load ended with %v, %v", reason, err)
	}
	s.settle()
	s.checkAll()
	after := measure(s.node)
	s.say("%d processes rest again after %v: %v", s.node.Count(), time.Since(began).Round(time.Second), after)
	s.compare("at rest", rested, after)
	s.say("the heap has grown by %d bytes a crash", (int64(after.heap)-int64(rested.heap))/int64(max(s.crashed.number(), 1)))
	for _, f := range s.floods {
		s.say("%v", f)
	}

	if err := supervisor.Stop(s.node, top, nil); err != nil {
		s.findings.add("the tree does not stop: %v", err)
	}
	s.checkEmpty()
	if report := s.node.Stop(context.Background()); len(report.Stuck) > 0 {
		s.findings.add("still running after the node has stopped: %v", report.Stuck)
	}
	s.crashed.check(&s.findings)
	s.node = nil
	clear(s.workers)
	s.compare("after the end", before, measure(nil))
}

// watch waits until the time is over, and says now and then how it is.
func (s *soak) watch() {
	end := time.After(s.duration)
	tick := time.NewTicker(10 * time.Second)
	defer tick.Stop()
	for {
		select {
		case <-end:
			return
		case <-tick.C:
			s.say("%v", s.line())
		}
	}
}

func (s *soak) say(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

// within is a context that belongs to no process, with a time limit that only a
// fault exceeds.
func within(n *coppice.Node, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(n, d)
	context.AfterFunc(ctx, cancel)
	return ctx
}

// settle waits until all workers and units are alive and nobody has anything to
// do.
func (s *soak) settle() {
	deadline := time.Now().Add(patience)
	for {
		missing := 0
		for i := range s.workers {
			if pid := s.workers[i].Load(); pid == nil || !coppice.Alive(*pid) {
				missing++
			}
		}
		busy := 0
		for pid := range s.node.List() {
			if info, alive := coppice.Lookup(pid); alive && (info.Mailbox > 0 || info.Status == coppice.Running || info.Status == coppice.Queued) {
				busy++
			}
		}
		for _, f := range s.floods {
			busy += int(f.bursts.Load())
		}
		stuck := len(s.node.Stuck())
		if missing+busy+stuck == 0 {
			return
		}
		if time.Now().After(deadline) {
			s.findings.add("a minute after the load %d workers are missing, %d processes are busy and %d stuck", missing, busy, stuck)
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// A body is the part of a child that does something again and again.
type body func(p *coppice.Process, random *rand.Rand)

// repeat makes a child that does f so many times a second until the load ends.
func (s *soak) repeat(id string, perSecond int, f body) supervisor.ChildSpec {
	return supervisor.ChildSpec{ID: id, Restart: supervisor.Transient, Start: supervisor.Body(func(p *coppice.Process) error {
		p.SetLabel(id)
		random := rand.New(rand.NewPCG(s.seed, hash(id)))
		began, done := time.Now(), 0
		for {
			select {
			case <-s.over:
				return nil
			default:
			}
			due := int(time.Since(began).Seconds() * float64(perSecond))
			for range min(due-done, perSecond/10+1) {
				f(p, random)
			}
			done = due // what a slow machine cannot do is not made up for
			p.Sleep(10 * time.Millisecond)
		}
	})}
}

func hash(id string) (h uint64) {
	for _, c := range []byte(id) {
		h = h*31 + uint64(c)
	}
	return h
}

// A measurement is what is compared.
type measurement struct {
	goroutines, processes int
	heap                  uint64
}

// measure measures when no garbage is left.
func measure(n *coppice.Node) (m measurement) {
	for range 20 { // goroutines that have just ended are counted for an instant
		runtime.Gosched()
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	m.goroutines, m.heap = runtime.NumGoroutine(), stats.HeapAlloc
	if n != nil {
		m.processes = n.Count()
	}
	return m
}

func (m measurement) String() string {
	return fmt.Sprintf("%d goroutines, %.1f MB", m.goroutines, float64(m.heap)/1e6)
}

// compare finds what has become more. Pools and tables that have grown may stay
// so, to a degree.
func (s *soak) compare(when string, before, after measurement) {
	if after.processes != before.processes {
		s.findings.add("%s: %d processes, and %d before", when, after.processes, before.processes)
	}
	if most := before.goroutines + runtime.GOMAXPROCS(0) + 1; after.goroutines > most {
		s.findings.add("%s: %d goroutines, and %d before:\n%s", when, after.goroutines, before.goroutines, stacks())
	}
	if most := before.heap + before.heap/5 + 16e6; after.heap > most {
		s.findings.add("%s: a heap of %d bytes, and %d before", when, after.heap, before.heap)
	}
}

func stacks() string {
	buf := make([]byte, 1<<16)
	return string(buf[:runtime.Stack(buf, true)])
}

// findings are what was not as promised.
type findings struct {
	out   io.Writer
	mu    sync.Mutex // guards what follows
	found []string
}

func (f *findings) add(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	text := fmt.Sprintf(format, args...)
	f.found = append(f.found, text)
	if len(f.found) <= 20 {
		fmt.Fprintln(f.out, "FINDING:", text)
	}
}

func (f *findings) all() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.found
}

// A book has the crashes that have no report yet, and the reports whose crash is
// not known.
type book struct {
	mu      sync.Mutex // guards what follows
	open    map[coppice.PID]int
	crashes int
	zombies int
}

// crash notes that a process is about to crash.
func (b *book) crash(p *coppice.Process) { b.add(p.Self(), 1) }

func (b *book) report(r coppice.Report) {
	switch r := r.(type) {
	case *coppice.CrashReport:
		b.add(r.PID, -1)
	case *coppice.ZombieReport:
		b.mu.Lock()
		defer b.mu.Unlock()
		b.zombies++
	}
}

func (b *book) number() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.crashes
}

func (b *book) add(pid coppice.PID, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n > 0 {
		b.crashes++
	}
	if b.open[pid] += n; b.open[pid] == 0 {
		delete(b.open, pid)
	}
}

func (b *book) check(f *findings) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for pid, n := range b.open {
		info, _ := coppice.Lookup(pid)
		f.add("%v %s: its crashes less its reports are %d", pid, info.Label, n)
	}
	b.open = nil
}

// line is the figures in one line.
func (s *soak) line() string {
	f := &s.figures
	s.crashed.mu.Lock()
	crashes, zombies := s.crashed.crashes, s.crashed.zombies
	s.crashed.mu.Unlock()
	var b strings.Builder
	for _, figure := range []struct {
		what string
		n    int64
	}{
		{"messages", f.messages.Load()}, {"calls", f.calls.Load()}, {"crashes", int64(crashes)}, {"kills", f.kills.Load()},
		{"hung", f.hung.Load()}, {"zombies", int64(zombies)}, {"restarts of subtrees", f.restarts.Load()},
		{"registrations", f.registrations.Load()}, {"tasks", f.tasks.Load()}, {"streams", f.streams.Load()},
		{"timers", f.timers.Load()}, {"monitors", f.monitors.Load()},
	} {
		fmt.Fprintf(&b, "%d %s, ", figure.n, figure.what)
	}
	return strings.TrimSuffix(b.String(), ", ")
}

// print prints the figures.
func (s *soak) print() {
	s.say("%v under load (seed %d): %s", s.duration, s.seed, s.line())
	if n := len(s.findings.all()); n == 0 {
		s.say("all is as it was, and nothing was lost, doubled or out of order")
	}
}
