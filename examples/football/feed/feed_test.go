package feed

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// cup returns a file with one match, Oak against Elm on 2022-11-25, which has
// the given further fields.
func cup(fields string) []byte {
	return fmt.Appendf(nil, `{"matches": [{"team1": "Oak", "team2": "Elm", "date": "2022-11-25", %s}]}`, fields)
}

func TestRead(t *testing.T) {
	tests := []struct {
		file string
		want Tournament
	}{
		{"testdata/cup.json", Tournament{Name: "Tree Cup", Skipped: 1, Matches: []Match{
			{ID: "match_001", Date: "2022-11-20", Team1: "Oak", Team2: "Elm", Score: Score{2, 1}, Complete: true,
				Goals: []Goal{{Home, 12, 0}, {Away, 45, 2}, {Home, 90, 9}}},
			{ID: "match_002", Date: "2022-11-21", Team1: "Ash", Team2: "Yew", Complete: true},
			{ID: "match_003", Date: "2022-11-22", Team1: "Oak", Team2: "Ash", Score: Score{1, 2}},
			{ID: "match_004", Date: "2022-11-23", Team1: "Elm", Team2: "Yew", Score: Score{1, 0}, Complete: true},
			{ID: "match_005", Date: "2022-11-25", Team1: "Oak", Team2: "Yew", Score: Score{2, 2}, Complete: true,
				Goals: []Goal{{Away, 90, 0}, {Home, 90, 1}, {Away, 91, 0}, {Home, 120, 0}}},
		}}},
		{"testdata/rounds.json", Tournament{Name: "Tree Cup 2014", Skipped: 1, Matches: []Match{
			{ID: "match_001", Date: "2014-06-12", Team1: "Oak", Team2: "Elm", Score: Score{2, 1}, Complete: true,
				Goals: []Goal{{Home, 71, 0}, {Away, 71, 0}, {Home, 105, 1}}},
			{ID: "match_003", Date: "2014-06-14", Team1: "Ash", Team2: "Oak", Score: Score{0, 3}},
		}}},
	}
	for _, test := range tests {
		got, err := Read(test.file)
		if err != nil {
			t.Error(err)
		} else if !reflect.DeepEqual(*got, test.want) {
			t.Errorf("%s:\ngot  %+v\nwant %+v", test.file, *got, test.want)
		}
	}
}

func TestComplete(t *testing.T) {
	const one, two = `[{"minute": 1}]`, `[{"minute": 1}, {"minute": 2}]`
	tests := []struct {
		name, fields string
		want         bool
	}{
		{"no goals, no lists", `"score": {"ft": [0, 0]}`, true},
		{"no goals, empty lists", `"score": {"ft": [0, 0]}, "goals1": [], "goals2": []`, true},
		{"no goals, null lists", `"score": {"ft": [0, 0]}, "goals1": null, "goals2": null`, true},
		{"goals, no lists", `"score": {"ft": [2, 1]}`, false},
		{"goals, null lists", `"score": {"ft": [2, 1]}, "goals1": null, "goals2": null`, false},
		{"both lists", `"score": {"ft": [2, 1]}, "goals1": ` + two + `, "goals2": ` + one, true},
		{"only the list of the scorers", `"score": {"ft": [2, 0]}, "goals1": ` + two, true},
		{"the list of the other scorers missing", `"score": {"ft": [2, 1]}, "goals1": ` + two, false},
		{"a goal too few", `"score": {"ft": [2, 1]}, "goals1": ` + one + `, "goals2": ` + one, true},
		{"a goal too many", `"score": {"ft": [1, 0]}, "goals1": ` + two, true},
		{"a goal too many for a team without", `"score": {"ft": [0, 0]}, "goals2": ` + one, true},
		{"empty lists for goals", `"score": {"ft": [1, 0]}, "goals1": [], "goals2": []`, true},
		{"extra time not listed", `"score": {"ft": [0, 0], "et": [1, 0]}`, false},
		{"a shoot-out only", `"score": {"ft": [0, 0], "et": [0, 0], "p": [5, 4]}`, true},
	}
	for _, test := range tests {
		got, err := Parse("cup.json", cup(test.fields))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
		} else if got.Matches[0].Complete != test.want {
			t.Errorf("%s: Complete is %v, want %v", test.name, !test.want, test.want)
		}
	}
}

func TestScore(t *testing.T) {
	tests := []struct {
		fields string
		want   string // empty for a match to be skipped
	}{
		{`"score": {"ft": [2, 1]}`, "2-1"},
		{`"score": {"ft": [1, 1], "et": [1, 2]}`, "1-2"},
		{`"score": {"et": [1, 2]}`, "1-2"},
		{`"score": {"ft": [1, 1], "et": null, "p": [3, 4]}`, "1-1"},
		{`"score": {"ht": [1, 1]}`, ""},
		{`"score": {}`, ""},
		{`"score": null`, ""},
		{`"status": "canceled"`, ""},
		{`"goals1": [{"minute": 3}], "goals2": []`, ""},
		{`"score1": 2, "score2": 1`, "2-1"},
		{`"score1": 2, "score2": 2, "score1et": 3, "score2et": 2, "score1p": null`, "3-2"},
		{`"score1": null, "score2": null`, ""},
	}
	for _, test := range tests {
		got, err := Parse("cup.json", cup(test.fields))
		switch {
		case err != nil:
			t.Errorf("%s: %v", test.fields, err)
		case test.want == "":
			if got.Skipped != 1 || len(got.Matches) != 0 {
				t.Errorf("%s: got %+v, want the match skipped", test.fields, *got)
			}
		case got.Skipped != 0 || len(got.Matches) != 1 || got.Matches[0].Score.String() != test.want:
			t.Errorf("%s: got %+v, want a score of %s", test.fields, *got, test.want)
		}
	}
}

func TestMinute(t *testing.T) {
	tests := []struct {
		goal string
		want Goal
	}{
		{`"minute": 9`, Goal{Minute: 9}},
		{`"minute": "9"`, Goal{Minute: 9}},
		{`"minute": "45+2"`, Goal{Minute: 45, Offset: 2}},
		{`"minute": 90, "offset": 9`, Goal{Minute: 90, Offset: 9}},
		{`"minute": "90", "offset": 9`, Goal{Minute: 90, Offset: 9}},
		{`"minute": "90+9", "offset": 9`, Goal{Minute: 90, Offset: 9}},
		{`"minute": 90, "offset": null`, Goal{Minute: 90}},
	}
	for _, test := range tests {
		got, err := Parse("cup.json", cup(`"score": {"ft": [1, 0]}, "goals1": [{`+test.goal+`}]`))
		if err != nil {
			t.Errorf("%s: %v", test.goal, err)
		} else if goals := got.Matches[0].Goals; len(goals) != 1 || goals[0] != test.want {
			t.Errorf("%s: got %v, want %v", test.goal, goals, test.want)
		}
	}
}

func TestParseAccepts(t *testing.T) {
	const oakElm = `{"team1": "Oak", "team2": "Elm", "score": {"ft": [0, 0]}}`
	tests := []struct {
		name, data string
		matches    int
	}{
		{"no matches", `{"name": "Tree Cup", "matches": []}`, 0},
		{"no rounds", `{"rounds": []}`, 0},
		{"a byte order mark", "\ufeff" + `{"matches": [` + oakElm + `]}`, 1},
		{"fields not known", `{"x": {}, "matches": [{"x": [1], "team1": "Oak", "team2": "Elm",
			"score": {"x": 0, "ft": [1, 0]}, "goals1": [{"minute": 1, "x": "y"}]}]}`, 1},
		{"the same teams twice, without a date", `{"matches": [` + oakElm + `, ` + oakElm + `]}`, 2},
		{"the other shape as null", `{"rounds": null, "matches": [` + oakElm + `]}`, 1},
		{"blanks around names", `{"matches": [{"team1": " Oak ", "team2": {"name": "Elm "}, "score1": 0, "score2": 0}]}`, 1},
	}
	for _, test := range tests {
		got, err := Parse("cup.json", []byte(test.data))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if len(got.Matches) != test.matches {
			t.Errorf("%s: got %d matches, want %d", test.name, len(got.Matches), test.matches)
		}
		for _, m := range got.Matches {
			if m.Team1 != "Oak" || m.Team2 != "Elm" {
				t.Errorf("%s: got %q v %q", test.name, m.Team1, m.Team2)
			}
		}
	}
}

func TestStrings(t *testing.T) {
	got := strings.Join([]string{Home.String(), Away.String(), Side(7).String(), Score{3, 2}.String()}, " ")
	if want := "home away Side(7) 3-2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
