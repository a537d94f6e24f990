package registry

import (
	"reflect"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A registry has a process, the top, that starts the others and ends with any
// of them, and one for each partition, with which the processes that register
// are linked: so a registry that ends takes those with it that count on it, by
// the reason shutdown or that of its kill, as in Elixir.

// An opener is a *Registry whose types are not known.
type opener interface {
	// open makes an instance whose partitions are started by start.
	open(p *coppice.Process, start func(coppice.Resolver) ([]coppice.PID, error)) error
	partitions() int
}

type top struct{ partitions []coppice.PID } // in start order

var tops = genserver.Define(newTop,
	genserver.OnInfo((*top).exited),
	genserver.OnTerminate((*top).terminate),
)

func newTop(p *coppice.Process, r opener) (*top, error) {
	p.TrapExit(true)
	t := new(top)
	err := r.open(p, func(end coppice.Resolver) ([]coppice.PID, error) {
		for range r.partitions() {
			ref, err := partitions.StartLink(p, end)
			if err != nil {
				return nil, err
			}
			t.partitions = append(t.partitions, ref.PID())
		}
		return t.partitions, nil
	})
	return t, err
}

func (t *top) exited(_ *coppice.Process, e coppice.Exited) error {
	for _, pid := range t.partitions {
		if pid == e.PID {
			return genserver.Stop(e.Reason)
		}
	}
	return nil // of a stranger
}

// terminate tells the partitions to end, which they do as soon as the top has.
func (t *top) terminate(p *coppice.Process, _ error) error {
	for i := len(t.partitions) - 1; i >= 0; i-- {
		if err := coppice.Exit(p, t.partitions[i], coppice.Shutdown); err != nil {
			return err
		}
	}
	return nil
}

// A partition is linked with processes that have registered something, and
// keeps the locks of some keys.
type partition struct{ locks map[any]*lock }

var partitions = genserver.Define(newPartition,
	genserver.OnInfo((*partition).exited),
	genserver.OnInfo((*partition).down),
	genserver.OnCallLater((*partition).acquire),
	genserver.OnCast((*partition).release),
	genserver.OnTerminate((*partition).terminate),
)

// newPartition starts a partition; end is released at its end, before anybody
// can hear of it.
func newPartition(p *coppice.Process, end coppice.Resolver) (*partition, error) {
	p.TrapExit(true)
	return &partition{make(map[any]*lock)}, p.Own(coppice.Via{Resolver: end, Key: theEnd{}})
}

// exited drops the exits of processes that have registered something: their
// entries are gone already.
func (*partition) exited(*coppice.Process, coppice.Exited) error { return nil }

// terminate waits for the end of the top. A supervisor is to hear of that before
// it hears of the processes that end with the registry: it would try to restart
// them, in vain, until its patience is at an end.
func (*partition) terminate(p *coppice.Process, reason error) error {
	if reason != coppice.Shutdown {
		return nil
	}
	ref, err := p.Monitor(p.Parent())
	if err != nil {
		return err
	}
	p.ReceiveRef(ref, -1)
	return nil
}

func typeName[T any]() string { return reflect.TypeFor[T]().String() }
