package coppice_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// What is told of a request is never that of another which has its slot now, and
// each hold for a caller ends, however slots are used again.
func TestCallersUnderStress(t *testing.T) {
	type until struct{ time.Time }
	bubble(t, func(t *testing.T, n *coppice.Node) {
		var mu sync.Mutex // guards kept and holds
		var kept []coppice.From
		var wants []time.Time
		var holds []*coppice.Process
		server, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: &server{handle: func(p *coppice.Process, m coppice.Message) error {
			from := m.From()
			mu.Lock()
			kept, wants = append(kept, from), append(wants, m.Body.(until).Time)
			if len(kept)%3 == 0 {
				hold := p.ForCaller()
				hold.Done()
				holds = append(holds, hold)
			}
			answer := len(kept)%2 == 0
			mu.Unlock()
			if answer {
				from.Reply(nil, nil)
			}
			return nil
		}}})
		if err != nil {
			t.Fatal(err)
		}
		check := func() {
			mu.Lock()
			froms, times := kept, wants
			mu.Unlock()
			for i, from := range froms[max(len(froms)-20, 0):] {
				want := times[max(len(froms)-20, 0)+i]
				if at, ok := from.Deadline(); ok && !at.Equal(want) {
					t.Errorf("the deadline of another: %v, want %v", at, want)
				}
			}
		}
		var clients sync.WaitGroup
		for i := range 8 {
			clients.Go(func() {
				for j := range 300 {
					at := time.Now().Add(time.Duration(1+i*1000+j) * time.Microsecond)
					ctx, cancel := context.WithDeadline(n, at)
					if j%5 == 0 {
						pending := coppice.SendRequest(ctx, server, until{at})
						check()
						pending.Abandon()
					} else {
						_, _ = coppice.Request(ctx, server, until{at})
					}
					cancel()
					check()
				}
			})
		}
		clients.Wait()
		synctest.Wait()
		for _, hold := range holds {
			<-hold.Done() // or the bubble is stuck
		}
		if len(holds) != 8*300/3 {
			t.Errorf("%d holds", len(holds))
		}
	})
}

// What has been waited for on behalf of a caller leaves nothing behind while he
// waits on.
func TestForCallerFreesWhatItTakes(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		echo := start(n, nil)
		server := start(n, nil)
		_, err := coppice.Request(n, server, do(func(p *coppice.Process, m coppice.Message) error {
			hold := p.ForCaller()
			hold.Done()
			before := heapInUse()
			for range 2000 { // each of which waits
				_, err := coppice.Request(hold, echo, do(func(q *coppice.Process, m coppice.Message) error {
					q.Sleep(1)
					m.From().Reply(1, nil)
					return nil
				}))
				if err != nil {
					t.Error(err)
				}
			}
			if left := heapInUse() - before; left > 100_000 {
				t.Errorf("%d bytes are left of 2000 calls", left)
			}
			m.From().Reply(nil, nil)
			return nil
		}))
		if err != nil {
			t.Error(err)
		}
	})
}
