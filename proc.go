package coppice

import (
	"context"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/mailbox"
	"github.com/seed-7832d3a3/coppice/internal/sched"
)

// A proc is a process: what a PID points to.
//
// Locks, in the order in which they may nest: the fence of one process, then
// the mu of one process, then those of the node. An effect of a process (link,
// exit signal, register, spawn) commits under its fence, under which it is also
// declared gone: so no effect of it can be seen after its Down. A message does
// without the fence, see [Process.dead].
type proc struct {
	values *valueContext
	start  time.Duration // on the node's clock
	seq    uint64        // start order on the node
	index  uint32        // place in the table
	serial uint32

	// What the process looks at for each message lies apart from what others
	// write to send it one: on two processors a line of the cache that both are
	// on would go to and fro between them. What lies between is seldom used.
	self    Process // the hold that callbacks get: self.proc is this
	node    *Node
	runner  atomic.Pointer[sched.Runner] // its goroutine, or a stale one
	tally   atomic.Pointer[tally]        // what it has done, or nil
	dead    atomic.Bool                  // it has ended; set with fence and mu held
	told    atomic.Bool                  // fate is set, or it is dead: looked at before each callback
	limited bool                         // it has a bound; set before it can run, as the next
	skips   bool                         // requests that nobody waits for any more are dropped
	noting  bool                         // when messages come is noted; guarded by mu

	// These belong to the goroutine on which the process runs.
	stage     stage
	acked     bool      // its starter has been answered
	alone     bool      // started by a process, with neither link nor monitor: nobody's end is its own
	behaviour Behaviour // nil once it has ended; that is written with mu held
	work      *work     // while it runs

	parent atomic.Pointer[proc] // who started it; nil when this one has ended
	fence  sync.Mutex
	gone   bool // it has ended; guarded by fence

	// mu guards the rest.
	fate    error      // the reason with which it was told to end; when dead, its exit reason
	links   set[*proc] //
	more    *extra     // what most processes never need
	waiting *slot      // the requests that wait for a reply in its name, on any goroutine

	owed      *slot // the requests that it has not answered yet
	mu        lock
	state     state
	wait      waitKind
	trap      bool
	signalled bool                   // fate comes from an exit signal
	over      bool                   // it has ended, and all who were to hear of it have
	stuck     bool                   // the node knows that it was told to end while its code ran
	leaving   bool                   // it waited when it was told to end, so that is what it ends of
	asked     bool                   // it traps exits, and its parent has told it to end
	received  uint64                 // messages in, in all
	box       mailbox.Queue[Message] //
}

// An extra is the part of a process that few have. Guarded by proc.mu.
type extra struct {
	name      string
	label     string                  // what it runs, if the spec said so
	watchers  set[Ref]                // the monitors of others on it
	watching  wide[uint64, watched]   // its own monitors, by number
	aliases   wide[uint64, bool]      // references that are addresses; true: until the first message
	lastRef   uint64                  //
	ctx       *procContext            // if somebody asked for Done or Value
	idle      idleTimer               //
	via       *Via                    // the name elsewhere that it is to take before it begins
	resolvers []Via                   // names elsewhere, freed at its end
	callers   []PID                   // for whom it works
	asked     map[*slot]uint32        // the requests that it has sent and does not wait for yet, with their generation
	system    func(*Process, Message) // function form: takes system requests
	startErr  error                   // what a failed start answers, if not the exit reason
	published any                     // for tools
	arrivals  *arrivals               // while it is noting
	timers    *timerQueue             // that are void without it, or nil
	labels    context.Context         // of its goroutine, once they have been made
}

// A watched is what a monitor watches.
type watched struct {
	p    *proc
	name string // if it was named so
}

// rare returns p.more, made on demand; p.mu is held.
func (p *proc) rare() *extra {
	if p.more == nil {
		p.more = new(extra)
	}
	return p.more
}

// A state says whether a process has, or will get, a goroutine.
type state uint8

const (
	idle      state = iota // a callback process without a message
	unborn                 // not yet made ready for the first time: it cannot run, and so not end
	queued                 // made ready; no runner yet
	active                 // on a runner
	finishing              // it ends without a goroutine: if one comes for it, that leaves at once
)

// A waitKind says what an active process waits for on its runner's wake channel.
type waitKind uint8

const (
	noWait       waitKind = iota
	waitMessage           // the next message
	waitMessageT          // the same, with a time limit
	waitTime              // only time
)

// A stage says how far the code of a process has come.
type stage uint8

const (
	fresh       stage = iota // it has not begun
	working                  // in or between callbacks, or in the body
	terminating              // in Terminate
	ended                    // done
)

// A work is what a process needs only while it has a goroutine. A runner keeps
// one for the callback processes that it runs, one after the other.
type work struct {
	inbox     mailbox.Queue[Message] // taken from box, not yet handled
	handling  Message                // what the code is at work on
	shown     reflect.Type           // of which type that is, as the tally says
	weight    uint8                  // how many turns the present one stands for, or 0: it is not timed
	laps      uint8                  // of a timed one: 0 before its first message, then one more than quick ones
	lap       time.Duration          // when the message at hand began, in a timed one
	why       error                  // the reason, if it ends by itself
	idleAfter time.Duration          // the server time-out that the present callback has set,
	idleSet   bool                   // if it has
	crash     bool                   // why came from a panic, and has to be reported even if told to end
	exiting   bool                   // runtime.Goexit runs because the code called Process.Exit
	unwinding bool                   // runtime.Goexit runs because the process was told to end
}
