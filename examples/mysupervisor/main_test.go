package main

import (
	"strings"
	"testing"
	"testing/synctest"
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
