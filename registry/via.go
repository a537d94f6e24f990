package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-7832d3a3/coppice"
)

// Via is the name under which a process can be started and reached: it is
// registered under key, with the zero value, before it begins, and whoever has
// the key can be called by it. It panics for duplicate keys, which tell nobody
// apart. It answers to {:via, Registry, {registry, key}}.
//
//	ref, err := tracker.Start(ctx, "match_123", genserver.Name(matches.Via(123)))
//	result, err := genserver.Call(ctx, matches.Via(123), Score{})
func (r *Registry[K, V]) Via(key K) coppice.Via {
	var value V
	return r.ViaWith(key, value)
}

// ViaWith is Via with a value to be registered with. It answers to
// {:via, Registry, {registry, key, value}}.
func (r *Registry[K, V]) ViaWith(key K, value V) coppice.Via {
	if r.options.Keys != Unique {
		panic("registry: Via needs unique keys")
	}
	return coppice.Via{Resolver: resolver[K, V]{r}, Key: viaKey[K, V]{key, value}}
}

type viaKey[K comparable, V any] struct {
	key   K
	value V
}

// String gives the key.
func (k viaKey[K, V]) String() string { return fmt.Sprint(k.key) }

// A resolver makes a registry a coppice.Resolver.
type resolver[K comparable, V any] struct{ r *Registry[K, V] }

// Register implements coppice.Resolver. ctx is the process that starts.
func (s resolver[K, V]) Register(ctx context.Context, key any, _ coppice.PID) error {
	k := key.(viaKey[K, V])
	p, ok := ctx.(*coppice.Process)
	if !ok {
		return fmt.Errorf("registry: key %v: only a process can register", k)
	}
	err := s.r.Register(p, k.key, k.value)
	var taken *AlreadyRegisteredError
	if errors.As(err, &taken) {
		return &coppice.AlreadyStartedError{Name: fmt.Sprint(k.key), PID: taken.PID}
	}
	return err
}

// Release implements coppice.Resolver: there is nothing to do, as a registry
// has its entries released by itself.
func (resolver[K, V]) Release(any, coppice.PID) {}

// Whereis implements coppice.Resolver.
func (s resolver[K, V]) Whereis(ctx context.Context, key any) coppice.PID {
	e, err := s.r.Find(ctx, key.(viaKey[K, V]).key)
	if err != nil {
		return coppice.PID{}
	}
	return e.PID
}
