package statem_test

import (
	"context"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/statem"
)

// A bench is a machine of two states that counts what it does.
type bench struct{ n int }

type (
	flip   struct{}
	hop    struct{}
	arm    struct{}
	tick   struct{}
	result struct{ genserver.Returns[int] }
)

func newBench(*coppice.Process, genserver.None) (*bench, error) { return &bench{}, nil }

func (b *bench) toB(p *coppice.Process, _ flip) error { b.n++; statem.Next(p, "b"); return nil }
func (b *bench) toA(p *coppice.Process, _ flip) error { b.n++; statem.Next(p, "a"); return nil }

func (b *bench) hop(p *coppice.Process, _ hop) error       { statem.Insert(p, flip{}); return nil }
func (b *bench) tick(*coppice.Process, tick) error         { return nil }
func (b *bench) get(*coppice.Process, result) (int, error) { return b.n, nil }

func (b *bench) arm(p *coppice.Process, _ arm) error {
	statem.SetTimeout(p, statem.StateTimeout, time.Minute, tick{})
	return nil
}

var benches = statem.Define(newBench,
	statem.State("a", statem.OnCast((*bench).toB), statem.OnInternal((*bench).toB)),
	statem.State("b", statem.OnCast((*bench).toA), statem.OnInternal((*bench).toA)),
	statem.OnCast((*bench).hop),
	statem.OnCast((*bench).arm),
	statem.OnTimeout((*bench).tick),
	statem.OnCall((*bench).get),
)

func benchMachine(b *testing.B) (*coppice.Node, coppice.PID) {
	b.Helper()
	n := coppice.NewNode(coppice.Options{})
	b.Cleanup(func() { n.Stop(context.Background()) })
	ref, err := benches.Start(n, genserver.None{})
	must(err)
	b.ReportAllocs()
	return n, ref.PID()
}

func benchCasts(b *testing.B, message any) {
	n, pid := benchMachine(b)
	for i := 0; b.Loop(); i++ {
		_ = genserver.Cast(n, pid, message)
		if i&1023 == 1023 {
			_, _ = genserver.Call(n, pid, result{})
		}
	}
	_, _ = genserver.Call(n, pid, result{})
}

// BenchmarkTransition is a cast that changes the state.
func BenchmarkTransition(b *testing.B) { benchCasts(b, flip{}) }

// BenchmarkInsert is a cast that inserts an event, which changes the state.
func BenchmarkInsert(b *testing.B) { benchCasts(b, hop{}) }

// BenchmarkSetTimeout is a cast that sets a state time-out anew.
func BenchmarkSetTimeout(b *testing.B) { benchCasts(b, arm{}) }

// BenchmarkCall is a call.
func BenchmarkCall(b *testing.B) {
	n, pid := benchMachine(b)
	for b.Loop() {
		if _, err := genserver.Call(n, pid, result{}); err != nil {
			b.Fatal(err)
		}
	}
}
