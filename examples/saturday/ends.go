package saturday

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// Scribe notes in which order everything ends: see [Saturday.Stop]. It starts
// before all that it notes, and so ends after it.
const Scribe = coppice.Name("scribe")

// watchEnds is the call that has the scribe note the ends from now on.
type watchEnds struct {
	genserver.Returns[genserver.None]
}

// An End is that of a process.
type End struct {
	Name  string
	After time.Duration // since it began that everything was stopped
}

// Ends are those of all processes that had a name, in the order in which they
// came.
type Ends struct {
	All   []End
	Stuck []coppice.Stuck // code that was still running then
}

// record is what the scribe notes; it outlives the node.
type record struct {
	mu    sync.Mutex // guards what follows
	began time.Time
	all   []End
}

func (r *record) note(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, End{name, time.Since(r.began)})
}

// A scribe is linked to all others while they end: so it hears of each before
// the supervisor does, which then goes on with the next. A monitor would tell
// both at about the same time.
type scribe struct {
	record *record
	names  map[coppice.PID]string
}

// newScribe traps exits: told to end it first reads what it has been told before.
func newScribe(p *coppice.Process, r *record) (*scribe, error) {
	p.TrapExit(true)
	return &scribe{record: r, names: map[coppice.PID]string{}}, nil
}

func (s *scribe) watch(p *coppice.Process, _ watchEnds) (genserver.None, error) {
	if len(s.names) > 0 {
		return genserver.None{}, nil // it does already
	}
	s.record.mu.Lock()
	s.record.began = time.Now()
	s.record.mu.Unlock()
	for name, pid := range p.Node().Registered() {
		if pid == p.Self() {
			continue
		}
		if err := p.Link(pid); err != nil {
			return genserver.None{}, err
		}
		s.names[pid] = name
	}
	return genserver.None{}, nil
}

func (s *scribe) ended(_ *coppice.Process, e coppice.Exited) error {
	if e.Reason != coppice.NoProc { // of one that had ended before it could be linked
		s.record.note(s.names[e.PID])
	}
	return nil
}

var scribes = genserver.Define(newScribe,
	genserver.OnCall((*scribe).watch),
	genserver.OnInfo((*scribe).ended),
)

// Stop stops the node in order, or waits until it has stopped if it does
// already, and tells what ended when. When ctx ends, what has not ended is
// killed.
func (s *Saturday) Stop(ctx context.Context) Ends {
	_, _ = genserver.Call(s.node, Scribe, watchEnds{}) // where that fails it is too late to watch
	report := s.node.Stop(ctx)
	s.record.mu.Lock()
	defer s.record.mu.Unlock()
	return Ends{slices.Clone(s.record.all), report.Stuck}
}

// String gives a line for each part of the Saturday, the first to end first,
// with what of it ended before.
func (e Ends) String() string {
	var b strings.Builder
	before := map[string][]string{} // by the first word of their names
	for _, end := range e.All {
		if part, _, ok := strings.Cut(end.Name, "_"); ok { // what starts the others of a part ends last
			before[part] = append(before[part], end.Name)
			continue
		}
		fmt.Fprintf(&b, "%8.1fms  %s", float64(end.After)/float64(time.Millisecond), end.Name)
		names := before[end.Name]
		if end.Name == "fans" {
			names = before["fan"]
		}
		for i, name := range names {
			names[i] = strings.TrimPrefix(name, end.Name+"_")
		}
		if len(names) > 0 {
			fmt.Fprintf(&b, ", after %s", strings.Join(runs(names), ", "))
		}
		b.WriteByte('\n')
	}
	for _, stuck := range e.Stuck {
		fmt.Fprintf(&b, "%10s  %s: %v, and its code still runs\n", "", stuck.Name, stuck.Reason)
	}
	return b.String()
}

// runs puts names in a row that differ in their number only together.
func runs(names []string) (all []string) {
	for i := 0; i < len(names); {
		kind := strings.TrimRight(names[i], "0123456789")
		j := i + 1
		for j < len(names) && names[j] != kind && strings.TrimRight(names[j], "0123456789") == kind {
			j++
		}
		switch j - i {
		case 1:
			all = append(all, names[i])
		case 2:
			all = append(all, names[i], names[i+1])
		default:
			all = append(all, fmt.Sprintf("%s … %s (%d)", names[i], names[j-1], j-i))
		}
		i = j
	}
	return all
}
