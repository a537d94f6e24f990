package supervisor

import (
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A View is what a supervisor shows of itself without being asked: it may be
// busy starting a child, or be stuck in one that does not end.
type View struct {
	Strategy string        // one_for_one, …; simple_one_for_one for a Dynamic with a template, dynamic for one without
	Max      int           // restarts that it makes
	Period   time.Duration // within this time, before it gives up
	Used     int           // restarts that count at the moment
	Restarts uint64        // restarts of children in all
	Children int           // its children, with or without a process
	Argument reflect.Type  // what the template of a Dynamic takes, or nil
	Absent   []ChildView   // those without a process; of a Dynamic only those about to be restarted
}

// A ChildView is what a supervisor shows of a child.
type ChildView struct {
	Spec       ChildSpec // with the defaults filled in
	Nth        int       // its place in start order
	PID        coppice.PID
	Restarting bool      // it has no process, and is about to get one
	Due        time.Time // and when, if it waits for that
	Restarts   int       // how often it was started again
	LastExit   error     // why its last process ended by itself, or nil
	LastAt     time.Time // and when
}

// ViewOf returns what the supervisor at pid shows, and false if there runs
// none. It sends no message.
func ViewOf(pid coppice.PID) (View, bool) {
	if b, ok := coppice.Published(pid).(viewer); ok && coppice.Alive(pid) {
		return b.view(), true
	}
	return View{}, false
}

// ChildViewOf returns what the supervisor sup shows of the child that is pid,
// and false if it has none. It sends no message.
func ChildViewOf(sup, pid coppice.PID) (ChildView, bool) {
	if b, ok := coppice.Published(sup).(viewer); ok {
		return b.viewOf(pid)
	}
	return ChildView{}, false
}

type viewer interface {
	view() View
	viewOf(coppice.PID) (ChildView, bool)
}

// books are what others may read of a supervisor. Its own goroutine alone writes
// them, holding mu, and so reads them without.
type books struct {
	mu   sync.Mutex
	made uint64 // restarts
}

// note changes the books.
func (b *books) note(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

// A past is what has become of a child before.
type past struct {
	restarts int
	reason   error
	at       time.Time
}

// ended returns the past of a child that has ended now; books.mu is held.
func (x *past) ended(reason error, now time.Time) *past {
	if x == nil {
		x = new(past)
	}
	x.reason, x.at = reason, now
	return x
}

// again returns the past of a child that was started again; books.mu is held.
func (x *past) again() *past {
	if x == nil {
		x = new(past)
	}
	x.restarts++
	return x
}

func (x *past) show(v ChildView) ChildView {
	if x != nil {
		v.Restarts, v.LastExit, v.LastAt = x.restarts, x.reason, x.at
	}
	return v
}

// limits is what a View says of restarts.
func (t *teller) limits() View {
	n, period := t.limit.values()
	return View{Max: n, Period: period, Used: t.recent(time.Now())}
}

// view implements viewer.
func (s *static) view() View {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.limits()
	v.Strategy, v.Restarts, v.Children = s.strategy.String(), s.made, len(s.byID)
	var absent []*child
	for _, c := range s.byID {
		if c.pid.IsZero() {
			absent = append(absent, c)
		}
	}
	slices.SortFunc(absent, func(a, b *child) int { return a.nth - b.nth })
	for _, c := range absent {
		v.Absent = append(v.Absent, c.show())
	}
	return v
}

// viewOf implements viewer.
func (s *static) viewOf(pid coppice.PID) (ChildView, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.byPID[pid]
	if !ok {
		return ChildView{}, false
	}
	return c.show(), true
}

func (c *child) show() ChildView {
	return c.past.show(ChildView{Spec: c.spec, Nth: c.nth, PID: c.pid, Restarting: c.retrying, Due: c.pause.dueAt()})
}

// view implements viewer.
func (s *dynamic) view() View {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.limits()
	v.Strategy, v.Restarts, v.Children, v.Argument = "dynamic", s.made, len(s.children), s.argument
	if s.template != nil {
		v.Strategy = "simple_one_for_one"
	}
	if s.restarting == 0 {
		return v
	}
	for _, c := range s.children {
		if c.restarting {
			v.Absent = append(v.Absent, c.past.show(ChildView{Spec: c.spec, Restarting: true, Due: c.dueAt()}))
		}
	}
	return v
}

// viewOf implements viewer.
func (s *dynamic) viewOf(pid coppice.PID) (ChildView, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.children[pid]
	if !ok || c.restarting || pid.IsZero() {
		return ChildView{}, false
	}
	return c.past.show(ChildView{Spec: c.spec, Nth: int(c.nth), PID: pid}), true
}
