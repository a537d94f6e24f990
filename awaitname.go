package coppice

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// AwaitName waits until a living process is registered under name, and returns
// it: after the end of a server that is restarted, its next incarnation. If ctx
// ends first, or its time limit, or the node stops, the error is a *CallError.
// Like [Await] it waits for ever if ctx has no deadline.
func AwaitName(ctx context.Context, name Name) (PID, error) {
	n, err := NodeOf(ctx)
	if err != nil {
		return PID{}, fmt.Errorf("await name %q: %w", string(name), err)
	}
	for {
		changed := n.nameWaits.add(string(name))
		pid := n.Whereis(string(name))
		if pid.IsZero() {
			err = n.awaitChange(ctx, changed)
		}
		n.nameWaits.remove(string(name), changed)
		if err != nil {
			if _, exited := err.(*ExitedError); !exited {
				err = &CallError{To: string(name), Request: "AwaitName", Reason: err}
			}
			return PID{}, err
		}
		if !pid.IsZero() {
			return pid, nil
		}
	}
}

// awaitChange waits until changed is closed; an error is why it was not.
func (n *Node) awaitChange(ctx context.Context, changed <-chan struct{}) error {
	p := actor(ctx)
	if p == nil {
		select {
		case <-changed:
			return nil
		case <-n.Done():
		case <-ctx.Done():
		}
		if n.Err() != nil { // ctx may end with it
			return ErrStopped
		}
		return causeOf(ctx)
	}
	var expired <-chan time.Time
	if deadline, has := p.Deadline(); has {
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		expired = timer.C
	}
	ok, err := p.proc.blockOn(changed, expired)
	if err == nil && !ok {
		err = Timeout
	}
	return err
}

// nameWaits are those who wait for a name to be taken.
type nameWaits struct {
	n atomic.Int32 // how many: registering looks no further while it is 0

	mu    sync.Mutex // guards what follows
	waits map[string]map[chan struct{}]struct{}
}

// add returns a channel that is closed when somebody takes the name. It has to
// be called before one looks whether somebody has it.
func (w *nameWaits) add(name string) chan struct{} {
	w.n.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waits == nil {
		w.waits = make(map[string]map[chan struct{}]struct{})
	}
	if w.waits[name] == nil {
		w.waits[name] = make(map[chan struct{}]struct{})
	}
	changed := make(chan struct{})
	w.waits[name][changed] = struct{}{}
	return changed
}

func (w *nameWaits) remove(name string, changed chan struct{}) {
	w.n.Add(-1)
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.waits[name], changed)
	if len(w.waits[name]) == 0 {
		delete(w.waits, name)
	}
}

// wake is called when somebody has taken a name.
func (w *nameWaits) wake(name string) {
	if w.n.Load() == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for changed := range w.waits[name] {
		close(changed)
	}
	delete(w.waits, name)
}
