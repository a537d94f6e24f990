package faults

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/pubsub"
	"github.com/seed-7832d3a3/coppice/registry"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

// A moment is when the fault strikes.
type moment string

const (
	atFirst moment = "at the first start"
	atAgain moment = "at a restart"
	running moment = "while it runs"
	told    moment = "when it was told to end"
	killed  moment = "when it was killed"
)

// moments are those that a site can have.
func (s site) moments() []moment {
	switch {
	case s.plain:
		return []moment{running}
	case s.poke == nil:
		return []moment{atFirst, atAgain, told, killed}
	}
	return []moment{running, told, killed}
}

// A fixture is one cell of the matrix: a fault, struck once.
type fixture struct {
	t      *testing.T
	node   *coppice.Node
	name   string
	site   site
	fault  fault
	moment moment
	sup    coppice.Name
	start  func() // of the tree, as an operator does it
	bus    *pubsub.Bus[string, int]
	keys   *registry.Registry[string, int]
	unique *registry.Registry[string, int]

	release    chan struct{} // closed at the end: hangs until then
	after      chan struct{} // closed when life has gone on
	gate       chan struct{} // what has entered waits for it
	entered    chan struct{}
	lock       chan struct{} // a mutex that a bubble can wait for
	goroutines sync.WaitGroup

	mu      sync.Mutex // guards what follows
	owner   coppice.PID
	calls   int
	skip    int // calls that pass
	armed   bool
	struck  bool
	begun   map[coppice.PID]bool
	crashes map[coppice.PID][]*coppice.CrashReport
}

// at is called at the site under test, by p or by no process.
func (f *fixture) at(p *coppice.Process) error {
	f.mu.Lock()
	if p != nil {
		f.owner = p.Self()
	}
	due := f.armed && !f.struck && f.calls >= f.skip
	if f.armed {
		f.calls++
	}
	f.struck = f.struck || due
	f.mu.Unlock()
	if !due {
		return nil
	}
	if f.moment == killed || f.moment == told && !f.site.ends {
		f.entered <- struct{}{}
		<-f.gate
	}
	return f.fault.strike(f, p)
}

// begin is called by every incarnation of the subject.
func (f *fixture) begin(p *coppice.Process) {
	f.mu.Lock()
	f.begun[p.Self()] = true
	f.mu.Unlock()
	_ = coppice.Send(p, coppice.Name("watcher"), p.Self())
	f.lock <- struct{}{}
	<-f.lock
}

// running is the hold of the process that has the name of the subject; of an
// agent, whose functions do not get it.
func (f *fixture) running() *coppice.Process { return nil }

// TestMatrix strikes every fault at every site in every moment, once. What has
// to be true then is in alive and settled.
func TestMatrix(t *testing.T) {
	cells := 0
	for _, s := range sites() {
		for _, x := range slices.Concat(faults, twisted, deeds) {
			if x.process && (s.plain || s.name == "agent function" || s.name == "function of a selective receive") {
				continue
			}
			for _, m := range s.moments() {
				if s.name == "agent function" && m != running {
					continue
				}
				if cells++; testing.Short() && cells%7 != 0 {
					continue // enough for a look at each site, fault and moment
				}
				name := fmt.Sprintf("%s/%s/%s", s.name, x.name, m)
				t.Run(name, func(t *testing.T) { strike(t, &fixture{name: name, site: s, fault: x, moment: m}) })
			}
		}
	}
	t.Logf("%d cells", cells)
}

func strike(t *testing.T, f *fixture) {
	options := coppicetest.Options{Node: coppice.Options{
		Logger:   slog.New(coppice.NewReportHandler(io.Discard)),
		OnReport: f.report,
		// What hangs is let go at the end: here it is no finding.
		Grace: time.Hour, KillGrace: time.Hour,
	}}
	if f.site.waitedFor {
		options.Node.KillGrace = 10 * time.Second
	}
	coppicetest.RunWith(t, options, func(t *testing.T, node *coppice.Node) {
		f.t, f.node, f.sup = t, node, "sup"
		f.release, f.after = make(chan struct{}), make(chan struct{})
		f.gate, f.entered, f.lock = make(chan struct{}), make(chan struct{}, 1), make(chan struct{}, 1)
		f.begun, f.crashes = map[coppice.PID]bool{}, map[coppice.PID][]*coppice.CrashReport{}
		f.bus = pubsub.New[string, int](pubsub.Options{})
		f.keys = registry.New[string, int](registry.Options{Keys: registry.Duplicate})
		f.unique = registry.New[string, int](registry.Options{})
		coppicetest.AllowCrashes(t, node, coppicetest.Crash{})
		f.plant()
		f.provoke()
		f.await()
		close(f.after)
		synctest.Wait()
		f.settled()
		if f.site.waitedFor && f.fault.hangs {
			coppicetest.ExpectZombie(t, node, string(subject))
		}
		close(f.release)
		if f.fault.hangs {
			_ = coppice.Exit(node, f.owned(), coppice.Kill)
		}
		if top, err := coppice.Name("top").Whereis(node); err == nil {
			_ = supervisor.Stop(node, top, nil)
		}
		f.goroutines.Wait()
	})
}

func (f *fixture) report(r coppice.Report) {
	if c, ok := r.(*coppice.CrashReport); ok {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.crashes[c.PID] = append(f.crashes[c.PID], c)
	}
}

// plant starts the tree. Where the fault is one of the first start, that may
// fail, and is tried again as an operator would.
func (f *fixture) plant() {
	pong := func(name coppice.Name, entries ...genserver.Handler[string]) supervisor.ChildSpec {
		def := genserver.Define(func(*coppice.Process, genserver.None) (string, error) { return "", nil }, append(entries,
			genserver.OnCall(func(string, *coppice.Process, ping) (string, error) { return "pong", nil }))...)
		return supervisor.ChildSpec{ID: string(name), Start: def.With(genserver.None{}, genserver.Name(name))}
	}
	relay := genserver.OnCall(func(_ string, p *coppice.Process, m relayed) (int, error) {
		if m.n > 0 {
			return genserver.Call(p, coppice.Name("relay2"), relayed{back: m.back})
		}
		_, err := genserver.Call(p, m.back, ping{})
		return 0, err
	})
	haunted := genserver.OnCast(func(_ string, _ *coppice.Process, g ghost) error {
		if g.dead {
			f.t.Error("a message of the dead has come")
		}
		return nil
	})
	heard := genserver.OnInfo(func(_ string, _ *coppice.Process, g ghost) error {
		if g.dead {
			f.t.Error("a message of the dead has come")
		}
		return nil
	})
	inner := supervisor.New(supervisor.Spec{
		Restarts: supervisor.AtMost(20, time.Minute),
		Children: []supervisor.ChildSpec{pong("sibling"), {ID: "subject", Start: f.site.start(f)}},
	}, supervisor.Name(f.sup))
	// The others stand beside the tree, so that they hear of all that happens.
	base := supervisor.New(supervisor.Spec{
		Restarts: supervisor.AtMost(20, time.Minute),
		Children: []supervisor.ChildSpec{
			{ID: "keys", Start: f.keys}, {ID: "unique", Start: f.unique}, {ID: "bus", Start: f.bus},
			{ID: "tasks", Start: &task.Supervisor{Options: []supervisor.Option{supervisor.Name(coppice.Name("tasks"))}}},
			{ID: "watcher", Start: supervisor.Body(watcher, supervisor.Name(coppice.Name("watcher")))},
			pong("relay", relay), pong("relay2", relay), pong("bystander", haunted, heard),
		},
	})
	if _, err := base.Start(f.node); err != nil {
		f.t.Fatal(err)
	}
	top := supervisor.New(supervisor.Spec{
		Restarts: supervisor.AtMost(20, time.Minute),
		Children: []supervisor.ChildSpec{{ID: "sup", Start: inner}},
	}, supervisor.Name(coppice.Name("top")))
	f.armed = f.site.poke == nil
	if f.moment == atAgain {
		f.skip = 1
	}
	f.start = func() { _, _ = top.Start(coppice.NoTimeout(f.node)) }
	f.goroutines.Go(f.start)
	synctest.Wait()
}

// provoke brings about the moment.
func (f *fixture) provoke() {
	if f.moment == atAgain {
		_ = coppice.Exit(f.node, f.owned(), coppice.Kill)
		return
	}
	f.mu.Lock()
	f.armed = true
	f.mu.Unlock()
	switch {
	case f.site.poke == nil && f.moment == atFirst:
		return
	case f.site.ends && f.moment == told:
		f.terminate()
		return
	case f.site.poke != nil:
		f.site.poke(f)
	}
	if f.moment == running {
		return
	}
	select {
	case <-f.entered:
	case <-time.After(time.Minute):
		f.t.Fatal("the site was not reached")
	}
	switch {
	case f.moment == killed:
		_ = coppice.Exit(f.node, f.owned(), coppice.Kill)
	case f.site.poke == nil:
		_ = coppice.Exit(f.node, f.owned(), coppice.Shutdown)
	default:
		f.terminate()
	}
	synctest.Wait()
	close(f.gate)
}

func (f *fixture) owned() coppice.PID {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.owner
}

// terminate has the supervisor end the subject, and start it again.
func (f *fixture) terminate() {
	f.goroutines.Go(func() {
		ctx, cancel := context.WithTimeout(f.node, time.Minute)
		defer cancel()
		_ = supervisor.TerminateChild(ctx, f.sup, "subject")
		_, _ = supervisor.RestartChild(ctx, f.sup, "subject")
	})
	synctest.Wait()
}

// await waits until life goes on. What hangs in a callback is killed in time,
// as an operator would who sees it in the tree.
func (f *fixture) await() {
	var err error
	for range 8 {
		time.Sleep(20 * time.Second)
		if coppice.Whereis(f.node, coppice.Name("top")).IsZero() {
			f.goroutines.Go(f.start)
			time.Sleep(time.Second)
		}
		if err = f.alive(); err == nil {
			return
		}
		if pid := f.owned(); !pid.IsZero() {
			_ = coppice.Exit(f.node, pid, coppice.Kill)
		}
		select {
		case <-f.lock:
		default:
		}
		f.goroutines.Go(func() {
			ctx, cancel := context.WithTimeout(f.node, time.Second)
			defer cancel()
			_, _ = supervisor.RestartChild(ctx, f.sup, "subject")
		})
	}
	f.t.Errorf("life does not go on: %v", err)
}

// alive reports what does not do what it should: the others have noticed
// nothing, the books of the supervisor are right, and so are names.
func (f *fixture) alive() error {
	ctx, cancel := context.WithTimeout(f.node, time.Second)
	defer cancel()
	for _, name := range []coppice.Name{"bystander", "sibling", "relay", "relay2"} {
		if _, err := genserver.Call(ctx, name, ping{}); err != nil {
			return fmt.Errorf("%s does not answer: %w", name, err)
		}
	}
	children, err := supervisor.Children(ctx, f.sup)
	if err != nil {
		return fmt.Errorf("the supervisor does not answer: %w", err)
	}
	counts, err := supervisor.Count(ctx, f.sup)
	if err != nil || counts.Active != 2 || counts.Specs != 2 || len(children) != 2 {
		return fmt.Errorf("the supervisor counts %+v, and lists %v: %w", counts, children, err)
	}
	for _, c := range children {
		if !coppice.Alive(c.PID) || c.Restarting {
			return fmt.Errorf("the child %s is listed with %v", c.ID, c.PID)
		}
	}
	if strings.HasPrefix(f.site.name, "init of a dynamic") {
		return nil
	}
	pid := coppice.Whereis(f.node, subject)
	if pid.IsZero() || !coppice.Alive(pid) {
		return errors.New("nobody has the name of the subject")
	}
	if f.site.name == "agent function" {
		return nil
	}
	if _, err := genserver.Call(ctx, pid, ping{}); err != nil {
		return fmt.Errorf("the subject does not answer: %w", err)
	}
	return nil
}

// settled looks at what is left: every incarnation that has ended was told of
// once to whoever watched it, and has crashed no more than once; those who
// crashed have a report, with the reason that others got.
func (f *fixture) settled() {
	f.t.Helper()
	ends, err := coppice.Request(f.node, coppice.Name("watcher"), nil)
	if err != nil {
		f.t.Errorf("the watcher does not answer: %v", err)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for pid := range f.begun {
		e := ends.(map[coppice.PID]watched)[pid]
		if want := map[bool]int{true: 0, false: 1}[coppice.Alive(pid)]; len(e.downs) != want || e.exits != want {
			f.t.Errorf("%v: %d monitors and %d links have fired, want %d: %v", pid, len(e.downs), e.exits, want, e.downs)
			continue
		}
		reports := f.crashes[pid]
		if len(reports) > 1 {
			f.t.Errorf("%v has crashed %d times", pid, len(reports))
		}
		if len(e.downs) == 0 {
			continue
		}
		var panicked *coppice.PanicError
		_, isPanic := e.downs[0].(*coppice.PanicError)
		switch {
		case isPanic && len(reports) == 0 && errors.As(e.downs[0], &panicked) && f.inCode(pid):
			f.t.Errorf("%v ended with %T and without a report", pid, e.downs[0])
		case len(reports) == 1 && f.moment != told && f.moment != killed && coppice.ClassOf(e.downs[0]) != coppice.ClassAbnormal:
			f.t.Errorf("%v ended with %T, and is reported to have crashed", pid, e.downs[0])
		}
	}
}

// inCode reports whether what ended pid came from its own code, and not by a
// link from where it did.
func (f *fixture) inCode(pid coppice.PID) bool {
	return f.owner == pid
}

// watched is what has been heard of an incarnation.
type watched struct {
	downs []error
	exits int
}

// watcher monitors and is linked with each incarnation of the subject.
func watcher(p *coppice.Process) error {
	p.TrapExit(true)
	seen := map[coppice.PID]watched{}
	parent := p.Parent()
	for {
		switch m := p.Receive(); body := m.Body.(type) {
		case coppice.PID:
			_, _ = p.Monitor(body)
			_ = p.Link(body)
		case coppice.Down:
			w := seen[body.PID]
			w.downs = append(w.downs, body.Reason)
			seen[body.PID] = w
		case coppice.Exited:
			if body.PID == parent {
				return body.Reason
			}
			w := seen[body.PID]
			w.exits++
			seen[body.PID] = w
		case nil:
			m.From().Reply(seen, nil)
		}
	}
}
