// Package feed reads the matches and goals of a football tournament from a
// file in openfootball's JSON format.
//
// Both shapes in circulation are read: the present one, with a list of matches
// that have a "score" object, and the older one, with matches inside of
// "rounds" and their scores in "score1", "score2", "score1et" and "score2et".
// Fields that the package does not know are ignored; a field that it does know
// has to hold what it should, and whatever is wrong comes back as an *[Error]
// which says where.
package feed

import (
	"fmt"
	"os"
)

// Tournament is the content of one file.
type Tournament struct {
	// Name is the tournament's name, empty if the file has none.
	Name string
	// Matches has every match with a final score, in the order of the file.
	Matches []Match
	// Skipped counts the matches that have no final score: those still to be
	// played, in play, or cancelled.
	Skipped int
}

// Match is a match that has been played.
type Match struct {
	// ID is unique within the tournament. It is made from the match's place
	// in the file, counting the skipped ones too, so that it remains the same
	// when a later version of the file has more results.
	ID string
	// Date is the day of the match as year-month-day, or empty.
	Date string
	// Team1 and Team2 are the names of the teams; Team1 is [Home].
	Team1, Team2 string
	// Score is the final score: after extra time if there was any, else after
	// full time. A penalty shoot-out adds nothing to it.
	Score Score
	// Goals are the goals that the file lists, in the order of their minute.
	// Goals of the same minute are in the file's order, Team1's first.
	Goals []Goal
	// Complete is false if a team has scored but the file has no list of its
	// goals, so that Goals says nothing about Score. A list that is there but
	// contradicts Score does not make a match incomplete: it is a mistake in
	// the file, which the reader of Goals is meant to find.
	Complete bool
}

// Score is the number of goals of both teams.
type Score struct {
	Home, Away int
}

// String returns the score in the form 2-1.
func (s Score) String() string { return fmt.Sprintf("%d-%d", s.Home, s.Away) }

// Goal is a goal of a match.
type Goal struct {
	// Side is the team that the goal counts for, also if it is an own goal.
	Side Side
	// Minute is the minute of the match, and Offset the minute of the stoppage
	// time which follows it: 90+3 has the minute 90 and the offset 3.
	Minute, Offset int
}

// Side is one of the two teams of a match.
type Side int

// The two sides of a match.
const (
	Home Side = iota
	Away
)

// String returns home or away.
func (s Side) String() string {
	switch s {
	case Home:
		return "home"
	case Away:
		return "away"
	}
	return fmt.Sprintf("Side(%d)", int(s))
}

// Read reads the tournament in the named file. Its error is always an *[Error].
func Read(file string) (*Tournament, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, unreadable(file, err)
	}
	return Parse(file, data)
}

// Parse reads the tournament in data; name stands for the file in errors. Its
// error is always an *[Error].
func Parse(name string, data []byte) (*Tournament, error) {
	top, err := decode(name, data)
	if err != nil {
		return nil, err
	}
	return parseTournament(top)
}
