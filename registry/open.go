package registry

import "github.com/seed-7832d3a3/coppice"

func (r *Registry[K, V]) partitions() int { return r.options.Partitions }

func (r *Registry[K, V]) open(p *coppice.Process, start func(coppice.Resolver) ([]coppice.PID, error)) error {
	in := newInstance[K, V](r.options.Keys)
	in.node = p.Node()
	for _, s := range r.options.Meta {
		in.meta.Store(s.key, s.value)
	}
	var err error
	if in.partitions, err = start(in); err != nil {
		return err
	}
	p.Publish(in)
	return r.running.Set(p, in)
}
