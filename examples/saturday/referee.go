package saturday

import (
	"errors"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// Playing is the call for the names of the matches that are not over.
type Playing struct{ genserver.Returns[[]string] }

// minute is the message that a minute has gone by.
type minute struct{}

// stays is for how many minutes a match can be asked after its end, so that
// nobody who follows it finds it gone.
const stays = 20

// A Referee has the matches of a competition played. All that must outlive it
// is in the book.
type Referee struct {
	competition competition
	games       []*game
	next        int // the number of the next match
}

// A game is a match as its referee sees it.
type game struct {
	fixture Fixture
	kickOff time.Time
	moments []moment
	told    int // how many of the moments are in the book
}

func (g *game) over() bool { return g.told == len(g.moments) }

// newReferee goes on with the matches that are in the book. Where there are
// none it begins with matches in different stages, as on any Saturday.
func newReferee(p *coppice.Process, c competition) (*Referee, error) {
	r := &Referee{competition: c, next: 1}
	numbers, err := genserver.Call(p, c.book(), Numbers{})
	if err != nil {
		return nil, err
	}
	for _, n := range numbers {
		r.next = n
		if err := r.kickOff(p, time.Now()); err != nil {
			return nil, err
		}
	}
	for i := len(r.games); i < c.matches; i++ {
		ago := time.Duration(i*90/c.matches) * c.minute
		if err := r.kickOff(p, time.Now().Add(-ago)); err != nil {
			return nil, err
		}
	}
	return r, r.minute(p, minute{})
}

// kickOff starts the next match. If it is in the book it has begun before.
func (r *Referee) kickOff(p *coppice.Process, at time.Time) error {
	fixture, moments := r.competition.fixtures.at(r.next)
	page, err := genserver.Call(p, r.competition.book(), Open{Match: fixture.ID, Page: Page{N: r.next, KickOff: at}})
	if err != nil {
		return err
	}
	_, err = supervisor.StartChild(p, r.competition.pitch(), fixture)
	var running *coppice.AlreadyStartedError
	if err != nil && !errors.As(err, &running) {
		return err
	}
	r.next++
	r.games = append(r.games, &game{fixture, page.KickOff, moments, len(page.Events)})
	return nil
}

func (r *Referee) minute(p *coppice.Process, _ minute) error {
	if _, err := coppice.SendAfter(p, p.Self(), r.competition.minute, minute{}); err != nil {
		return err
	}
	for i, g := range r.games {
		now := int(time.Since(g.kickOff) / r.competition.minute)
		for !g.over() && g.moments[g.told].minute <= now {
			if err := r.tell(p, g); err != nil {
				return err
			}
		}
		if !g.over() || now < g.moments[g.told-1].minute+stays {
			continue
		}
		if pid := genserver.Whereis(p, coppice.Name(g.fixture.ID)); pid.IsZero() {
			continue // it is being started again: next minute, then
		} else if err := r.replace(p, i, pid); err != nil {
			return err
		}
	}
	return nil
}

// tell notes what has happened before it tells the match: so a match that
// crashes meanwhile finds it in the book.
func (r *Referee) tell(p *coppice.Process, g *game) error {
	kind := g.moments[g.told].kind
	n, err := genserver.Call(p, r.competition.book(), Note{Match: g.fixture.ID, Kind: kind})
	if err != nil {
		return err
	}
	g.told++
	return genserver.Cast(p, coppice.Name(g.fixture.ID), Event{kind, n})
}

// replace ends a match for good and kicks off the next one in its place.
func (r *Referee) replace(p *coppice.Process, i int, pid coppice.PID) error {
	if err := supervisor.TerminateChild(p, r.competition.pitch(), pid); err != nil {
		return err
	}
	if _, err := genserver.Call(p, r.competition.book(), Close{Match: r.games[i].fixture.ID}); err != nil {
		return err
	}
	if err := r.kickOff(p, time.Now()); err != nil {
		return err
	}
	last := len(r.games) - 1
	r.games[i], r.games = r.games[last], r.games[:last]
	return nil
}

func (r *Referee) playing(*coppice.Process, Playing) ([]string, error) {
	var all []string
	for _, g := range r.games {
		if !g.over() {
			all = append(all, g.fixture.ID)
		}
	}
	return all, nil
}

var referee = genserver.Define(newReferee,
	genserver.OnCall((*Referee).playing),
	genserver.OnInfo((*Referee).minute),
)
