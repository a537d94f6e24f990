package saturday

import (
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// look is the message on which a fan asks for the score.
type look struct{}

// patience is how long a fan waits for an answer.
const patience = time.Second

// following is the argument of a fan.
type following struct {
	competition  competition
	number       int // among the fans of the competition
	every, first time.Duration
}

// A Fan follows a match until it is over, and then another. Somebody else's
// slow match is nothing to it.
type Fan struct {
	following
	match coppice.Name // "": none yet
	seen  Result
}

func newFan(p *coppice.Process, f following) (*Fan, error) {
	_, err := coppice.SendAfter(p, p.Self(), f.first, look{})
	return &Fan{following: f}, err
}

func (f *Fan) look(p *coppice.Process, _ look) error {
	if _, err := coppice.SendAfter(p, p.Self(), f.every, look{}); err != nil {
		return err
	}
	began := time.Now()
	err := f.ask(p.WithTimeout(patience))
	if err != nil || f.seen.Over {
		f.match = ""
	}
	return genserver.Cast(p, Traffic, Seen{Competition: f.competition.name, Took: time.Since(began), Failed: err != nil})
}

// ask asks for the score, and before that, if need be, which match to follow.
func (f *Fan) ask(p *coppice.Process) error {
	if f.match == "" {
		playing, err := genserver.Call(p, f.competition.referee(), Playing{})
		if err != nil || len(playing) == 0 {
			return err
		}
		f.match = coppice.Name(playing[f.number%len(playing)])
	}
	var err error
	f.seen, err = genserver.Call(p, f.match, Score{})
	return err
}

// StateView is what tools and crash reports show.
func (f *Fan) StateView() any { return string(f.match) + ": " + f.seen.String() }

var fan = genserver.Define(newFan, genserver.OnInfo((*Fan).look))
