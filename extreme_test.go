package coppice_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// Times of any length mean what they say: those that are over do not wait, and
// the longest are not taken for such.
func TestExtremeTimes(t *testing.T) {
	for _, d := range []time.Duration{math.MinInt64, -time.Hour, -1, 0, 1, math.MaxInt64 / 2, math.MaxInt64} {
		t.Run(d.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				silent := must(coppice.Spawn(n, func(p *coppice.Process) error {
					for {
						p.Receive()
					}
				}))
				until := func(p *coppice.Process, at time.Time) context.Context {
					ctx, cancel := context.WithDeadline(p, at)
					t.Cleanup(cancel)
					return ctx
				}
				for name, wait := range map[string]func(p *coppice.Process){
					"receive": func(p *coppice.Process) { p.ReceiveTimeout(d) },
					"sleep":   func(p *coppice.Process) { p.Sleep(d) },
					"hold":    func(p *coppice.Process) { p.WithTimeout(d).Receive() },
					"request": func(p *coppice.Process) { _, _ = coppice.Request(p.WithTimeout(d), silent, 1) },
					"context": func(p *coppice.Process) { _, _ = coppice.Request(until(p, time.Now().Add(d)), silent, 1) },
					"wall":    func(p *coppice.Process) { _, _ = coppice.Request(until(p, time.Now().Add(d).Round(0)), silent, 1) },
					"after":   func(p *coppice.Process) { _ = must(coppice.SendAfter(p, p.Self(), d, 1)); p.Receive() },
					"every": func(p *coppice.Process) {
						_ = must(coppice.SendEvery(p, p.Self(), max(d, time.Millisecond), 1))
						p.Receive()
					},
					"exit": func(p *coppice.Process) { _ = must(coppice.ExitAfter(p, p.Self(), d, errBoom)); p.Receive() },
					"starting": func(p *coppice.Process) {
						never := func(q *coppice.Process) error { q.Receive(); return nil }
						_, _, _ = coppice.StartProcess(p.WithoutTimeout(), coppice.Spec{Timeout: max(d, 1), Body: never})
					},
					"caller": func(p *coppice.Process) {
						busy := must(coppice.Spawn(n, func(q *coppice.Process) error { q.Receive(); q.ForCaller().Receive(); return nil }))
						_, _ = coppice.Request(p.WithTimeout(d), busy, 1)
						_, _ = coppice.Await(p.WithoutTimeout(), busy)
					},
				} {
					pid := must(coppice.Spawn(n, func(p *coppice.Process) error { wait(p); return nil }))
					time.Sleep(time.Second)
					synctest.Wait()
					if ended := !coppice.Alive(pid); ended != (d <= 1) {
						t.Errorf("%s: ended within a second: %v", name, ended)
					}
					_ = coppice.Exit(n, pid, coppice.Kill)
				}
			})
		})
	}
}
