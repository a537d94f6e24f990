package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/inspect"
)

// completeTime is how long a shell waits for suggestions. Without an answer
// there are none, and nothing else happens.
const completeTime = 300 * time.Millisecond

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
	page, err := client.Processes(ctx, inspect.Query{Where: quoted(word), Limit: pageSize})
	if err != nil {
		return nil, only
	}
	var all []string
	for _, p := range page.Rows {
		pid := strings.Trim(p.PID, "<>")
		switch {
		case p.Name != "" && strings.HasPrefix(p.Name, word):
			all = append(all, p.Name+"\t"+p.PID+" "+p.Label)
		case word != "" && strings.HasPrefix(pid, word):
			all = append(all, pid+"\t"+called(p))
		}
	}
	return all, only
}

// quoted makes one term of a find box of what was typed.
func quoted(word string) string {
	if word == "" {
		return ""
	}
	return `"` + strings.ReplaceAll(word, `"`, "") + `"`
}

// completeNode suggests the nodes that are served.
func completeNode(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	names, _ := control.Nodes()
	return names, cobra.ShellCompDirectiveNoFileComp
}
