package coppice

import "slices"

// A set of what most processes have none or one of (links, watchers) and few
// have a million of: the first element lies in the set itself.
type set[K comparable] struct {
	one  K
	full bool // one is an element
	more map[K]struct{}
}

func (s *set[K]) add(k K) {
	if !s.full && len(s.more) == 0 {
		s.one, s.full = k, true
		return
	}
	if s.full && s.one == k {
		return
	}
	if s.more == nil {
		s.more = make(map[K]struct{})
	}
	s.more[k] = struct{}{}
}

func (s *set[K]) has(k K) bool {
	_, ok := s.more[k]
	return ok || s.full && s.one == k
}

func (s *set[K]) remove(k K) bool {
	if s.full && s.one == k {
		var zero K
		s.one, s.full = zero, false
		return true
	}
	n := len(s.more)
	delete(s.more, k)
	had := len(s.more) < n
	if had && n == 1 {
		s.more = nil // a map never shrinks
	}
	return had
}

func (s *set[K]) len() int {
	if s.full {
		return 1 + len(s.more)
	}
	return len(s.more)
}

// inOrder calls yield for every element, in order.
func (s *set[K]) inOrder(compare func(a, b K) int, yield func(K)) {
	if len(s.more) == 0 {
		s.each(yield)
		return
	}
	all := make([]K, 0, len(s.more)+1)
	s.each(func(k K) { all = append(all, k) })
	slices.SortFunc(all, compare)
	for _, k := range all {
		yield(k)
	}
}

// each calls yield for every element, in no order.
func (s *set[K]) each(yield func(K)) {
	if s.full {
		yield(s.one)
	}
	for k := range s.more {
		yield(k)
	}
}

// A wide is a map that gives back the room which it has grown to when it is empty
// again: a map never shrinks.
type wide[K comparable, V any] struct {
	all  map[K]V
	most int // elements that it has had
}

// narrow is how many elements a map may have had that is kept for the next ones.
const narrow = 64

func (w *wide[K, V]) put(k K, v V) {
	if w.all == nil {
		w.all = make(map[K]V)
	}
	w.all[k] = v
	w.most = max(w.most, len(w.all))
}

func (w *wide[K, V]) remove(k K) {
	delete(w.all, k)
	if len(w.all) == 0 && w.most > narrow {
		w.all, w.most = nil, 0
	}
}
