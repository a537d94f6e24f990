// Package saturday is a football Saturday to look into while it runs: matches
// are played in several competitions, fans ask for their scores all the time,
// and things can be broken on purpose.
//
//	saturday                 one_for_one
//	├── traffic              what the fans see: requests, errors, how long they took
//	├── north                rest_for_one; and so south, east, west
//	│   ├── north_book       what has happened in each match
//	│   ├── north_matches    any number of matches: north_1, north_2, …
//	│   └── north_referee    kicks off, sends the goals, blows the whistle
//	├── fans                 fan_1, fan_2, …: each asks for the score of one match
//	└── demo                 what can be broken: Poison, Break, Leak, Kill, Stop
//	scribe                   notes in which order all of it ends
//
// A match that crashes reads the book of its competition when it is started
// again, so no goal is lost. The goals are those of a seeded generator, or of
// a real tournament.
package saturday

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/examples/football/feed"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// Options say how large the Saturday is. The zero value is right for a demo.
type Options struct {
	Competitions []string         // their names; north, south, east and west if nil
	Matches      int              // of each competition at a time; 8 if 0
	Fans         int              // of all competitions; 200 if 0
	Every        time.Duration    // how often a fan asks; 100 ms if 0
	Minute       time.Duration    // how long a minute of a match is; 250 ms if 0
	Stall        time.Duration    // how long a handler is slow after Leak; 30 s if 0
	Trying       time.Duration    // how long a restart takes that fails after Break; 400 ms if 0
	Seed         uint64           // of the generator of matches
	Tournament   *feed.Tournament // its matches are played instead, if there is one
}

func (o Options) withDefaults() Options {
	if o.Competitions == nil {
		o.Competitions = []string{"north", "south", "east", "west"}
	}
	o.Matches = positive(o.Matches, 8)
	o.Fans = positive(o.Fans, 200)
	o.Every = positive(o.Every, 100*time.Millisecond)
	o.Minute = positive(o.Minute, 250*time.Millisecond)
	o.Stall = positive(o.Stall, 30*time.Second)
	o.Trying = positive(o.Trying, 400*time.Millisecond)
	return o
}

func positive[T int | time.Duration](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}

// The names of what is there once; what there is in each competition has a
// name that begins with that of the competition.
const (
	Name    = coppice.Name("saturday") // the supervisor of it all
	Traffic = coppice.Name("traffic")  // takes Now
	Demo    = coppice.Name("demo")     // takes Poison, Break, Leak, Kill and Stop
)

// A Saturday is one that runs.
type Saturday struct {
	node   *coppice.Node
	top    coppice.PID
	record *record
}

// Start starts a Saturday on the node of ctx, which is its own. The error is one
// of the options, or why a process did not start.
func Start(ctx context.Context, o Options) (*Saturday, error) {
	if o.Tournament != nil && len(o.Tournament.Matches) == 0 {
		return nil, errors.New("saturday: no match of the tournament has been played: take another file")
	}
	node, err := coppice.NodeOf(ctx)
	if err != nil {
		return nil, err
	}
	s := &Saturday{node: node, record: &record{}}
	if _, err := scribes.Start(ctx, s.record, genserver.Name(Scribe)); err != nil {
		return nil, err
	}
	s.top, err = tree(o.withDefaults()).Start(ctx)
	return s, err
}

// Node is the node on which it runs.
func (s *Saturday) Node() *coppice.Node { return s.node }

// Figures are how it goes now.
func (s *Saturday) Figures(ctx context.Context) (Figures, error) {
	return genserver.Call(ctx, s.node.Whereis(string(Traffic)), Now{})
}

// Past is what the fans have seen after a second of Unix time.
func (s *Saturday) Past(ctx context.Context, after int64) ([]Lane, error) {
	return genserver.Call(ctx, s.node.Whereis(string(Traffic)), Past{After: after})
}

// Do does one of the things that break a Saturday, poison, break, leak or kill,
// and says what to watch.
func (s *Saturday) Do(ctx context.Context, what string) (watch string, err error) {
	to := s.node.Whereis(string(Demo))
	switch what {
	case "poison":
		return genserver.Call(ctx, to, Poison{})
	case "break":
		return genserver.Call(ctx, to, Break{})
	case "leak":
		return genserver.Call(ctx, to, Leak{})
	case "kill":
		return genserver.Call(ctx, to, Kill{})
	}
	return "", fmt.Errorf("there is no %q to be done: poison, break, leak, kill", what)
}

// tree is the whole of it. What counts the traffic starts first, and what makes
// it last: so it ends first too.
func tree(o Options) *supervisor.Supervisor {
	children := []supervisor.ChildSpec{{ID: "traffic", Start: traffic.With(o.Competitions, genserver.Name(Traffic))}}
	for i := range o.Competitions {
		c := newCompetition(o, i)
		children = append(children, supervisor.ChildSpec{ID: c.name, Start: c.tree()})
	}
	children = append(children,
		supervisor.ChildSpec{ID: "fans", Start: fans(o)},
		supervisor.ChildSpec{ID: "demo", Start: demo.With(o, genserver.Name(Demo))},
	)
	return supervisor.New(supervisor.Spec{
		Restarts: supervisor.AtMost(20, time.Minute),
		Children: children,
	}, supervisor.Name(Name))
}

// A competition is what its processes have in common. It never changes.
type competition struct {
	name     string
	matches  int
	minute   time.Duration
	stall    time.Duration
	trying   time.Duration
	fixtures fixtures
}

func newCompetition(o Options, i int) competition {
	return competition{
		name:    o.Competitions[i],
		matches: o.Matches,
		minute:  o.Minute,
		stall:   o.Stall,
		trying:  o.Trying,
		fixtures: fixtures{
			competition: o.Competitions[i], index: i, of: len(o.Competitions),
			seed: o.Seed, tournament: o.Tournament,
		},
	}
}

func (c competition) book() coppice.Name    { return coppice.Name(c.name + "_book") }
func (c competition) pitch() coppice.Name   { return coppice.Name(c.name + "_matches") }
func (c competition) referee() coppice.Name { return coppice.Name(c.name + "_referee") }

// tree is the subtree of a competition: each child relies on those before it.
func (c competition) tree() *supervisor.Supervisor {
	return supervisor.New(supervisor.Spec{
		Strategy: supervisor.RestForOne,
		Restarts: supervisor.AtMost(3, 10*time.Second),
		Children: []supervisor.ChildSpec{
			{ID: "book", Start: book.With(c, genserver.Name(c.book()))},
			{ID: "matches", Start: c.pitches()},
			{ID: "referee", Start: referee.With(c, genserver.Name(c.referee()))},
		},
	}, supervisor.Name(coppice.Name(c.name)))
}

// pitches starts a match on demand, under the name that is its ID. One that
// crashes comes back.
func (c competition) pitches() *supervisor.Dynamic[Fixture] {
	return &supervisor.Dynamic[Fixture]{
		Template: func(f Fixture) supervisor.ChildSpec {
			return supervisor.ChildSpec{
				Start:    match.With(play{f, c}, genserver.Name(coppice.Name(f.ID))),
				Restart:  supervisor.Transient,
				Shutdown: supervisor.Within(200 * time.Millisecond),
			}
		},
		Restarts: supervisor.AtMost(3, 5*time.Second),
		Options:  []supervisor.Option{supervisor.Name(c.pitch())},
	}
}

// fans are shared out evenly.
func fans(o Options) *supervisor.Supervisor {
	var children []supervisor.ChildSpec
	for i := range o.Fans {
		f := following{
			competition: newCompetition(o, i%len(o.Competitions)),
			number:      i / len(o.Competitions),
			every:       o.Every,
			first:       o.Every * time.Duration(i) / time.Duration(o.Fans),
		}
		id := fmt.Sprintf("fan_%d", i+1)
		children = append(children, supervisor.ChildSpec{ID: id, Start: fan.With(f, genserver.Name(coppice.Name(id)))})
	}
	return supervisor.New(supervisor.Spec{Children: children}, supervisor.Name(coppice.Name("fans")))
}
