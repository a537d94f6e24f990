package agent_test

import (
	"context"
	"fmt"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/agent"
)

func Example() {
	node := coppice.NewNode(coppice.Options{})
	defer node.Stop(context.Background())

	words, err := agent.New(func() []string { return nil }).Start(node)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, word := range []string{"ash", "hazel"} {
		_ = agent.Update(node, words, func(all []string) []string { return append(all, word) })
	}
	fmt.Println(agent.Get(node, words, func(all []string) int { return len(all) }))
	// Output: 2 <nil>
}
