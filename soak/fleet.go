package main

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// The fleet: workers, each of which gets numbers from one sender. Those with an
// even place are killed, the others crash.

// A place is where a worker works.
type place struct {
	s *soak
	n int
}

type worker struct {
	place
	last uint64
}

// What a worker is sent.
type (
	number struct{ n uint64 }                  // one more than the last
	last   struct{ genserver.Returns[uint64] } // the last number that came
	double struct {                            // twice n
		genserver.Returns[uint64]
		n uint64
	}
	poison struct{ how int } // crash
)

// present is what a worker says to its sender when it begins: numbers to it
// begin with 1.
type present struct {
	place int
	pid   coppice.PID
}

func newWorker(p *coppice.Process, at place) (*worker, error) {
	self := p.Self()
	at.s.workers[at.n].Store(&self)
	return &worker{place: at}, coppice.Send(p, at.s.senderOf(at.n), present{at.n, self})
}

func (w *worker) number(_ *coppice.Process, m number) error {
	if m.n != w.last+1 {
		w.s.findings.add("worker %d got the number %d after %d", w.n, m.n, w.last)
	}
	w.last = m.n
	return nil
}

func (w *worker) lastNumber(*coppice.Process, last) (uint64, error) { return w.last, nil }

func (w *worker) double(_ *coppice.Process, m double) (uint64, error) { return 2 * m.n, nil }

// poison crashes in one of the ways there are.
func (w *worker) poison(p *coppice.Process, m poison) error {
	w.s.crashed.crash(p)
	switch m.how % 4 {
	case 0:
		panic("poisoned")
	case 1:
		runtime.Goexit()
	case 2:
		var nobody *worker
		nobody.last++
	}
	return fmt.Errorf("poisoned")
}

var fleet = genserver.Define(newWorker,
	genserver.OnCast((*worker).number),
	genserver.OnCast((*worker).poison),
	genserver.OnCall((*worker).lastNumber),
	genserver.OnCall((*worker).double),
)

// senders is how many there are.
const senders = 16

func (s *soak) senderOf(place int) coppice.Name {
	return coppice.Name("sender/" + strconv.Itoa(place%senders))
}

// A sender is a process that sends numbers to its workers, and knows how many
// each has got.
type sender struct {
	s      *soak
	places []present
	sent   []uint64
}

// What a sender is told.
type (
	sendSome struct{ n int }                  // numbers, to workers of its choice
	compare  struct{ result chan<- struct{} } // what was sent with what has come
)

func (s *soak) sender(n int) func(*coppice.Process) error {
	mine := (s.processes - n + senders - 1) / senders
	return func(p *coppice.Process) error {
		w := &sender{s: s, places: make([]present, mine), sent: make([]uint64, mine)}
		random := rand.New(rand.NewPCG(s.seed, uint64(n)))
		for {
			switch m := p.Receive().Body.(type) {
			case present:
				i := m.place / senders
				w.places[i], w.sent[i] = m, 0
			case sendSome:
				for range m.n {
					w.send(p, random.IntN(mine), random)
				}
				s.sending[n].Store(false)
			case compare:
				w.compare(p)
				m.result <- struct{}{}
			}
		}
	}
}

func (w *sender) send(p *coppice.Process, i int, random *rand.Rand) {
	to := w.places[i].pid
	if to.IsZero() {
		return
	}
	w.sent[i]++
	_ = genserver.Cast(p, to, number{w.sent[i]})
	w.s.figures.messages.Add(1)
	if random.IntN(10) > 0 {
		return
	}
	n := random.Uint64N(1 << 60)
	twice, err := genserver.Call(p.WithTimeout(patience), to, double{n: n})
	if err == nil && twice != 2*n {
		w.s.findings.add("a call was answered with %d, want %d", twice, 2*n)
	}
	if err != nil && coppice.Alive(to) {
		w.s.findings.add("a call to a living worker failed: %v", err)
	}
	w.s.figures.calls.Add(1)
}

// compare finds what was lost. Nothing else is sent meanwhile.
func (w *sender) compare(p *coppice.Process) {
	for i, at := range w.places {
		got, err := genserver.Call(p.WithTimeout(patience), at.pid, last{})
		if err != nil || got != w.sent[i] {
			w.s.findings.add("worker %d got %d of %d numbers (%v)", at.place, got, w.sent[i], err)
		}
	}
}

// tree is what is there before, while and after there is load.
func (s *soak) tree() *supervisor.Supervisor {
	var children []supervisor.ChildSpec
	for i := range senders {
		children = append(children, supervisor.ChildSpec{
			ID:    fmt.Sprint("sender ", i),
			Start: supervisor.Body(s.sender(i), named(string(s.senderOf(i)))...),
		})
	}
	children = append(children,
		supervisor.ChildSpec{ID: "keys", Start: s.keys},
		supervisor.ChildSpec{ID: "tasks", Start: s.tasks},
		supervisor.ChildSpec{ID: "hangers", Start: s.hangers},
		supervisor.ChildSpec{ID: "fleet", Start: s.squads()},
		supervisor.ChildSpec{ID: "units", Start: s.unitTree()},
	)
	for _, f := range s.floods {
		children = append(children, f.server())
	}
	return supervisor.New(supervisor.Spec{Strategy: supervisor.RestForOne, Children: children}, named("top")...)
}

// squads are supervisors of workers, some thousand each.
func (s *soak) squads() *supervisor.Supervisor {
	const size = 4000
	var children []supervisor.ChildSpec
	for from := 0; from < s.processes; from += size {
		to := min(from+size, s.processes)
		children = append(children, supervisor.ChildSpec{ID: fmt.Sprint("from ", from), Start: supervisor.Func(func(*coppice.Process) (supervisor.Spec, error) {
			spec := supervisor.Spec{Restarts: anyNumber}
			for n := from; n < to; n++ {
				spec.Children = append(spec.Children, supervisor.ChildSpec{ID: strconv.Itoa(n), Start: fleet.With(place{s, n})})
			}
			return spec, nil
		})})
	}
	return supervisor.New(supervisor.Spec{Children: children})
}

// load is what makes trouble, until the load ends.
func (s *soak) load() *supervisor.Supervisor {
	children := []supervisor.ChildSpec{
		s.repeat("numbers", 100, func(p *coppice.Process, random *rand.Rand) {
			if i := random.IntN(senders); s.sending[i].CompareAndSwap(false, true) { // or it is not done with the last ones
				_ = coppice.Send(p, s.senderOf(i), sendSome{s.messages/100 + 1})
			}
		}),
		s.repeat("crashes", s.crashes, func(p *coppice.Process, random *rand.Rand) {
			if pid := s.workers[random.IntN(s.processes/2)*2+1].Load(); pid != nil {
				_ = genserver.Cast(p, *pid, poison{random.Int()})
			}
		}),
		s.repeat("kills", s.kills, func(p *coppice.Process, random *rand.Rand) {
			if pid := s.workers[random.IntN(s.processes/2)*2].Load(); pid != nil {
				_ = coppice.Exit(p, *pid, []error{coppice.Kill, coppice.Shutdown, errBug}[random.IntN(3)])
				s.figures.kills.Add(1)
			}
		}),
		s.repeat("units", 20, s.restartUnit),
	}
	for i := range 4 {
		of := func(what string) string { return fmt.Sprint(what, " ", i) }
		children = append(children,
			s.repeat(of("hangs"), 3, s.hang),
			s.repeat(of("keys"), s.churn/4, s.takeKey),
			s.repeat(of("tasks"), s.churn/4, s.runTask),
			s.repeat(of("streams"), 5, s.runStream),
			s.repeat(of("timers"), s.churn/40, s.setTimers),
			s.repeat(of("monitors"), s.churn/40, s.monitorSome),
		)
	}
	for _, f := range s.floods {
		children = append(children, f.source())
	}
	if s.wrong != nil {
		children = append(children, supervisor.ChildSpec{ID: "wrong", Restart: supervisor.Temporary, Start: supervisor.Body(s.wrong)})
	}
	for i := range children {
		children[i].Significant = true
	}
	return supervisor.New(supervisor.Spec{Children: children, AutoShutdown: supervisor.AllSignificant, Restarts: supervisor.AtMost(0, time.Second)})
}
