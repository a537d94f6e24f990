package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"text/tabwriter"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/examples/football/feed"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

type options struct {
	file    string
	poison  int
	seed    uint64
	recover bool
	verbose bool
}

// A fixture is a match and what is to happen in it.
type fixture struct {
	feed.Match
	events []string
	result Result
	err    error
}

// play plays a tournament, prints its table, and returns how many scores are
// wrong. An error is one of the input.
func play(node *coppice.Node, o options, w io.Writer) (wrong int, err error) {
	tournament, err := feed.Read(o.file)
	if err != nil {
		return 0, err
	}
	fixtures := schedule(tournament, o)
	if len(fixtures) == 0 && o.poison > 0 {
		return 0, fmt.Errorf("%s: no match has been played, so there is none to send -poison %d to", o.file, o.poison)
	}
	if _, err := league(o.recover, o.poison).Start(node); err != nil {
		return 0, err
	}
	var all sync.WaitGroup
	for _, f := range fixtures {
		all.Go(func() { f.result, f.err = f.play(node) })
	}
	all.Wait()
	restarts, err := genserver.Call(node, journalName, Restarts{})
	if err != nil {
		return 0, err
	}
	for _, f := range fixtures {
		if f.err != nil {
			return 0, fmt.Errorf("%s (%s v %s): %w", f.ID, f.Team1, f.Team2, f.err)
		}
	}
	return table(w, fixtures, restarts, tournament.Skipped), nil
}

// schedule makes the events of each match: its goals in the order of the
// clock, and unknown ones at seeded moments.
func schedule(t *feed.Tournament, o options) []*fixture {
	var fixtures []*fixture
	for _, m := range t.Matches {
		f := &fixture{Match: m}
		for _, goal := range m.Goals {
			kind := "home_goal"
			if goal.Side == feed.Away {
				kind = "away_goal"
			}
			f.events = append(f.events, kind)
		}
		fixtures = append(fixtures, f)
	}
	random := rand.New(rand.NewPCG(o.seed, 0))
	for range o.poison {
		if len(fixtures) == 0 {
			break
		}
		f := fixtures[random.IntN(len(fixtures))]
		f.events = slices.Insert(f.events, random.IntN(len(f.events)+1), unknown)
	}
	return fixtures
}

const unknown = "goal" // nobody says whose

// play sends the events of one match to its tracker and returns the tracker's
// score at the end.
func (f *fixture) play(node *coppice.Node) (Result, error) {
	match := coppice.Name(f.ID)
	if _, err := supervisor.StartChild(node, matches, f.ID); err != nil {
		return Result{}, err
	}
	for _, kind := range f.events {
		pid, err := tracked(node, match)
		if err != nil {
			return Result{}, err
		}
		if err := genserver.Cast(node, pid, Event{kind}); err != nil {
			return Result{}, err
		}
		if kind == unknown {
			// The next one is for its successor.
			if _, err := coppice.Await(node, pid); err != nil {
				return Result{}, err
			}
		}
	}
	pid, err := tracked(node, match)
	if err != nil {
		return Result{}, err
	}
	result, err := genserver.Call(node, pid, Score{})
	if err != nil {
		return result, err
	}
	return result, genserver.Cast(node, pid, Event{"end"})
}

// tracked returns the tracker of a match. One that has just crashed is back
// when its supervisor has come to it; asking the supervisor is waiting for that.
func tracked(node *coppice.Node, match coppice.Name) (coppice.PID, error) {
	for {
		if pid := genserver.Whereis(node, match); !pid.IsZero() {
			return pid, nil
		}
		count, err := supervisor.Count(node, matches)
		if err != nil {
			return coppice.PID{}, err
		}
		if count.Active == 0 && genserver.Whereis(node, match).IsZero() {
			return coppice.PID{}, errors.New("its tracker is gone for good")
		}
	}
}

// table prints the matches and the sum, and returns how many are wrong.
func table(w io.Writer, fixtures []*fixture, restarts map[string]int, skipped int) (wrong int) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "date\tteams\tscore\trestarts\t")
	goals, again := 0, 0
	var incomplete []*fixture
	for _, f := range fixtures {
		note := ""
		goals += len(f.Goals)
		again += restarts[f.ID]
		if want := (Result{f.Score.Home, f.Score.Away}); !f.Complete {
			incomplete = append(incomplete, f)
		} else if f.result != want {
			wrong++
			note = fmt.Sprintf("wrong: was %v", want)
		}
		fmt.Fprintf(tw, "%s\t%s v %s\t%v\t%d\t%s\n", f.Date, f.Team1, f.Team2, f.result, restarts[f.ID], note)
	}
	tw.Flush()
	for _, f := range incomplete {
		fmt.Fprintf(w, "incomplete: %s %s v %s: the file does not list all goals of its %v\n", f.Date, f.Team1, f.Team2, f.Score)
	}
	if skipped > 0 {
		fmt.Fprintf(w, "skipped: %d not yet played\n", skipped)
	}
	fmt.Fprintf(w, "%d matches, %d goals, %d restarts, %d wrong\n", len(fixtures), goals, again, wrong)
	return wrong
}
