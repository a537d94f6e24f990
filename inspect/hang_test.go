package inspect_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/registry"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A mute is a reason, a reply, a state and a key that does not say what it is.
type mute struct{ release chan struct{} }

func (m *mute) Error() string  { <-m.release; return "at last" }
func (m *mute) String() string { <-m.release; return "at last" }

type (
	GetMute struct{ genserver.Returns[*mute] }
	DieMute struct{}
)

var mutes = genserver.Define(func(_ *coppice.Process, m *mute) (*mute, error) { return m, nil },
	genserver.OnCall(func(m *mute, _ *coppice.Process, _ GetMute) (*mute, error) { return m, nil }),
	genserver.OnCast(func(m *mute, _ *coppice.Process, _ DieMute) error { return m }),
)

// Whatever says what values of the user's are may hang: who looks at that, or at
// anything else, is held up for a moment only.
func TestValuesThatHang(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		m := &mute{make(chan struct{})}
		keys, spec := registry.New[any, int](registry.Options{Name: "keys"}), supervisor.Spec{Restarts: supervisor.AtMost(1000, time.Second)}
		spec.Children = append(spec.Children, supervisor.ChildSpec{ID: "keys", Start: keys})
		for i := range 50 {
			spec.Children = append(spec.Children, supervisor.ChildSpec{ID: fmt.Sprint(i), Start: mutes.With(m, genserver.Name(coppice.Name(fmt.Sprint("mute", i))))})
		}
		_, err := supervisor.New(spec).Start(n)
		must(err)
		for i := range 50 {
			must(genserver.Cast(n, coppice.Name(fmt.Sprint("mute", i)), DieMute{}))
			synctest.Wait()
		}
		pid := n.Whereis("mute7")
		for range 20 {
			_, err := coppice.Spawn(n, func(p *coppice.Process) error {
				must(keys.Register(p, &mute{m.release}, 1))
				return waits(p)
			})
			must(err)
		}
		synctest.Wait()
		for name, look := range map[string]func() string{
			"a search": func() string {
				page, err := v.List(t.Context(), inspect.Query{Where: "last_exit:mute"})
				return fmt.Sprint(len(page.Rows), err)
			},
			"a tree": func() string {
				tree, err := v.Tree(t.Context(), inspect.TreeQuery{OpenAll: true})
				return fmt.Sprint(len(tree.Rows) > 50, err)
			},
			"a detail":   func() string { d, err := v.Detail(pid); return fmt.Sprint(d.LastExit, err) },
			"registries": func() string { return fmt.Sprint(len(v.Registries("", 0)[0].Entries)) },
			"a state":    func() string { r, err := v.State(t.Context(), pid); return fmt.Sprint(r.Text, err) },
		} {
			began := time.Now()
			said := look()
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("%s took %v: %s", name, took, said)
			}
			if strings.Contains(said, "at last") {
				t.Errorf("%s: %s", name, said)
			}
		}
		close(m.release)
		synctest.Wait()
		if d, _ := v.Detail(pid); d.LastExit != "at last" {
			t.Errorf("afterwards it says %q", d.LastExit)
		}
	})
}
