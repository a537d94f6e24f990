package main

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// completeTime is how long a shell waits for suggestions. Without an answer
// there are none, and nothing else happens.
const completeTime = 150 * time.Millisecond

// completeWho suggests live processes: names, and pids once one has begun to
// type a number.
func (a *app) completeWho(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
	const only = cobra.ShellCompDirectiveNoFileComp
	if len(args) > 0 {
		return nil, only
	}
	client, err := a.attach()
	if err != nil {
		return nil, only
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), completeTime)
	defer cancel()
	matches, err := client.Complete(ctx, inspect.CompleteQuery{Word: word, Limit: 1000})
	if err != nil {
		return nil, only
	}
	var all []string
	for _, m := range matches {
		pid := strings.Trim(m.PID, "<>")
		switch {
		case m.Name != "" && strings.HasPrefix(m.Name, word):
			all = append(all, m.Name+"\t"+m.PID+" "+m.Label)
		case word != "" && strings.HasPrefix(pid, word):
			all = append(all, pid+"\t"+cmp.Or(m.Name, m.Label))
		}
	}
	return all, only
}

// completeNode suggests the nodes that are served.
func completeNode(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	names, _ := control.Nodes()
	return names, cobra.ShellCompDirectiveNoFileComp
}
