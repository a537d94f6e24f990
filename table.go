package coppice

import (
	"iter"
	"math/bits"
	"sync"
)

const tableShards = 16

// A table holds every living process of a node. A place is an index and the
// number of times it has been used, as in BEAM's PIDs: so a look-up is a few
// array accesses, and a process costs the table 16 bytes.
type table struct {
	shards [tableShards]struct {
		mu     sync.Mutex // guards what follows
		places places
		free   uint32 // 1 + the first free place; 0: none
		_      [16]byte
	}
}

type place struct {
	p      *proc
	serial uint32
	next   uint32 // in the list of free places
}

// Places grow by blocks, each twice as long as the one before: unlike a slice
// they are never copied, which would be work for the collector too.
type places struct {
	blocks [][]place
	n      uint32 // places in use, ever
}

// firstBlock is how long the first block is: a power of two.
const firstBlock = 4

// at returns a place, for at < ps.n.
func (ps *places) at(at uint32) *place {
	nth := bits.Len32(at/firstBlock+1) - 1
	return &ps.blocks[nth][at-firstBlock*(1<<nth-1)]
}

// add adds a place that has never been used.
func (ps *places) add() (at uint32) {
	if n := len(ps.blocks); ps.n == firstBlock*(1<<n-1) {
		ps.blocks = append(ps.blocks, make([]place, firstBlock<<n))
	}
	ps.n++
	return ps.n - 1
}

// insert gives p its place. seq spreads processes over the shards.
func (t *table) insert(p *proc, seq uint64) {
	shard := uint32(seq % tableShards)
	s := &t.shards[shard]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free == 0 {
		s.free = s.places.add() + 1
	}
	at := s.free - 1
	pl := s.places.at(at)
	s.free, pl.next, pl.p = pl.next, 0, p
	p.index, p.serial = at*tableShards+shard, pl.serial
}

func (t *table) remove(p *proc) {
	s := &t.shards[p.index%tableShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	at := p.index / tableShards
	pl := s.places.at(at)
	pl.p = nil
	pl.serial++
	pl.next, s.free = s.free, at+1
}

func (t *table) at(index, serial uint32) *proc {
	s := &t.shards[index%tableShards]
	s.mu.Lock()
	defer s.mu.Unlock()
	at := index / tableShards
	if at >= s.places.n {
		return nil
	}
	if pl := s.places.at(at); pl.serial == serial {
		return pl.p
	}
	return nil
}

// inAll is how many places of each shard are looked at at a time.
const inAll = 64

// all yields the processes in the order of their PIDs; no lock is held
// meanwhile.
func (t *table) all() iter.Seq[*proc] {
	return func(yield func(*proc) bool) {
		procs := make([]*proc, tableShards*inAll)
		for from, more := uint32(0), true; more; from += inAll {
			more = false
			for i := range t.shards {
				s := &t.shards[i]
				s.mu.Lock()
				for at := range uint32(inAll) {
					procs[at*tableShards+uint32(i)] = nil
					if from+at < s.places.n {
						procs[at*tableShards+uint32(i)] = s.places.at(from + at).p
					}
				}
				more = more || s.places.n > from+inAll
				s.mu.Unlock()
			}
			for _, p := range procs {
				if p != nil && !yield(p) {
					return
				}
			}
		}
	}
}
