package inspect_test

import (
	"context"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/internal/cputime"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// BenchmarkMany shows what it costs to ask about a node with 100,000 servers;
// a scan serves for some of the questions, see BenchmarkScan for what that costs.
func BenchmarkMany(b *testing.B) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	mall := &supervisor.Dynamic[string]{Template: func(word string) supervisor.ChildSpec {
		return supervisor.ChildSpec{Start: shops.With(word)}
	}}
	pid, err := mall.Start(n)
	must(err)
	for range 100_000 {
		_, err := mall.StartChild(genserver.NoTimeout(n), pid, "x")
		must(err)
	}
	v := inspect.Of(n)
	for name, f := range map[string]func(){
		"complete":       func() { _, err = v.Complete(inspect.CompleteQuery{Word: "x"}) },
		"complete pid":   func() { _, err = v.Complete(inspect.CompleteQuery{Word: "<0.9999"}) },
		"complete child": func() { _, err = v.Complete(inspect.CompleteQuery{Word: "x", Of: pid.String()}) },
		"detail":         func() { _, err = v.Detail(pid) },
		"node":           func() { v.Node() },
		"mailbox":        func() { _, err = v.List(n, inspect.Query{Sort: "mailbox", Desc: true, Limit: 50}) },
		"word":           func() { _, err = v.List(n, inspect.Query{Where: "cache", Limit: 50}) },
		"tree":           func() { _, err = v.Tree(n, inspect.TreeQuery{OpenAll: true, Collapse: 50, Limit: 200}) },
		"opened": func() {
			_, err = v.Tree(n, inspect.TreeQuery{Open: []string{pid.String(), pid.String() + "/pool"}, Collapse: 50, Limit: 200})
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			took := time.Duration(0)
			for b.Loop() {
				took += cputime.Of(f)
			}
			must(err)
			b.ReportMetric(float64(took)/float64(b.N), "cpu-ns/op")
		})
	}
	b.Run("watch", func(b *testing.B) {
		ctx, cancel := context.WithCancel(n)
		defer cancel()
		for range v.Watch(ctx, 0) {
			break
		}
	})
}
