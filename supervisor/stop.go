package supervisor

import (
	"github.com/seed-7832d3a3/coppice"
)

// stopChild ends a child and waits until it has ended. It returns its reason,
// and whether that is the one that was asked for.
//
// It awaits the Down of a monitor and not the message of the link, for a child
// may have unlinked itself.
func stopChild(p *coppice.Process, pid coppice.PID, spec ChildSpec) (reason error, asked bool) {
	d, kill := spec.Shutdown.limit()
	ref, err := p.Monitor(pid)
	if err != nil {
		return err, false
	}
	if kill {
		_ = coppice.Exit(p, pid, coppice.Kill)
	} else {
		_ = coppice.Exit(p, pid, coppice.Shutdown)
	}
	m, ok := p.ReceiveRef(ref, d)
	if !ok {
		_ = coppice.Exit(p, pid, coppice.Kill)
		m, _ = p.ReceiveRef(ref, -1)
	}
	reason = unlinkFlush(p, pid, m.Body.(coppice.Down).Reason)
	return reason, expected(reason, kill, spec.Restart)
}

// unlinkFlush takes the exit message of a child that has ended out of the
// mailbox. If the child had ended before it was monitored, only that message
// knows why.
func unlinkFlush(p *coppice.Process, pid coppice.PID, reason error) error {
	_ = p.Unlink(pid)
	m, ok := p.ReceiveMatch(func(m coppice.Message) bool {
		e, ok := m.Body.(coppice.Exited)
		return ok && e.PID == pid
	}, 0)
	if ok {
		return m.Body.(coppice.Exited).Reason
	}
	return reason
}

// expected reports whether a child that was stopped ended as asked. What it was
// doing by itself at that moment is as good, unless it should never end.
func expected(reason error, kill bool, r Restart) bool {
	if kill && reason == coppice.Killed || !kill && reason == coppice.Shutdown {
		return true
	}
	return r != Permanent && coppice.ClassOf(reason) != coppice.ClassAbnormal
}
