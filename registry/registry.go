package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/internal/running"
)

// A Kind says how many entries a key may have.
type Kind uint8

const (
	Unique    Kind = iota // a key belongs to one process at most
	Duplicate             // a key has any number of entries, of one process too
)

// String gives Elixir's word.
func (k Kind) String() string {
	switch k {
	case Unique:
		return "unique"
	case Duplicate:
		return "duplicate"
	}
	return fmt.Sprintf("Kind(%d)", k)
}

// Options say what a registry is like. The zero value is a registry of unique
// keys. They answer to the options of Registry.start_link/1.
type Options struct {
	Keys       Kind
	Partitions int            // how many processes share the work, and Dispatch its entries; 1 if 0
	Listeners  []coppice.Name // who is told of each registration, see Registered and Unregistered
	Meta       []Setting      // metadata that is there from each start on
	Name       coppice.Name   // what the registry's process is registered as, if anything
}

// What the functions on registries answer when they cannot do what was asked.
var (
	// ErrNotRunning is returned by every operation on a registry that does not
	// run on the node: it was not started, has been stopped, or is about to be
	// restarted. It answers to the ArgumentError "unknown registry".
	ErrNotRunning = errors.New("registry: it is not running on this node")
	// ErrNotOwner is returned by Update where the key does not belong to the
	// process. It answers to :error.
	ErrNotOwner = errors.New("registry: the key does not belong to this process")
	// ErrDuplicate is returned where only unique keys make sense.
	ErrDuplicate = errors.New("registry: this is not supported for duplicate keys")
)

// An AlreadyRegisteredError says that a unique key belongs to a living process,
// which may be the one that asked. It answers to {already_registered, pid}.
type AlreadyRegisteredError struct {
	Key any
	PID coppice.PID // who has it
}

func (e *AlreadyRegisteredError) Error() string {
	return fmt.Sprintf("registry: key %v is already registered by %v", e.Key, e.PID)
}

// An Entry is what is registered under a key.
type Entry[V any] struct {
	PID   coppice.PID // who has registered it
	Value V
}

// A Registry finds processes by keys of type K, each with a value of type V.
// It is the recipe, not the process, as supervisors are: it is made once, by
// [New], and can be started on any number of nodes, once on each; the node of
// the context says which of them an operation is about.
//
// The operations may be used from processes and plain goroutines alike. Those
// that look something up read memory that is shared: they send no message and
// wait for no process. What a function of the caller's gets to see is a
// snapshot, and it may use the registry.
type Registry[K comparable, V any] struct {
	options Options
	running running.Table[instance[K, V]]
}

// New returns the registry of some options. It panics if they make no sense.
func New[K comparable, V any](options Options) *Registry[K, V] {
	if options.Keys > Duplicate {
		panic(fmt.Sprintf("registry: the keys are %v: want Unique or Duplicate", options.Keys))
	}
	if options.Partitions < 0 {
		panic(fmt.Sprintf("registry: %d partitions: want a positive number", options.Partitions))
	}
	if options.Partitions == 0 {
		options.Partitions = 1
	}
	r := &Registry[K, V]{options: options}
	r.running.What = r.String()
	return r
}

// String gives the name, or the types of key and value.
func (r *Registry[K, V]) String() string {
	if r.options.Name != "" {
		return "registry " + string(r.options.Name)
	}
	return fmt.Sprintf("registry of %v to %v", typeName[K](), typeName[V]())
}

// Kind says whether the keys are unique.
func (r *Registry[K, V]) Kind() Kind { return r.options.Keys }

// Start starts the registry on the node of ctx. The error is a
// *coppice.AlreadyStartedError if it runs there already, or if its name is
// taken.
func (r *Registry[K, V]) Start(ctx context.Context) (coppice.PID, error) {
	ref, err := tops.Start(ctx, r, r.place)
	return ref.PID(), err
}

// StartLink is Start and links the registry with the caller: a Registry is a
// supervisor.Starter. It answers to Registry.start_link/1.
func (r *Registry[K, V]) StartLink(ctx context.Context) (coppice.PID, error) {
	return tops.With(r, r.place).StartLink(ctx)
}

// IsSupervisor says that it is a small supervisor itself, as a child of one.
func (r *Registry[K, V]) IsSupervisor() bool { return true }

// Whereis returns the registry's process: a Registry is a coppice.Addr, to be
// stopped and monitored.
func (r *Registry[K, V]) Whereis(ctx context.Context) (coppice.PID, error) {
	return r.running.Place().Whereis(ctx)
}

// place is the option that has a second start refused before it runs.
func (r *Registry[K, V]) place(spec *coppice.Spec) {
	spec.Label = r.String()
	if r.options.Name != "" {
		genserver.Name(r.options.Name)(spec)
	} else {
		genserver.Name(r.running.Place())(spec)
	}
}

// on returns what runs on the node of ctx.
func (r *Registry[K, V]) on(ctx context.Context) (*instance[K, V], error) {
	n, err := coppice.NodeOf(ctx)
	if err != nil {
		return nil, err
	}
	if in := r.running.On(n); in != nil && !in.closed.Load() {
		return in, nil
	}
	return nil, ErrNotRunning
}
