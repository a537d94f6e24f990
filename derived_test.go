package coppice_test

import (
	"context"
	"strings"
	"testing"

	"github.com/seed-7832d3a3/coppice"
)

// A context derived from a Process does not act as the process: it cannot be
// linked with, and it would be wrong to start something unlinked instead.
func TestDerivedContextDoesNotLink(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			derived, cancel := context.WithCancel(p)
			defer cancel()
			_, err := coppice.SpawnLink(derived, func(*coppice.Process) error { return nil })
			if err == nil || !strings.Contains(err.Error(), "WithTimeout") {
				t.Errorf("SpawnLink: %v", err)
			}
			_, _, err = coppice.StartProcess(derived, coppice.Spec{Behaviour: sink{}, Link: true})
			if err == nil {
				t.Error("StartProcess has started what it could not link")
			}
			return nil
		})
		if n.Count() != 0 {
			t.Errorf("%d processes left", n.Count())
		}
	})
}
