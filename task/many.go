package task

import (
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// AwaitMany waits for the values of all tasks, in the order of the list. The
// first that fails, or the time limit of p as for [Task.Await], ends the wait
// with a *coppice.CallError: then the others run on, and nothing comes of them
// any more. It answers to Task.await_many/2.
func AwaitMany[R any](p *coppice.Process, tasks ...Task[R]) ([]R, error) {
	awaiting := make(map[coppice.Ref]Task[R], len(tasks))
	for _, t := range tasks {
		if err := t.ownedBy(p); err != nil {
			return nil, err
		}
		awaiting[t.ref] = t
	}
	values, err := awaitAll(p, awaiting)
	if err != nil {
		for ref := range awaiting {
			p.Demonitor(ref, true)
		}
		return nil, err
	}
	list := make([]R, len(tasks))
	for i, t := range tasks {
		list[i] = values[t.ref]
	}
	return list, nil
}

// awaitAll takes the tasks that end out of awaiting, until one fails.
func awaitAll[R any](p *coppice.Process, awaiting map[coppice.Ref]Task[R]) (map[coppice.Ref]R, error) {
	values := make(map[coppice.Ref]R, len(awaiting))
	ours := func(m coppice.Message) bool {
		_, ok := awaiting[refOf(m.Body)]
		return ok
	}
	processes := func(yield func(coppice.PID) bool) {
		for _, t := range awaiting {
			if !yield(t.pid) {
				return
			}
		}
	}
	limit := coppice.TimeLimit(p)
	deadline := time.Now().Add(limit)
	for len(awaiting) > 0 {
		if limit >= 0 {
			limit = max(time.Until(deadline), 0)
		}
		m, ok := p.WithoutTimeout().ReceiveFrom(processes, ours, limit)
		if !ok {
			return nil, &coppice.CallError{To: "tasks", Request: "task.AwaitMany", Reason: coppice.Timeout}
		}
		t := awaiting[refOf(m.Body)]
		value, _, err := t.take(p, m.Body, "task.AwaitMany")
		if err != nil {
			return nil, err
		}
		delete(awaiting, t.ref)
		values[t.ref] = value
	}
	return values, nil
}

// refOf returns the task that a message is of, if it is of one.
func refOf(message any) coppice.Ref {
	switch m := message.(type) {
	case coppice.Aliased:
		return m.Ref
	case coppice.Down:
		return m.Ref
	}
	return coppice.Ref{}
}

// An Outcome is what has become of one of many tasks.
type Outcome[R any] struct {
	Value R
	Done  bool  // it has come to an end; otherwise it goes on
	Err   error // why it has no value
}

// YieldMany waits no longer than d (negative: for ever) for all tasks together,
// and returns what has become of each, in the order of the list; those that are
// not Done go on, and can be asked again, killed or ignored. The error is a
// *NotOwnerError. It answers to Task.yield_many/2.
func YieldMany[R any](p *coppice.Process, d time.Duration, tasks ...Task[R]) ([]Outcome[R], error) {
	return YieldSome(p, len(tasks), d, tasks...)
}

// YieldSome is YieldMany, but waits for no more than n of the tasks: those that
// come to an end first, in whatever way. It answers to the option :limit of
// Task.yield_many/2.
func YieldSome[R any](p *coppice.Process, n int, d time.Duration, tasks ...Task[R]) ([]Outcome[R], error) {
	waiting := make(map[coppice.Ref]int, len(tasks))
	for i, t := range tasks {
		if err := t.ownedBy(p); err != nil {
			return nil, err
		}
		if _, twice := waiting[t.ref]; !twice {
			waiting[t.ref] = i
		}
	}
	ours := func(m coppice.Message) bool {
		_, ok := waiting[refOf(m.Body)]
		return ok
	}
	processes := func(yield func(coppice.PID) bool) {
		for _, i := range waiting {
			if !yield(tasks[i].pid) {
				return
			}
		}
	}
	deadline := time.Now().Add(d)
	list := make([]Outcome[R], len(tasks))
	for left := d; n > 0 && len(waiting) > 0; n-- {
		if d >= 0 {
			left = max(time.Until(deadline), 0)
		}
		m, ok := receiveOf(p, processes, ours, left)
		if !ok {
			break
		}
		i := waiting[refOf(m.Body)]
		list[i].Value, list[i].Done, list[i].Err = tasks[i].take(p, m.Body, "task.YieldMany")
		delete(waiting, tasks[i].ref)
	}
	return list, nil
}
