package conformance

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// Options say how a scenario is executed.
type Options struct {
	// Jitter holds up every second traced event for a random time that is no
	// longer than this, so that orders which only happen to be the same come
	// apart.
	Jitter time.Duration
}

// limit is how long a scenario may take.
const limit = 30 * time.Second

// Run executes a scenario on a node of its own, and returns its trace. The
// error says why there is none, with file and line; a scenario that Skip gives a
// reason for is not run.
func Run(ctx context.Context, s *Scenario, options Options) ([]string, error) {
	if why := Skip(s); why != "" {
		return nil, fmt.Errorf("%s: skipped: %s", s.File, why)
	}
	r := newRun(s, options)
	lines, err := r.execute(ctx)
	if err == nil {
		return lines, r.end()
	}
	_ = r.end()
	return nil, fmt.Errorf("%s:%d: %w", s.File, r.line.Load(), err)
}

// A run is one execution of a scenario.
type run struct {
	scenario *Scenario
	jitter   time.Duration
	ops      map[string]operation
	kinds    map[Kind]kind
	node     *coppice.Node
	driver   *actor
	reaper   *actor
	line     atomic.Int64 // the line of the script that the driver is at
	books    books
	events   eventLog
	deaths   deathLog
	codes    codes
	recipes  recipes
	tasks    tasks
}

func newRun(s *Scenario, options Options) *run {
	r := &run{scenario: s, jitter: options.Jitter, ops: operations(), kinds: kinds()}
	o := coppice.Options{Logger: slog.New(slog.DiscardHandler)}
	if s.Reports() {
		o.OnReport = r.report
	}
	for _, d := range s.Defs {
		if d.isSimple() || d.Kind == Registry {
			o.Before = before{r}
		}
	}
	r.node = coppice.NewNode(o)
	r.books.init()
	return r
}

// execute starts the reaper and the driver, and waits for the trace.
func (r *run) execute(ctx context.Context) ([]string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not finished after %v", limit))
	defer cancel()
	done := make(chan []string, 1)
	r.reaper = &actor{run: r}
	r.driver = &actor{run: r, lane: driverLane}
	ready := make(chan struct{})
	reaper, err := coppice.Spawn(r.node, r.reap)
	if err != nil {
		return nil, err
	}
	r.reaper.pid = reaper
	r.books.enter(r.reaper)
	driver, err := coppice.Spawn(r.node, func(p *coppice.Process) error {
		p.TrapExit(true)
		<-ready
		r.driver.p = p
		done <- r.drive(p)
		p.Receive() // its end would reach what it is linked with
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.driver.pid = driver
	r.books.enter(r.driver)
	close(ready)
	return r.trace(ctx, done)
}

// trace waits until the driver is done.
func (r *run) trace(ctx context.Context, done <-chan []string) ([]string, error) {
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		reason, _ := coppice.Await(ctx, r.driver.pid)
		ended <- reason
	}()
	select {
	case lines := <-done:
		return lines, nil
	case reason := <-ended:
		if ctx.Err() == nil {
			return nil, fmt.Errorf("the driver died: %s", r.reason(reason))
		}
	case <-ctx.Done():
	}
	return nil, context.Cause(ctx)
}

// end kills what is left, and stops the node. The error tells what would not
// end.
func (r *run) end() error {
	for r.node.Count() > 0 {
		for pid := range r.node.List() {
			_ = coppice.Exit(r.node, pid, coppice.Kill)
		}
		time.Sleep(100 * time.Microsecond)
	}
	report := r.node.Stop(context.Background())
	if len(report.Stuck) > 0 {
		return fmt.Errorf("%s: %d goroutines are stuck, the first: %v", r.scenario.File, len(report.Stuck), report.Stuck[0])
	}
	return nil
}

// drive executes the blocks, as the driver.
func (r *run) drive(p *coppice.Process) (lines []string) {
	for _, block := range r.scenario.Blocks {
		for i := range block {
			r.line.Store(int64(block[i].Line))
			r.step(&block[i])
		}
		b := blockTrace{settled: r.settle(p)}
		b.events, b.inbox, b.deaths = r.events.take(), r.inbox(p), r.deaths.take()
		lines = append(lines, b.lines(block, r.scenario.Unordered)...)
	}
	return lines
}

// step executes a step, or hands it to the process that is to execute it.
func (r *run) step(s *Step) {
	if s.By == "" {
		r.driver.perform(s)
		return
	}
	a := r.books.find(s.By)
	if a == nil || !coppice.Alive(a.pid) {
		r.driver.emit("= dead")
		return
	}
	_ = coppice.Send(r.driver.p, a.pid, order{s})
}

// An order is the message by which a process is told to execute a step.
type order struct{ step *Step }

// inbox gives what the driver got and did not wait for.
func (r *run) inbox(p *coppice.Process) (messages []string) {
	for {
		m, ok := p.ReceiveTimeout(0)
		if !ok {
			return messages
		}
		_, exit := m.Body.(coppice.Exited)
		if t, ok := m.Body.(Term); ok && !exit {
			_, exit = tagged(t, "EXIT", 2)
		}
		if !exit {
			messages = append(messages, r.message(m))
		}
	}
}

// pause is what jitter is made of.
func (r *run) pause(sleep func(time.Duration)) {
	if r.jitter > 0 && rand.IntN(2) == 0 {
		sleep(rand.N(r.jitter + 1))
	}
}

// write adds an event, unless the process that it belongs to has been told to
// end: what such a process still does is not to be seen.
func (r *run) write(p *coppice.Process, from lane, text string) {
	r.pause(p.Sleep)
	r.events.addIf(func() bool { return p.Err() == nil }, from, text)
	p.Checkpoint()
}

// reap notes the ends of processes, as the reaper.
func (r *run) reap(p *coppice.Process) error {
	r.reaper.place.Store(int32(loop))
	watched := map[coppice.Ref]*actor{}
	for {
		switch m := p.Receive(); body := m.Body.(type) {
		case watch:
			ref, err := p.Monitor(body.actor.pid)
			if err != nil {
				return err
			}
			watched[ref] = body.actor
			m.From().Reply(nil, nil)
		case coppice.Down:
			a := watched[body.Ref]
			delete(watched, body.Ref)
			r.deaths.add(a.lane, r.reason(body.Reason))
			r.books.bury(a)
		}
	}
}

// A watch asks the reaper to watch a process.
type watch struct{ actor *actor }

// enroll gives the process pid, which is to be known as name, its incarnation.
// It is called by p, which goes on when the process is watched.
func (r *run) enroll(p *coppice.Process, name string, pid coppice.PID) *actor {
	a := &actor{run: r, pid: pid}
	r.books.number(a, name)
	_, _ = coppice.Request(p.WithoutTimeout(), r.reaper.pid, watch{a})
	return a
}

// enrollSelf is enroll for a process that gives itself its name.
func (r *run) enrollSelf(p *coppice.Process, name string) *actor {
	a := r.enroll(p, name, p.Self())
	a.p = p
	return a
}
