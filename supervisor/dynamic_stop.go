package supervisor

import (
	"reflect"

	"github.com/seed-7832d3a3/coppice"
)

// terminate stops all children. All are told at once, and each has its own
// time.
func (s *dynamic) terminate(p *coppice.Process, _ error) error {
	alike := similar{}
	failed := s.notAsked(p)
	if s.template != nil {
		failed = alike.add
	}
	r := newRound(p, len(s.children), true, failed)
	for pid, c := range s.children {
		if !c.restarting && !pid.IsZero() {
			r.tell(r.add(pid, &c.spec))
		}
	}
	r.wait()
	for _, group := range alike {
		s.reportGroup(p, group)
	}
	return nil
}

// A similar has children of a template that did not end as asked, by reason.
// There may be a million: as in OTP those with the same reason are reported
// together.
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
