package inspect

import (
	"context"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/cputime"
)

// A waiter is a process that does nothing.
type waiter struct{}

func (waiter) Init(*coppice.Process) error                    { return nil }
func (waiter) Handle(*coppice.Process, coppice.Message) error { return nil }
func (waiter) Terminate(*coppice.Process, error) error        { return nil }

func startWaiters(tb testing.TB, n *coppice.Node, many int) (pids []coppice.PID) {
	for range many {
		pid, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: waiter{}})
		if err != nil {
			tb.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

// BenchmarkScan shows how long a processor is at work on what is done about a
// hundred thousand processes while somebody watches: the scans, and each of the
// ticks in between.
func BenchmarkScan(b *testing.B) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	pids := startWaiters(b, n, 100_000)
	for _, pid := range pids {
		_ = coppice.Send(n, pid, 1)
	}
	v := Of(n)
	last, next := new(scan), new(scan)
	last.fill(v, nil, true)
	measure := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			took := time.Duration(0)
			for b.Loop() {
				took += cputime.Of(f)
			}
			b.ReportMetric(float64(took)/float64(b.N), "cpu-ns/op")
		})
	}
	measure("fill", func() {
		next.fill(v, last, true)
		last, next = next, last
	})
	for name, key := range map[string]listKey{
		"sort": {sort: "mailbox", desc: true, limit: 50}, "word": {where: "w77", limit: 50}, "pid": {limit: 50},
	} {
		measure("plan "+name, func() { _, _ = last.plan(key) })
	}
	plan, _ := last.planOf(listKey{sort: "in", limit: 50})
	var g glances
	from := source{at: last.at, history: last.history, asker: last.asker, glances: &g}
	measure("tick of 50 rows", func() {
		g.next()
		for i := range plan.rows {
			from.row(&plan.rows[i])
		}
	})
	tree := TreeQuery{OpenAll: true, Collapse: 50, Limit: 200}
	measure("plan tree", func() { last.treePlan(tree, nil) })
	measure("header", func() { last.header(n) })
}
