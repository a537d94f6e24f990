package registry

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"github.com/seed-7832d3a3/coppice"
)

const shardCount = 32

// An instance is what runs of a registry on one node.
//
// Locks: the mu of a record, then that of one shard, or that of the process
// whose record it is. No code of the user's runs with any of them held.
type instance[K comparable, V any] struct {
	kind       Kind
	node       *coppice.Node
	seed       maphash.Seed
	partitions []coppice.PID
	closed     atomic.Bool // it has ended: set before the entries go
	meta       sync.Map
	records    sync.Map // coppice.PID to *record
	shards     [shardCount]shard[K, V]
}

// A shard holds the entries of some of the keys.
type shard[K comparable, V any] struct {
	mu      sync.RWMutex // guards what follows, and the entries' part
	buckets map[K]bucket[K, V]
	count   int
	_       [24]byte
}

// A bucket holds the entries of one key in the order of their registration.
type bucket[K comparable, V any] struct {
	first, last *entry[K, V]
	n           int
}

type entry[K comparable, V any] struct {
	key K
	pid coppice.PID

	value      V // this and what follows is guarded by shard.mu
	prev, next *entry[K, V]
	gone       bool

	prevOwn, nextOwn *entry[K, V] // guarded by record.mu
}

// A record holds the entries of one process in the order of their registration,
// and is there as long as it has any.
type record[K comparable, V any] struct {
	pid         coppice.PID
	mu          sync.Mutex // guards what follows
	first, last *entry[K, V]
	tied        bool // the process owns the record and is linked with its partition
	over        bool // it is no longer the record of the process
}

// theEnd is the key that a partition owns, and registrant{} that of a process
// with a record.
type (
	theEnd     struct{}
	registrant struct{}
)

func newInstance[K comparable, V any](kind Kind) *instance[K, V] {
	return &instance[K, V]{kind: kind, seed: maphash.MakeSeed()}
}

func (in *instance[K, V]) shard(key K) *shard[K, V] {
	return &in.shards[maphash.Comparable(in.seed, key)%shardCount]
}

func (in *instance[K, V]) partitionOf(pid coppice.PID) int {
	if len(in.partitions) == 1 {
		return 0
	}
	return int(maphash.Comparable(in.seed, pid) % uint64(len(in.partitions)))
}

// add puts e at the end of its key; s.mu is held.
func (s *shard[K, V]) add(e *entry[K, V]) {
	if s.buckets == nil {
		s.buckets = make(map[K]bucket[K, V])
	}
	b := s.buckets[e.key]
	if e.prev = b.last; e.prev == nil {
		b.first = e
	} else {
		e.prev.next = e
	}
	b.last = e
	b.n++
	s.buckets[e.key] = b
	s.count++
}

// remove takes e out, if it is in; s.mu is held.
func (s *shard[K, V]) remove(e *entry[K, V]) {
	if e.gone || s.buckets == nil { // nil: the registry has ended
		return
	}
	e.gone = true
	b := s.buckets[e.key]
	if e.prev == nil {
		b.first = e.next
	} else {
		e.prev.next = e.next
	}
	if e.next == nil {
		b.last = e.prev
	} else {
		e.next.prev = e.prev
	}
	b.n--
	s.count--
	if b.n == 0 {
		delete(s.buckets, e.key)
	} else {
		s.buckets[e.key] = b
	}
}

// add puts e at the end; rec.mu is held, as for the next two.
func (rec *record[K, V]) add(e *entry[K, V]) {
	if e.prevOwn = rec.last; e.prevOwn == nil {
		rec.first = e
	} else {
		e.prevOwn.nextOwn = e
	}
	rec.last = e
}

func (rec *record[K, V]) remove(e *entry[K, V]) {
	if e.prevOwn == nil {
		rec.first = e.nextOwn
	} else {
		e.prevOwn.nextOwn = e.nextOwn
	}
	if e.nextOwn == nil {
		rec.last = e.prevOwn
	} else {
		e.nextOwn.prevOwn = e.prevOwn
	}
}

// of returns the entries of rec under key; rec.mu is held.
func (in *instance[K, V]) of(rec *record[K, V], key K) (own []*entry[K, V]) {
	if in.kind == Unique {
		if e := in.owned(rec, key); e != nil {
			own = append(own, e)
		}
		return own
	}
	for e := rec.first; e != nil; e = e.nextOwn {
		if e.key == key {
			own = append(own, e)
		}
	}
	return own
}

// owned returns the entry under a unique key if it is of rec; rec.mu is held.
func (in *instance[K, V]) owned(rec *record[K, V], key K) *entry[K, V] {
	s := in.shard(key)
	s.mu.RLock()
	defer s.mu.RUnlock()
	e := s.buckets[key].first
	if e == nil || e.pid != rec.pid {
		return nil
	}
	return e
}

// release drops all that a process has, which has ended.
func (in *instance[K, V]) release(pid coppice.PID) {
	had, ok := in.records.LoadAndDelete(pid)
	if !ok {
		return
	}
	rec := had.(*record[K, V])
	rec.mu.Lock()
	rec.over = true
	e := rec.first
	rec.mu.Unlock()
	for ; e != nil; e = e.nextOwn { // nobody writes the list of a record that is over
		s := in.shard(e.key)
		s.mu.Lock()
		s.remove(e)
		s.mu.Unlock()
	}
}

// end drops all entries and refuses new ones.
func (in *instance[K, V]) end() {
	in.closed.Store(true)
	for i := range in.shards {
		s := &in.shards[i]
		s.mu.Lock()
		s.buckets, s.count = nil, 0
		s.mu.Unlock()
	}
}

// Register implements coppice.Resolver, of which only Release is used: an
// instance is what partitions and registrants own.
func (in *instance[K, V]) Register(context.Context, any, coppice.PID) error { return nil }

// Whereis implements coppice.Resolver.
func (in *instance[K, V]) Whereis(context.Context, any) coppice.PID { return coppice.PID{} }

// Release implements coppice.Resolver.
func (in *instance[K, V]) Release(key any, pid coppice.PID) {
	if _, ok := key.(theEnd); ok {
		in.end()
	} else {
		in.release(pid)
	}
}
