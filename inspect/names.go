package inspect

import (
	"cmp"
	"slices"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/show"
	"github.com/seed-7832d3a3/coppice/registry"
)

// An Entry is a registered name.
type Entry struct {
	Name  string `json:"name"`
	PID   string `json:"pid"`
	Label string `json:"label,omitempty"`
}

// Names returns the registered names, sorted.
func (v *View) Names() []Entry {
	all := []Entry{}
	for name, pid := range v.node.Registered() {
		all = append(all, Entry{name, pid.String(), coppice.LabelOf(pid)})
	}
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// A Registry is a registry that runs on the node, with some of its entries.
type Registry struct {
	PID     string  `json:"pid"`
	Name    string  `json:"name"` // what it is called
	Keys    string  `json:"keys"` // unique or duplicate
	Total   int     `json:"total"`
	Entries []Keyed `json:"entries"` // the first of them, in the order of their texts
}

// Keyed is who has a key in a registry.
type Keyed struct {
	Key string `json:"key"`
	PID string `json:"pid"`
}

const (
	maxKeys = 1000 // listed of a registry
	maxRead = 10 * maxKeys
	maxKey  = 200 // bytes of the text of a key
)

// Registries returns the registries of the node in the order of their start.
func (v *View) Registries() []Registry {
	all := []Registry{}
	var pids []coppice.PID
	for stats := range v.node.Stats() {
		if stats.Publishes {
			pids = append(pids, stats.PID)
		}
	}
	slices.SortFunc(pids, coppice.PID.Compare)
	for _, pid := range pids {
		view, ok := registry.ViewOf(pid)
		if !ok {
			continue
		}
		r := Registry{PID: pid.String(), Name: coppice.LabelOf(pid), Keys: view.Kind.String(), Total: view.Entries, Entries: []Keyed{}}
		for key, owner := range view.Keys {
			if len(r.Entries) == maxRead {
				break
			}
			r.Entries = append(r.Entries, Keyed{show.Text(key, maxKey), owner.String()})
		}
		slices.SortFunc(r.Entries, func(a, b Keyed) int { return cmp.Compare(a.Key, b.Key) })
		r.Entries = cut(r.Entries, 0, maxKeys)
		all = append(all, r)
	}
	return all
}
