package inspect_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// What has been typed becomes a name, a PID, or the id of a child, also of one
// that has no process.
func TestComplete(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startTree(n, "cart:1", "cart:2", "alpha", "Castle")
		nameless, err := coppice.Spawn(n, waits)
		must(err)
		must(supervisor.TerminateChild(n, n.Whereis("top"), "cart:2"))
		top := n.Whereis("top").String()
		for _, c := range []struct {
			query inspect.CompleteQuery
			want  string
		}{
			{inspect.CompleteQuery{}, "Castle alpha cart:1 top " + nameless.String()},
			{inspect.CompleteQuery{Limit: 2}, "Castle alpha"},
			{inspect.CompleteQuery{Word: "ca"}, "Castle cart:1"},
			{inspect.CompleteQuery{Word: "ca", Limit: 1}, "Castle"},
			{inspect.CompleteQuery{Word: "art"}, ""},
			{inspect.CompleteQuery{Word: "waits"}, ""},
			{inspect.CompleteQuery{Supervisors: true}, "top"},
			{inspect.CompleteQuery{Supervisors: true, Word: top}, "top"},
			{inspect.CompleteQuery{Word: top[:3]}, "top cart:1 alpha Castle " + nameless.String()},
			{inspect.CompleteQuery{Word: strings.Trim(nameless.String(), "<>")}, nameless.String()},
			{inspect.CompleteQuery{Word: "<0.999"}, ""},
			{inspect.CompleteQuery{Of: "top"}, "cart:1 alpha Castle cart:2"},
			{inspect.CompleteQuery{Of: "top", Limit: 1}, "cart:1"},
			{inspect.CompleteQuery{Of: top, Word: "cart"}, "cart:1 cart:2"},
			{inspect.CompleteQuery{Of: "alpha"}, ""},
		} {
			matches, err := v.Complete(c.query)
			var got []string
			for _, m := range matches {
				text := m.PID
				switch {
				case m.ID != "":
					text = m.ID
				case m.Name != "":
					text = m.Name
				}
				got = append(got, text)
				if m.PID != "" && m.Label == "" || m.Status == "" || (m.PID == "") != (m.ID == "cart:2") {
					t.Errorf("%+v: %+v", c.query, m)
				}
			}
			if err != nil || strings.Join(got, " ") != c.want {
				t.Errorf("%+v: %q, %v; want %s", c.query, got, err, c.want)
			}
		}
		if _, err := v.Complete(inspect.CompleteQuery{Of: "tpo"}); !errors.Is(err, inspect.ErrNotFound) {
			t.Error(err)
		}
	})
}

// The first names are those of a sorted list, in whatever order they come.
func TestCompleteIsInOrder(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		var want []string
		for i := range 300 {
			want = append(want, fmt.Sprintf("p%d", i*7919%1000))
		}
		startTree(n, want...)
		slices.Sort(want)
		matches, err := v.Complete(inspect.CompleteQuery{Word: "P", Limit: 50})
		var got []string
		for _, m := range matches {
			got = append(got, m.Name)
		}
		if err != nil || !slices.Equal(got, want[:50]) {
			t.Errorf("%q, %v", got, err)
		}
	})
}
