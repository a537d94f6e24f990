package saturday

import (
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A Result is the score of a match.
type Result struct {
	Teams      string // Oak v Elm
	Home, Away int
	Over       bool
}

// String gives "Oak v Elm 2-1".
func (r Result) String() string {
	over := ""
	if r.Over {
		over = ", over"
	}
	return fmt.Sprintf("%s %d-%d%s", r.Teams, r.Home, r.Away, over)
}

// Score is the call for the score of a match.
type Score struct{ genserver.Returns[Result] }

// An Event is cast to a match: home_goal, away_goal or end. N is its number in
// the book, so that none counts twice; 0 is for one that is in no book.
type Event struct {
	Kind string
	N    int
}

// A Stall is cast to a match whose handler is to be slow.
type Stall struct{ For time.Duration }

// A Match keeps the score of one match.
type Match struct {
	result Result
	noted  int // the number of the last event that it knows of
}

// play is the argument of a match.
type play struct {
	fixture     Fixture
	competition competition
}

// newMatch runs at every start, and takes up what is in the book.
func newMatch(p *coppice.Process, a play) (*Match, error) {
	m := &Match{result: Result{Teams: a.fixture.Home + " v " + a.fixture.Away}}
	events, err := genserver.Call(p, a.competition.book(), Events{Match: a.fixture.ID})
	if err != nil {
		return nil, err
	}
	for _, kind := range events {
		m.apply(kind)
	}
	m.noted = len(events)
	return m, nil
}

func (m *Match) score(*coppice.Process, Score) (Result, error) { return m.result, nil }

func (m *Match) event(_ *coppice.Process, e Event) error {
	if e.N != 0 && e.N <= m.noted {
		return nil // it was in the book already
	}
	m.apply(e.Kind)
	m.noted = max(m.noted, e.N)
	return nil
}

func (m *Match) apply(kind string) {
	switch kind {
	case "home_goal":
		m.result.Home++
	case "away_goal":
		m.result.Away++
	case "end":
		m.result.Over = true
	default:
		panic(fmt.Sprintf("no case for %q", kind)) // let it crash
	}
}

// stall waits for something outside of the library, which does not know that a
// process may be told to end: a query without a time limit, say.
func (m *Match) stall(_ *coppice.Process, s Stall) error {
	time.Sleep(s.For)
	return nil
}

// StateView is what tools and crash reports show.
func (m *Match) StateView() any { return m.result }

var match = genserver.Define(newMatch,
	genserver.OnCall((*Match).score),
	genserver.OnCast((*Match).event),
	genserver.OnCast((*Match).stall),
)
