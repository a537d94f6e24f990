package coppice

import (
	"context"
	"iter"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/mailbox"
	"github.com/seed-7832d3a3/coppice/internal/sched"
	"github.com/seed-7832d3a3/coppice/internal/show"
)

// Options are the options of a node. The zero value is right for most.
type Options struct {
	Name   string          // shown in logs; "nonode" if empty
	Logger *slog.Logger    // where reports go; slog.Default() if nil
	Values context.Context // its values are inherited by all processes; nothing else of it is used

	// Progress has successful starts under supervisors logged too, at level
	// Debug.
	Progress bool

	// OnReport is called with every report: for a crash by the process that it
	// is about, before anybody else hears of its end. It must return soon: it is
	// for tools and tests. What it gets it must not change.
	OnReport func(Report)

	// Grace is how long code may go on running after its process was told to
	// end before the process is logged as a zombie (5 s if 0), and KillGrace
	// the same for one that was killed (1 s if 0); negative: none.
	Grace, KillGrace time.Duration

	// FindCircles has a call that closes a circle of calls fail at once, with a
	// [*CircleError], and a [CircleReport] tell of it: without that all wait
	// until their time limits. It makes every call that has to wait slower by a
	// few microseconds, and follows only what processes of this node wait for.
	FindCircles bool

	// Before and OnSend are for tests, and nil elsewhere. Each method of Before
	// is called before that of each process's own Behaviour, with the same
	// arguments and on the process's goroutine, Init also before a body. It may
	// do all that the process's code may; its error is taken for the result,
	// and then the method of the process is not called.
	Before Behaviour

	// OnSend is called with the body of each message that is sent by [Send],
	// [Cast], [Request], their kin and timers, and with the value of each
	// reply, on the sender's goroutine. What it returns is sent instead.
	OnSend func(body any) any
}

// A Node owns everything that runs: processes, names, timers, goroutines. There
// is no default node, so two of them fit in one test, and nothing is left of
// one that was stopped. Make it with [NewNode], and end it with [Node.Stop].
//
// A Node is a [context.Context], to be given to whatever starts processes or
// sends to names from plain goroutines (as the BaseContext of an http.Server,
// for one). It is done when everything in it has ended, and not before, so that
// requests can drain.
type Node struct {
	context.Context // carries the node; done when it has stopped
	values          context.Context
	cancel          context.CancelFunc

	name     string
	logger   *slog.Logger
	options  Options
	began    time.Time
	root     *proc
	sched    *sched.Sched
	table    table
	names    sync.Map // string to *proc
	slots    sync.Pool
	chunks   mailbox.Pool[Message]
	silent   bool // the logger is known to drop everything
	reporter reporter
	history  history
	stuck    stuckList
	timers   timerSet
	shelf    sync.Map
	asker    show.Asker // of what values of the user's call themselves

	unlimited    limit         // of every hold without a time limit: it never changes
	handlerCall  atomic.Uint64 // where the code of the kernel calls a handler; 0: not known yet
	handlerDepth atomic.Int32  // how far from there a handler has panicked, at most

	nameWaits nameWaits
	circles   *circles // nil if it does not look for them

	labels atomic.Bool // servers label their goroutines too

	seq         atomic.Uint64 // processes started
	deadLetters atomic.Uint64 // messages to whom there is not
	alive       atomic.Int64  // processes that have not ended

	stopping atomic.Bool // plain goroutines start nothing any more
	closed   atomic.Bool // nobody does
	stop     sync.Once
	patience context.Context // ends when a caller of Stop has no more
	hurry    context.CancelFunc
	stopped  chan struct{} // closed when Stop is done
	report   StopReport    // then
}

// NewNode starts a node. It has no goroutine until there is something to run.
func NewNode(options Options) *Node {
	n := &Node{
		name:    options.Name,
		logger:  options.Logger,
		options: options,
		began:   time.Now(),
		sched:   sched.New(),
		stopped: make(chan struct{}),
	}
	n.unlimited.forever = true
	if n.name == "" {
		n.name = "nonode"
	}
	if n.logger == nil {
		n.logger = slog.Default()
	}
	n.silent = n.logger.Handler() == slog.DiscardHandler
	if n.options.Grace == 0 {
		n.options.Grace = 5 * time.Second
	}
	if n.options.KillGrace == 0 {
		n.options.KillGrace = time.Second
	}
	n.options.Grace, n.options.KillGrace = max(n.options.Grace, 0), max(n.options.KillGrace, 0)
	base := context.Background()
	if options.Values != nil {
		base = context.WithoutCancel(options.Values)
	}
	n.values = context.WithValue(base, nodeKey{}, n)
	n.Context, n.cancel = context.WithCancel(n.values)
	n.patience, n.hurry = context.WithCancel(n.values)
	n.reporter.node, n.stuck.node = n, n
	if options.FindCircles {
		n.circles = &circles{waits: make(map[*proc][]edge)}
	}
	n.root = &proc{node: n}
	n.root.self.proc = n.root
	n.table.insert(n.root, 0)
	n.root.dead.Store(true) // nothing can be sent to it
	n.root.over = true
	return n
}

// Name returns the node's name.
func (n *Node) Name() string { return n.name }

// Started returns when the node was made.
func (n *Node) Started() time.Time { return n.began }

// Logger returns the node's logger.
func (n *Node) Logger() *slog.Logger { return n.logger }

// Root returns the PID that stands for the plain goroutines of the program: it
// is the parent of what they start, and the sender of their exit signals.
func (n *Node) Root() PID { return PID{n.root} }

// Shelf is where packages keep what they have one of on each node. A key is of
// a type of the package's own, as that of a context's value is.
func (n *Node) Shelf() *sync.Map { return &n.shelf }

// List yields the processes that are alive, in no order. It answers to
// processes/0.
func (n *Node) List() iter.Seq[PID] {
	return func(yield func(PID) bool) {
		for p := range n.table.all() {
			if !p.dead.Load() && !yield(PID{p}) {
				return
			}
		}
	}
}

// Count returns how many processes are alive.
func (n *Node) Count() int { return int(n.alive.Load()) }

// remember enters a new process. byRoot says that a plain goroutine starts it.
func (n *Node) remember(p *proc, byRoot bool) error {
	p.start = time.Since(n.began)
	p.seq = n.seq.Add(1)
	// Counted first: so Stop sees it, or it sees that the node is closed.
	n.alive.Add(1)
	if n.closed.Load() || byRoot && n.stopping.Load() {
		n.alive.Add(-1)
		return ErrStopped
	}
	n.table.insert(p, p.seq)
	return nil
}

// forget removes a process that has ended.
func (n *Node) forget(p *proc) {
	n.table.remove(p)
	n.alive.Add(-1)
}
