package guides

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/agent"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/registry"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/sys"
	"github.com/seed-7832d3a3/coppice/task"
)

type Cache struct{ word string }

type Get struct{ genserver.Returns[string] }
type Save struct{ Value string }

func newCache(_ *coppice.Process, word string) (*Cache, error) { return &Cache{word}, nil }

func (c *Cache) get(*coppice.Process, Get) (string, error) { return c.word, nil }
func (c *Cache) save(_ *coppice.Process, s Save) error     { c.word = s.Value; return nil }

var cache = genserver.Define(newCache,
	genserver.OnCall((*Cache).get),
	genserver.OnCast((*Cache).save),
)

func TestCache(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		sup, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
			{ID: "cache", Start: cache.With("empty", genserver.Name(coppice.Name("cache")))},
		}}).Start(node)
		if err != nil {
			t.Fatal(sup, err)
		}
		word, err := genserver.Call(node, coppice.Name("cache"), Get{}) // word is a string
		if word != "empty" || err != nil {
			t.Error(word, err)
		}
		state, err := sys.State(node, coppice.Name("cache")) // :sys.get_state(:cache)
		children, err2 := supervisor.Children(node, sup)     // Supervisor.which_children(sup)
		info, ok := coppice.Lookup(children[0].PID)          // Process.info(pid)
		if state == nil || err != nil || err2 != nil || info.Name != "cache" || !ok {
			t.Error(state, info, err, err2)
		}
	})
}

type Feed struct {
	every  time.Duration
	source coppice.PID
	asked  int
}
type Tick struct{}
type Asked struct{ genserver.Returns[int] }

func newFeed(p *coppice.Process, source coppice.PID) (*Feed, error) {
	f := &Feed{every: time.Second, source: source}
	if _, err := p.Monitor(source); err != nil {
		return nil, err
	}
	genserver.Continue(p, Tick{}) // {:ok, state, {:continue, :tick}}
	return f, nil
}

func (f *Feed) tick(p *coppice.Process, _ Tick) error {
	f.asked++
	_, err := coppice.SendAfter(p, p.Self(), f.every, Tick{})
	return err // an error would end the server: {:stop, reason, state}
}

func (f *Feed) down(_ *coppice.Process, d coppice.Down) error { return d.Reason }

func (f *Feed) count(*coppice.Process, Asked) (int, error) { return f.asked, nil }

var feeds = genserver.Define(newFeed,
	genserver.OnCall((*Feed).count),
	genserver.OnContinue((*Feed).tick), // handle_continue(:tick, state)
	genserver.OnInfo((*Feed).tick),     // handle_info(:tick, state)
	genserver.OnInfo((*Feed).down),     // handle_info({:DOWN, …}, state)
)

func TestFeed(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		source := coppicetest.NewProbe(t, node).PID()
		ref, err := feeds.Start(node, source)
		if err != nil {
			t.Fatal(err)
		}
		coppicetest.Eventually(t, node, func() error {
			if n, err := genserver.Call(node, ref, Asked{}); err != nil || n < 3 {
				return coppice.Timeout
			}
			return nil
		})
		_ = coppice.Exit(node, source, coppice.Kill)
		coppicetest.AllowCrashes(t, node, coppicetest.Crash{})
		coppicetest.Exited(t, node, ref.PID(), coppice.Killed)
	})
}

var words = registry.New[int, string](registry.Options{}) // a child of the tree

var matches = supervisor.Dynamic[int]{
	Template: func(id int) supervisor.ChildSpec {
		return supervisor.ChildSpec{
			Start:   cache.With("empty", genserver.Name(words.Via(id))),
			Restart: supervisor.Transient,
		}
	},
}

func TestByKey(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		ctx := context.Context(node)
		if _, err := words.Start(node); err != nil {
			t.Fatal(err)
		}
		sup, err := matches.Start(node)
		if err != nil {
			t.Fatal(err)
		}
		pid, err := matches.StartChild(ctx, sup, 123)
		word, err2 := genserver.Call(ctx, words.Via(123), Get{})
		if pid.IsZero() || word != "empty" || err != nil || err2 != nil {
			t.Error(pid, word, err, err2)
		}
	})
}

func TestTasks(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		fetch := func(_ *coppice.Process, url string) (string, error) { return strings.ToUpper(url), nil }
		urls := []string{"a", "b"}
		coppicetest.NewProbe(t, node).Do(func(p *coppice.Process) {
			one, err := task.Async(p, func(q *coppice.Process) (string, error) { return fetch(q, urls[0]) })
			if err != nil {
				t.Error(err)
			}
			page, err := one.Await(p)
			if page != "A" || err != nil {
				t.Error(page, err)
			}
			var all []string
			for page, err := range task.Stream(p, slices.Values(urls), fetch, task.StreamOptions{MaxConcurrency: 4}) {
				if err == nil { // or a *task.ItemError, with the input
					all = append(all, page)
				}
			}
			if !slices.Equal(all, []string{"A", "B"}) {
				t.Error(all)
			}
		})
	})
}

func TestAgent(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		ctx := context.Context(node)
		counter, err := agent.New(func() int { return 0 }).Start(node)
		if err != nil {
			t.Fatal(err)
		}
		err = agent.Update(ctx, counter, func(n int) int { return n + 1 })
		n, err2 := agent.Get(ctx, counter, func(n int) int { return n })
		if n != 1 || err != nil || err2 != nil {
			t.Error(n, err, err2)
		}
	})
}
