package genserver_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"sync"
	"testing"
)

// prelude is what the snippets below have in common.
const prelude = `package p

import (
	"context"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

type S struct{}

type Get struct{ genserver.Returns[int] }

var (
	ctx  context.Context
	to   coppice.Addr
	defs = genserver.Define(func(*coppice.Process, string) (*S, error) { return nil, nil })
)

func client(context.Context, genserver.Ref[*S]) {}

`

// What the compiler has to say about each snippet; "" if nothing.
var snippets = []struct{ name, code, want string }{
	{"a handler fits its message",
		`var _ = genserver.OnCall(func(*S, *coppice.Process, Get) (int, error) { return 0, nil })`, ""},
	{"a handler replies with another type",
		`var _ = genserver.OnCall(func(*S, *coppice.Process, Get) (string, error) { return "", nil })`, "Get"},
	{"a handler for a call that is none",
		`var _ = genserver.OnCall(func(*S, *coppice.Process, int) (int, error) { return 0, nil })`, "missing method returns"},
	{"a handler replies later",
		`var _ = genserver.OnCallLater(func(*S, *coppice.Process, Get, genserver.Reply[int]) error { return nil })`, ""},
	{"a handler replies later with another type",
		`var _ = genserver.OnCallLater(func(*S, *coppice.Process, Get, genserver.Reply[string]) error { return nil })`, "Get"},
	{"a reply of another type",
		`func f(r genserver.Reply[int]) { r.Send("one") }`, `"one"`},
	{"the result of a call is inferred",
		`func f() (n int, err error) { n, err = genserver.Call(ctx, to, Get{}); return n, err }`, ""},
	{"the result of a call is used as another type",
		`func f() (s string, err error) { s, err = genserver.Call(ctx, to, Get{}); return s, err }`, "string"},
	{"a call of what is none",
		`func f() { genserver.Call(ctx, to, 42) }`, "cannot infer R"},
	{"a request is typed",
		`func f() (int, error) { return genserver.SendRequest(ctx, to, Get{}).Wait(ctx) }`, ""},
	{"a set is typed",
		`func f(set *genserver.PendingSet[string, int]) { set.Send(ctx, to, Get{}, 1) }`, "Get"},
	{"a handler of another server",
		`type T struct{}
		var _ = genserver.Define(func(*coppice.Process, string) (*S, error) { return nil, nil },
			genserver.OnCast(func(*T, *coppice.Process, int) error { return nil }))`, "T"},
	{"the argument of the constructor",
		`func f() { defs.Start(ctx, "name") }`, ""},
	{"an argument of another type",
		`func f() { defs.Start(ctx, 42) }`, "42"},
	{"an argument of another type, bound",
		`var _ = defs.With(42)`, "42"},
	{"a client of servers of this type",
		`func f() { client(ctx, defs.At(to)) }`, ""},
	{"a client of servers of another type",
		`func f(ref genserver.Ref[*int]) { client(ctx, ref) }`, "Ref"},
	{"a client is given any address",
		`func f() { client(ctx, to) }`, "Addr"},
}

// compiled returns what the compiler says about each snippet. It is asked once,
// however often the test runs, as it reads all imported packages.
var compiled = sync.OnceValue(func() (errs []error) {
	fset := token.NewFileSet()
	config := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	for _, s := range snippets {
		file, err := parser.ParseFile(fset, "snippet.go", prelude+s.code, 0)
		if err == nil {
			_, err = config.Check("p", fset, []*ast.File{file}, nil)
		}
		errs = append(errs, err)
	}
	return errs
})

func TestCompilerChecks(t *testing.T) {
	for i, tt := range snippets {
		switch err := compiled()[i]; {
		case tt.want == "" && err != nil:
			t.Errorf("%s: it does not compile: %v", tt.name, err)
		case tt.want != "" && err == nil:
			t.Errorf("%s: it compiles", tt.name)
		case tt.want != "" && !strings.Contains(err.Error(), tt.want):
			t.Errorf("%s: the error does not mention %q: %v", tt.name, tt.want, err)
		}
	}
}
