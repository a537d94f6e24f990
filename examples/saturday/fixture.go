package saturday

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"github.com/seed-7832d3a3/coppice/examples/football/feed"
)

// A Fixture is a match that is to be played.
type Fixture struct {
	ID         string // the name of its process
	Home, Away string
}

// A moment is something that happens in a match.
type moment struct {
	minute int
	kind   string // home_goal, away_goal, end
}

// fixtures says which matches a competition plays. It is a function of its
// fields: a competition that is started again plays the same ones.
type fixtures struct {
	competition string
	index, of   int // which of how many competitions it is
	seed        uint64
	tournament  *feed.Tournament
}

// clubs are the teams of the generator; they are even in number.
var clubs = [...]string{
	"Alder", "Ash", "Aspen", "Beech", "Birch", "Cedar", "Elm", "Hazel",
	"Holly", "Larch", "Maple", "Oak", "Pine", "Rowan", "Willow", "Yew",
}

// at returns the nth match, from 1 on, and what happens in it, the end last.
func (f fixtures) at(n int) (Fixture, []moment) {
	id := fmt.Sprintf("%s_%d", f.competition, n)
	if f.tournament != nil {
		all := f.tournament.Matches
		m := all[((n-1)*f.of+f.index)%len(all)]
		return Fixture{id, m.Team1, m.Team2}, moments(m.Goals)
	}
	hash := fnv.New64a()
	fmt.Fprint(hash, id)
	random := rand.New(rand.NewPCG(f.seed, hash.Sum64()))
	teams := random.Perm(len(clubs))
	var goals []feed.Goal
	for range random.IntN(6) {
		goals = append(goals, feed.Goal{Side: feed.Side(random.IntN(2)), Minute: 1 + random.IntN(90)})
	}
	slices.SortStableFunc(goals, func(a, b feed.Goal) int { return cmp.Compare(a.Minute, b.Minute) })
	return Fixture{id, clubs[teams[0]], clubs[teams[1]]}, moments(goals)
}

func moments(goals []feed.Goal) []moment {
	end := 90
	var all []moment
	for _, g := range goals {
		all = append(all, moment{g.Minute, g.Side.String() + "_goal"})
		end = max(end, g.Minute)
	}
	return append(all, moment{end, "end"})
}
