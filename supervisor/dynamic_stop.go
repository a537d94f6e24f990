package supervisor

import (
	"cmp"
	"maps"
	"reflect"
	"slices"

	"github.com/seed-7832d3a3/coppice"
)

// terminate stops all children. All are told at once, and each has its own
// time.
func (s *dynamic) terminate(p *coppice.Process, _ error) error {
	var failed []*leaving
	r := s.newRound(p, len(s.children), true, func(l *leaving) { failed = append(failed, l) })
	for pid, c := range s.children {
		if !c.restarting && !pid.IsZero() {
			l := r.add(pid, &c.spec)
			l.nth = c.nth
			r.tell(l)
		}
	}
	r.wait()
	slices.SortFunc(failed, byStart)
	if s.template != nil {
		s.reportAlike(p, failed)
		return nil
	}
	tell := s.notAsked(p)
	for _, l := range failed {
		tell(l)
	}
	return nil
}

// newRound makes a round of n children.
func (s *dynamic) newRound(p *coppice.Process, n int, last bool, failed func(*leaving)) *round {
	r := newRound(p, n, last, failed)
	if s.template == nil {
		r.expected = (*leaving).expectedAlone
	}
	return r
}

// reportAlike reports children of a template. There may be a million: as in OTP
// those with the same reason are reported together.
func (s *dynamic) reportAlike(p *coppice.Process, failed []*leaving) {
	alike := similar{}
	for _, l := range failed {
		alike.add(l)
	}
	for _, group := range slices.SortedFunc(maps.Values(alike), func(a, b []*leaving) int { return byStart(a[0], b[0]) }) {
		s.reportGroup(p, group)
	}
}

func byStart(a, b *leaving) int { return cmp.Compare(a.nth, b.nth) }

// A similar has children of a template that did not end as asked, by reason.
type similar map[any][]*leaving

func (s similar) add(l *leaving) {
	key := any(l.reason)
	if !reflect.ValueOf(l.reason).Comparable() {
		key = l
	}
	s[key] = append(s[key], l)
}

func (s *dynamic) reportGroup(p *coppice.Process, group []*leaving) {
	first := group[0]
	r := s.about(p, "shutdown_error", first.spec, first.pid, first.reason, "")
	r.Children = len(group)
	if len(group) > 1 {
		r.ChildPID = coppice.PID{}
	}
	p.Report(r)
}
