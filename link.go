package coppice

import (
	"fmt"
	"runtime"

	"github.com/seed-7832d3a3/coppice/internal/signal"
)

// Link links the process with another: when one ends the other gets an exit
// signal with its reason. Linking twice is linking once, and a link to oneself
// is none. If the other has ended, a process that traps exits gets its message
// with the reason NoProc, and to one that does not Link returns NoProc. It
// answers to link/1.
func (p *Process) Link(other PID) error {
	if other.p == nil {
		return fmt.Errorf("link to the zero PID: %w", NoProc)
	}
	q := p.proc
	if other.p == q {
		return nil
	}
	if err := q.enter(); err != nil {
		return err
	}
	lockBoth(q, other.p)
	linked := q.links.has(other.p)
	dead := other.p.dead.Load()
	if !linked && !dead {
		q.links.add(other.p)
		other.p.links.add(q)
	}
	other.p.mu.Unlock()
	// A link to one that has just ended is left alone: its signal is on the way.
	lost := dead && !linked
	trapping := q.trap
	var w wake
	if lost && signal.LinkDead(trapping) == signal.Deliver {
		w = q.push(Message{Body: Exited{other, NoProc}, stamp: stamp{kind: kindExit}})
	}
	q.mu.Unlock()
	q.leave()
	w.do(p.byRunner())
	if lost && !trapping {
		return fmt.Errorf("link to %v: %w", other, NoProc)
	}
	return nil
}

// Unlink ends a link. Once it has returned no exit signal comes through it, but
// a message of one that came before may be in the mailbox. It answers to
// unlink/1.
func (p *Process) Unlink(other PID) error {
	if other.p == nil {
		return nil
	}
	if err := p.proc.enter(); err != nil {
		return err
	}
	unlink(p.proc, other.p)
	p.proc.leave()
	return nil
}

func unlink(p, q *proc) {
	lockBoth(p, q)
	p.links.remove(q)
	q.links.remove(p)
	unlockBoth(p, q)
}

// lockBoth locks the mu of two processes, so that a link has both ends or none
// at every moment. It is the only place where two nest, so there is no order to
// keep: who does not get the second lets go of the first.
func lockBoth(p, q *proc) {
	for {
		p.mu.Lock()
		if p == q || q.mu.TryLock() {
			return
		}
		p.mu.Unlock()
		runtime.Gosched()
	}
}

func unlockBoth(p, q *proc) {
	p.mu.Unlock()
	if p != q {
		q.mu.Unlock()
	}
}
