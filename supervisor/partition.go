package supervisor

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime"
	"strconv"
	"sync/atomic"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/internal/running"
)

// A Partition supervises a number of children of one kind, among which a key
// chooses: what would be a bottleneck as one process is as many as there are
// processors. It is the recipe, not the process, as [Supervisor] is, but runs
// once on each node at most, so that [Partition.At] finds its children.
//
// The child of partition i is what Child makes of i, with the id "i". A child
// that was terminated by hand keeps its partition: calls to it fail with
// coppice.NoProc until it is restarted.
//
// It answers to Elixir's PartitionSupervisor.
type Partition struct {
	Child      func(partition int) ChildSpec
	Partitions int // how many; runtime.GOMAXPROCS if 0
	Strategy   Strategy
	Restarts   Limit
	Options    []Option // [Name]

	running running.Table[routes]
}

// routes are the children of a running Partition, by number: how each is
// started, and its last process, alive or not.
type routes struct {
	seed  maphash.Seed
	specs []ChildSpec
	pids  []atomic.Pointer[coppice.PID]
	used  atomic.Int64 // how many there are at present, the first ones
}

// Start starts the children, and the supervisor that no supervisor supervises.
// The error is a *SpecError, that of the first child that failed, as with
// [Supervisor.Start], or a *coppice.AlreadyStartedError if the Partition runs on
// the node already.
func (s *Partition) Start(ctx context.Context) (coppice.PID, error) {
	return s.supervisor().Start(ctx)
}

// StartLink is Start and links the supervisor with the caller. It answers to
// PartitionSupervisor.start_link/1.
func (s *Partition) StartLink(ctx context.Context) (coppice.PID, error) {
	return s.supervisor().StartLink(ctx)
}

// IsSupervisor says what it is as a child, see [Starter].
func (*Partition) IsSupervisor() bool { return true }

// Whereis finds the supervisor: a Partition is a coppice.Addr for [Children],
// [Count] and [Stop].
func (s *Partition) Whereis(ctx context.Context) (coppice.PID, error) {
	return s.running.Place().Whereis(ctx)
}

// Count returns the number of partitions, and coppice.NoProc if the supervisor
// does not run on the node of ctx. It answers to
// PartitionSupervisor.partitions/1.
func (s *Partition) Count(ctx context.Context) (int, error) {
	r, err := s.on(ctx)
	if err != nil {
		return 0, err
	}
	return int(r.used.Load()), nil
}

// Resize changes the number of partitions to n, which is at most the number that
// the supervisor has started with, and returns what it was: it stops the last
// ones, or starts them anew. Keys are routed to those that stay before the first
// is stopped, and to a new one when it has started; with none at all calls fail
// with coppice.NoProc. When the supervisor is restarted it has all of them again.
//
// The error is a *[SpecError], or a *[StartError] for a partition that did not
// start: those before it run. It answers to PartitionSupervisor.resize!/2.
func (s *Partition) Resize(ctx context.Context, n int) (was int, err error) {
	return call(ctx, s, resize{n: n, of: s})
}

type resize struct {
	genserver.Returns[int]
	n  int
	of *Partition
}

// resize runs in the supervisor, so nobody sees a half-done state, and it goes
// on if its caller is among those that it stops.
func (s *static) resize(p *coppice.Process, m resize) (was int, err error) {
	r, err := m.of.on(p)
	if err != nil {
		return 0, err
	}
	was = int(r.used.Load())
	if m.n < 0 || m.n > len(r.specs) {
		why := fmt.Sprintf("want 0 to %d, with which it has started", len(r.specs))
		return was, &SpecError{What: "invalid_partitions", Value: m.n, why: why}
	}
	r.used.Store(int64(min(was, m.n)))
	for i := was - 1; i >= m.n; i-- {
		id := r.specs[i].ID
		if _, err := s.terminateChild(p, terminateChild{child: childRef{id: id}}); err != nil && err != ErrNotFound {
			return was, err
		}
		_, _ = s.deleteChild(p, deleteChild{id: id}) // a temporary one is gone already
	}
	for i := was; i < m.n; i++ {
		if _, err := s.startChild(p, startChild{child: r.specs[i]}); err != nil {
			return was, err
		}
		r.used.Store(int64(i + 1))
	}
	return was, nil
}

// At is the address of the child for a key: an integer i that of partition
// |i| % n, any other key that of a partition chosen by its hash, which is the
// same as long as the supervisor runs. Keys are told apart by ==, so one that
// cannot be compared panics when it is used. The address may be that of a child
// that has ended and is about to be restarted. It answers to
// {:via, PartitionSupervisor, {name, key}}.
func (s *Partition) At(key any) coppice.Addr { return partitionAddr{s, key} }

type partitionAddr struct {
	sup *Partition
	key any
}

// Whereis implements coppice.Addr.
func (a partitionAddr) Whereis(ctx context.Context) (coppice.PID, error) {
	r, err := a.sup.on(ctx)
	if err != nil {
		return coppice.PID{}, err
	}
	if i, ok := r.partition(a.key); ok {
		if pid := r.pids[i].Load(); pid != nil {
			return *pid, nil
		}
	}
	return coppice.PID{}, coppice.NoProc // there is none, or it has ignored its start
}

// String gives the key.
func (a partitionAddr) String() string { return fmt.Sprintf("partition for %v", a.key) }

func (s *Partition) on(ctx context.Context) (*routes, error) {
	n, err := coppice.NodeOf(ctx)
	if err != nil {
		return nil, err
	}
	if r := s.running.On(n); r != nil {
		return r, nil
	}
	return nil, coppice.NoProc
}

// supervisor is what runs: an ordinary supervisor, started in the place of the
// instance unless it has a name to be refused by.
func (s *Partition) supervisor() *Supervisor {
	place := genserver.Name(s.running.Place())
	return Func(s.init, append([]Option{place}, s.Options...)...)
}

func (s *Partition) init(p *coppice.Process) (Spec, error) {
	n := s.Partitions
	switch {
	case s.Child == nil:
		return Spec{}, errors.New("supervisor: a Partition needs a Child")
	case n < 0:
		return Spec{}, &SpecError{What: "invalid_partitions", Value: n, why: "want a positive number"}
	case n == 0:
		n = runtime.GOMAXPROCS(0)
	}
	r := &routes{seed: maphash.MakeSeed(), pids: make([]atomic.Pointer[coppice.PID], n)}
	r.used.Store(int64(n))
	spec := Spec{Strategy: s.Strategy, Restarts: s.Restarts}
	for i := range n {
		c := s.Child(i)
		c.ID = strconv.Itoa(i)
		if c.Start != nil {
			c = c.withDefaults() // which look at what Start is
			c.Start = routed{c.Start, &r.pids[i]}
		}
		spec.Children = append(spec.Children, c)
	}
	r.specs = spec.Children
	return spec, s.running.Set(p, r)
}

// partition chooses by a key; false means that there is nothing to choose from.
func (r *routes) partition(key any) (int, bool) {
	n := uint64(r.used.Load())
	if n == 0 {
		return 0, false
	}
	if i, ok := magnitude(key); ok {
		return int(i % n), true
	}
	return int(maphash.Comparable(r.seed, key) % n), true
}

// magnitude is the absolute value of an integer.
func magnitude(key any) (uint64, bool) {
	switch i := key.(type) {
	case int:
		return abs(i), true
	case int8:
		return abs(i), true
	case int16:
		return abs(i), true
	case int32:
		return abs(i), true
	case int64:
		return abs(i), true
	case uint:
		return uint64(i), true
	case uint8:
		return uint64(i), true
	case uint16:
		return uint64(i), true
	case uint32:
		return uint64(i), true
	case uint64:
		return i, true
	}
	return 0, false
}

// abs is right for the smallest int64 too.
func abs[I int | int8 | int16 | int32 | int64](i I) uint64 {
	if i < 0 {
		return -uint64(i)
	}
	return uint64(i)
}

// A routed Starter notes what it has started.
type routed struct {
	Starter
	at *atomic.Pointer[coppice.PID]
}

// StartLink implements Starter.
func (s routed) StartLink(ctx context.Context) (coppice.PID, error) {
	pid, err := s.Starter.StartLink(ctx)
	if err == nil && !pid.IsZero() {
		s.at.Store(&pid)
	}
	return pid, err
}
