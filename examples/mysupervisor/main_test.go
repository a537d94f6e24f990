package main

import (
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
)

const want = `cast cache save hola: ok
a child has ended, reason: killed
another pid: true
call cache get: empty
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

// It starts a child again however that ends, and ends with a start that fails.
func TestSupervises(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		sup, err := mySupervisor.Start(n, Config{io.Discard, []Child{
			func(p *coppice.Process) (coppice.PID, error) {
				ref, err := cache.StartLink(p, "empty", genserver.Name(name))
				return ref.PID(), err
			},
		}})
		if err != nil {
			t.Fatal(err)
		}
		child := coppicetest.Watch(t, n, name)
		for _, reason := range []error{coppice.Shutdown, coppice.Kill} {
			_ = coppice.Exit(n, name, reason)
			child.Restarted(1)
		}
		failed := coppicetest.Fault{Process: "cache", At: coppicetest.AtInit, Do: coppicetest.Fail(io.EOF)}
		coppicetest.Inject(t, n, failed)
		_ = coppice.Exit(n, name, coppice.Kill)
		coppicetest.ExpectCrash(t, n, coppicetest.Crash{Process: sup.String(), Reason: io.EOF})
		coppicetest.Freed(t, n, name)
	})
}
