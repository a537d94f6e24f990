package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// TestRandomOperations has many clients at once do at random what can be done to
// a random tree, faults among it, and then looks whether all is as it should be.
// A seed that fails is tried again with fewer clients and operations, and the
// smallest that fails is told. SEED sets the seed, and OPS how many operations a
// client does.
func TestRandomOperations(t *testing.T) {
	ops, seed := 100, rand.Uint64()
	if testing.Short() {
		ops = 20
	}
	if n, err := strconv.Atoi(os.Getenv("OPS")); err == nil {
		ops = n
	}
	if n, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		seed = n
	}
	t.Logf("SEED=%d OPS=%d", seed, ops)
	clients := 16
	found := chaos(t, seed, clients, ops)
	if len(found) == 0 {
		return
	}
	for clients > 1 || ops > 1 {
		fewer, less := max(clients/2, 1), max(ops/2, 1)
		if again := chaos(t, seed, fewer, ops); fewer < clients && len(again) > 0 {
			clients, found = fewer, again
		} else if again := chaos(t, seed, clients, less); less < ops && len(again) > 0 {
			ops, found = less, again
		} else {
			break
		}
	}
	t.Errorf("SEED=%d, %d clients with %d operations: %v", seed, clients, ops, found)
}

// A storm is one run.
type storm struct {
	n   *coppice.Node
	sup coppice.PID
	ids []string

	mu    sync.Mutex // guards what follows
	wrong []string
}

func (s *storm) fail(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wrong) < 10 {
		s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
	}
}

// The messages of a worker of the storm.
type (
	next struct { // numbered by its sender
		from coppice.PID
		n    int
	}
	hit   struct{ how int } // what befalls it
	whois struct{ genserver.Returns[string] }
)

// A grunt is a worker of the storm.
type grunt struct {
	s    *storm
	id   string
	last map[coppice.PID]int
}

// told sees to it that the name of a child is free before its supervisor hears
// of its end.
func (s *storm) told(r coppice.Report) {
	taken := new(coppice.AlreadyStartedError)
	if r, ok := r.(*coppice.SupervisorReport); ok && errors.As(r.Reason, &taken) {
		s.fail("%v", r)
	}
}

// births sees to it that who runs has its name.
func (s *storm) births(p *coppice.Process, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// One that was killed meanwhile has lost its name, and is not alive by then.
	if owner := coppice.Whereis(p, coppice.Name(id)); owner != p.Self() && coppice.Alive(p.Self()) {
		s.wrong = append(s.wrong, fmt.Sprintf("%s runs as %v, and its name is that of %v", id, p.Self(), owner))
	}
}

func (g *grunt) next(_ *coppice.Process, m next) error {
	if had := g.last[m.from]; m.n <= had {
		g.s.fail("%s: %v sent %d after %d", g.id, m.from, m.n, had)
	}
	g.last[m.from] = m.n
	return nil
}

var errHit = errors.New("hit")

func (g *grunt) hit(p *coppice.Process, m hit) error {
	switch m.how {
	case 0:
		panic("hit")
	case 1:
		return errHit
	case 2:
		return coppice.Normal
	case 3:
		p.Sleep(time.Millisecond)
	case 4:
		_ = supervisor.TerminateChild(p.WithTimeout(time.Second), g.s.sup, g.id)
	case 5:
		_, err := genserver.Call(p.WithTimeout(time.Second), coppice.Name(g.s.ids[0]), whois{})
		return err
	}
	return nil
}

func (g *grunt) whois(*coppice.Process, whois) (string, error) { return g.id, nil }

var grunts = genserver.Define(
	func(p *coppice.Process, g grunt) (*grunt, error) {
		g.last = map[coppice.PID]int{}
		g.s.births(p, g.id)
		p.TrapExit(len(g.id)%2 == 0)
		return &g, nil
	},
	genserver.OnCast((*grunt).next), genserver.OnCast((*grunt).hit), genserver.OnCall((*grunt).whois),
)

// chaos runs one storm and returns what was wrong.
func chaos(t *testing.T, seed uint64, clients, ops int) (wrong []string) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		random := rand.New(rand.NewPCG(seed, 0))
		s := &storm{}
		s.n = coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler), FindCircles: random.IntN(2) == 0, OnReport: s.told})
		spec := supervisor.Spec{Strategy: supervisor.Strategy(random.IntN(3)), Restarts: supervisor.AtMost(1<<30, time.Second)}
		for i := range 1 + random.IntN(8) {
			s.ids = append(s.ids, "w"+fmt.Sprint(i*i*i))
			spec.Children = append(spec.Children, s.child(random, s.ids[i]))
		}
		var err error
		if s.sup, err = supervisor.New(spec).Start(s.n); err != nil {
			s.fail("Start: %v", err)
		}
		var done sync.WaitGroup
		for i := range clients {
			done.Add(1)
			_, _ = coppice.Spawn(s.n, func(p *coppice.Process) error {
				defer done.Done()
				s.client(p, rand.New(rand.NewPCG(seed, uint64(i+1))), ops)
				return nil
			})
		}
		done.Wait()
		time.Sleep(time.Hour) // every wait is over
		s.check(spec)
		if report := s.n.Stop(context.Background()); len(report.Stuck) > 0 || s.n.Count() != 0 {
			s.fail("after the end: %d processes, stuck: %v", s.n.Count(), report.Stuck)
		}
		wrong = s.wrong
	})
	return wrong
}

func (s *storm) child(random *rand.Rand, id string) supervisor.ChildSpec {
	options := []genserver.Option{genserver.Name(coppice.Name(id))}
	if random.IntN(2) == 0 {
		options = append(options, genserver.MaxMailbox(1+random.IntN(4), coppice.Full(random.IntN(4))), genserver.SkipAbandoned())
	}
	c := supervisor.ChildSpec{
		ID: id, Start: grunts.With(grunt{s: s, id: id}, options...),
		Restart: supervisor.Restart(random.IntN(2)), Shutdown: supervisor.Within(10 * time.Millisecond),
	}
	if random.IntN(3) == 0 {
		c.Backoff = supervisor.Between(time.Millisecond, 20*time.Millisecond)
	}
	return c
}

// client does ops operations.
func (s *storm) client(p *coppice.Process, random *rand.Rand, ops int) {
	refs := map[coppice.Ref]bool{}
	q := p.WithTimeout(24 * time.Hour)
	for n := 1; n <= ops; n++ {
		id := s.ids[random.IntN(len(s.ids))]
		to := coppice.Name(id)
		switch random.IntN(12) {
		case 0, 1:
			_ = genserver.Cast(p.WithTimeout(time.Second), to, next{p.Self(), n})
		case 2:
			if got, err := genserver.Call(p.WithTimeout(time.Second), to, whois{}); err == nil && got != id {
				s.fail("%s answered for %s", got, id)
			}
		case 3, 10, 11:
			_ = genserver.Cast(p.WithTimeout(time.Second), to, hit{random.IntN(6)})
		case 4:
			_ = coppice.Exit(p, to, []error{coppice.Kill, coppice.Shutdown, errHit}[random.IntN(3)])
		case 5:
			_ = supervisor.TerminateChild(q, s.sup, id)
		case 6:
			_, _ = supervisor.RestartChild(q, s.sup, id)
		case 7:
			if ref, err := p.Monitor(to); err == nil {
				refs[ref] = true
			}
		case 8:
			if children, err := supervisor.Children(q, s.sup); err != nil || len(children) != len(s.ids) {
				s.fail("Children: %v, %v", children, err)
			}
		case 9:
			p.Sleep(time.Duration(random.IntN(3)) * time.Millisecond)
		}
	}
	for ref := range refs { // each fires once, if not before then after this
		if m, ok := p.ReceiveRef(ref, 0); !ok {
			p.Demonitor(ref, true)
		} else if _, ok := m.Body.(coppice.Down); !ok {
			s.fail("a monitor brought %T", m.Body)
		}
		if _, ok := p.ReceiveRef(ref, 0); ok {
			s.fail("a monitor fired twice, or after Demonitor")
		}
	}
	if m, ok := p.ReceiveTimeout(0); ok {
		s.fail("a client was sent a %T", m.Body)
	}
}

// check looks at the books when everything has come to rest.
func (s *storm) check(spec supervisor.Spec) {
	children, err := supervisor.Children(s.n, s.sup)
	if err != nil || len(children) != len(s.ids) {
		s.fail("in the end: Children: %v, %v", children, err)
	}
	active := 0
	for _, c := range children {
		owner := coppice.Whereis(s.n, coppice.Name(c.ID))
		switch {
		case c.Restarting:
			s.fail("%s is restarting for ever", c.ID)
		case owner != c.PID:
			s.fail("the name %s belongs to %v, the child is %v", c.ID, owner, c.PID)
		case c.PID.IsZero():
			if _, err := supervisor.RestartChild(s.n, s.sup, c.ID); err != nil {
				s.fail("%s is down, and RestartChild: %v", c.ID, err)
			}
		case !coppice.Alive(c.PID):
			s.fail("%s is %v, which has ended", c.ID, c.PID)
		}
		active++
	}
	if counts, err := supervisor.Count(s.n, s.sup); err != nil || counts.Active != active || s.n.Count() != active+1 {
		s.fail("in the end: %+v, %d processes: %v", counts, s.n.Count(), err)
	}
	for i := range 10 * len(spec.Children) {
		c := spec.Children[i/10]
		if got, err := genserver.Call(s.n, coppice.Name(c.ID), whois{}); got != c.ID {
			s.fail("in the end %s answers %q, %v", c.ID, got, err)
		}
	}
}
