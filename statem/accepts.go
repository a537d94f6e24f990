package statem

import (
	"maps"
	"slices"

	"github.com/seed-7832d3a3/coppice/genserver"
)

// Accepts implements what genserver.Accepts looks for: the handlers of all
// states first, then those of each. It may be called on any goroutine.
func (m *machine[D, A]) Accepts() (all []genserver.Accepted) {
	all = m.def.any.accepts("")
	for _, state := range slices.Sorted(maps.Keys(m.def.states)) {
		all = append(all, m.def.states[state].accepts(state)...)
	}
	return all
}

func (t *table[D]) accepts(state string) (all []genserver.Accepted) {
	for k := range internal {
		for _, h := range t.rows[k] {
			all = append(all, genserver.Accepted{How: k.String(), Message: h.message, Reply: h.reply, State: state})
		}
	}
	return all
}
