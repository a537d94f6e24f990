package control

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/cputime"
)

// A gate sees to it that answers leave the program most of the processors and of
// its memory, however many ask, and however often. There is one for each node.
type gate struct {
	slots   chan struct{} // one element for each answer that is being made
	ticks   chan struct{} // the same for the events of streams: those who ask do not hold them up
	windows chan struct{} // one for each that takes its time to measure
	rate    float64       // processors that answers may take in the long run

	mu     sync.Mutex    // guards what follows
	credit time.Duration // of a processor's time, that may be used at once
	at     time.Time     // when it was that much
	unread int           // bytes of answers that clients have not taken yet
}

const (
	share      = 4               // answers take one part in so many of all processors
	maxCredit  = 5 * time.Second // of a processor's time, that is saved for when somebody asks
	maxWindows = 4
	maxUnread  = 64 << 20
	queueTime  = 10 * time.Second // for who asks until it is his turn
)

type gateKey struct{}

func gateOf(n *coppice.Node) *gate {
	g, ok := n.Shelf().Load(gateKey{})
	if !ok {
		processors := runtime.GOMAXPROCS(0)
		few := max(1, processors/4)
		g, _ = n.Shelf().LoadOrStore(gateKey{}, &gate{
			slots:   make(chan struct{}, few),
			ticks:   make(chan struct{}, few),
			windows: make(chan struct{}, maxWindows),
			rate:    float64(processors) / share,
			credit:  maxCredit, at: time.Now(),
		})
	}
	return g.(*gate)
}

// work calls f when it is its turn, and answers have not taken too much before.
func (g *gate) work(ctx context.Context, f func()) error {
	ctx, cancel := context.WithTimeout(ctx, queueTime)
	defer cancel()
	return enter(ctx, g.slots, func() error {
		if wait := g.debt(); wait > 0 {
			timer := time.NewTimer(wait) // and all others wait behind it
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
				return busy(ctx)
			}
		}
		g.spend(cputime.Of(f))
		return nil
	})
}

// measure calls f, which waits while something is measured.
func (g *gate) measure(ctx context.Context, f func() error) error {
	return enter(ctx, g.windows, f)
}

// enter calls f when one of places is free.
func enter(ctx context.Context, places chan struct{}, f func() error) error {
	select {
	case places <- struct{}{}:
		defer func() { <-places }()
	case <-ctx.Done():
		return busy(ctx)
	}
	return f()
}

func busy(ctx context.Context) error {
	return &Error{Code: Busy, Message: fmt.Sprintf("others have asked for so much that it was not the turn of this request (%v)", ctx.Err()), Try: "ask less often, or for less"}
}

// debt is how long it takes until answers have not taken more than their share.
func (g *gate) debt() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	since := min(now.Sub(g.at), time.Hour)
	g.credit = min(g.credit+time.Duration(float64(since)*g.rate), maxCredit)
	g.at = now
	return max(time.Duration(-float64(g.credit)/g.rate), 0)
}

func (g *gate) spend(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.credit -= d
}

// hold counts bytes that are about to be written, until let is called with them.
// An error says that clients have left too much unread already.
func (g *gate) hold(n int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.unread > 0 && g.unread+n > maxUnread {
		return &Error{Code: Busy, Message: fmt.Sprintf("clients have not read what they were answered, of %d MiB together", maxUnread>>20), Try: "ask again later, or for less"}
	}
	g.unread += n
	return nil
}

func (g *gate) let(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.unread -= n
}
