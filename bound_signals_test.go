package coppice_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// However full a mailbox is, and whatever it does then: each signal comes, once.
func TestSignalsInAFlood(t *testing.T) {
	const many = 300
	for _, full := range []coppice.Full{coppice.Block, coppice.Reject, coppice.DropNewest, coppice.DropOldest} {
		t.Run(full.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				exits, downs, messages := map[coppice.PID]int{}, map[coppice.PID]int{}, 0
				watched := make(chan coppice.PID, many)
				for range many {
					watched <- must(coppice.Spawn(n, func(p *coppice.Process) error { p.Receive(); return errBoom }))
				}
				close(watched)
				pid := must3(coppice.StartProcess(n, coppice.Spec{
					Bound: coppice.Bound{Max: 5, Full: full},
					Behaviour: &server{
						init: func(p *coppice.Process) error {
							p.TrapExit(true)
							for other := range watched {
								if _, err := p.Monitor(other); err != nil {
									return err
								}
								if err := p.Link(other); err != nil {
									return err
								}
								must(coppice.Spawn(p, func(q *coppice.Process) error { q.Sleep(time.Second); return coppice.Send(q, other, "end") }))
							}
							return nil
						},
						handle: func(p *coppice.Process, m coppice.Message) error {
							switch body := m.Body.(type) {
							case coppice.Exited:
								exits[body.PID]++
							case coppice.Down:
								downs[body.PID]++
							default:
								messages++
								p.Sleep(100 * time.Millisecond)
							}
							return nil
						},
					},
				}))
				for range 200 { // ten times what it can do
					must(coppice.Spawn(n, func(p *coppice.Process) error {
						_ = coppice.Send(p.WithTimeout(5*time.Second), pid, "more")
						return nil
					}))
					time.Sleep(10 * time.Millisecond)
				}
				time.Sleep(time.Minute)
				synctest.Wait()
				if len(exits) != many || len(downs) != many || messages == 0 || full != coppice.Block && messages > 100 {
					t.Errorf("%d exits, %d downs, %d messages", len(exits), len(downs), messages)
				}
				for who, n := range exits {
					if n != 1 || downs[who] != 1 {
						t.Errorf("%v: %d exits, %d downs", who, n, downs[who])
					}
				}
			})
		})
	}
}
