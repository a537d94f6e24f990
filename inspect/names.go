package inspect

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/registry"
)

// An Entry is a registered name.
type Entry struct {
	Name string `json:"name"`
	Owner
}

// An Owner is the process that has a name or a key.
type Owner struct {
	PID   string    `json:"pid"`
	Label string    `json:"label,omitempty"` // what it runs
	Since time.Time `json:"since"`           // when it was started, to the second: it has had the name no longer
}

func ownerOf(pid coppice.PID) Owner {
	stats, _ := coppice.StatsOf(pid)
	return Owner{pid.String(), coppice.LabelOf(pid), time.Now().Add(-stats.Lifetime).Round(time.Second)}
}

// Names returns the registered names, sorted, and how many there are: those whose
// name, PID or label has all the words of where in it, and no more than limit
// (0: all).
func (v *View) Names(where string, limit int) (names []Entry, total int) {
	words := terms(strings.ToLower(where))
	found := func(yield func(holder) bool) {
		for name, pid := range v.node.Registered() {
			if len(words) > 0 && !hasAll(words, name, pid.String(), coppice.LabelOf(pid)) {
				continue
			}
			if total++; !yield(holder{name, pid}) {
				return
			}
		}
	}
	const few = 2000
	var first []holder
	if limit > 0 && limit <= few {
		first = lowest(found, limit, holder.compare)
	} else {
		first = cut(slices.SortedFunc(found, holder.compare), 0, limit)
	}
	names = make([]Entry, len(first))
	for i, n := range first {
		names[i] = Entry{n.name, ownerOf(n.pid)}
	}
	return names, total
}

// A holder is a process with its name, or its key as text.
type holder struct {
	name string
	pid  coppice.PID
}

func (n holder) compare(other holder) int {
	return cmp.Or(cmp.Compare(n.name, other.name), n.pid.Compare(other.pid))
}

// hasAll reports whether each word is in one of the texts.
func hasAll(words []string, texts ...string) bool {
	for _, w := range words {
		if !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), w) }) {
			return false
		}
	}
	return true
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
	Owner
}

const (
	maxRead = 10000 // entries read of a registry
	maxKey  = 200   // bytes of the text of a key
)

// Registries returns the registries of the node, each with its entries as Names
// returns names; a word may also be part of the registry's own name. Of a large
// one not all keys are looked at.
func (v *View) Registries(where string, limit int) []Registry {
	words := terms(strings.ToLower(where))
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
		for _, e := range cut(v.entries(view, words, r.Name), 0, limit) {
			r.Entries = append(r.Entries, Keyed{e.name, ownerOf(e.pid)})
		}
		all = append(all, r)
	}
	return all
}

// entries reads the keys of a registry that have all the words, sorted.
func (v *View) entries(of registry.View, words []string, registry string) (all []holder) {
	read := 0
	for key, owner := range of.Keys {
		if read++; read > maxRead {
			break
		}
		e := holder{v.asker.Text(key, maxKey), owner}
		if len(words) == 0 || hasAll(words, e.name, owner.String(), coppice.LabelOf(owner), registry) {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, holder.compare)
	return all
}
