package registry

import (
	"fmt"

	"github.com/seed-7832d3a3/coppice"
)

// A Registered is the message that listeners get of each registration:
// {register, Registry, Key, PID, Value}. They hear nothing of the ends of
// processes: a listener that wants to know monitors them.
type Registered[K comparable, V any] struct {
	Registry *Registry[K, V]
	Key      K
	PID      coppice.PID
	Value    V
}

// An Unregistered is the message that listeners get when a process has
// unregistered a key, even if it had no entry there: {unregister, Registry,
// Key, PID}.
type Unregistered[K comparable, V any] struct {
	Registry *Registry[K, V]
	Key      K
	PID      coppice.PID
}

// tell sends m to the listeners, up to the first that is not there.
func (r *Registry[K, V]) tell(p *coppice.Process, m any) error {
	for _, name := range r.options.Listeners {
		if err := coppice.Send(p, name, m); err != nil {
			return fmt.Errorf("registry: listener: %w", err)
		}
	}
	return nil
}
