package feed

import (
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

func TestFileErrors(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"empty", ``, `the file is empty`},
		{"blank", " \n\t", `the file is empty`},
		{"array", `[]`, `want an object with "matches" or "rounds", got []`},
		{"string", `"Oak"`, `want an object with "matches" or "rounds", got "Oak"`},
		{"null", `null`, `missing, want an object with "matches" or "rounds"`},
		{"another file", `{"teams": []}`, `neither "matches" nor "rounds" in it`},
		{"both shapes", `{"matches": [], "rounds": []}`, `rounds: the file has "matches" too, want one of them`},
		{"name", `{"name": 7, "matches": []}`, `name: want a name, got 7`},
		{"name with control", `{"name": "a\u001bb", "matches": []}`, `name: want a name, got "a\u001bb"`},
		{"matches", `{"matches": {}}`, `matches: want an array of matches, got {}`},
		{"rounds", `{"rounds": 1}`, `rounds: want an array of rounds, got 1`},
		{"round", `{"rounds": [{"matches": []}, 5]}`, `rounds[1]: want an object with "matches", got 5`},
		{"round without", `{"rounds": [{}]}`, `rounds[0].matches: missing, want an array of matches`},
		{"round's matches", `{"rounds": [{"matches": "x"}]}`, `rounds[0].matches: want an array of matches, got "x"`},
		{"match", `{"matches": [3]}`, `match 1: want an object, got 3`},
		{"no match", `{"rounds": [{"matches": [null]}]}`, `match 1: missing, want an object`},
		{"no team1", `{"matches": [{"team2": "Elm"}]}`, `match 1: team1: missing, want the name of a team`},
		{"no team2", `{"matches": [{"team1": "Oak", "team2": null}]}`, `match 1: team2: missing, want the name of a team`},
		{"blank team", `{"matches": [{"team1": " "}]}`, `match 1: team1: want the name of a team, got " "`},
		{"team with a line break", `{"matches": [{"team1": "O\nk"}]}`, `match 1: team1: want the name of a team, got "O\nk"`},
		{"team without a name", `{"matches": [{"team1": {"code": "OAK"}}]}`, `match 1: team1.name: missing, want the name of a team`},
		{"team's name", `{"matches": [{"team1": {"name": 9}}]}`, `match 1: team1.name: want the name of a team, got 9`},
		{"team of a wrong type", `{"matches": [{"team1": ["Oak"]}]}`, `match 1: team1: want the name of a team, got ["Oak"]`},
		{"team with a control that JSON does not escape", `{"matches": [{"team1": "O\u009bk"}]}`,
			"match 1: team1: want the name of a team, got \"O\ufffdk\""},
		{"one team", `{"matches": [{"team1": "Oak", "team2": "Oak"}]}`, `match 1 (Oak v Oak): team2: the same team as team1`},
		{"date", `{"matches": [{"team1": "Oak", "team2": "Elm", "date": 2022}]}`,
			`match 1 (Oak v Elm): date: want a date such as 2022-11-25, got 2022`},
		{"no such date", `{"matches": [{"team1": "Oak", "team2": "Elm", "date": "2022-02-30"}]}`,
			`match 1 (Oak v Elm): date: want a date such as 2022-11-25, got "2022-02-30"`},
		{"no date, score", `{"matches": [{"team1": "Oak", "team2": "Elm", "score": 1}]}`,
			`match 1 (Oak v Elm): score: want an object such as {"ft": [2, 1]}, got 1`},
		{"num twice", `{"rounds": [{"matches": [{"team1": "Oak", "team2": "Elm", "num": 4}]},
			{"matches": [{"team1": "Ash", "team2": "Yew", "num": 4}]}]}`,
			`match 2 (Ash v Yew): num: 4 is the number of match 1 (Oak v Elm) already`},
		{"match twice", `{"matches": [{"team1": "Oak", "team2": "Elm", "date": "2022-11-25"},
			{"team1": {"name": "Oak"}, "team2": "Elm", "date": "2022-11-25"}]}`,
			`match 2 (Oak v Elm, 2022-11-25): the same teams and date as match 1 (Oak v Elm, 2022-11-25)`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("cup.json", []byte(test.data))
			checkError(t, err, "cup.json: "+test.want)
		})
	}
}

const whole = `want a whole number from 0 to 999`

func TestScoreErrors(t *testing.T) {
	checkFields(t, []fieldTest{
		{`"num": "4"`, `num: want a whole number from 1 to 99999, got "4"`},
		{`"num": 0`, `num: want a whole number from 1 to 99999, got 0`},
		{`"score": [1, 0]`, `score: want an object such as {"ft": [2, 1]}, got [1,0]`},
		{`"score": {"ft": 1}`, `score.ft: want two numbers, got 1`},
		{`"score": {"ft": []}`, `score.ft: want two numbers, got []`},
		{`"score": {"ft": [1]}`, `score.ft: want two numbers, got [1]`},
		{`"score": {"ft": [1, 0, 2]}`, `score.ft: want two numbers, got [1,0,2]`},
		{`"score": {"ft": [1, -1]}`, `score.ft[1]: ` + whole + `, got -1`},
		{`"score": {"ft": ["1", 0]}`, `score.ft[0]: ` + whole + `, got "1"`},
		{`"score": {"ft": [1.5, 0]}`, `score.ft[0]: ` + whole + `, got 1.5`},
		{`"score": {"ft": [1e3, 0]}`, `score.ft[0]: ` + whole + `, got 1e3`},
		{`"score": {"ft": [1000, 0]}`, `score.ft[0]: ` + whole + `, got 1000`},
		{`"score": {"ft": [99999999999999999999, 0]}`, `score.ft[0]: ` + whole + `, got 99999999999999999999`},
		{`"score": {"ft": [1, null]}`, `score.ft[1]: missing, ` + whole},
		{`"score": {"ft": [1, 0], "et": [2]}`, `score.et: want two numbers, got [2]`},
		{`"score": {"ft": [1, 0], "ht": "x"}`, `score.ht: want two numbers, got "x"`},
		{`"score": {"ft": [1, 0], "p": [true, 0]}`, `score.p[0]: ` + whole + `, got true`},
		{`"score": {"ft": [2, 2], "et": [1, 0]}`, `score.et: 1-0 after extra time is less than 2-2 before it`},
		{`"score": {"p": [5, 4]}`, `score.p: a shoot-out, but no score before it`},
		{`"score": {"ft": [1, 0]}, "score1": 1`, `score1: the match has "score" too, want one of them`},
		{`"score": {"ft": [1, 0]}, "score2": 0`, `score2: the match has "score" too, want one of them`},
		{`"score1": 1`, `score2: missing, ` + whole},
		{`"score1": null, "score2": 1`, `score1: missing, ` + whole},
		{`"score1": -1, "score2": 1`, `score1: ` + whole + `, got -1`},
		{`"score1": 1, "score2": "1"`, `score2: ` + whole + `, got "1"`},
		{`"score1": 1, "score2": 1, "score1i": {}, "score2i": 0`, `score1i: ` + whole + `, got {}`},
		{`"score1": 1, "score2": 1, "score2et": 2`, `score1et: missing, ` + whole},
		{`"score1": 1, "score2": 1, "score1et": 0, "score2et": 1`, `score1et: 0-1 after extra time is less than 1-1 before it`},
		{`"score1p": 5, "score2p": 4`, `score1p: a shoot-out, but no score before it`},
	})
}

func TestGoalErrors(t *testing.T) {
	const played = `"score": {"ft": [1, 0]}, `
	checkFields(t, []fieldTest{
		{played + `"goals1": {}`, `goals1: want an array of goals, got {}`},
		{played + `"goals2": "none"`, `goals2: want an array of goals, got "none"`},
		{played + `"goals1": [12]`, `goals1[0]: want an object, got 12`},
		{played + `"goals2": [{"minute": 1}, null]`, `goals2[1]: missing, want an object`},
		{played + `"goals1": [{}]`, `goals1[0].minute: missing, want a number or "90+3"`},
		{played + `"goals1": [{"minute": true}]`, `goals1[0].minute: want a number or "90+3", got true`},
		{played + `"goals1": [{"minute": "soon"}]`, `goals1[0].minute: want a number or "90+3", got "soon"`},
		{played + `"goals1": [{"minute": ""}]`, `goals1[0].minute: want a number or "90+3", got ""`},
		{played + `"goals1": [{"minute": "90+"}]`, `goals1[0].minute: want a number or "90+3", got "90+"`},
		{played + `"goals1": [{"minute": "+3"}]`, `goals1[0].minute: want a number or "90+3", got "+3"`},
		{played + `"goals1": [{"minute": "90++3"}]`, `goals1[0].minute: want a number or "90+3", got "90++3"`},
		{played + `"goals1": [{"minute": "90+-3"}]`, `goals1[0].minute: want a number or "90+3", got "90+-3"`},
		{played + `"goals1": [{"minute": "-9"}]`, `goals1[0].minute: want a number or "90+3", got "-9"`},
		{played + `"goals1": [{"minute": "90+100"}]`, `goals1[0].minute: want a number or "90+3", got "90+100"`},
		{played + `"goals1": [{"minute": -9}]`, `goals1[0].minute: want a minute from 0 to 999, got -9`},
		{played + `"goals1": [{"minute": 45.5}]`, `goals1[0].minute: want a minute from 0 to 999, got 45.5`},
		{played + `"goals1": [{"minute": 9000}]`, `goals1[0].minute: want a minute from 0 to 999, got 9000`},
		{played + `"goals1": [{"minute": 90, "offset": "3"}]`, `goals1[0].offset: want a whole number from 0 to 99, got "3"`},
		{played + `"goals1": [{"minute": 90, "offset": -3}]`, `goals1[0].offset: want a whole number from 0 to 99, got -3`},
		{played + `"goals1": [{"minute": "90+3", "offset": 4}]`, `goals1[0].offset: 4, but minute is "90+3"`},
		{played + `"goals1": [{"minute": 9, "name": 9}]`, `goals1[0].name: want a string, got 9`},
		{played + `"goals1": [{"minute": 9, "owngoal": 1}]`, `goals1[0].owngoal: want true or false, got 1`},
		{played + `"goals1": [{"minute": 9, "penalty": "yes"}]`, `goals1[0].penalty: want true or false, got "yes"`},
		{played + `"goals1": [{"minute": 9, "score1": "1"}]`, `goals1[0].score1: ` + whole + `, got "1"`},
		{played + `"goals1": [{"minute": 9, "score2": -1}]`, `goals1[0].score2: ` + whole + `, got -1`},
		// A match that is not over is checked like the others.
		{`"goals1": [{"minute": false}]`, `goals1[0].minute: want a number or "90+3", got false`},
		// What is shown of a value stays on the line and short.
		{played + `"goals1": "` + strings.Repeat("ä", 60) + `"`, `goals1: want an array of goals, got "` + strings.Repeat("ä", 39) + `...`},
		{played + `"goals1": "<&>"`, `goals1: want an array of goals, got "<&>"`},
	})
}

// fieldTest is a match with something wrong, and the error for it.
type fieldTest struct{ fields, want string }

func checkFields(t *testing.T, tests []fieldTest) {
	for _, test := range tests {
		t.Run(test.fields, func(t *testing.T) {
			_, err := Parse("cup.json", cup(test.fields))
			checkError(t, err, "cup.json: match 1 (Oak v Elm, 2022-11-25): "+test.want)
		})
	}
}

func TestMalformed(t *testing.T) {
	tests := []struct{ name, data, place string }{
		{"not JSON", `matches`, `cup.json:1:1: `},
		{"a comma too many", "{\n  \"matches\": [1,]\n}", `cup.json:2:17: `},
		{"after letters of two bytes", `{"äöü": x}`, `cup.json:1:9: `},
		{"after a byte order mark", "\ufeff" + `{"a": x}`, `cup.json:1:7: `},
		{"cut off", "{\"matches\": [\n{\"team1\"", `cup.json:2:8: `},
		{"more after the end", "{\"matches\": []}\n{}", `cup.json:2:1: `},
		{"too deep", strings.Repeat("[", 20000), `cup.json:1:`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("cup.json", []byte(test.data))
			if err == nil || !strings.HasPrefix(err.Error(), test.place) || !strings.Contains(err.Error(), ": not valid JSON: ") {
				t.Fatalf("got %v, want it to begin with %s", err, test.place)
			}
			var syntax *json.SyntaxError
			if !errors.As(err, &syntax) {
				t.Errorf("%v does not wrap the JSON error", err)
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "none.json")
	_, err := Read(file)
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want it to be fs.ErrNotExist", err)
	}
	if err == nil || strings.Count(err.Error(), file) != 1 || !strings.HasPrefix(err.Error(), file+": cannot be read: ") {
		t.Errorf("got %v, want the name of the file once", err)
	}
	var e *Error
	if _, err := Read(t.TempDir()); !errors.As(err, &e) {
		t.Errorf("reading a folder: got %v, want an *Error", err)
	}
}

func TestErrorFields(t *testing.T) {
	_, err := Parse("cup.json", cup(`"score": {"ft": [1]}`))
	var got *Error
	if !errors.As(err, &got) {
		t.Fatalf("got %T, want *Error", err)
	}
	want := Error{File: "cup.json", Match: "match 1 (Oak v Elm, 2022-11-25)", Field: "score.ft", What: "want two numbers, got [1]"}
	if *got != want {
		t.Errorf("got  %+v\nwant %+v", *got, want)
	}
}

func checkError(t *testing.T, err error, want string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an *Error: %s", err, want)
	}
	if err.Error() != want {
		t.Errorf("\ngot  %s\nwant %s", err, want)
	}
}
