package genserver_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// after is a call that is answered with n after d.
func after(d time.Duration, n int) defers {
	return defers{do: func(_ *lab, _ *coppice.Process, r genserver.Reply[int]) error {
		time.AfterFunc(d, func() { r.Send(n) })
		return nil
	}}
}

// asBoth runs f in a process and on a plain goroutine.
func asBoth(t *testing.T, f func(t *testing.T, w *world, ctx context.Context)) {
	t.Helper()
	t.Run("in a process", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) {
			if reason := w.run(func(p *coppice.Process) { f(t, w, p) }); reason != coppice.Normal {
				t.Errorf("it ended with %v", reason)
			}
		})
	})
	t.Run("on a goroutine", func(t *testing.T) {
		bubble(t, func(t *testing.T, w *world) { f(t, w, w.Node) })
	})
}

func TestSendRequest(t *testing.T) {
	asBoth(t, func(t *testing.T, w *world, ctx context.Context) {
		ref := w.start(nil)
		start := time.Now()
		r := genserver.SendRequest(ctx, ref, after(time.Second, 7))
		if got, done, err := r.Check(); got != 0 || done || err != nil {
			t.Errorf("Check too early: %v, %v, %v", got, done, err)
		}
		if time.Since(start) != 0 {
			t.Error("it has waited")
		}
		if got, err := r.Wait(ctx); got != 7 || err != nil || time.Since(start) != time.Second {
			t.Errorf("Wait = %v, %v after %v", got, err, time.Since(start))
		}
		if _, err := r.Wait(ctx); err == nil {
			t.Error("a second Wait is no error")
		}

		r = genserver.SendRequest(ctx, ref, after(0, 8))
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if got, done, err := r.Check(); got != 8 || !done || err != nil {
			t.Errorf("Check = %v, %v, %v", got, done, err)
		}

		r = genserver.SendRequest(ctx, ref, hangs())
		start = time.Now()
		if _, err := r.Wait(ctx); callReason(err) != coppice.Timeout || time.Since(start) != coppice.DefaultTimeout {
			t.Errorf("Wait: %v after %v", err, time.Since(start))
		}

		for _, to := range []coppice.Addr{coppice.Name("nobody"), coppice.PID{}} {
			r = genserver.SendRequest(ctx, to, returns(1))
			if _, done, err := r.Check(); !done || callReason(err) != coppice.NoProc {
				t.Errorf("to %v: %v", to, err)
			}
			if _, err := r.Wait(ctx); callReason(err) != coppice.NoProc {
				t.Errorf("to %v: %v", to, err)
			}
			r.Abandon()
		}
	})
}

func TestAbandon(t *testing.T) {
	asBoth(t, func(t *testing.T, w *world, ctx context.Context) {
		ref := w.start(nil)
		var late genserver.Reply[int]
		r := genserver.SendRequest(ctx, ref, defers{do: func(_ *lab, _ *coppice.Process, reply genserver.Reply[int]) error {
			late = reply
			return nil
		}})
		synctest.Wait()
		r.Abandon()
		if late.Waiting() || late.Send(1) {
			t.Error("somebody waits")
		}
		r.Abandon() // again, and after an answer, it does nothing
		r = genserver.SendRequest(ctx, ref, returns(1))
		synctest.Wait()
		r.Abandon()
		if _, _, err := r.Check(); err == nil {
			t.Error("Check after Abandon is no error")
		}
	})
}

func TestPendingSetInEveryOrder(t *testing.T) {
	orders := [][3]time.Duration{{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}}
	asBoth(t, func(t *testing.T, w *world, ctx context.Context) {
		ref := w.start(nil)
		for _, order := range orders {
			var set genserver.PendingSet[int, string]
			for i, label := range []string{"a", "b", "c"} {
				set.Send(ctx, ref, after(order[i]*time.Second, i), label)
			}
			if set.Len() != 3 {
				t.Errorf("Len = %d", set.Len())
			}
			for turn := range 3 {
				label, got, ok, err := set.Wait(ctx)
				want := slices.Index(order[:], time.Duration(turn+1))
				if !ok || err != nil || got != want || label != []string{"a", "b", "c"}[want] {
					t.Errorf("order %v: Wait = %q, %v, %v, %v; want %v", order, label, got, ok, err, want)
				}
			}
			if label, _, ok, err := set.Wait(ctx); ok || err == nil || set.Len() != 0 {
				t.Errorf("of an empty set: %q, %v, %v", label, ok, err)
			}
		}
	})
}

func TestPendingSetFailures(t *testing.T) {
	asBoth(t, func(t *testing.T, w *world, ctx context.Context) {
		ref, doomed := w.start(nil), w.start(nil)
		var set genserver.PendingSet[int, error] // a label may be nil
		set.Send(ctx, coppice.Name("nobody"), returns(1), nil)
		if _, _, ok, err := set.Wait(ctx); !ok || callReason(err) != coppice.NoProc {
			t.Errorf("to nobody: %v, %v", ok, err)
		}
		set.Send(ctx, ref, fails(errDomain), errDomain)
		if label, _, ok, err := set.Wait(ctx); !ok || err != errDomain || label != errDomain {
			t.Errorf("an error as the reply: %v, %v, %v", label, ok, err)
		}

		set.Send(ctx, ref, after(time.Hour, 7), nil)
		set.Send(ctx, doomed, hangs(), errCrash)
		start := time.Now()
		if _, _, ok, err := set.Wait(ctx); ok || err != coppice.Timeout || set.Len() != 2 || time.Since(start) != coppice.DefaultTimeout {
			t.Errorf("time-out: %v, %v after %v; %d left", ok, err, time.Since(start), set.Len())
		}
		_ = coppice.Exit(w.Node, doomed, errCrash)
		if label, _, ok, err := set.Wait(ctx); !ok || callReason(err) != errCrash || label != errCrash {
			t.Errorf("the server died: %v, %v, %v", label, ok, err)
		}
		if label, got, ok, err := set.Wait(genserver.NoTimeout(ctx)); !ok || got != 7 || err != nil || label != nil {
			t.Errorf("after the time-out: %v, %v, %v, %v", label, got, ok, err)
		}
	})
}

func TestPendingSetOfACancelledContext(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		var set genserver.PendingSet[int, int]
		set.Send(w.Node, ref, after(time.Second, 7), 1)
		ctx, cancel := context.WithCancelCause(w.Node)
		cancel(errDomain)
		if _, _, ok, err := set.Wait(ctx); ok || !errors.Is(err, errDomain) {
			t.Errorf("Wait: %v, %v", ok, err)
		}
		if label, got, ok, err := set.Wait(w.Node); label != 1 || got != 7 || !ok || err != nil {
			t.Errorf("Wait: %v, %v, %v, %v", label, got, ok, err)
		}
	})
}

func TestPendingSetAbandon(t *testing.T) {
	asBoth(t, func(t *testing.T, w *world, ctx context.Context) {
		ref := w.start(nil)
		var set genserver.PendingSet[int, int]
		var late genserver.Reply[int]
		set.Send(ctx, ref, returns(1), 1)
		set.Send(ctx, coppice.Name("nobody"), returns(1), 2)
		set.Send(ctx, ref, defers{do: func(_ *lab, _ *coppice.Process, r genserver.Reply[int]) error {
			late = r
			return nil
		}}, 3)
		w.notes(ref)
		set.Abandon()
		if set.Len() != 0 || late.Waiting() || late.Send(1) {
			t.Errorf("%d left, waiting %v", set.Len(), late.Waiting())
		}
		set.Send(ctx, ref, returns(4), 4)
		if label, got, ok, err := set.Wait(ctx); label != 4 || got != 4 || !ok || err != nil {
			t.Errorf("used again: %v, %v, %v, %v", label, got, ok, err)
		}
	})
}
