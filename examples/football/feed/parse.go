package feed

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The limits are far beyond anything that was ever played. They are there to
// tell a slip in the file from a result.
const (
	maxScore  = 999
	maxMinute = 999
	maxOffset = 99
	maxNum    = 99999
)

// parseTournament reads the whole document.
func parseTournament(top node) (*Tournament, error) {
	if err := top.object(`an object with "matches" or "rounds"`); err != nil {
		return nil, err
	}
	t := &Tournament{}
	if name := top.get("name"); name.has() {
		var err error
		if t.Name, err = name.text("a name"); err != nil {
			return nil, err
		}
	}
	matches, err := matchNodes(top)
	if err != nil {
		return nil, err
	}
	seen := newSeen()
	for i, n := range matches {
		n.field, n.match = "", fmt.Sprintf("match %d", i+1)
		m, played, err := parseMatch(n, seen)
		if err != nil {
			return nil, err
		}
		if !played {
			t.Skipped++
			continue
		}
		m.ID = fmt.Sprintf("match_%03d", i+1)
		t.Matches = append(t.Matches, m)
	}
	return t, nil
}

// matchNodes returns the matches of either shape of the format.
func matchNodes(top node) ([]node, error) {
	matches, rounds := top.get("matches"), top.get("rounds")
	switch {
	case matches.has() && rounds.has():
		return nil, rounds.fail(`the file has "matches" too, want one of them`)
	case matches.has():
		return matches.array("an array of matches")
	case !rounds.has():
		return nil, top.fail(`neither "matches" nor "rounds" in it`)
	}
	list, err := rounds.array("an array of rounds")
	if err != nil {
		return nil, err
	}
	var all []node
	for _, round := range list {
		if err := round.object(`an object with "matches"`); err != nil {
			return nil, err
		}
		nodes, err := round.get("matches").array("an array of matches")
		if err != nil {
			return nil, err
		}
		all = append(all, nodes...)
	}
	return all, nil
}

// parseMatch reads one match and reports whether it has been played. The ID is
// left to the caller.
func parseMatch(n node, seen *seen) (Match, bool, error) {
	n, m, err := parseHead(n)
	if err != nil {
		return m, false, err
	}
	if err := seen.add(n, m); err != nil {
		return m, false, err
	}
	score, played, err := parseScore(n)
	if err != nil {
		return m, false, err
	}
	m.Score = score
	listed1, err := parseGoals(n.get("goals1"), Home, &m)
	if err != nil {
		return m, false, err
	}
	listed2, err := parseGoals(n.get("goals2"), Away, &m)
	if err != nil {
		return m, false, err
	}
	// A team without a goal has nothing to list, so only the missing list of
	// a team that has scored leaves something unknown.
	m.Complete = (listed1 || score.Home == 0) && (listed2 || score.Away == 0)
	slices.SortStableFunc(m.Goals, func(a, b Goal) int {
		return cmp.Or(cmp.Compare(a.Minute, b.Minute), cmp.Compare(a.Offset, b.Offset))
	})
	return m, played, nil
}

// parseHead reads the teams and the date. The node which it returns names the
// match by them, for the errors of everything that follows.
func parseHead(n node) (node, Match, error) {
	var m Match
	err := n.object("an object")
	if err != nil {
		return n, m, err
	}
	if m.Team1, err = parseTeam(n.get("team1")); err != nil {
		return n, m, err
	}
	if m.Team2, err = parseTeam(n.get("team2")); err != nil {
		return n, m, err
	}
	number, teams := n.match, m.Team1+" v "+m.Team2
	n.match = fmt.Sprintf("%s (%s)", number, teams)
	if m.Team1 == m.Team2 {
		return n, m, n.get("team2").fail("the same team as team1")
	}
	date := n.get("date")
	if !date.has() {
		return n, m, nil
	}
	if m.Date, err = date.text("a date such as 2022-11-25"); err != nil {
		return n, m, err
	}
	if _, err := time.Parse(time.DateOnly, m.Date); err != nil {
		return n, m, date.want("a date such as 2022-11-25")
	}
	n.match = fmt.Sprintf("%s (%s, %s)", number, teams, m.Date)
	return n, m, nil
}

// parseTeam reads a team: its name, or an object with the name.
func parseTeam(n node) (string, error) {
	if _, ok := n.val.(map[string]any); ok {
		n = n.get("name")
	}
	return n.text("the name of a team")
}

// seen finds matches that are in the file twice. It keeps for each how errors
// call the first one.
type seen struct {
	nums  map[int]string
	games map[game]string
}

// game is what two different matches cannot have in common.
type game struct{ date, team1, team2 string }

func newSeen() *seen {
	return &seen{nums: map[int]string{}, games: map[game]string{}}
}

// add notes the match, and fails if it has been there before.
func (s *seen) add(n node, m Match) error {
	if num := n.get("num"); num.has() {
		i, err := num.number("a whole number", 1, maxNum)
		if err != nil {
			return err
		}
		if first, ok := s.nums[i]; ok {
			return num.fail("%d is the number of %s already", i, first)
		}
		s.nums[i] = n.match
	}
	// Without dates, the same teams may well play each other twice.
	if m.Date == "" {
		return nil
	}
	g := game{m.Date, m.Team1, m.Team2}
	if first, ok := s.games[g]; ok {
		return n.fail("the same teams and date as %s", first)
	}
	s.games[g] = n.match
	return nil
}

// The scores of a match that the format knows.
const (
	fullTime = iota
	halfTime
	extraTime
	shootOut
	scoreKinds
)

// parseScore returns the final score, and false if there is none yet.
func parseScore(n node) (Score, bool, error) {
	var scores [scoreKinds]Score
	var has [scoreKinds]bool
	pairs, err := scorePairs(n)
	if err != nil {
		return Score{}, false, err
	}
	for i, p := range pairs {
		if scores[i], has[i], err = p.score(); err != nil {
			return Score{}, false, err
		}
	}
	ft, et := scores[fullTime], scores[extraTime]
	switch {
	case has[extraTime] && has[fullTime] && (et.Home < ft.Home || et.Away < ft.Away):
		return ft, false, pairs[extraTime].at.fail("%s after extra time is less than %s before it", et, ft)
	case has[extraTime]:
		return et, true, nil
	case has[shootOut] && !has[fullTime]:
		return ft, false, pairs[shootOut].at.fail("a shoot-out, but no score before it")
	}
	return ft, has[fullTime], nil
}

// pair is the place of the two numbers of a score.
type pair struct {
	at, home, away node
	// joined is set if the numbers are the array at, not fields of their own.
	joined bool
}

// scorePairs finds the scores of the match in either shape of the format.
func scorePairs(n node) (pairs [scoreKinds]pair, err error) {
	score := n.get("score")
	if !score.has() {
		for i, suffix := range [scoreKinds]string{"", "i", "et", "p"} {
			home, away := n.get("score1"+suffix), n.get("score2"+suffix)
			pairs[i] = pair{at: home, home: home, away: away}
		}
		return pairs, nil
	}
	if err := score.object(`an object such as {"ft": [2, 1]}`); err != nil {
		return pairs, err
	}
	for _, key := range []string{"score1", "score2"} {
		if field := n.get(key); field.has() {
			return pairs, field.fail(`the match has "score" too, want one of them`)
		}
	}
	for i, key := range [scoreKinds]string{"ft", "ht", "et", "p"} {
		pairs[i] = pair{at: score.get(key), joined: true}
	}
	return pairs, nil
}

// score returns the pair's score, and false if the file does not have it.
func (p pair) score() (s Score, ok bool, err error) {
	if p.joined {
		if !p.at.has() {
			return s, false, nil
		}
		two, err := p.at.array("two numbers")
		if err != nil {
			return s, false, err
		}
		if len(two) != 2 {
			return s, false, p.at.want("two numbers")
		}
		p.home, p.away = two[0], two[1]
	} else if !p.home.has() && !p.away.has() {
		return s, false, nil
	}
	if s.Home, err = p.home.number("a whole number", 0, maxScore); err != nil {
		return s, false, err
	}
	s.Away, err = p.away.number("a whole number", 0, maxScore)
	return s, err == nil, err
}

// parseGoals adds the listed goals to the match, and reports whether there is
// a list.
func parseGoals(n node, side Side, m *Match) (bool, error) {
	if !n.has() {
		return false, nil
	}
	goals, err := n.array("an array of goals")
	if err != nil {
		return false, err
	}
	for _, goal := range goals {
		g, err := parseGoal(goal, side)
		if err != nil {
			return false, err
		}
		m.Goals = append(m.Goals, g)
	}
	return true, nil
}

// parseGoal reads one goal.
func parseGoal(n node, side Side) (Goal, error) {
	g := Goal{Side: side}
	if err := n.object("an object"); err != nil {
		return g, err
	}
	if err := parseMinute(n, &g); err != nil {
		return g, err
	}
	if err := n.get("name").optional("a string", isString); err != nil {
		return g, err
	}
	for _, key := range []string{"owngoal", "penalty"} {
		if err := n.get(key).optional("true or false", isBool); err != nil {
			return g, err
		}
	}
	for _, key := range []string{"score1", "score2"} {
		if score := n.get(key); score.has() {
			if _, err := score.number("a whole number", 0, maxScore); err != nil {
				return g, err
			}
		}
	}
	return g, nil
}

// parseMinute reads when the goal was. The stoppage time is either part of a
// minute such as "90+3" or in a field of its own.
func parseMinute(n node, g *Goal) error {
	minute, offset := n.get("minute"), n.get("offset")
	inMinute := false
	switch v := minute.val.(type) {
	case json.Number:
		i, err := minute.number("a minute", 0, maxMinute)
		if err != nil {
			return err
		}
		g.Minute = i
	case string:
		var ok bool
		if g.Minute, g.Offset, ok = splitMinute(v); !ok {
			return minute.want(wantMinute)
		}
		inMinute = strings.Contains(v, "+")
	default:
		return minute.want(wantMinute)
	}
	if !offset.has() {
		return nil
	}
	i, err := offset.number("a whole number", 0, maxOffset)
	if err != nil {
		return err
	}
	if inMinute && i != g.Offset {
		return offset.fail("%d, but minute is %s", i, minute.shown())
	}
	g.Offset = i
	return nil
}

// wantMinute describes what a minute may be.
const wantMinute = `a number or "90+3"`

// splitMinute takes a minute such as "9" or "90+3" apart.
func splitMinute(s string) (minute, offset int, ok bool) {
	before, after, stoppage := strings.Cut(s, "+")
	minute, ok = digits(before, maxMinute)
	if ok && stoppage {
		offset, ok = digits(after, maxOffset)
	}
	return minute, offset, ok
}

// digits returns the number in s, which has to consist of digits only: a sign,
// which Atoi would let pass, makes no sense on either side of a plus.
func digits(s string, limit int) (int, bool) {
	if strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	i, err := strconv.Atoi(s)
	return i, err == nil && i <= limit
}
