package registry_test

import (
	"context"
	"fmt"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/registry"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A server is started under a key and called by it.
func Example() {
	node := coppice.NewNode(coppice.Options{})
	defer node.Stop(context.Background())
	matches := registry.New[string, int](registry.Options{})
	sup := supervisor.New(supervisor.Spec{
		Strategy: supervisor.RestForOne,
		Children: []supervisor.ChildSpec{
			{ID: "matches", Start: matches},
			{ID: "final", Start: servers.With(7, genserver.Name(matches.Via("final")))},
		},
	})
	if _, err := sup.Start(node); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(genserver.Call(node, matches.Via("final"), ask{}))
	// Output: 7 <nil>
}

// With duplicate keys a registry tells all who are interested in something.
func ExampleRegistry_Dispatch() {
	node := coppice.NewNode(coppice.Options{})
	defer node.Stop(context.Background())
	topics := registry.New[string, string](registry.Options{Keys: registry.Duplicate})
	if _, err := topics.Start(node); err != nil {
		fmt.Println(err)
		return
	}
	ready, said := make(chan bool), make(chan string)
	for _, name := range []string{"ann", "bob"} {
		_, _ = coppice.Spawn(node, func(p *coppice.Process) error {
			if err := topics.Register(p, "goals", name); err != nil {
				return err
			}
			ready <- true
			said <- fmt.Sprintf("%s hears of a %v", name, p.Receive().Body)
			return nil
		})
		<-ready
	}
	_ = topics.Dispatch(node, "goals", func(entries []registry.Entry[string]) {
		for _, e := range entries {
			_ = coppice.Send(node, e.PID, "goal")
			fmt.Println(<-said)
		}
	})
	// Output:
	// ann hears of a goal
	// bob hears of a goal
}
