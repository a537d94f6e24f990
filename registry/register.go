package registry

import (
	"fmt"

	"github.com/seed-7832d3a3/coppice"
)

// Register registers value under key for the process p, until it unregisters
// the key, ends, or the registry does. The entry is gone before anybody can
// hear of the end of p. For unique keys the error is an
// *AlreadyRegisteredError if a living process, p itself too, has the key.
//
// The process is linked with the registry as long as it has entries: if the
// registry ends, p gets an exit signal, with the reason coppice.Shutdown where
// the registry was stopped. If a listener is not there its error is returned
// although the entry is made. It answers to Registry.register/3.
func (r *Registry[K, V]) Register(p *coppice.Process, key K, value V) error {
	in, err := r.by(p)
	if err != nil {
		return err
	}
	if err := in.register(p, key, value); err != nil {
		return err
	}
	if len(r.options.Listeners) == 0 {
		return nil
	}
	return r.tell(p, Registered[K, V]{Registry: r, Key: key, PID: p.Self(), Value: value})
}

// Unregister removes all entries of the process p under key; that there are
// none is no error. If a listener is not there its error is returned although
// they are gone. It answers to Registry.unregister/2.
func (r *Registry[K, V]) Unregister(p *coppice.Process, key K) error {
	return r.UnregisterMatch(p, key, nil)
}

// UnregisterMatch removes those entries of the process p under key whose value
// match accepts (nil: all). Listeners hear of it only if no entry of p is left
// there. It answers to Registry.unregister_match/4.
func (r *Registry[K, V]) UnregisterMatch(p *coppice.Process, key K, match func(V) bool) error {
	in, err := r.by(p)
	if err != nil {
		return err
	}
	if left := in.unregister(p, key, match); left || len(r.options.Listeners) == 0 {
		return nil
	}
	return r.tell(p, Unregistered[K, V]{Registry: r, Key: key, PID: p.Self()})
}

// Update sets the value under a unique key of the process p to what f makes of
// the old one, and returns both. The errors are ErrNotOwner, if p does not have
// the key, and ErrDuplicate. Listeners do not hear of it. It answers to
// Registry.update_value/3.
func (r *Registry[K, V]) Update(p *coppice.Process, key K, f func(V) V) (value, old V, err error) {
	in, err := r.by(p)
	if err == nil && in.kind != Unique {
		err = ErrDuplicate
	}
	if err != nil {
		return value, old, err
	}
	s := in.shard(key)
	s.mu.RLock()
	e := s.buckets[key].first
	mine := e != nil && e.pid == p.Self()
	if mine {
		old = e.value
	}
	s.mu.RUnlock()
	if !mine {
		return value, old, ErrNotOwner
	}
	next := f(old)
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.gone || s.buckets == nil { // f has unregistered it, or the registry has ended
		return value, old, ErrNotOwner
	}
	e.value = next
	return next, old, nil
}

// by returns what runs on the node of p. The code of a process that has been
// killed may outlive the registry: it ends here.
func (r *Registry[K, V]) by(p *coppice.Process) (*instance[K, V], error) {
	in, err := r.on(p)
	if err != nil {
		p.Checkpoint()
	}
	return in, err
}

// findable refuses a key that is not equal to itself, as a NaN: an entry under it
// could neither be found nor be removed.
func findable[K comparable](key K) error {
	if same := key; same != key {
		return fmt.Errorf("registry: the key %v is not equal to itself, and could not be found again", key)
	}
	return nil
}

func (in *instance[K, V]) register(p *coppice.Process, key K, value V) error {
	if err := findable(key); err != nil {
		return err
	}
	rec, err := in.lockRecord(p)
	if err != nil {
		return err
	}
	defer rec.mu.Unlock()
	e := &entry[K, V]{key: key, pid: rec.pid, value: value}
	if err := in.insert(e); err != nil {
		in.dropEmpty(p, rec)
		return err
	}
	rec.add(e)
	return nil
}

// insert puts e in its shard.
func (in *instance[K, V]) insert(e *entry[K, V]) error {
	s := in.shard(e.key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.closed.Load() {
		return ErrNotRunning
	}
	if other := s.buckets[e.key].first; other != nil && in.kind == Unique {
		if coppice.Alive(other.pid) {
			return &AlreadyRegisteredError{Key: e.key, PID: other.pid}
		}
		s.remove(other) // it has ended, and is about to be released
	}
	s.add(e)
	return nil
}

// lockRecord returns the record of p with its mu held. When it returns, p owns
// the record: once p has ended it is over, and nothing can get into it any more.
func (in *instance[K, V]) lockRecord(p *coppice.Process) (*record[K, V], error) {
	pid := p.Self()
	for {
		had, ok := in.records.Load(pid)
		if !ok {
			had, _ = in.records.LoadOrStore(pid, &record[K, V]{pid: pid})
		}
		rec := had.(*record[K, V])
		if over, err := in.tie(p, rec); err != nil {
			return nil, err
		} else if !over {
			return rec, nil
		}
	}
}

// tie locks a record and ties p to it, if that has not been done. If the record
// is over, or there is an error, it is not locked.
func (in *instance[K, V]) tie(p *coppice.Process, rec *record[K, V]) (over bool, err error) {
	rec.mu.Lock()
	locked := false
	defer func() { // p may be told to end in here, which unwinds
		if !locked {
			rec.mu.Unlock()
		}
	}()
	switch {
	case rec.over:
		return true, nil
	case rec.tied:
		locked = true
		return false, nil
	}
	owned := false
	defer func() {
		if !locked {
			in.untie(p, rec, owned)
		}
	}()
	if err := p.Own(in.ofRegistrant()); err != nil {
		return false, err
	}
	owned = true
	if err := p.Link(in.partitions[in.partitionOf(rec.pid)]); err != nil {
		if coppice.Alive(rec.pid) {
			err = ErrNotRunning
		}
		return false, err
	}
	rec.tied, locked = true, true
	return false, nil
}

func (in *instance[K, V]) ofRegistrant() coppice.Via {
	return coppice.Via{Resolver: in, Key: registrant{}}
}

// untie ends a record that has no entries; rec.mu is held.
func (in *instance[K, V]) untie(p *coppice.Process, rec *record[K, V], owned bool) {
	rec.over = true
	in.records.CompareAndDelete(rec.pid, rec)
	if owned {
		p.Disown(in.ofRegistrant())
	}
}

// dropEmpty ends a record that has no entries, and with it the link; rec.mu is
// held.
func (in *instance[K, V]) dropEmpty(p *coppice.Process, rec *record[K, V]) {
	if rec.first == nil && !rec.over {
		in.untie(p, rec, true)
		_ = p.Unlink(in.partitions[in.partitionOf(rec.pid)]) // the error is that p has ended
	}
}

// unregister reports whether p has entries left under key.
func (in *instance[K, V]) unregister(p *coppice.Process, key K, match func(V) bool) (left bool) {
	had, ok := in.records.Load(p.Self())
	if !ok {
		return false
	}
	rec := had.(*record[K, V])
	rec.mu.Lock()
	own := in.of(rec, key)
	rec.mu.Unlock()
	drop := own[:0:0]
	for _, e := range own {
		if match == nil || match(in.valueOf(e)) {
			drop = append(drop, e)
		}
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if rec.over {
		return false
	}
	s := in.shard(key)
	s.mu.Lock()
	for _, e := range drop {
		if !e.gone { // match may have unregistered it
			s.remove(e)
			rec.remove(e)
		}
	}
	s.mu.Unlock()
	in.dropEmpty(p, rec)
	return len(drop) < len(own)
}

func (in *instance[K, V]) valueOf(e *entry[K, V]) V {
	s := in.shard(e.key)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return e.value
}
