package saturday

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A Seen is cast for each request of a fan.
type Seen struct {
	Competition string
	Took        time.Duration
	Failed      bool
}

// Now is the call for the figures.
type Now struct{ genserver.Returns[Figures] }

// A Figure is how the requests to a competition went, and how its processes are.
type Figure struct {
	Competition string        // "all" for all of them together
	Requests    uint64        // since the beginning, as are the
	Errors      uint64        // requests without an answer
	PerSecond   float64       // over the last five seconds, as are the
	Failing     float64       // share of the requests that got no answer, and
	P99         time.Duration // how long all but one in a hundred took at most
	Matches     int           // that can be asked
	Mailbox     int           // the longest of a match
	Restarts    int           // of it and in it, since the beginning
	Zombies     int           // processes of it that are dead while their code still runs
	Limits      []Limit       // of its supervisors, the one above first
}

// A Limit is how much of its restarts a supervisor has used.
type Limit struct {
	Supervisor string
	Used, Max  int
	Period     time.Duration
}

// Past is the call for what the fans have seen after a second, as far as it is
// remembered.
type Past struct {
	genserver.Returns[[]Lane]
	After int64 // in Unix time
}

// A Lane is the past of a competition, second by second.
type Lane struct {
	Competition string
	From        int64 // the first second
	Requests    []uint64
	Errors      []uint64
}

// Figures are those of each competition.
type Figures struct {
	Competitions []Figure
	All          Figure
	Latest       Decision // the last of a supervisor
}

// String gives a table.
func (f Figures) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "competition\trequests\terrors\t/s\terrors now\tp99\trestarts\t")
	for _, r := range append(slices.Clone(f.Competitions), f.All) {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.0f\t%.2f%%\t%v\t%d\t\n",
			r.Competition, r.Requests, r.Errors, r.PerSecond, 100*r.Failing, Brief(r.P99), r.Restarts)
	}
	_ = w.Flush()
	return b.String()
}

// Brief has two digits, which is as much as P99 is good for.
func Brief(d time.Duration) time.Duration {
	unit := time.Duration(1)
	for d >= 100*unit {
		unit *= 10
	}
	return d.Round(unit)
}

// window is how many whole seconds the figures of the moment are about, kept how
// many are remembered.
const (
	window = 5
	kept   = 120
)

// steps is how many steps of the histogram double the time.
const steps = 8

// A second is what happened in one second. The histogram begins at 1 µs.
type second struct {
	unix             int64
	requests, errors uint64
	took             [28 * steps]uint32
}

// A Counter counts the requests to one competition.
type Counter struct {
	requests, errors uint64
	first            int64 // the second in which it began
	last             [kept + 1]second
}

func (c *Counter) add(now int64, s Seen) {
	if c.requests == 0 {
		c.first = now
	}
	at := &c.last[now%int64(len(c.last))]
	if at.unix != now {
		*at = second{unix: now}
	}
	c.requests++
	at.requests++
	if s.Failed {
		c.errors++
		at.errors++
	}
	step := int(steps * math.Log2(max(1, float64(s.Took)/float64(time.Microsecond))))
	at.took[min(step, len(at.took)-1)]++
}

// recent sums up the whole seconds before now.
func (c *Counter) recent(now int64) *second {
	sum := &second{}
	for i := range c.last {
		if s := &c.last[i]; s.unix < now && s.unix >= now-window {
			sum.add(s)
		}
	}
	return sum
}

func (s *second) add(other *second) {
	s.requests += other.requests
	s.errors += other.errors
	for step, n := range other.took {
		s.took[step] += n
	}
}

// figure says how the requests went of which there is the sum.
func (c *Counter) figure(name string, sum *second, now int64) Figure {
	f := Figure{Competition: name, Requests: c.requests, Errors: c.errors}
	if sum.requests == 0 {
		return f
	}
	f.PerSecond = float64(sum.requests) / float64(min(window, max(1, now-c.first)))
	f.Failing = float64(sum.errors) / float64(sum.requests)
	f.P99 = sum.quantile(0.99)
	return f
}

// quantile is the upper end of the step in which it lies.
func (s *second) quantile(q float64) time.Duration {
	left := uint64(math.Ceil(q * float64(s.requests)))
	for step, n := range s.took {
		if uint64(n) >= left {
			return time.Duration(float64(time.Microsecond) * math.Exp2(float64(step+1)/steps))
		}
		left -= uint64(n)
	}
	return 0
}

// Counters have the traffic of all competitions.
type Counters struct {
	names  []string
	by     map[string]*Counter
	inside inside
}

func newCounters(_ *coppice.Process, competitions []string) (*Counters, error) {
	c := &Counters{names: competitions, by: map[string]*Counter{}, inside: inside{restarts: map[string]int{}}}
	for _, name := range competitions {
		c.by[name] = &Counter{}
	}
	return c, nil
}

func (c *Counters) seen(_ *coppice.Process, s Seen) error {
	c.by[s.Competition].add(time.Now().Unix(), s)
	return nil
}

func (c *Counters) now(p *coppice.Process, _ Now) (Figures, error) {
	var f Figures
	now, sum, all := time.Now().Unix(), &second{}, Counter{first: math.MaxInt64}
	for _, name := range c.names {
		counter := c.by[name]
		recent := counter.recent(now)
		f.Competitions = append(f.Competitions, counter.figure(name, recent, now))
		sum.add(recent)
		all.requests += counter.requests
		all.errors += counter.errors
		all.first = min(all.first, counter.first)
	}
	f.All = all.figure("all", sum, now)
	c.inside.look(p.Node(), &f)
	return f, nil
}

func (c *Counters) past(_ *coppice.Process, m Past) ([]Lane, error) {
	now := time.Now().Unix()
	from := max(m.After+1, now-kept)
	var all []Lane
	for _, name := range c.names {
		lane := Lane{Competition: name, From: from}
		for unix := from; unix < now; unix++ {
			s := &c.by[name].last[unix%(kept+1)]
			if s.unix != unix {
				s = &second{}
			}
			lane.Requests = append(lane.Requests, s.requests)
			lane.Errors = append(lane.Errors, s.errors)
		}
		all = append(all, lane)
	}
	return all, nil
}

// StateView is what tools and crash reports show.
func (c *Counters) StateView() any {
	requests := map[string]uint64{}
	for name, counter := range c.by {
		requests[name] = counter.requests
	}
	return requests
}

var traffic = genserver.Define(newCounters,
	genserver.OnCast((*Counters).seen),
	genserver.OnCall((*Counters).now),
	genserver.OnCall((*Counters).past),
)
