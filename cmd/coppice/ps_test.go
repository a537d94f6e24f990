package main

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

var rated = regexp.MustCompile(`"in": [1-9]`)

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
		{"-n", "busy", "tree", "-o", "json"},
		{"-n", "busy", "info", "cart_1", "-o", "json"},
		{"shell", "busy", "-e", "procs() | sort(-.In) | filter(.In > 0) | first"},
	} {
		if _, out, errs := command(line...); !strings.Contains(out, "cart_1") || strings.Contains(out, `"name": "cart_1"`) && !rated.MatchString(out) {
			t.Errorf("%v: %s%s", line, out, errs)
		}
	}
}
