package main

import (
	"strings"
	"testing"
	"testing/synctest"
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
