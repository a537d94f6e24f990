package feed_test

import (
	"errors"
	"fmt"

	"github.com/seed-7832d3a3/coppice/examples/football/feed"
)

func ExampleRead() {
	cup, err := feed.Read("testdata/cup.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range cup.Matches {
		fmt.Println(m.Date, m.Team1, m.Score, m.Team2, "complete:", m.Complete)
	}
	fmt.Println(cup.Skipped, "still to be played")
	// Output:
	// 2022-11-20 Oak 2-1 Elm complete: true
	// 2022-11-21 Ash 0-0 Yew complete: true
	// 2022-11-22 Oak 1-2 Ash complete: false
	// 2022-11-23 Elm 1-0 Yew complete: true
	// 2022-11-25 Oak 2-2 Yew complete: true
	// 1 still to be played
}

func ExampleError() {
	_, err := feed.Parse("cup.json", []byte(`{"matches": [
		{"date": "2022-11-25", "team1": "Oak", "team2": "Elm", "score": {"ft": [1, 0]},
		 "goals1": [{"minute": true}]}]}`))
	var e *feed.Error
	if errors.As(err, &e) {
		fmt.Println(e.Field)
	}
	fmt.Println(err)
	// Output:
	// goals1[0].minute
	// cup.json: match 1 (Oak v Elm, 2022-11-25): goals1[0].minute: want a number or "90+3", got true
}
