package coppice_test

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
)

// The messages of each sender come in their order, whatever the others do and
// however they are received.
func TestMessagesOfOneSenderStayInOrder(t *testing.T) {
	const senders, each = 8, 2000
	type message struct{ from, number int }
	for name, receive := range map[string]func(p *coppice.Process) coppice.Message{
		"Receive": (*coppice.Process).Receive,
		"ReceiveMatch": func(p *coppice.Process) coppice.Message {
			m, _ := p.ReceiveMatch(func(m coppice.Message) bool { return m.Body.(message).number >= 0 }, -1)
			return m
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
					var next [senders]int
					for range senders * each {
						m := receive(p).Body.(message)
						if m.number != next[m.from] {
							t.Errorf("sender %d: %d, want %d", m.from, m.number, next[m.from])
						}
						next[m.from] = m.number + 1
					}
					return nil
				}))
				for i := range senders {
					must(coppice.Spawn(n, func(p *coppice.Process) error {
						for j := range each {
							coppice.Send(p, pid, message{i, j})
						}
						return nil
					}))
				}
				coppice.Await(n, pid)
			})
		})
	}
}

func TestSelectiveReceiveKeepsTheRest(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			const many = 300
			for i := range many {
				coppice.Send(p, p.Self(), i)
			}
			calls := 0
			for want := many - 1; want >= 0; want -= 2 {
				m, ok := p.ReceiveMatch(func(m coppice.Message) bool { calls++; return m.Body == want }, 0)
				if !ok || m.Body != want {
					t.Fatalf("%v, %t; want %d", m.Body, ok, want)
				}
			}
			for want := 0; want < many; want += 2 {
				if m := p.Receive(); m.Body != want {
					t.Fatalf("%v, want %d", m.Body, want)
				}
			}
			if _, ok := p.ReceiveTimeout(0); ok {
				t.Error("something is left")
			}
			return nil
		})
	})
}

// A process that floods itself lets others on its goroutine have their turn.
func TestFloodStarvesNobody(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	bubble(t, func(t *testing.T, n *coppice.Node) {
		stop := false
		var flooder coppice.PID
		var again do
		again = func(p *coppice.Process, m coppice.Message) error {
			if stop {
				return nil
			}
			return coppice.Send(p, p.Self(), again)
		}
		flooder = start(n, nil)
		var done sync.WaitGroup
		done.Add(10)
		coppice.Send(n, flooder, do(func(p *coppice.Process, m coppice.Message) error {
			for range 10 {
				must(coppice.Spawn(p, func(*coppice.Process) error { done.Done(); return nil }))
			}
			return again(p, m)
		}))
		done.Wait()
		coppice.Exit(n, flooder, coppice.Kill)
		synctest.Wait()
	})
}

// A handler waits for a mutex that the process queued behind it releases. That
// is no durable block, so in a bubble no clock could help.
func TestHandlerBlockedOnAMutexOfTheNext(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		for range 100 {
			var mu sync.Mutex
			mu.Lock()
			a, b := start(n, nil), start(n, nil)
			_, err := coppice.Request(n, a, do(func(p *coppice.Process, m coppice.Message) error {
				coppice.Send(p, b, do(func(*coppice.Process, coppice.Message) error { mu.Unlock(); return nil }))
				mu.Lock()
				m.From().Reply(nil, nil)
				return nil
			}))
			if err != nil {
				t.Error(err)
			}
			coppice.Exit(n, a, coppice.Kill)
			coppice.Exit(n, b, coppice.Kill)
		}
	})
}
