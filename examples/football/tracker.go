package main

import (
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A Result is a score.
type Result struct{ Home, Away int }

// String gives "2-1".
func (r Result) String() string { return fmt.Sprintf("%d-%d", r.Home, r.Away) }

// Score is the call for the score of a match.
type Score struct{ genserver.Returns[Result] }

// An Event is cast to a tracker: home_goal, away_goal or end.
type Event struct{ Kind string }

// A Tracker keeps the score of one match.
type Tracker struct {
	match  string
	result Result
}

// newTracker runs at every start. If there is a journal, the tracker takes up
// what the journal has of its match; if not, it begins at nil-nil.
func newTracker(p *coppice.Process, match string) (*Tracker, error) {
	t := &Tracker{match: match}
	if genserver.Whereis(p, journalName).IsZero() {
		return t, nil
	}
	events, err := genserver.Call(p, journalName, Replay{Match: match})
	if err != nil {
		return nil, err
	}
	for _, kind := range events {
		t.apply(kind)
	}
	return t, nil
}

func (t *Tracker) score(*coppice.Process, Score) (Result, error) { return t.result, nil }

func (t *Tracker) event(p *coppice.Process, e Event) error {
	if e.Kind == "end" {
		return supervisor.TerminateChild(p, matches, p.Self())
	}
	t.apply(e.Kind) // let it crash before the journal knows of it
	if genserver.Whereis(p, journalName).IsZero() {
		return nil
	}
	_, err := genserver.Call(p, journalName, Append{Match: t.match, Kind: e.Kind})
	return err
}

func (t *Tracker) apply(kind string) {
	switch kind {
	case "home_goal":
		t.result.Home++
	case "away_goal":
		t.result.Away++
	default:
		panic(fmt.Sprintf("no case for %q", kind))
	}
}

// StateView is what a crash report shows.
func (t *Tracker) StateView() any { return t.result }

var tracker = genserver.Define(newTracker,
	genserver.OnCall((*Tracker).score),
	genserver.OnCast((*Tracker).event),
)

const matches = coppice.Name("football_match_supervisor")

// trackers starts a tracker on demand, registered under the id of its match.
// One that crashes comes back; one that ends does not.
func trackers(limit supervisor.Limit) *supervisor.Dynamic[string] {
	return &supervisor.Dynamic[string]{
		Template: func(match string) supervisor.ChildSpec {
			return supervisor.ChildSpec{
				Start:   tracker.With(match, genserver.Name(coppice.Name(match))),
				Restart: supervisor.Transient,
			}
		},
		Restarts: limit,
		Options:  []supervisor.Option{supervisor.Name(matches)},
	}
}

// A Journal has the events of all matches. It outlives the trackers, so that
// what a crash loses can be made up for.
type Journal struct {
	keeps  bool
	events map[string][]string
	starts map[string]int
}

// Append is the call that adds an event.
type Append struct {
	genserver.Returns[int]
	Match, Kind string
}

// Replay is the call for the events of a match, by a tracker that starts.
type Replay struct {
	genserver.Returns[[]string]
	Match string
}

// Restarts is the call for how often each tracker has been started again.
type Restarts struct {
	genserver.Returns[map[string]int]
}

func newJournal(_ *coppice.Process, keeps bool) (*Journal, error) {
	return &Journal{keeps, make(map[string][]string), make(map[string]int)}, nil
}

func (j *Journal) append(_ *coppice.Process, a Append) (int, error) {
	if j.keeps {
		j.events[a.Match] = append(j.events[a.Match], a.Kind)
	}
	return len(j.events[a.Match]), nil
}

func (j *Journal) replay(_ *coppice.Process, r Replay) ([]string, error) {
	j.starts[r.Match]++
	return append([]string(nil), j.events[r.Match]...), nil
}

func (j *Journal) restarts(*coppice.Process, Restarts) (map[string]int, error) {
	again := make(map[string]int)
	for match, n := range j.starts {
		again[match] = n - 1
	}
	return again, nil
}

var journal = genserver.Define(newJournal,
	genserver.OnCall((*Journal).append),
	genserver.OnCall((*Journal).replay),
	genserver.OnCall((*Journal).restarts),
)

const journalName = coppice.Name("journal")

// league is the tree for a whole tournament: should the journal fail, what
// relies on it is started anew with it.
func league(keeps bool, crashes int) *supervisor.Supervisor {
	return supervisor.New(supervisor.Spec{
		Strategy: supervisor.RestForOne,
		Children: []supervisor.ChildSpec{
			{ID: "journal", Start: journal.With(keeps, genserver.Name(journalName))},
			{ID: "matches", Start: trackers(supervisor.AtMost(crashes, time.Hour))},
		},
	})
}
