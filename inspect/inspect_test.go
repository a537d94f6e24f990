package inspect_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/registry"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// bubble runs f with the view of a node of its own.
func bubble(t *testing.T, f func(t *testing.T, n *coppice.Node, v *inspect.View)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		f(t, n, inspect.Of(n))
		if report := n.Stop(context.Background()); len(report.Stuck) > 0 {
			t.Errorf("stuck: %v", report.Stuck)
		}
	})
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// waits is the body of a process that waits for ever.
func waits(p *coppice.Process) error {
	p.Receive()
	return nil
}

// startTree starts a supervisor, named top, with a waiting child for each name.
func startTree(n *coppice.Node, names ...string) {
	spec := supervisor.Spec{}
	for _, name := range names {
		spec.Children = append(spec.Children, supervisor.ChildSpec{
			ID: name, Start: supervisor.Body(waits, supervisor.Name(coppice.Name(name))),
		})
	}
	_, err := supervisor.New(spec, supervisor.Name(coppice.Name("top"))).Start(n)
	must(err)
	synctest.Wait()
}

func names(rows []inspect.Process) (all []string) {
	for _, p := range rows {
		all = append(all, p.Name)
	}
	return all
}

func TestList(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startTree(n, "alpha", "cart:42", "beta")
		for _, c := range []struct {
			query inspect.Query
			want  []string
		}{
			{inspect.Query{Sort: "name"}, []string{"alpha", "beta", "cart:42", "top"}},
			{inspect.Query{Sort: "name", Desc: true, Limit: 2}, []string{"top", "cart:42"}},
			{inspect.Query{Sort: "name", Offset: 3, Limit: 2}, []string{"top"}},
			{inspect.Query{Sort: "name", Offset: 9}, nil},
			{inspect.Query{Where: "BET"}, []string{"beta"}},
			{inspect.Query{Where: "cart:42"}, []string{"cart:42"}},
			{inspect.Query{Where: "name=alpha"}, []string{"alpha"}},
			{inspect.Query{Where: "kind:supervisor"}, []string{"top"}},
			{inspect.Query{Where: "!kind:supervisor status:receiving !beta", Sort: "name"}, []string{"alpha", "cart:42"}},
			{inspect.Query{Where: "children>2"}, []string{"top"}},
			{inspect.Query{Where: "children>=3 uptime<1h"}, []string{"top"}},
			{inspect.Query{Where: "children!=0"}, []string{"top"}},
			{inspect.Query{Where: `"no such"`}, nil},
		} {
			page, err := v.List(t.Context(), c.query)
			if err != nil || !slices.Equal(names(page.Rows), c.want) || page.Total != 4 {
				t.Errorf("%+v: %q of %d, %v; want %q", c.query, names(page.Rows), page.Total, err, c.want)
			}
		}
	})
}

// What is wrong with a query is told with what would be right.
func TestBadQueries(t *testing.T) {
	bubble(t, func(t *testing.T, _ *coppice.Node, v *inspect.View) {
		for _, c := range []struct {
			query inspect.Query
			want  string
		}{
			{inspect.Query{Sort: "mailbx"}, "did you mean mailbox?"},
			{inspect.Query{Where: "mailbx>3"}, "did you mean mailbox?"},
			{inspect.Query{Where: "mailbox>many"}, `"many" is no number`},
			{inspect.Query{Where: "name>x"}, "a text is not compared"},
		} {
			_, err := v.List(t.Context(), c.query)
			var bad *inspect.BadError
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v: %v; want %s", c.query, err, c.want)
			}
		}
	})
}

func draw(tree inspect.Tree) string {
	var b strings.Builder
	for _, r := range tree.Rows {
		name := r.Name
		if r.Pool > 0 {
			name = fmt.Sprintf("(%d)", r.Pool)
		}
		fmt.Fprintf(&b, "%d %s %d/%d %v\n", r.Level, name, r.Pos, r.Size, r.Open)
	}
	return b.String()
}

func TestTree(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startTree(n, "a", "b", "c")
		top := n.Whereis("top").String()
		for _, c := range []struct {
			name  string
			query inspect.TreeQuery
			want  string
		}{
			{"closed", inspect.TreeQuery{}, "1 top 1/1 false\n"},
			{"open", inspect.TreeQuery{Open: []string{top}}, "1 top 1/1 true\n2 a 1/3 false\n2 b 2/3 false\n2 c 3/3 false\n"},
			{"paged", inspect.TreeQuery{OpenAll: true, Offset: 2, Limit: 1}, "2 b 2/3 false\n"},
			{"folded", inspect.TreeQuery{OpenAll: true, Collapse: 2}, "1 top 1/1 true\n2 (3) 1/1 false\n"},
			{"few enough", inspect.TreeQuery{OpenAll: true, Collapse: 3, Limit: 2}, "1 top 1/1 true\n2 a 1/3 false\n"},
			{"unfolded", inspect.TreeQuery{Open: []string{top, top + "/pool"}, Collapse: 2, Limit: 2}, "1 top 1/1 true\n2 a 1/3 false\n"},
			{"found", inspect.TreeQuery{Where: "name=b", Collapse: 2}, "1 top 1/1 true\n2 b 1/1 false\n"},
		} {
			tree, err := v.Tree(t.Context(), c.query)
			if got := draw(tree); got != c.want || err != nil {
				t.Errorf("%s: %v\n%swant\n%s", c.name, err, got, c.want)
			}
		}
		inner, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
			{ID: "d", Start: supervisor.Body(waits, supervisor.Name(coppice.Name("d")))},
			{ID: "e", Start: supervisor.Body(waits, supervisor.Name(coppice.Name("e")))},
		}}, supervisor.Name(coppice.Name("inner"))).Start(n)
		must(err)
		time.Sleep(2 * time.Second) // what was looked at before serves no more
		synctest.Wait()
		low := inner.String()
		for _, c := range []struct {
			name  string
			query inspect.TreeQuery
			want  string
		}{
			{"a match with children", inspect.TreeQuery{Where: "inner"}, "1 inner 1/1 false\n"},
			{"opened", inspect.TreeQuery{Where: "inner", Open: []string{low}}, "1 inner 1/1 true\n2 d 1/2 false\n2 e 2/2 false\n"},
			{"all open", inspect.TreeQuery{Where: "name=inner", OpenAll: true}, "1 inner 1/1 false\n"},
			{"above a match", inspect.TreeQuery{Where: "name=e"}, "1 inner 1/1 true\n2 e 1/1 false\n"},
			{"shut", inspect.TreeQuery{Where: "name=e", Shut: []string{low}}, "1 inner 1/1 false\n"},
		} {
			if tree, err := v.Tree(t.Context(), c.query); draw(tree) != c.want || err != nil {
				t.Errorf("%s: %v\n%swant\n%s", c.name, err, draw(tree), c.want)
			}
		}
		if _, err := v.Tree(t.Context(), inspect.TreeQuery{Where: "nme>1"}); err == nil {
			t.Error("a bad expression is accepted")
		}
	})
}

func TestFindAndDetail(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startTree(n, "cache", "other")
		pid := n.Whereis("cache")
		for _, who := range []string{"cache", pid.String(), strings.Trim(pid.String(), "<>")} {
			if found, err := v.Find(who); found != pid || err != nil {
				t.Errorf("%s: %v, %v", who, found, err)
			}
		}
		if _, err := v.Find("cahce"); !errors.Is(err, inspect.ErrNotFound) || !strings.Contains(err.Error(), "did you mean cache?") {
			t.Error(err)
		}
		if _, err := v.Find("<0.999.0>"); !errors.Is(err, inspect.ErrNotFound) {
			t.Error(err)
		}
		top := n.Whereis("top").String()
		d, err := v.Detail(pid)
		if err != nil || d.Parent != top || len(d.Links) != 1 || d.Links[0].Name != "top" || len(d.Ancestors) != 1 {
			t.Errorf("%+v, %v", d, err)
		}
		if d, err := v.Detail(n.Whereis("top")); err != nil || d.Children != 2 || d.Parent != "" || !d.Trapping {
			t.Errorf("%+v, %v", d, err)
		}
		must(coppice.Exit(n, pid, coppice.Kill))
		if _, err := v.Detail(pid); !errors.Is(err, inspect.ErrNotFound) {
			t.Error(err)
		}
	})
}

func TestNames(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		startTree(n, "b", "a")
		began := time.Now().Round(time.Second)
		time.Sleep(time.Minute)
		all, total := v.Names("", 0)
		if few, n := v.Names("waits A", 1); len(few) != 1 || few[0].Name != "a" || n != 2 {
			t.Errorf("%+v of %d", few, n)
		}
		if len(all) != 3 || total != 3 || all[0].Name != "a" || all[0].PID != n.Whereis("a").String() || all[2].Name != "top" || !all[0].Since.Equal(began) {
			t.Errorf("%+v", all)
		}
	})
}

func TestRegistries(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node, v *inspect.View) {
		carts := registry.New[int, string](registry.Options{Name: "carts"})
		at, err := carts.Start(n)
		must(err)
		owner, err := coppice.Spawn(n, func(p *coppice.Process) error {
			must(carts.Register(p, 42, "a value that is nobody's business"))
			must(carts.Register(p, 7, ""))
			p.Receive()
			return nil
		})
		must(err)
		synctest.Wait()
		began := time.Now().Round(time.Second)
		time.Sleep(time.Minute)
		all := v.Registries("", 0)
		who := inspect.Owner{PID: owner.String(), Label: coppice.LabelOf(owner), Since: began}
		want := inspect.Registry{
			PID: at.String(), Name: "registry carts", Keys: "unique", Total: 2,
			Entries: []inspect.Keyed{{Key: "42", Owner: who}, {Key: "7", Owner: who}},
		}
		if len(all) != 1 || !reflect.DeepEqual(all[0], want) {
			t.Errorf("%+v; want %+v", all, want)
		}
		if few := v.Registries("42", 1); len(few[0].Entries) != 1 || few[0].Entries[0].Key != "42" || few[0].Total != 2 {
			t.Errorf("%+v", few)
		}
		if of := v.Registries("y CARTS 42", 0); len(of[0].Entries) != 1 {
			t.Errorf("those of the registry carts: %+v", of)
		}
		if few := v.Registries("", 1); len(few[0].Entries) != 1 || few[0].Total != 2 {
			t.Errorf("%+v", few)
		}
		must(coppice.Stop(n, at, nil))
		if all := v.Registries("", 0); len(all) != 0 {
			t.Errorf("%+v", all)
		}
	})
}

func ExampleOf() {
	node := coppice.NewNode(coppice.Options{})
	defer node.Stop(context.Background())
	cache := supervisor.ChildSpec{ID: "cache", Start: supervisor.Body(waits, supervisor.Name(coppice.Name("cache")))}
	_, _ = supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{cache}}).Start(node)

	page, _ := inspect.Of(node).List(node, inspect.Query{Where: "kind:process"})
	for _, row := range page.Rows {
		fmt.Println(row.PID, row.Name, row.Label)
	}
	// Output: <0.2.0> cache github.com/seed-7832d3a3/coppice/inspect_test.waits
}
