package task

import (
	"fmt"
	"iter"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A Task is a hold on a process that works out one value, for the process that
// started it: its owner. It may be copied and kept in the owner's state, but
// only the owner can ask it for the value, and only once: Await, Yield and so
// on take the message that brings it.
//
// That message is a coppice.Aliased with the task's Ref and the value, and
// after it comes the coppice.Down of the task, with the same Ref; a task that
// fails sends only that. A server that does not want to wait finds both in
// OnInfo and gives them to [Task.Take]. They answer to {Ref, Result} and
// {'DOWN', Ref, process, PID, Reason}.
type Task[R any] struct {
	owner, pid coppice.PID
	ref        coppice.Ref
}

// Async starts a task and links it with its owner p: what ends one abnormally
// ends the other, unless it traps exits. The task runs f in a process of its
// own, sends the owner what f returns, and ends.
//
// An error of f is not a value but the exit reason of the task, just as it is
// for any other process: the owner does not get a result, and if it does not
// trap exits it ends too. Where failing is ordinary, let R say so, or use
// [AsyncNoLink]. A panic of f ends the task with a *coppice.PanicError.
//
// The error of Async says that p cannot start anything, as its node is stopped.
// It answers to Task.async/1.
func Async[R any](p *coppice.Process, f func(*coppice.Process) (R, error)) (Task[R], error) {
	owner := p.Self()
	pid, err := coppice.SpawnLink(p, worker{
		boss: owner, callers: callersOf(p), label: labelOf(f),
		run: func(q *coppice.Process) (any, error) { return f(q) },
	}.body)
	if err != nil {
		return Task[R]{}, err
	}
	return begin[R](p, pid)
}

// begin has a task that waits for it start, now that the owner monitors it.
func begin[R any](p *coppice.Process, pid coppice.PID) (Task[R], error) {
	ref, err := p.MonitorAlias(pid, false)
	if err != nil {
		return Task[R]{}, err
	}
	t := Task[R]{owner: p.Self(), pid: pid, ref: ref}
	return t, coppice.Send(p, pid, start{ref})
}

// Completed returns a task that has the value already, for code that sometimes
// knows it beforehand. It has no process: PID is zero. The owner gets the
// message that brings the value, and no Down. It answers to Task.completed/1.
func Completed[R any](p *coppice.Process, value R) (Task[R], error) {
	ref, err := p.MonitorAlias(p.Self(), false) // an alias that ends with p, or with the first look
	if err != nil {
		return Task[R]{}, err
	}
	return Task[R]{owner: p.Self(), ref: ref}, coppice.Send(p, ref, value)
}

// PID returns the task's process, or the zero PID if it never had one.
func (t Task[R]) PID() coppice.PID { return t.pid }

// Ref returns what the messages of the task carry.
func (t Task[R]) Ref() coppice.Ref { return t.ref }

// Owner returns the process that may ask for the value.
func (t Task[R]) Owner() coppice.PID { return t.owner }

// String gives the PID.
func (t Task[R]) String() string {
	if t.pid.IsZero() {
		return "a completed task"
	}
	return "task " + t.pid.String()
}

// A NotOwnerError says that a task was asked by a process that has not started
// it, and to which it sends nothing.
type NotOwnerError struct{ Task, Owner, Caller coppice.PID }

func (e *NotOwnerError) Error() string {
	return fmt.Sprintf("task %v answers to its owner %v only, and was asked by %v", e.Task, e.Owner, e.Caller)
}

func (t Task[R]) ownedBy(p *coppice.Process) error {
	if t.owner != p.Self() {
		return &NotOwnerError{Task: t.pid, Owner: t.owner, Caller: p.Self()}
	}
	return nil
}

func (t Task[R]) failed(verb string, reason error) error {
	return &coppice.CallError{To: t.String(), Request: verb, Reason: reason}
}

// Await waits for the value. If there is none the error is a
// *coppice.CallError with the exit reason of the task, or with coppice.Timeout
// after the time limit of p: five seconds, or that of Process.WithTimeout or
// WithoutTimeout. After a time-out the task runs on, and nothing comes of it
// any more; to end it use [Task.Shutdown].
//
// In Elixir a failed Task.await ends its caller, if nothing catches that. Here
// it is an error like that of any call, and to end by it is to return it.
// Awaiting twice waits in vain. It answers to Task.await/2.
func (t Task[R]) Await(p *coppice.Process) (R, error) {
	var none R
	if err := t.ownedBy(p); err != nil {
		return none, err
	}
	m, ok := p.WithoutTimeout().ReceiveFrom(t.process, t.sent, coppice.TimeLimit(p))
	if !ok {
		p.Demonitor(t.ref, true)
		return none, t.failed("task.Await", coppice.Timeout)
	}
	value, _, err := t.take(p, m.Body, "task.Await")
	return value, err
}

// Yield waits no longer than d (negative: for ever) and reports with done
// whether the task has come to an end: then value and err are what Await would
// return. Otherwise it goes on, and can be asked again. It answers to
// Task.yield/2.
func (t Task[R]) Yield(p *coppice.Process, d time.Duration) (value R, done bool, err error) {
	if err := t.ownedBy(p); err != nil {
		return value, false, err
	}
	m, ok := receiveOf(p, t.process, t.sent, d)
	if !ok {
		return value, false, nil
	}
	return t.take(p, m.Body, "task.Yield")
}

// process yields the process of the task, and sent reports whether a message is
// of it.
func (t Task[R]) process(yield func(coppice.PID) bool) { yield(t.pid) }

func (t Task[R]) sent(m coppice.Message) bool { return refOf(m.Body) == t.ref }

// receiveOf waits for a message of tasks. After d the owner goes on as it likes:
// then others may wait for it without harm.
func receiveOf(p *coppice.Process, tasks iter.Seq[coppice.PID], match func(coppice.Message) bool, d time.Duration) (coppice.Message, bool) {
	if d < 0 {
		return p.ReceiveFrom(tasks, match, d)
	}
	return p.ReceiveMatch(match, d)
}

// Take is for servers, which get the messages of their tasks in OnInfo, as a
// coppice.Aliased or a coppice.Down. If the message is of this task, which done
// reports, value and err are what Await would return, and no further message of
// it comes. It answers to a handle_info/2 with {Ref, Result} that calls
// Process.demonitor(Ref, [:flush]), or with {:DOWN, Ref, …}.
func (t Task[R]) Take(p *coppice.Process, message any) (value R, done bool, err error) {
	if err := t.ownedBy(p); err != nil {
		return value, false, err
	}
	return t.take(p, message, "task.Take")
}

func (t Task[R]) take(p *coppice.Process, message any, verb string) (value R, done bool, err error) {
	switch m := message.(type) {
	case coppice.Aliased:
		if m.Ref != t.ref {
			return value, false, nil
		}
		p.Demonitor(t.ref, true)
		value, _ = m.Body.(R) // a nil interface is no R, and is what value is
		return value, true, nil
	case coppice.Down:
		if m.Ref == t.ref {
			return value, true, t.failed(verb, m.Reason)
		}
	}
	return value, false, nil
}

// Ignore lets go of the task: it runs on, no longer linked with its owner, and
// nothing comes of it any more. If it has come to an end already, done is true
// and value and err are what Await would return. It answers to Task.ignore/1.
func (t Task[R]) Ignore(p *coppice.Process) (value R, done bool, err error) {
	if err := t.ownedBy(p); err != nil {
		return value, false, err
	}
	value, done, err = t.look(p, "task.Ignore")
	if err != nil {
		return value, done, err
	}
	p.Demonitor(t.ref, true)
	return value, done, p.Unlink(t.pid)
}

// look takes what has come of the task already.
func (t Task[R]) look(p *coppice.Process, verb string) (value R, done bool, err error) {
	if m, ok := p.ReceiveRef(t.ref, 0); ok {
		return t.take(p, m.Body, verb)
	}
	return value, false, nil
}
