package registry

import (
	"context"
	"iter"

	"github.com/seed-7832d3a3/coppice"
)

// Find returns the entry of a unique key, or the oldest of a duplicate one. The
// error is coppice.ErrNoName if there is none. It is Lookup for those who want
// one, and allocates nothing.
func (r *Registry[K, V]) Find(ctx context.Context, key K) (Entry[V], error) {
	in, err := r.on(ctx)
	if err != nil {
		return Entry[V]{}, err
	}
	s := in.shard(key)
	s.mu.RLock()
	defer s.mu.RUnlock()
	for e := s.buckets[key].first; e != nil; e = e.next {
		if coppice.Alive(e.pid) {
			return Entry[V]{e.pid, e.value}, nil
		}
	}
	return Entry[V]{}, coppice.ErrNoName
}

// Lookup returns the entries of a key in the order of their registration; that
// there are none is no error. It answers to Registry.lookup/2.
func (r *Registry[K, V]) Lookup(ctx context.Context, key K) ([]Entry[V], error) {
	in, err := r.on(ctx)
	if err != nil {
		return nil, err
	}
	return in.entries(key), nil
}

// entries returns the entries of a key whose processes are alive.
func (in *instance[K, V]) entries(key K) []Entry[V] {
	s := in.shard(key)
	s.mu.RLock()
	defer s.mu.RUnlock()
	b := s.buckets[key]
	if b.n == 0 {
		return nil
	}
	all := make([]Entry[V], 0, b.n)
	for e := b.first; e != nil; e = e.next {
		if coppice.Alive(e.pid) {
			all = append(all, Entry[V]{e.pid, e.value})
		}
	}
	return all
}

// Match returns the entries of a key whose value match accepts. It answers to
// Registry.match/4.
func (r *Registry[K, V]) Match(ctx context.Context, key K, match func(V) bool) ([]Entry[V], error) {
	all, err := r.Lookup(ctx, key)
	kept := all[:0]
	for _, e := range all {
		if match(e.Value) {
			kept = append(kept, e)
		}
	}
	return kept, err
}

// CountMatch returns how many entries Match would. It answers to
// Registry.count_match/4.
func (r *Registry[K, V]) CountMatch(ctx context.Context, key K, match func(V) bool) (int, error) {
	all, err := r.Match(ctx, key, match)
	return len(all), err
}

// Values returns the values that a process has under a key, in the order of
// their registration. It answers to Registry.values/3.
func (r *Registry[K, V]) Values(ctx context.Context, key K, pid coppice.PID) ([]V, error) {
	all, err := r.Lookup(ctx, key)
	var values []V
	for _, e := range all {
		if e.PID == pid {
			values = append(values, e.Value)
		}
	}
	return values, err
}

// Keys returns the keys under which a process has entries, in the order of
// their registration, a duplicate key once for each entry. It answers to
// Registry.keys/2.
func (r *Registry[K, V]) Keys(ctx context.Context, pid coppice.PID) ([]K, error) {
	in, err := r.on(ctx)
	if err != nil {
		return nil, err
	}
	had, ok := in.records.Load(pid)
	if !ok || !coppice.Alive(pid) {
		return nil, nil
	}
	rec := had.(*record[K, V])
	rec.mu.Lock()
	defer rec.mu.Unlock()
	var keys []K
	for e := rec.first; e != nil; e = e.nextOwn {
		keys = append(keys, e.key)
	}
	return keys, nil
}

// Count returns the number of entries. It answers to Registry.count/1.
func (r *Registry[K, V]) Count(ctx context.Context) (int, error) {
	in, err := r.on(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for i := range in.shards {
		s := &in.shards[i]
		s.mu.RLock()
		n += s.count
		s.mu.RUnlock()
	}
	return n, nil
}

// Select yields the entries that match accepts (nil: all), with their keys and
// in no order. One that comes or goes meanwhile may be among them or not. It
// answers to Registry.select/2.
func (r *Registry[K, V]) Select(ctx context.Context, match func(K, Entry[V]) bool) (iter.Seq2[K, Entry[V]], error) {
	in, err := r.on(ctx)
	if err != nil {
		return nil, err
	}
	return func(yield func(K, Entry[V]) bool) {
		for i := range in.shards {
			for _, e := range in.shards[i].snapshot() {
				if (match == nil || match(e.key, e.Entry)) && !yield(e.key, e.Entry) {
					return
				}
			}
		}
	}, nil
}

// CountSelect returns how many entries Select yields. It answers to
// Registry.count_select/2.
func (r *Registry[K, V]) CountSelect(ctx context.Context, match func(K, Entry[V]) bool) (n int, err error) {
	all, err := r.Select(ctx, match)
	if err != nil {
		return 0, err
	}
	for range all {
		n++
	}
	return n, nil
}

type keyed[K comparable, V any] struct {
	key K
	Entry[V]
}

func (s *shard[K, V]) snapshot() []keyed[K, V] {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]keyed[K, V], 0, s.count)
	for key, b := range s.buckets {
		for e := b.first; e != nil; e = e.next {
			if coppice.Alive(e.pid) {
				all = append(all, keyed[K, V]{key, Entry[V]{e.pid, e.value}})
			}
		}
	}
	return all
}
