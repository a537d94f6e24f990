package coppice

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// A PendingSet is a set of requests whose replies are taken as they come, each
// with a label. Its zero value is empty; it belongs to one goroutine. It
// answers to reqids_new/0 and reqids_add/3.
type PendingSet struct {
	open map[*slot]labelled

	mu    sync.Mutex // guards what follows
	done  []*slot    // delivered and not taken
	ready chan struct{}
}

type labelled struct {
	*Pending
	label any
}

func (set *PendingSet) deliver(s *slot) {
	set.mu.Lock()
	set.done = append(set.done, s)
	set.mu.Unlock()
	set.look()
}

// look has whoever waits look again.
func (set *PendingSet) look() {
	select {
	case set.ready <- struct{}{}:
	default: // it has been told and has not looked yet
	}
}

// Send sends a request and adds it to the set.
func (set *PendingSet) Send(ctx context.Context, to Addr, body, label any) {
	if set.open == nil {
		set.open = make(map[*slot]labelled)
		set.ready = make(chan struct{}, 1)
	}
	r := sendRequest(ctx, to, body, set)
	if r.err != nil { // it never left: the answer is there
		r.slot = &slot{}
		set.open[r.slot] = labelled{r, label}
		set.deliver(r.slot)
		return
	}
	set.open[r.slot] = labelled{r, label}
}

// Len returns how many requests have not been taken out by Wait.
func (set *PendingSet) Len() int { return len(set.open) }

// Abandon drops all requests: their replies go nowhere.
func (set *PendingSet) Abandon() {
	for s, r := range set.open {
		delete(set.open, s)
		if r.err == nil && s.take(r.gen) {
			s.release(false)
		} else if r.err == nil {
			set.await(s)
			s.release(false)
		}
	}
	set.done = nil
}

// await waits until s, which has been taken, is delivered.
func (set *PendingSet) await(s *slot) {
	for {
		set.mu.Lock()
		there := slices.Contains(set.done, s)
		set.mu.Unlock()
		if there {
			return
		}
		<-set.ready
	}
}

// Wait returns the next result and the label of its request, and takes it out
// of the set. If the time limit of ctx comes first the error is Timeout, or the
// cause of ctx, and the requests stay in the set; with label nil there was none.
func (set *PendingSet) Wait(ctx context.Context) (label, value any, err error) {
	if len(set.open) == 0 {
		return nil, nil, errors.New("coppice: the set of pending requests is empty")
	}
	for {
		set.mu.Lock()
		if len(set.done) > 0 {
			s := set.done[0]
			set.done = set.done[1:]
			set.mu.Unlock()
			return set.take(s)
		}
		set.mu.Unlock()
		if err := set.block(ctx); err != nil {
			return nil, nil, err
		}
	}
}

func (set *PendingSet) take(s *slot) (label, value any, err error) {
	r := set.open[s]
	delete(set.open, s)
	if r.err != nil {
		return r.label, nil, r.err
	}
	value, err = s.release(false).result(r.to, r.body)
	return r.label, value, err
}

// block waits until something is delivered, or may be.
func (set *PendingSet) block(ctx context.Context) error {
	if err := endedOf(ctx); err != nil {
		return err
	}
	d := timeLimit(ctx)
	var expired <-chan time.Time
	if d >= 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		expired = timer.C
	}
	if p := actor(ctx); p != nil {
		defer p.onAbandoned(set.look)()
		var ok bool
		var err error
		if c := p.proc.node.circles; c != nil {
			c.while(p.proc, set.edges(), func() { ok, err = p.proc.blockOn(set.ready, expired) })
		} else {
			ok, err = p.proc.blockOn(set.ready, expired)
		}
		if err == nil && !ok {
			err = Timeout
		}
		return err
	}
	select {
	case <-set.ready:
		return nil
	case <-expired:
		return Timeout
	case <-ctx.Done():
		return causeOf(ctx)
	}
}

// edges are what whoever waits for the set waits for.
func (set *PendingSet) edges() (all []edge) {
	for s, r := range set.open {
		all = append(all, edge{to: s.to, slot: s, gen: r.gen})
	}
	return all
}
