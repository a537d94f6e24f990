package feed

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

func FuzzParse(f *testing.F) {
	for _, file := range []string{"testdata/cup.json", "testdata/rounds.json"} {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, seed := range []string{``, `[]`, `{"rounds": [{}]}`, `{"matches": [{"team1": {}}]}`} {
		f.Add([]byte(seed))
	}
	f.Add(cup(`"score": {"ft": [1, 0]}, "goals1": [{"minute": "90+3", "offset": 3}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Parse("cup.json", data)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.What == "" || got != nil {
				t.Fatalf("got %v and the error %#v, want an *Error alone", got, err)
			}
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Fatalf("the error %q has more than one line", err)
			}
			return
		}
		ids := map[string]bool{}
		for _, m := range got.Matches {
			checkMatch(t, m)
			if ids[m.ID] {
				t.Fatalf("two matches have the ID %q", m.ID)
			}
			ids[m.ID] = true
		}
	})
}

// checkMatch checks what holds for every match, whatever the file.
func checkMatch(t *testing.T, m Match) {
	t.Helper()
	if m.ID == "" || m.Team1 == "" || m.Team2 == "" || m.Score.Home < 0 || m.Score.Away < 0 {
		t.Fatalf("not a match: %+v", m)
	}
	later := func(a, b Goal) int { return (a.Minute-b.Minute)*(maxOffset+1) + a.Offset - b.Offset }
	if !slices.IsSortedFunc(m.Goals, later) {
		t.Fatalf("the goals are not in order: %+v", m)
	}
	for _, g := range m.Goals {
		if g.Minute < 0 || g.Offset < 0 || g.Side != Home && g.Side != Away {
			t.Fatalf("not a goal: %+v", g)
		}
	}
}
