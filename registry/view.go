package registry

import (
	"iter"

	"github.com/seed-7832d3a3/coppice"
)

// A View is what a registry shows of itself, without being asked, to who does
// not know the types of its keys and values.
type View struct {
	Kind       Kind
	Partitions int
	Entries    int
	Keys       iter.Seq2[any, coppice.PID] // the entries, without their values and in no order
}

// ViewOf returns what the registry at pid shows, and false if there runs none.
// It sends no message.
func ViewOf(pid coppice.PID) (View, bool) {
	if in, ok := coppice.Published(pid).(interface{ view() View }); ok && coppice.Alive(pid) {
		return in.view(), true
	}
	return View{}, false
}

func (in *instance[K, V]) view() View {
	v := View{Kind: in.kind, Partitions: len(in.partitions)}
	for i := range in.shards {
		s := &in.shards[i]
		s.mu.RLock()
		v.Entries += s.count
		s.mu.RUnlock()
	}
	v.Keys = func(yield func(any, coppice.PID) bool) {
		for i := range in.shards {
			for _, e := range in.shards[i].snapshot() {
				if !yield(e.key, e.PID) {
					return
				}
			}
		}
	}
	return v
}
