package inspect

import (
	"context"
	"iter"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

const (
	tick    = time.Second // how often a node is looked at while somebody watches
	maxTick = 20 * time.Second
	lingers = 5 * time.Second // for whoever comes back
	share   = 50              // watching takes no more than one part in share of the time
	kept    = 5 * time.Minute
	points  = int(kept / tick)
	fresh   = 100 * time.Millisecond // how old a scan may be for who asks once
)

// A sampler looks at a node as long as somebody watches it, and at no other
// time. There is one for each node, however many watch.
type sampler struct {
	view *View

	mu       sync.Mutex // guards what follows
	watchers int
	stop     context.CancelFunc // ends run; nil while it does not
	linger   *time.Timer        // calls quit, while nobody watches
	news     chan struct{}      // closed at each tick
	latest   *scan
	period   time.Duration
	took     time.Duration // what watching has cost since the last tick
	ring     []Point       // the metrics, the oldest first
}

// A Tick is a moment at which the node has been looked at.
type Tick struct {
	At      time.Time
	Period  time.Duration // until the next one, at least
	sampler *sampler
	scan    *scan
}

// List is that of the [View] at the moment of the tick, with the rates since the
// one before. The Window of the query means nothing.
func (t Tick) List(q Query) (Page, error) { return t.scan.list(q) }

// Tree is that of the View at the moment of the tick.
func (t Tick) Tree(q TreeQuery) (Tree, error) { return t.scan.tree(q) }

// Node is that of the View at the moment of the tick.
func (t Tick) Node() Node { return t.scan.header(t.sampler.view.node) }

// Took tells what it has cost to use a tick: the next ones come later for it, so
// that watching costs a node no more than a fiftieth of its time.
func (t Tick) Took(d time.Duration) {
	t.sampler.mu.Lock()
	defer t.sampler.mu.Unlock()
	t.sampler.took += d
}

// Watch yields a Tick at once, and then about every second until ctx ends or the
// node has stopped; less often if there is much to look at.
func (v *View) Watch(ctx context.Context) iter.Seq[Tick] {
	return func(yield func(Tick) bool) {
		s := &v.sampler
		s.enter()
		defer s.leave()
		for {
			t, news := s.present()
			if !yield(t) {
				return
			}
			select {
			case <-news:
			case <-ctx.Done():
				return
			case <-v.node.Done():
				return
			}
		}
	}
}

func (s *sampler) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers++
	if s.linger != nil {
		s.linger.Stop()
	}
	if s.stop != nil {
		return
	}
	ctx, cancel := context.WithCancel(s.view.node)
	s.stop, s.news, s.period = cancel, make(chan struct{}), tick
	s.look()
	go s.run(ctx)
}

// leave has the sampler end, but not at once: whoever goes from one page to the
// next leaves, and enters again.
func (s *sampler) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watchers--; s.watchers > 0 {
		return
	}
	if s.view.node.Err() != nil {
		s.end()
		return
	}
	s.linger = time.AfterFunc(lingers, s.quit)
}

func (s *sampler) quit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watchers == 0 && s.stop != nil {
		s.end()
	}
}

// end stops looking; s.mu is held.
func (s *sampler) end() {
	s.stop()
	s.stop, s.latest = nil, nil
}

func (s *sampler) present() (Tick, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Tick{s.latest.at, s.period, s, s.latest}, s.news
}

// run looks at the node now and then.
func (s *sampler) run(ctx context.Context) {
	for timer := time.NewTimer(tick); ; {
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		s.mu.Lock()
		if ctx.Err() != nil {
			s.mu.Unlock()
			return
		}
		s.look()
		close(s.news)
		s.news = make(chan struct{})
		timer.Reset(s.period)
		s.mu.Unlock()
	}
}

// look takes a scan; s.mu is held.
func (s *sampler) look() {
	began := time.Now()
	before := s.latest
	s.latest = s.view.scan()
	s.latest.rates(before)
	if before != nil { // or there are no rates
		s.point()
	}
	s.took += time.Since(began)
	s.period = min(max(tick, share*s.took), maxTick)
	s.took = 0
}

// current returns what the sampler has seen last, if it is not too old, or a
// scan of its own.
func (v *View) current() *scan {
	s := &v.sampler
	s.mu.Lock()
	latest := s.latest
	s.mu.Unlock()
	if latest != nil && time.Since(latest.at) <= fresh {
		return latest
	}
	own := v.scan()
	own.known(latest)
	return own
}

// over returns a scan with the rates over a time from now on.
func (v *View) over(ctx context.Context, window time.Duration) (*scan, error) {
	if window <= 0 {
		return v.current(), nil
	}
	before := v.scan()
	timer := time.NewTimer(window)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	after := v.scan()
	after.rates(before)
	return after, nil
}

// index finds the entries of a scan.
func (s *scan) index() map[coppice.PID]*entry {
	all := make(map[coppice.PID]*entry, len(s.entries))
	for i := range s.entries {
		all[s.entries[i].PID] = &s.entries[i]
	}
	return all
}

// parents finds the entries that have children.
func (s *scan) parents() map[coppice.PID]*entry {
	all := make(map[coppice.PID]*entry, len(s.children))
	for i := range s.entries {
		if e := &s.entries[i]; s.children[e.PID] > 0 {
			all[e.PID] = e
		}
	}
	return all
}

// A matcher finds the entries of one scan in an older one. Both are in the order
// of the process table, so it need not look far.
type matcher struct {
	before *scan
	at     int                    // where the next one should be
	byPID  map[coppice.PID]*entry // made if need be
}

func (m *matcher) find(pid coppice.PID) *entry {
	for i := m.at; i < min(m.at+16, len(m.before.entries)); i++ {
		if e := &m.before.entries[i]; e.PID == pid {
			m.at = i + 1
			return e
		}
	}
	if m.byPID == nil {
		m.byPID = m.before.index()
	}
	return m.byPID[pid]
}

// rates works out what has been done since another scan.
func (s *scan) rates(before *scan) {
	if before == nil {
		return
	}
	m := matcher{before: before}
	for i := range s.entries {
		e := &s.entries[i]
		span, then := s.at.Sub(before.at), entry{}
		if e.Lifetime < span {
			span = e.Lifetime // it is new
		} else if old := m.find(e.PID); old != nil {
			then = *old
		}
		if span <= 0 {
			continue
		}
		e.in = float64(e.Received-then.Received) / span.Seconds()
		e.out = float64(e.Sent-then.Sent) / span.Seconds()
		e.busy = min(max(float64(e.Stats.Busy-then.Stats.Busy)/float64(span), 0), 1)
	}
}

// known takes over the rates that an older scan has.
func (s *scan) known(before *scan) {
	if before == nil {
		return
	}
	m := matcher{before: before}
	for i := range s.entries {
		if old := m.find(s.entries[i].PID); old != nil {
			s.entries[i].in, s.entries[i].out, s.entries[i].busy = old.in, old.out, old.busy
		}
	}
}

// rate takes over the rates of one process.
func (s *scan) rate(e *entry) {
	for i := range s.entries {
		if old := &s.entries[i]; old.PID == e.PID {
			e.in, e.out, e.busy = old.in, old.out, old.busy
			return
		}
	}
}
