package task

import (
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// Shutdown ends the task and waits until it has ended: it is unlinked and told
// to end with coppice.Shutdown, and if it takes longer than d (negative: it may
// take for ever) it is killed. With done false it ended as it was told, and had
// no value before. Otherwise value and err are what Await would return: a value
// that was there already, or why else it ended, which after d is
// coppice.Killed. It answers to Task.shutdown/2.
func (t Task[R]) Shutdown(p *coppice.Process, d time.Duration) (value R, done bool, err error) {
	return t.end(p, coppice.Shutdown, d)
}

// Kill is Shutdown for a task that gets no time at all: it is killed, and with
// done false that is how it ended. It answers to Task.shutdown/2 with
// :brutal_kill.
func (t Task[R]) Kill(p *coppice.Process) (value R, done bool, err error) {
	return t.end(p, coppice.Kill, -1)
}

func (t Task[R]) end(p *coppice.Process, reason error, d time.Duration) (value R, done bool, err error) {
	if err := t.ownedBy(p); err != nil {
		return value, false, err
	}
	const verb = "task.Shutdown"
	if t.pid.IsZero() { // only a completed one has no process
		return t.look(p, verb)
	}
	watch, err := p.Monitor(t.pid)
	if err != nil {
		return value, false, err
	}
	if err := unlinkAndExit(p, t.pid, reason); err != nil {
		return value, false, err
	}
	asked := coppice.Shutdown
	if reason == coppice.Kill {
		asked = coppice.Killed
	}
	p = p.WithoutTimeout()
	m, ok := p.ReceiveFrom(t.process, func(m coppice.Message) bool { return refOf(m.Body) == watch }, d)
	if !ok {
		_ = coppice.Exit(p, t.pid, coppice.Kill)
		m, _ = p.ReceiveRef(watch, -1)
	}
	ended := m.Body.(coppice.Down).Reason
	if value, done, _ = t.lookValue(p); done {
		return value, true, nil
	}
	if ended == coppice.NoProc { // it had ended before: its own monitor may know why
		ended = t.lastReason(p)
	}
	p.Demonitor(t.ref, true)
	if ended == asked {
		return value, false, nil
	}
	return value, true, t.failed(verb, ended)
}

// lookValue takes the value if it is there, and leaves a Down alone.
func (t Task[R]) lookValue(p *coppice.Process) (value R, done bool, err error) {
	m, ok := p.ReceiveMatch(func(m coppice.Message) bool {
		a, ok := m.Body.(coppice.Aliased)
		return ok && a.Ref == t.ref
	}, 0)
	if !ok {
		return value, false, nil
	}
	return t.take(p, m.Body, "")
}

// lastReason takes the Down of a task that has ended, or says NoProc if that
// has been taken before.
func (t Task[R]) lastReason(p *coppice.Process) error {
	if m, ok := p.ReceiveRef(t.ref, 0); ok {
		return m.Body.(coppice.Down).Reason
	}
	return coppice.NoProc
}

// unlinkAndExit ends a task without p's hearing of it by the link. If p is
// killed between the two the task has to end all the same, and the deferred
// signal, which is not sent in the name of p, sees to that.
func unlinkAndExit(p *coppice.Process, pid coppice.PID, reason error) error {
	node := p.Node()
	if err := p.Unlink(pid); err != nil {
		return err // the link has fired
	}
	sent := false
	defer func() {
		if !sent {
			_ = coppice.Exit(node, pid, reason)
		}
	}()
	err := coppice.Exit(p, pid, reason)
	sent = err == nil
	return err
}
