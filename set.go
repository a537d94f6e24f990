package coppice

// A set of what most processes have none or one of (links, watchers) and few
// have a million of: the first element lies in the set itself.
type set[K comparable] struct {
	one  K
	has  bool
	more map[K]struct{}
}

func (s *set[K]) add(k K) {
	if !s.has && len(s.more) == 0 {
		s.one, s.has = k, true
		return
	}
	if s.has && s.one == k {
		return
	}
	if s.more == nil {
		s.more = make(map[K]struct{})
	}
	s.more[k] = struct{}{}
}

func (s *set[K]) remove(k K) bool {
	if s.has && s.one == k {
		var zero K
		s.one, s.has = zero, false
		return true
	}
	if _, ok := s.more[k]; !ok {
		return false
	}
	delete(s.more, k)
	if len(s.more) == 0 {
		s.more = nil // a map never shrinks
	}
	return true
}

func (s *set[K]) len() int {
	n := len(s.more)
	if s.has {
		n++
	}
	return n
}

// each calls yield for every element, in no order.
func (s *set[K]) each(yield func(K)) {
	if s.has {
		yield(s.one)
	}
	for k := range s.more {
		yield(k)
	}
}
