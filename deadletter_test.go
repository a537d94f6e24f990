package coppice_test

import (
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
)

// What is sent to whom there is not is counted, unless the sender is told.
func TestDeadLetters(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		living := startOne(t, n, slow{})
		dead := startOne(t, n, slow{})
		_ = coppice.Send(n, living, 1)
		_ = coppice.Exit(n, dead, coppice.Kill)
		synctest.Wait()
		if got := n.DeadLetters(); got != 0 {
			t.Fatalf("%d before anything was sent to the dead", got)
		}
		for what, send := range map[string]func() error{
			"a message to the dead":    func() error { return coppice.Send(n, dead, 1) },
			"a cast to the dead":       func() error { return coppice.Cast(n, dead, 1) },
			"a cast to a name of none": func() error { return coppice.Cast(n, coppice.Name("nobody"), 1) },
		} {
			before := n.DeadLetters()
			if err := send(); err != nil || n.DeadLetters() != before+1 {
				t.Errorf("%s: %v, %d counted", what, err, n.DeadLetters()-before)
			}
		}
		before := n.DeadLetters()
		_, _ = coppice.Request(n, dead, 1)
		if err := coppice.Send(n, coppice.Name("nobody"), 1); err == nil || n.DeadLetters() != before {
			t.Errorf("those who are told of it count %d", n.DeadLetters()-before)
		}
	})
}
