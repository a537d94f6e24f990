package pubsub_test

import (
	"context"
	"fmt"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/pubsub"
)

// A Goal is what is published.
type Goal struct {
	Team   string
	Minute int
}

// A Scoreboard counts the goals of a match.
type Scoreboard struct{ goals map[string]int }

type Goals struct {
	genserver.Returns[int]
	Team string
}

var matches = pubsub.New[string, Goal](pubsub.Options{})

func newScoreboard(p *coppice.Process, match string) (*Scoreboard, error) {
	return &Scoreboard{goals: map[string]int{}}, matches.Subscribe(p, match)
}

func (s *Scoreboard) goal(_ *coppice.Process, g Goal) error { s.goals[g.Team]++; return nil }

func (s *Scoreboard) ask(_ *coppice.Process, m Goals) (int, error) { return s.goals[m.Team], nil }

var scoreboard = genserver.Define(newScoreboard,
	genserver.OnInfo((*Scoreboard).goal),
	genserver.OnCall((*Scoreboard).ask),
)

// A server subscribes in its constructor and handles what is published.
func ExampleBus() {
	node := coppice.NewNode(coppice.Options{})
	defer node.Stop(context.Background())
	_, _ = matches.Start(node) // in a program: a child of a supervisor

	board, err := scoreboard.Start(node, "final")
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = matches.Publish(node, "final", Goal{"home", 23})
	_ = matches.Publish(node, "final", Goal{"away", 30})
	_ = matches.Publish(node, "final", Goal{"home", 61})
	_ = matches.Publish(node, "third place", Goal{"home", 88})

	fmt.Println(genserver.Call(node, board, Goals{Team: "home"}))
	// Output: 2 <nil>
}

// A handler is a function in a process of its own.
func ExampleHandler() {
	node := coppice.NewNode(coppice.Options{})
	defer node.Stop(context.Background())
	_, _ = matches.Start(node)

	written := make(chan bool)
	ticker := matches.Handler("final", func(p *coppice.Process, g Goal) error {
		fmt.Printf("%d': goal for %s\n", g.Minute, g.Team)
		written <- true
		return nil
	})
	_, _ = ticker.Start(node) // or as the Start of a supervisor.ChildSpec
	_ = matches.Publish(node, "final", Goal{"home", 23})
	<-written
	// Output: 23': goal for home
}
