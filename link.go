package coppice

import (
	"fmt"

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
	// First at this end: should the other end right now, it finds the link in
	// its own set only if it is in ours too.
	q.mu.Lock()
	q.links.add(other.p)
	q.mu.Unlock()
	other.p.mu.Lock()
	dead := other.p.dead.Load()
	if !dead {
		other.p.links.add(q)
	}
	other.p.mu.Unlock()
	if !dead {
		q.leave()
		return nil
	}
	q.mu.Lock()
	q.links.remove(other.p)
	trapping := q.trap
	var w wake
	if signal.LinkDead(trapping) == signal.Deliver {
		w = q.push(Message{Body: Exited{other, NoProc}, kind: kindExit})
	}
	q.mu.Unlock()
	q.leave()
	w.do(p.byRunner())
	if trapping {
		return nil
	}
	return fmt.Errorf("link to %v: %w", other, NoProc)
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
	p.mu.Lock()
	p.links.remove(q)
	p.mu.Unlock()
	q.mu.Lock()
	q.links.remove(p)
	q.mu.Unlock()
}
