package main

import (
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

func TestComesBack(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		_, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
			{ID: "counter", Start: counter.With(100, genserver.Name(coppice.Name("counter")))},
		}}).Start(node)
		if err != nil {
			t.Fatal(err)
		}
		watched := coppicetest.Watch(t, node, coppice.Name("counter"))
		_, _ = genserver.Call(node, coppice.Name("counter"), Add{By: -1})
		coppicetest.ExpectCrash(t, node, coppicetest.Crash{Process: "counter", Text: "counters only go up"})
		watched.Restarted(1)
		if n, err := genserver.Call(node, coppice.Name("counter"), Add{By: 1}); n != 101 || err != nil {
			t.Errorf("after the restart: %d, %v", n, err)
		}
	})
}
