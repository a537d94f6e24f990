package coppice

import (
	"iter"
	"sync"
)

const tableShards = 16

// A table holds every living process of a node. A place is an index and the
// number of times it has been used, as in BEAM's PIDs: so a look-up is two
// array accesses, and a process costs the table 16 bytes.
type table struct {
	shards [tableShards]struct {
		mu     sync.Mutex // guards what follows
		places []place
		free   uint32 // 1 + the first free place; 0: none
		_      [32]byte
	}
}

type place struct {
	p      *proc
	serial uint32
	next   uint32 // in the list of free places
}

// insert gives p its place. seq spreads processes over the shards.
func (t *table) insert(p *proc, seq uint64) {
	shard := uint32(seq % tableShards)
	s := &t.shards[shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == 0 {
		s.places = append(s.places, place{})
		s.free = uint32(len(s.places))
	}
	at := s.free - 1
	pl := &s.places[at]
	s.free, pl.next, pl.p = pl.next, 0, p
	p.index, p.serial = at*tableShards+shard, pl.serial
}

func (t *table) remove(p *proc) {
	s := &t.shards[p.index%tableShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	at := p.index / tableShards
	pl := &s.places[at]
	pl.p = nil
	pl.serial++
	pl.next, s.free = s.free, at+1
}

func (t *table) at(index, serial uint32) *proc {
	s := &t.shards[index%tableShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := index / tableShards; int(at) < len(s.places) && s.places[at].serial == serial {
		return s.places[at].p
	}
	return nil
}

// all yields the processes; no lock is held meanwhile.
func (t *table) all() iter.Seq[*proc] {
	return func(yield func(*proc) bool) {
		for i := range t.shards {
			s := &t.shards[i]
			s.mu.Lock()
			procs := make([]*proc, 0, len(s.places))
			for _, pl := range s.places {
				if pl.p != nil {
					procs = append(procs, pl.p)
				}
			}
			s.mu.Unlock()
			for _, p := range procs {
				if !yield(p) {
					return
				}
			}
		}
	}
}
