package main

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// Who looks once sees what is going on, though nobody has measured it before.
func TestRatesOfOneLook(t *testing.T) {
	sockets(t)
	node, err := openShop("busy")
	defer node.Stop(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(node)
	var traffic sync.WaitGroup
	traffic.Go(func() {
		for ctx.Err() == nil {
			_, _ = genserver.Call(ctx, coppice.Name("cart_1"), Add{Item: "tea"})
		}
	})
	defer traffic.Wait()
	defer stop()
	for _, line := range [][]string{
		{"-n", "busy", "ps", "--by", "in", "--limit", "1"},
		{"shell", "busy", "-e", "procs() | sort(-.In) | filter(.In > 0) | first"},
	} {
		if _, out, errs := command(line...); !strings.Contains(out, "cart_1") {
			t.Errorf("%v: %s%s", line, out, errs)
		}
	}
}
