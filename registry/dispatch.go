package registry

import (
	"context"
	"fmt"

	"github.com/seed-7832d3a3/coppice"
)

// Dispatch calls f with the entries of a key, in the caller; with none it is
// not called. Where a registry of duplicate keys has partitions f is called for
// each of them, one after the other. It answers to Registry.dispatch/4.
func (r *Registry[K, V]) Dispatch(ctx context.Context, key K, f func([]Entry[V])) error {
	in, err := r.on(ctx)
	if err != nil {
		return err
	}
	for _, group := range in.groups(key) {
		f(group)
	}
	return nil
}

// DispatchParallel is Dispatch where a registry of duplicate keys has
// partitions: f is called for each of them in a process of its own, all at
// once, and all are waited for. They are linked with the caller if that is a
// process, as tasks are; the error is that of the first that ended abnormally.
// It answers to the option parallel of Registry.dispatch/4.
func (r *Registry[K, V]) DispatchParallel(ctx context.Context, key K, f func([]Entry[V])) error {
	in, err := r.on(ctx)
	if err != nil {
		return err
	}
	groups := in.groups(key)
	if in.kind == Unique || len(in.partitions) == 1 {
		for _, group := range groups {
			f(group)
		}
		return nil
	}
	calls := make([]func(), len(groups))
	for i, group := range groups {
		calls[i] = func() { f(group) }
	}
	if p, ok := ctx.(*coppice.Process); ok {
		return inProcesses(p, calls)
	}
	return inPlainProcesses(ctx, calls)
}

// inProcesses runs calls in processes that are linked with p.
func inProcesses(p *coppice.Process, calls []func()) (failed error) {
	refs := make([]coppice.Ref, 0, len(calls))
	pids := make([]coppice.PID, 0, len(calls))
	for _, call := range calls {
		pid, ref, err := coppice.StartProcess(p, coppice.Spec{Link: true, Monitor: true, Label: "dispatch", Body: func(q *coppice.Process) error {
			q.InitAck()
			call()
			return nil
		}})
		if err != nil {
			failed = err
			break
		}
		pids, refs = append(pids, pid), append(refs, ref)
	}
	for i, ref := range refs {
		m, _ := p.ReceiveRef(ref, -1)
		_ = p.Unlink(pids[i])
		p.ReceiveMatch(func(m coppice.Message) bool {
			e, ok := m.Body.(coppice.Exited)
			return ok && e.PID == pids[i]
		}, 0)
		if d := m.Body.(coppice.Down); d.Reason != coppice.Normal && failed == nil {
			failed = fmt.Errorf("registry: dispatch: %w", d.Reason)
		}
	}
	return failed
}

// inPlainProcesses runs calls in processes for a plain goroutine.
func inPlainProcesses(ctx context.Context, calls []func()) error {
	reasons := make(chan error, len(calls))
	for i, call := range calls {
		_, err := coppice.Spawn(ctx, func(p *coppice.Process) error {
			_, ref, err := coppice.SpawnMonitor(p, func(*coppice.Process) error {
				call()
				return nil
			})
			if err != nil {
				reasons <- err
				return nil
			}
			m, _ := p.ReceiveRef(ref, -1)
			reasons <- m.Body.(coppice.Down).Reason
			return nil
		})
		if err != nil {
			reasons <- err
			calls = calls[:i+1]
			break
		}
	}
	var failed error
	for range calls {
		select {
		case reason := <-reasons:
			if reason != coppice.Normal && failed == nil {
				failed = fmt.Errorf("registry: dispatch: %w", reason)
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return failed
}

// groups returns the entries of a key, by partition where that matters.
func (in *instance[K, V]) groups(key K) [][]Entry[V] {
	all := in.entries(key)
	if len(all) == 0 {
		return nil
	}
	if in.kind == Unique || len(in.partitions) == 1 {
		return [][]Entry[V]{all}
	}
	by := make([][]Entry[V], len(in.partitions))
	for _, e := range all {
		at := in.partitionOf(e.PID)
		by[at] = append(by[at], e)
	}
	groups := by[:0]
	for _, group := range by {
		if len(group) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}
