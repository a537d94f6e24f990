package coppice

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/sched"
	"github.com/seed-7832d3a3/coppice/internal/signal"
)

// A StopReport tells what did not end when a node was stopped.
type StopReport struct {
	Stuck []Stuck // code that was still running, and where
}

// Stop ends everything: first, in reverse start order, what plain goroutines
// started, one after the other, each told to end with Shutdown and given the
// time that it needs; then what is left over, all at once, which has the node's
// grace. When ctx ends, what has not ended is killed. Stop returns when no
// goroutine of the node runs any more, or says which ones do and where they are
// stuck; the node is done then. Plain goroutines can start nothing once Stop
// has begun, and nobody can after the first step: they get ErrStopped.
//
// Further calls wait for the first and return the same; the ctx of each counts.
// A process of the node may call Stop too, but cannot wait for it, as it has to
// end first: there Stop only begins, and returns an empty report at once. Of
// its ctx only the deadline counts.
func (n *Node) Stop(ctx context.Context) StopReport {
	n.stop.Do(func() {
		n.stopping.Store(true)
		go n.end()
	})
	if n.runsCaller() {
		if deadline, ok := ctx.Deadline(); ok {
			timer := time.AfterFunc(time.Until(deadline), n.hurry)
			context.AfterFunc(n.Context, func() { timer.Stop() })
		}
		return StopReport{}
	}
	forget := context.AfterFunc(ctx, n.hurry)
	defer forget()
	<-n.stopped
	return n.report
}

// Stopping reports whether Stop has begun.
func (n *Node) Stopping() bool { return n.stopping.Load() }

// runsCaller reports whether the caller's goroutine is that of a process.
func (n *Node) runsCaller() bool {
	own := sched.GoroutineID()
	for p := range n.table.all() {
		if r := p.runner.Load(); r != nil && r.RunsOn(own, p) {
			return true
		}
	}
	return false
}

func (n *Node) end() {
	for _, p := range n.startedByRoot() {
		n.stopOne(n.patience, p)
	}
	n.closed.Store(true)
	for n.Count() > 0 {
		n.stopRest()
		runtime.Gosched() // one may be counted and not entered, or dead and still counted
	}
	n.timers.stop()
	n.report.Stuck = n.endGoroutines()
	n.stuck.stop()
	n.reporter.stop()
	n.cancel()
	n.hurry()
	close(n.stopped)
}

// startedByRoot returns what plain goroutines started, the last one first.
func (n *Node) startedByRoot() []*proc {
	var procs []*proc
	for p := range n.table.all() {
		if p.parent.Load() == n.root && !p.dead.Load() {
			procs = append(procs, p)
		}
	}
	slices.SortFunc(procs, func(a, b *proc) int { return cmp.Compare(b.seq, a.seq) })
	return procs
}

// stopOne tells a process to end and waits, and kills it if ctx ends first.
func (n *Node) stopOne(ctx context.Context, p *proc) {
	n.signal(p, Shutdown)
	n.awaitOrKill(ctx, p)
}

func (n *Node) awaitOrKill(ctx context.Context, p *proc) {
	if _, err := Await(ctx, PID{p}); err != nil && !p.dead.Load() {
		n.kill(p)
	}
}

// stopRest ends what no plain goroutine started and nobody has ended.
func (n *Node) stopRest() {
	ctx, cancel := context.WithTimeout(n.patience, n.options.Grace)
	defer cancel()
	var rest []*proc
	for p := range n.table.all() {
		if !p.dead.Load() {
			rest = append(rest, p)
			n.signal(p, Shutdown)
		}
	}
	for _, p := range rest {
		n.awaitOrKill(ctx, p)
	}
}

// kill ends a process and waits until it is gone, which takes no code of it.
func (n *Node) kill(p *proc) {
	n.signal(p, Kill)
	_, _ = Await(n.values, PID{p})
}

// signal sends an exit signal from the root.
func (n *Node) signal(p *proc, reason error) {
	p.sendExit(exitSignal{from: n.root, source: signal.FromExit, reason: reason}).do(nil)
}

// unwindTime is what code that heeds being killed has, at least, to return.
const unwindTime = 100 * time.Millisecond

// endGoroutines waits until the runners have ended. Code that is still running
// has the grace of what was killed to return, or, if the patience ends before,
// no more than it takes to unwind. It returns what does not end.
func (n *Node) endGoroutines() []Stuck {
	none := n.sched.Close()
	timer := time.NewTimer(n.options.KillGrace)
	defer timer.Stop()
	patience := n.patience.Done()
	var late <-chan time.Time
	for {
		select {
		case <-none:
			return nil
		case <-timer.C:
		case <-patience:
			patience, late = nil, time.After(unwindTime)
			continue
		case <-late:
			if len(n.Stuck()) == 0 {
				continue // they are about to end
			}
		}
		return append(n.Stuck(), n.reporter.stuck()...)
	}
}
