package registry

import "context"

// A Meta is the key of a piece of metadata of type T, which a registry keeps
// beside its entries until it ends: like a variable of each registry that one
// puts it in. Two of the same name and type are the same.
type Meta[T any] struct{ Name string }

// A Setting is a piece of metadata with its value, see [Options].
type Setting struct{ key, value any }

// A Holder is a *Registry of any type.
type Holder interface {
	metadata(ctx context.Context) (metadata, error)
}

// metadata is where an instance keeps it.
type metadata interface {
	Load(key any) (any, bool)
	Store(key, value any)
	Delete(key any)
}

func (r *Registry[K, V]) metadata(ctx context.Context) (metadata, error) {
	in, err := r.on(ctx)
	if err != nil {
		return nil, err
	}
	return &in.meta, nil
}

// With is the setting of the metadata to value.
func (m Meta[T]) With(value T) Setting { return Setting{m, value} }

// Put sets the metadata of a registry. It answers to Registry.put_meta/3.
func (m Meta[T]) Put(ctx context.Context, r Holder, value T) error {
	in, err := r.metadata(ctx)
	if err != nil {
		return err
	}
	in.Store(m, value)
	return nil
}

// Get returns the metadata of a registry, and false if it has none. It answers
// to Registry.meta/2.
func (m Meta[T]) Get(ctx context.Context, r Holder) (value T, ok bool, err error) {
	in, err := r.metadata(ctx)
	if err != nil {
		return value, false, err
	}
	had, ok := in.Load(m)
	if ok {
		value, _ = had.(T) // not ok only for a nil of an interface type
	}
	return value, ok, nil
}

// Delete removes the metadata from a registry. It answers to
// Registry.delete_meta/2.
func (m Meta[T]) Delete(ctx context.Context, r Holder) error {
	in, err := r.metadata(ctx)
	if err != nil {
		return err
	}
	in.Delete(m)
	return nil
}
