package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A flood is a server with a bounded mailbox that is sent ten times what it can
// do, and what became of that: each message is handled, or dropped and counted.
type flood struct {
	s    *soak
	full coppice.Full

	casts, calls     atomic.Int64 // sent
	handled          atomic.Int64
	replied, refused atomic.Int64 // what callers were told
	abandoned        atomic.Int64 // calls whose callers have gone
	rejected         atomic.Int64 // casts whose senders were told
	bursts           atomic.Int64 // that are on their way
	highest          atomic.Int64 // of the mailbox
}

const (
	floodRoom  = 64   // messages that may wait
	floodBytes = 1024 // each of them
)

// What a flood is made of.
type (
	drop struct{ _ [floodBytes]byte } // a cast
	wave struct {                     // a call
		genserver.Returns[int]
		_ [floodBytes]byte
	}
)

func newFloods(s *soak) (all []*flood) {
	for _, full := range []coppice.Full{coppice.Block, coppice.Reject, coppice.DropNewest, coppice.DropOldest} {
		all = append(all, &flood{s: s, full: full})
	}
	return all
}

func (f *flood) name() coppice.Name { return coppice.Name("flood/" + f.full.String()) }

// work takes ten times as long as until the next message comes.
func (f *flood) work(p *coppice.Process) {
	p.Sleep(10 * time.Second / time.Duration(f.s.flood))
	f.handled.Add(1)
}

var floods = genserver.Define(
	func(_ *coppice.Process, f *flood) (*flood, error) { return f, nil },
	genserver.OnCast(func(f *flood, p *coppice.Process, _ drop) error { f.work(p); return nil }),
	genserver.OnCall(func(f *flood, p *coppice.Process, _ wave) (int, error) { f.work(p); return floodBytes, nil }),
)

// server is the child that is flooded.
func (f *flood) server() supervisor.ChildSpec {
	return supervisor.ChildSpec{ID: string(f.name()), Start: floods.With(f, genserver.Name(f.name()),
		genserver.MaxMailbox(floodRoom, f.full), genserver.SkipAbandoned())}
}

// burst is how many messages come at once.
const burst = 20

// source is a child that floods it. It does not wait for what becomes of a burst:
// but senders who have to wait for room send no more than that.
func (f *flood) source() supervisor.ChildSpec {
	return f.s.repeat(fmt.Sprint("source of ", f.name()), f.s.flood/burst+1, func(p *coppice.Process, random *rand.Rand) {
		if f.full == coppice.Block && f.bursts.Load()*burst > 2*floodRoom {
			return
		}
		f.bursts.Add(1)
		seed := random.Uint64()
		_, err := coppice.Spawn(p, func(p *coppice.Process) error {
			defer f.bursts.Add(-1)
			f.send(p, rand.New(rand.NewPCG(seed, 0)))
			return nil
		})
		if err != nil {
			f.s.findings.add("spawn: %v", err)
		}
		f.look()
	})
}

// send sends a burst.
func (f *flood) send(p *coppice.Process, random *rand.Rand) {
	var calls []genserver.Pending[int]
	for range burst {
		if random.IntN(2) == 0 {
			f.cast(p)
			continue
		}
		f.calls.Add(1)
		call := genserver.SendRequest(p.WithTimeout(patience), f.name(), wave{})
		if random.IntN(4) == 0 {
			call.Abandon()
			f.abandoned.Add(1)
			continue
		}
		calls = append(calls, call)
	}
	for _, call := range calls {
		f.await(p, call)
	}
}

func (f *flood) cast(p *coppice.Process) {
	f.casts.Add(1)
	full := new(coppice.FullError)
	switch err := genserver.Cast(p, f.name(), drop{}); {
	case errors.As(err, &full) && f.full == coppice.Reject:
		f.rejected.Add(1)
	case err != nil:
		f.s.findings.add("a cast to %s: %v", f.name(), err)
	}
}

// await takes what has become of a call: the caller is told, whatever it is.
func (f *flood) await(p *coppice.Process, call genserver.Pending[int]) {
	n, err := call.Wait(p.WithTimeout(patience))
	full := new(coppice.FullError)
	switch {
	case err == nil && n == floodBytes:
		f.replied.Add(1)
	case errors.As(err, &full) && f.full != coppice.Block:
		f.refused.Add(1)
	default:
		f.s.findings.add("a call to %s gave %v, %v", f.name(), n, err)
	}
}

// look finds whether more is waiting than may.
func (f *flood) look() {
	info, _ := coppice.Lookup(coppice.Whereis(f.s.node, f.name()))
	for high := f.highest.Load(); int64(info.HighWater) > high && !f.highest.CompareAndSwap(high, int64(info.HighWater)); high = f.highest.Load() {
	}
	if n := info.Mailbox + info.Kept; n > floodRoom {
		f.s.findings.add("%d messages wait for %s", n, f.name())
	}
}

// check balances the books, when all is done.
func (f *flood) check() {
	info, alive := coppice.Lookup(coppice.Whereis(f.s.node, f.name()))
	if !alive || info.Mailbox != 0 {
		f.s.findings.add("%s is alive: %t, and %d messages wait", f.name(), alive, info.Mailbox)
	}
	sent, handled, dropped := f.casts.Load()+f.calls.Load(), f.handled.Load(), int64(info.Dropped)
	if sent != handled+dropped {
		f.s.findings.add("%s was sent %d messages, has handled %d and dropped %d", f.name(), sent, handled, dropped)
	}
	if told := f.replied.Load() + f.refused.Load() + f.abandoned.Load(); told != f.calls.Load() {
		f.s.findings.add("of %d calls to %s %d have an outcome", f.calls.Load(), f.name(), told)
	}
	if told := f.rejected.Load() + f.refused.Load(); f.full == coppice.Reject && told > dropped {
		f.s.findings.add("%s has dropped %d, and %d were told so", f.name(), dropped, told)
	}
}

// String is the figures.
func (f *flood) String() string {
	info, _ := coppice.Lookup(coppice.Whereis(f.s.node, f.name()))
	return fmt.Sprintf("%s: %d sent, %d handled, %d dropped, of which %d senders were told; %d waited at most",
		f.name(), f.casts.Load()+f.calls.Load(), f.handled.Load(), info.Dropped, f.rejected.Load()+f.refused.Load(), f.highest.Load())
}
