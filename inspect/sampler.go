package inspect

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/cputime"
)

const (
	tick    = time.Second // how often what is shown is read, if who watches does not say
	minTick = 200 * time.Millisecond
	maxWish = 5 * time.Second  // as seldom somebody may want to look
	maxTick = 20 * time.Second // and so seldom it is where that costs much
	maxGap  = time.Minute      // between two looks at all processes
	lingers = 5 * time.Second  // for whoever comes back
	share   = 75               // what is counted takes no more than one part in share of a processor: see Took
	kept    = 5 * time.Minute
	points  = int(kept / tick)
)

// A sampler looks at a node as long as somebody watches it, and at no other
// time. There is one for each node, however many watch.
//
// What they see is read anew at each tick. Which rows these are, and what is told
// of all processes, comes from a scan, which is made as often as its cost allows:
// at each tick while there are few processes.
type sampler struct {
	view *View

	mu       sync.Mutex         // guards what follows
	watchers []time.Duration    // how often each who watches wants to look
	stop     context.CancelFunc // ends run; nil while it does not
	eager    chan struct{}      // somebody has come who may want the next tick sooner
	linger   *time.Timer        // calls quit, while nobody watches
	news     chan struct{}      // closed at each tick
	at       time.Time          // of the last tick
	least    time.Duration      // from one tick to the next, for what they cost
	gap      time.Duration      // from one scan to the next
	cost     time.Duration      // of the last scan
	planned  time.Duration      // what the plans of it have cost at the last tick
	took     time.Duration      // what those who watch have taken since the last tick
	spare    *scan              // the scan before the last one, whose memory is used again
	ring     []Point            // the metrics, the oldest first

	glances glances

	board  sync.RWMutex // guards what follows: who reads the scan holds it
	latest *scan        // nil while nobody watches; changed with mu held, too
	lags   bool         // scans come less often than ticks
}

// A Tick is a moment at which the node has been looked at.
type Tick struct {
	At      time.Time
	Period  time.Duration // until the next one, at least
	sampler *sampler
}

// List is that of the [View], with what its processes have done since the tick
// before. The Window of the query means nothing.
func (t Tick) List(q Query) (Page, error) { return list(q, t.sampler.see) }

// Tree is that of the View.
func (t Tick) Tree(q TreeQuery) (Tree, error) { return tree(q, t.sampler.see) }

// Node is that of the View.
func (t Tick) Node() Node {
	h := t.sampler.view.header(t.sampler.see)
	h.Processes = t.sampler.view.node.Count()
	return h
}

// Took tells how much time of a processor it has cost to use a tick: the next
// ones come later for it, so that watching costs a node no more than a fiftieth
// of a processor. What is counted gets two thirds of that, for some cannot be: to
// collect the garbage, and to write to who watches.
func (t Tick) Took(d time.Duration) {
	t.sampler.mu.Lock()
	defer t.sampler.mu.Unlock()
	t.sampler.took += d
}

// Watch yields a Tick at once, and then about as often as is said until ctx ends
// or the node has stopped: every 200 ms to 5 s, every second if that is 0; less
// often if that is much to look at.
func (v *View) Watch(ctx context.Context, every time.Duration) iter.Seq[Tick] {
	if every <= 0 {
		every = tick
	}
	every = min(max(every, minTick), maxWish)
	return func(yield func(Tick) bool) {
		s := &v.sampler
		s.enter(every)
		defer s.leave(every)
		var last time.Time
		for {
			t, news := s.present()
			if t.Period = max(t.Period, every); t.At.Sub(last) >= every-every/10 {
				if last = t.At; !yield(t) {
					return
				}
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

func (s *sampler) enter(every time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers = append(s.watchers, every)
	if s.linger != nil {
		s.linger.Stop()
	}
	if s.stop != nil {
		select {
		case s.eager <- struct{}{}:
		default: // it will look anew how long it is
		}
		return
	}
	ctx, cancel := context.WithCancel(s.view.node)
	s.stop, s.eager, s.news = cancel, make(chan struct{}, 1), make(chan struct{})
	s.at, s.least, s.gap, s.took, s.planned = time.Now(), 0, 0, 0, 0
	first := new(scan)
	s.cost = cputime.Of(func() { first.fill(s.view, nil, true) })
	s.show(first)
	go s.run(ctx, s.eager)
}

// leave has the sampler end, but not at once: whoever goes from one page to the
// next leaves, and enters again.
func (s *sampler) leave(every time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.watchers, every)
	if s.watchers = slices.Delete(s.watchers, i, i+1); len(s.watchers) > 0 {
		return
	}
	if s.view.node.Err() != nil {
		s.end()
		return
	}
	s.linger = time.AfterFunc(lingers, s.quit)
}

// period is how long it is from one tick to the next; s.mu is held.
func (s *sampler) period() time.Duration {
	wanted := tick
	if len(s.watchers) > 0 {
		wanted = slices.Min(s.watchers)
	}
	return max(wanted, s.least)
}

func (s *sampler) quit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.watchers) == 0 && s.stop != nil {
		s.end()
	}
}

// end stops looking; s.mu is held.
func (s *sampler) end() {
	s.stop()
	s.stop, s.spare = nil, nil
	s.show(nil)
	s.glances.forget()
}

// show has others see a scan, and returns the one that they have seen so far.
func (s *sampler) show(next *scan) (last *scan) {
	s.board.Lock()
	defer s.board.Unlock()
	last, s.latest = s.latest, next
	return last
}

func (s *sampler) present() (Tick, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Tick{s.at, s.period(), s}, s.news
}

// see calls f with the latest scan, or with another one if nobody watches any
// more.
func (s *sampler) see(f func(*scan)) source {
	var from source
	s.with(func(latest *scan) {
		if latest == nil {
			return
		}
		f(latest)
		from = source{at: latest.at, history: latest.history, asker: latest.asker, glances: &s.glances}
		if s.lags {
			from.old = &from.at
		}
	})
	if from.glances == nil {
		return s.view.ask(f)
	}
	return from
}

// with calls f with the latest scan, which may be nil.
func (s *sampler) with(f func(*scan)) {
	s.board.RLock()
	defer s.board.RUnlock()
	f(s.latest)
}

// run has ticks come.
func (s *sampler) run(ctx context.Context, eager <-chan struct{}) {
	timer := time.NewTimer(s.wait())
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			if !s.tick(ctx) {
				return
			}
		case <-eager:
		case <-ctx.Done():
			return
		}
		timer.Reset(s.wait())
	}
}

// wait is how long it is until the next tick.
func (s *sampler) wait() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Until(s.at.Add(s.period()))
}

// tick is one of them. It reports false if the sampler has ended.
func (s *sampler) tick(ctx context.Context) bool {
	next, cost := s.look(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	s.budget()
	if next != nil {
		s.spare, s.cost, s.planned = s.show(next), cost, 0
	}
	s.renew()
	s.glances.next()
	s.at = time.Now()
	close(s.news)
	s.news = make(chan struct{})
	return true
}

// look makes a scan if it is time for one.
func (s *sampler) look(ctx context.Context) (next *scan, cost time.Duration) {
	s.mu.Lock()
	last := s.latest
	if ctx.Err() != nil || last.paced && time.Since(last.at) < s.gap-s.period()/10 {
		s.mu.Unlock()
		return nil, 0
	}
	next, s.spare = s.spare, nil
	s.mu.Unlock()
	if next == nil {
		next = new(scan)
	}
	return next, cputime.Of(func() { next.fill(s.view, last, true) })
}

// budget sets how long it is to the next tick and to the next scan; s.mu is
// held. Ticks get half of what there is at most, and scans what is left.
func (s *sampler) budget() {
	planned := s.latest.planned()
	ticks := max(s.took-(planned-s.planned), 0)
	s.took, s.planned = 0, planned
	s.least = min(2*share*ticks, maxTick)
	left := max(1-share*float64(ticks)/float64(s.period()), 0.5)
	s.gap = min(time.Duration(share*float64(s.cost+planned)/left), maxGap)
}

// renew brings up to date what is known without a scan, and adds a point to the
// metrics; s.mu is held.
func (s *sampler) renew() {
	s.board.Lock()
	defer s.board.Unlock()
	s.latest.history = s.view.history()
	s.latest.recount(&s.view.chronicle)
	period := s.period()
	s.lags = s.gap > period+period/10
	if n := len(s.ring); !s.latest.paced || n > 0 && time.Since(s.ring[n-1].At) < tick-tick/10 {
		return
	}
	p := s.latest.point(s.view.node)
	p.Own = s.view.plots.now()
	s.ring = append(s.ring, p)
	for len(s.ring) > points || p.At.Sub(s.ring[0].At) > kept {
		s.ring = slices.Delete(s.ring, 0, 1)
	}
}

// over returns a scan with the rates over a time from now on.
func (v *View) over(ctx context.Context, window time.Duration) (*scan, error) {
	var before, after scan
	before.fill(v, nil, true)
	timer := time.NewTimer(window)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	after.fill(v, &before, true)
	return &after, nil
}
