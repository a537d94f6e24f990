package main

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
)

const want = `call cache get           empty
cast cache save hola     ok
call cache get           hola
exit cache kill          true
call cache get           empty
another pid              true
`

func TestSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		if err := run(&out); err != nil {
			t.Fatal(err)
		}
		if out.String() != want {
			t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
		}
	})
}

// A start that fails on the way does not keep the cache from coming back.
func TestComesBack(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		coppicetest.Inject(t, n, coppicetest.Fault{
			Process: "cache", At: coppicetest.AtInit, Nth: 2, Do: coppicetest.Panic("no memory"),
		})
		if _, err := tree.Start(n); err != nil {
			t.Fatal(err)
		}
		cache := coppicetest.Watch(t, n, name)
		_ = genserver.Cast(n, name, Save{"hola"})
		_ = coppice.Exit(n, name, coppice.Kill)
		cache.Restarted(1)
		if word, err := genserver.Call(n, name, Get{}); word != "empty" || err != nil {
			t.Errorf("got %q, %v", word, err)
		}
	})
}
