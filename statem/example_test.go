package statem_test

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/statem"
)

// A lock is the data of a door with a code lock.
type lock struct{ code, typed string }

type (
	button struct{ digit string }              // a cast
	typed  struct{ genserver.Returns[string] } // a call
	relock struct{}                            // a time-out
)

func newLock(_ *coppice.Process, code string) (*lock, error) { return &lock{code: code}, nil }

func (l *lock) button(p *coppice.Process, b button) error {
	if l.typed += b.digit; l.typed == l.code {
		statem.Next(p, "open")
	}
	return nil
}

func (l *lock) opened(p *coppice.Process, _ string) error {
	fmt.Println("open")
	l.typed = ""
	statem.SetTimeout(p, statem.StateTimeout, 10*time.Millisecond, relock{})
	return nil
}

// What is typed while the door is open counts when it is locked again.
func (l *lock) later(p *coppice.Process, _ button) error {
	statem.Postpone(p)
	return nil
}

func (l *lock) relock(p *coppice.Process, _ relock) error {
	statem.Next(p, "locked")
	return nil
}

func (l *lock) locked(*coppice.Process, string) error {
	fmt.Println("locked")
	return nil
}

func (l *lock) get(*coppice.Process, typed) (string, error) { return l.typed, nil }

var locks = statem.Define(newLock,
	statem.State("locked",
		statem.OnEnter((*lock).locked),
		statem.OnCast((*lock).button),
	),
	statem.State("open",
		statem.OnEnter((*lock).opened),
		statem.OnCast((*lock).later),
		statem.OnTimeout((*lock).relock),
	),
	statem.OnCall((*lock).get), // in every state
)

func Example() {
	node := coppice.NewNode(coppice.Options{})
	defer node.Stop(context.Background())
	door, _ := locks.Start(node, "12")

	for _, digit := range []string{"1", "2", "7"} {
		_ = genserver.Cast(node, door, button{digit})
	}
	for {
		if text, _ := genserver.Call(node, door, typed{}); text == "7" {
			break // the door is locked again, and has the last digit
		}
	}
	// Output:
	// locked
	// open
	// locked
}
