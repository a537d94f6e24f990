package coppice_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
)

// A slowRelease is a Resolver that takes its time to free a key.
type slowRelease struct{ release, done chan struct{} }

func (slowRelease) Register(context.Context, any, coppice.PID) error { return nil }
func (s slowRelease) Release(any, coppice.PID)                       { close(s.release); <-s.done }
func (slowRelease) Whereis(context.Context, any) coppice.PID         { return coppice.PID{} }

// Whoever hears of an end, by whatever way, hears of it when its names are
// free: also who asks while they are being freed.
func TestNobodyHearsOfAnEndBeforeNamesAreFree(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		key := slowRelease{make(chan struct{}), make(chan struct{})}
		pid, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: sink{}, Name: coppice.Via{Resolver: key, Key: "k"}})
		if err != nil {
			t.Fatal(err)
		}
		bye := errors.New("bye")
		go func() { _ = coppice.Exit(n, pid, bye) }()
		<-key.release // it is dead, and its key is not free yet

		heard := make(chan string, 3)
		go func() {
			reason, err := coppice.Await(n, pid)
			if reason != bye || err != nil {
				t.Errorf("Await: %v, %v", reason, err)
			}
			heard <- "await"
		}()
		go func() {
			if _, err := coppice.Request(n, pid, "x"); !errors.Is(err, bye) {
				t.Errorf("Request: %v", err)
			}
			heard <- "request"
		}()
		if _, err := coppice.Spawn(n, func(p *coppice.Process) error {
			if _, err := p.Monitor(pid); err != nil {
				t.Error(err)
			}
			if down, ok := p.Receive().Body.(coppice.Down); !ok || down.Reason != bye {
				t.Errorf("Monitor: %v", down)
			}
			heard <- "monitor"
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		select {
		case who := <-heard:
			t.Errorf("%s has heard of the end before the key is free", who)
		default:
		}
		close(key.done)
		for range 3 {
			<-heard
		}
		if reason, err := coppice.Await(n, pid); reason != bye || err != nil {
			t.Errorf("Await, when all is over: %v, %v", reason, err)
		}
	})
}

// Once Await has returned the process is not counted any more.
func TestAwaitedIsNotCounted(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		for range 100 {
			pid, err := coppice.Spawn(n, func(*coppice.Process) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			if _, err := coppice.Await(n, pid); err != nil {
				t.Fatal(err)
			}
			if n.Count() != 0 {
				t.Fatalf("%d processes alive", n.Count())
			}
		}
	})
}
