package genserver_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

func TestReplyLater(t *testing.T) {
	spawn := func(p *coppice.Process, f func()) {
		_, err := coppice.Spawn(p, func(*coppice.Process) error { f(); return nil })
		if err != nil {
			t.Error(err)
		}
	}
	for name, elsewhere := range map[string]func(p *coppice.Process, f func()){
		"at once":            func(_ *coppice.Process, f func()) { f() },
		"a goroutine":        func(_ *coppice.Process, f func()) { go f() },
		"another process":    spawn,
		"the server's timer": func(_ *coppice.Process, f func()) { time.AfterFunc(time.Second, f) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				ref := w.start(nil)
				got, err := genserver.Call(w.Node, ref, defers{do: func(_ *lab, p *coppice.Process, r genserver.Reply[int]) error {
					elsewhere(p, func() {
						if !r.Waiting() || !r.Send(7) {
							t.Error("nobody waits for the first reply")
						}
						if r.Waiting() || r.Send(8) || r.Fail(errDomain) {
							t.Error("somebody waits for a second reply")
						}
					})
					return nil
				}})
				if got != 7 || err != nil {
					t.Errorf("Call = %v, %v", got, err)
				}
				got, err = genserver.Call(w.Node, ref, defers{do: func(_ *lab, p *coppice.Process, r genserver.Reply[int]) error {
					elsewhere(p, func() { r.Fail(errDomain) })
					return nil
				}})
				if got != 0 || err != errDomain {
					t.Errorf("Call = %v, %v; want the error of Fail", got, err)
				}
			})
		})
	}
}

// The server is free meanwhile, and may reply in any order.
func TestReplyFromTheNextCallback(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var waiting []genserver.Reply[int]
		ref := w.start(nil)
		keep := defers{do: func(_ *lab, _ *coppice.Process, r genserver.Reply[int]) error {
			waiting = append(waiting, r)
			return nil
		}}
		first := genserver.SendRequest(w.Node, ref, keep)
		second := genserver.SendRequest(w.Node, ref, keep)
		_ = genserver.Cast(w.Node, ref, tell{func(*lab, *coppice.Process) error {
			waiting[1].Send(2)
			waiting[0].Send(1)
			return nil
		}})
		if got, err := second.Wait(w.Node); got != 2 || err != nil {
			t.Errorf("second: %v, %v", got, err)
		}
		if got, err := first.Wait(w.Node); got != 1 || err != nil {
			t.Errorf("first: %v, %v", got, err)
		}
	})
}

func TestReplyAfterTheCallerGaveUp(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		ctx, cancel := context.WithCancel(w.Node)
		cancel()
		var late genserver.Reply[int]
		_, err := genserver.Call(ctx, ref, defers{do: func(_ *lab, _ *coppice.Process, r genserver.Reply[int]) error {
			late = r
			return nil
		}})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Call: %v", err)
		}
		w.notes(ref)
		if late.Waiting() || late.Send(1) {
			t.Error("somebody waits")
		}
	})
}

func TestServerDiesBeforeItReplies(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		var late genserver.Reply[int]
		r := genserver.SendRequest(w.Node, ref, defers{do: func(_ *lab, _ *coppice.Process, r genserver.Reply[int]) error {
			late = r
			return nil
		}})
		synctest.Wait()
		_ = coppice.Exit(w.Node, ref, errCrash)
		start := time.Now()
		if _, err := r.Wait(w.Node); callReason(err) != errCrash || time.Since(start) != 0 {
			t.Errorf("%v after %v, want the reason at once", err, time.Since(start))
		}
		if late.Waiting() || late.Send(1) {
			t.Error("somebody waits")
		}
	})
}

func TestErrorOfCallLater(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		ended := w.watch(ref)
		_, err := genserver.Call(w.Node, ref, defers{do: func(*lab, *coppice.Process, genserver.Reply[int]) error { return errCrash }})
		if callReason(err) != errCrash || <-ended != errCrash {
			t.Errorf("the caller got %v", err)
		}

		ref = w.start(nil)
		ended = w.watch(ref)
		got, err := genserver.Call(w.Node, ref, defers{do: func(_ *lab, _ *coppice.Process, r genserver.Reply[int]) error {
			r.Send(7)
			return errCrash
		}})
		if got != 7 || err != nil || <-ended != errCrash {
			t.Errorf("the caller that has its reply got %v, %v", got, err)
		}
	})
}

func TestZeroReply(t *testing.T) {
	var r genserver.Reply[int]
	if r.Waiting() || r.Send(1) || r.Fail(errDomain) {
		t.Error("somebody waits for the zero Reply")
	}
}
