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
			c.leaving = r.add(pid, &c.spec)
			c.leaving.nth = c.nth
			r.tell(c.leaving)
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
	r := newRound(p, n, last, s, failed)
	if s.template == nil {
		r.expected = (*leaving).expectedAlone
	}
	return r
}

// leaving implements finder.
func (s *dynamic) leaving(pid coppice.PID) *leaving {
	if c := s.children[pid]; c != nil {
		return c.leaving
	}
	return nil
}

// reportAlike reports children of a template. There may be a million: as in OTP
// those with the same reason are reported together, in the order of the reasons.
func (s *dynamic) reportAlike(p *coppice.Process, failed []*leaving) {
	alike := similar{}
	for _, l := range failed {
		alike.add(l)
	}
	for _, group := range slices.SortedFunc(maps.Values(alike), byReason) {
		s.reportGroup(p, group)
	}
}

func byStart(a, b *leaving) int { return cmp.Compare(a.nth, b.nth) }

func byReason(a, b []*leaving) int {
	return cmp.Or(cmp.Compare(textOf(a[0].reason), textOf(b[0].reason)), byStart(a[0], b[0]))
}

// textOf is a reason as text to order by, compound ones last as in OTP's order
// of terms. It never calls Error: that is code of the user's, and could hang
// the supervisor.
func textOf(reason error) string {
	if e, ok := reason.(*coppice.ShutdownError); ok && e != nil {
		return "{shutdown," + plainText(reflect.ValueOf(e.Detail))
	}
	return plainText(reflect.ValueOf(reason))
}

// plainText finds the text of a value that is one, or whose first field is, as
// that of errors.New. Every other value has none.
func plainText(v reflect.Value) string {
	for range 4 { // a value may point to itself
		switch {
		case v.Kind() == reflect.String:
			return v.String()
		case v.Kind() == reflect.Pointer:
			v = v.Elem()
		case v.Kind() == reflect.Struct && v.NumField() > 0:
			v = v.Field(0)
		}
	}
	return ""
}

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
