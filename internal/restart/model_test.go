package restart

import (
	"slices"
	"testing"
	"time"
)

// TestEveryState visits every supervisor of up to three children in every state
// that it can reach, by ends, retries and hand, with every start succeeding,
// failing and being ignored. -short makes it two children.
//
// A state is what matters of a world and no more: children are known by their
// place, so that supervisors which differ only by what their children are called
// are one, and restarts either count by now or do not.
func TestEveryState(t *testing.T) {
	most := 3
	if testing.Short() {
		most = 2
	}
	m := model{TB: t, most: most, seen: map[snapshot]bool{}}
	for s := OneForOne; s <= RestForOne; s++ {
		for a := Never; a <= AllSignificant; a++ {
			m.boot(s, a, Backoff{}, nil)
			m.boot(s, a, modelBackoff, nil)
		}
	}
	booted := len(m.queue)
	for len(m.queue) > 0 {
		last := m.queue[len(m.queue)-1]
		m.queue = m.queue[:len(m.queue)-1]
		m.visit(last)
	}
	t.Logf("%d states after init, %d states, %d transitions", booted, len(m.seen), m.transitions)
}

type model struct {
	testing.TB
	most        int
	seen        map[snapshot]bool
	queue       []snapshot
	transitions int
}

type snapshot struct {
	strategy Strategy
	auto     AutoShutdown
	n, spent int
	kids     [3]kid // their IDs by place
	gone     bool
}

const modelMax, modelPeriod = 2, 10 * time.Second

// modelBackoff has one length, so that the waits of before are no part of a
// state.
var modelBackoff = Backoff{First: time.Second, Most: time.Second}

var modelIDs = []string{"a", "b", "c", "d"}

// kinds are the children that a supervisor may have.
func kinds(a AutoShutdown) []Child {
	ks := []Child{{Restart: Permanent}, {Restart: Transient}, {Restart: Temporary}}
	if a != Never {
		ks = append(ks, Child{Restart: Transient, Significant: true}, Child{Restart: Temporary, Significant: true})
	}
	return ks
}

// boot starts every supervisor that has these children first.
func (m *model) boot(s Strategy, a AutoShutdown, b Backoff, children []Child) {
	m.every(func() *world {
		return newWorld(m.TB, s, a, Intensity{Max: modelMax, Period: modelPeriod})
	}, func(w *world) { w.boot(children) })
	if len(children) < m.most {
		for _, k := range kinds(a) {
			k.ID, k.Backoff = modelIDs[len(children)], b
			m.boot(s, a, b, append(slices.Clip(children), k))
		}
	}
}

// visit does in a state all that can be done.
func (m *model) visit(s snapshot) {
	if s.gone {
		return
	}
	try := func(event func(*world)) { m.every(func() *world { return m.wake(s) }, event) }
	for _, k := range s.kids[:s.n] {
		if k.alive {
			try(func(w *world) { w.exited(k.ID, Normal) })
			try(func(w *world) { w.exited(k.ID, Shutdown) })
			try(func(w *world) { w.exited(k.ID, Abnormal) })
		}
		try(func(w *world) { w.retry(k.ID) })
		try(func(w *world) { w.due(k.ID) })
		try(func(w *world) { w.terminate(k.ID) })
		try(func(w *world) { w.restartByHand(k.ID) })
		try(func(w *world) { w.delete(k.ID) })
		try(func(w *world) { w.add(k.Child) })
	}
	if s.n < m.most {
		for _, k := range kinds(s.auto) {
			k.ID, k.Backoff = modelIDs[s.n], s.backoff()
			try(func(w *world) { w.add(k) })
		}
	}
	try(func(w *world) { w.shutdown() })
	try(func(w *world) { w.now = w.now.Add(modelPeriod + 1); w.spent = nil })
}

// backoff is that of all children.
func (s snapshot) backoff() Backoff {
	if s.n == 0 {
		return Backoff{}
	}
	return s.kids[0].Backoff
}

// every lets an event happen with every outcome of every start in it.
func (m *model) every(wake func() *world, event func(*world)) {
	var choices []outcome
	for {
		w, next := wake(), 0
		w.outcome = func() outcome {
			if next == len(choices) {
				choices = append(choices, starts)
			}
			next++
			return choices[next-1]
		}
		event(w)
		m.transitions++
		if s := sleep(w); !m.seen[s] {
			m.seen[s] = true
			m.queue = append(m.queue, s)
		}
		for len(choices) > 0 && choices[len(choices)-1] == ignores {
			choices = choices[:len(choices)-1]
		}
		if len(choices) == 0 {
			return
		}
		choices[len(choices)-1]++
	}
}

func sleep(w *world) snapshot {
	s := snapshot{strategy: w.strategy, auto: w.auto, gone: w.gone}
	if w.gone {
		return s
	}
	s.n, s.spent = len(w.kids), len(w.spent)
	for i, k := range w.kids {
		k.ID = modelIDs[i]
		s.kids[i] = k
	}
	return s
}

func (m *model) wake(s snapshot) *world {
	w := newWorld(m.TB, s.strategy, s.auto, Intensity{Max: modelMax, Period: modelPeriod})
	for _, k := range s.kids[:s.n] {
		w.kids = append(w.kids, k)
		w.cs.Add(k.Child)
		c := w.cs.child(k.ID)
		c.status, c.waits = w.status(k.ID), k.waits
	}
	for range s.spent {
		w.cs.intensity.Spend(w.now)
		w.spent = append(w.spent, w.now)
	}
	return w
}
