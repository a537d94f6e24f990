package coppice_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

func TestAwaitName(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		found := make(chan coppice.PID, 2)
		await := func(ctx context.Context) {
			pid, err := coppice.AwaitName(ctx, "late")
			if err != nil {
				t.Error(err)
			}
			found <- pid
		}
		go await(n)
		must(coppice.Spawn(n, func(p *coppice.Process) error { await(p); return nil }))
		synctest.Wait()
		if len(found) != 0 {
			t.Fatal("found what nobody has registered")
		}
		pid, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: sink{}, Name: coppice.Name("late")})
		if err != nil {
			t.Fatal(err)
		}
		go await(n) // at once, as somebody has it
		for range 3 {
			if got := <-found; got != pid {
				t.Errorf("found %v, want %v", got, pid)
			}
		}
	})
}

func TestAwaitNameEndsWithTheNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(quiet())
		ended := make(chan error)
		go func() {
			_, err := coppice.AwaitName(n, "nobody")
			ended <- err
		}()
		synctest.Wait()
		n.Stop(context.Background())
		if err := <-ended; !errors.Is(err, coppice.ErrStopped) {
			t.Error(err)
		}
	})
}

func TestAwaitNameEndsWithItsContext(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ctx, cancel := context.WithTimeout(n, time.Second)
		defer cancel()
		if _, err := coppice.AwaitName(ctx, "nobody"); !errors.Is(err, coppice.Timeout) {
			t.Errorf("plain: %v", err)
		}
		pid := must(coppice.Spawn(n, func(p *coppice.Process) error {
			if _, err := coppice.AwaitName(p.WithTimeout(time.Second), "nobody"); !errors.Is(err, coppice.Timeout) {
				t.Errorf("process: %v", err)
			}
			_, err := coppice.AwaitName(p, "nobody")
			t.Errorf("AwaitName has returned to a process that was told to end: %v", err)
			return nil
		}))
		time.Sleep(2 * time.Second) // time is the subject
		synctest.Wait()
		_ = coppice.Exit(n, pid, errBoom)
		if reason, err := coppice.Await(n, pid); reason != errBoom || err != nil {
			t.Errorf("Await: %v, %v", reason, err)
		}
	})
}
