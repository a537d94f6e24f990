package main

import (
	"fmt"
	"io"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// steps goes through the life of one tracker and prints each step with its
// result.
func steps(node *coppice.Node, w io.Writer) error {
	sup := trackers(supervisor.Limit{})
	if _, err := sup.Start(node); err != nil {
		return err
	}
	match := coppice.Name("match_123")
	step := func(what string, result any) { fmt.Fprintf(w, "%-46s %v\n", what, result) }
	score := func() any { return one(genserver.Call(node, match, Score{})) }
	event := func(kind string) any {
		return okOr(genserver.Cast(node, match, Event{kind}))
	}

	pid, err := sup.StartChild(node, matches, "match_123")
	step("start_child football_match_supervisor match_123", okOr(err))
	step("call match_123 score", score())
	step("cast match_123 event home_goal", event("home_goal"))
	step("call match_123 score", score())
	step("cast match_123 event goal", event("goal"))
	if err := settled(node, pid); err != nil {
		return err
	}
	second := genserver.Whereis(node, match)
	step("another pid", !second.IsZero() && second != pid)
	step("call match_123 score", score())
	step("cast match_123 event end", event("end"))
	if err := settled(node, second); err != nil {
		return err
	}
	step("match_123 is gone", genserver.Whereis(node, match).IsZero())
	count, err := supervisor.Count(node, matches)
	step("children", one(count.Active, err))
	return nil
}

// settled waits until a tracker has ended and its supervisor has done what
// follows: it answers after that.
func settled(node *coppice.Node, tracker coppice.PID) error {
	if _, err := coppice.Await(node, tracker); err != nil {
		return err
	}
	_, err := supervisor.Count(node, matches)
	return err
}

func okOr(err error) any {
	if err != nil {
		return err
	}
	return "ok"
}

func one[T any](v T, err error) any {
	if err != nil {
		return err
	}
	return v
}
