package genserver_test

import (
	"reflect"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
)

type (
	askSeats struct{ genserver.Returns[int] }
	sellSeat struct{ Row string }
)

type hall struct{}

// Tools learn from the table of its type what a server takes, also while it is
// busy.
func TestAccepts(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		def := genserver.Define(func(*coppice.Process, genserver.None) (*hall, error) { return &hall{}, nil },
			genserver.OnCast(func(*hall, *coppice.Process, sellSeat) error { return nil }),
			genserver.OnCall(func(*hall, *coppice.Process, askSeats) (int, error) { return 7, nil }),
			genserver.OnInfo(func(*hall, *coppice.Process, coppice.Down) error { return nil }),
		)
		ref, err := def.Start(node, genserver.None{})
		if err != nil {
			t.Fatal(err)
		}
		want := []genserver.Accepted{
			{How: "call", Message: reflect.TypeFor[askSeats](), Reply: reflect.TypeFor[int]()},
			{How: "cast", Message: reflect.TypeFor[sellSeat]()},
			{How: "info", Message: reflect.TypeFor[coppice.Down]()},
		}
		if got := genserver.Accepts(ref.PID()); !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		body, _ := coppice.Spawn(node, func(p *coppice.Process) error { p.Receive(); return nil })
		if got := genserver.Accepts(body); got != nil {
			t.Errorf("a function accepts %v", got)
		}
		_ = coppice.Exit(node, body, coppice.Kill)
	})
}
