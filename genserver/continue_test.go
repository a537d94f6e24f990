package genserver_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// thenNote has the callback continued, where it notes s.
func thenNote(p *coppice.Process, s string) {
	genserver.Continue(p, then{func(l *lab, p *coppice.Process) error { return l.text(p, s) }})
}

func TestContinueFromTheConstructor(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		release := make(chan struct{})
		ref := w.start(func(_ *lab, p *coppice.Process) error {
			genserver.Continue(p, then{func(l *lab, p *coppice.Process) error {
				<-release // the starter has been told: or nobody would come here
				return l.text(p, "continue")
			}})
			return nil
		})
		_ = coppice.Send(w.Node, ref, "message")
		close(release)
		if got := w.notes(ref); got != "continue message" {
			t.Errorf("noted %q", got)
		}
	})
}

func TestContinueFromTheConstructorCrashes(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		told := make(chan error, 1)
		ref, err := labs.Start(w.Node, func(l *lab, p *coppice.Process) error {
			genserver.Continue(p, then{func(*lab, *coppice.Process) error { return errCrash }})
			return recordEnd(told)(l, p)
		})
		if err != nil {
			t.Errorf("Start: %v; the start itself has succeeded", err)
		}
		if got := <-told; got != errCrash {
			t.Errorf("Terminate got %v", got)
		}
		synctest.Wait()
		if coppice.Alive(ref.PID()) {
			t.Error("it lives")
		}
	})
}

func TestContinueComesBeforeTheNextMessage(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		release := make(chan struct{})
		_ = genserver.Cast(w.Node, ref, tell{func(*lab, *coppice.Process) error { <-release; return nil }})
		_ = genserver.Cast(w.Node, ref, tell{func(l *lab, p *coppice.Process) error {
			thenNote(p, "cast")
			return l.text(p, "first")
		}})
		_ = coppice.Send(w.Node, ref, note{func(_ *lab, p *coppice.Process) error {
			thenNote(p, "overwritten")
			thenNote(p, "info")
			return nil
		}})
		_ = coppice.Send(w.Node, ref, note{func(_ *lab, p *coppice.Process) error {
			n := 0
			var chain func(l *lab, p *coppice.Process) error
			chain = func(l *lab, p *coppice.Process) error {
				if n++; n < 3 {
					genserver.Continue(p, then{chain})
				}
				return l.text(p, fmt.Sprint("chain", n))
			}
			genserver.Continue(p, then{chain})
			return nil
		}})
		_ = coppice.Send(w.Node, ref, "last")
		close(release)
		if got := w.notes(ref); got != "first cast info chain1 chain2 chain3 last" {
			t.Errorf("noted %q", got)
		}
	})
}

func TestContinueComesAfterTheReply(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		replied := make(chan struct{})
		got, err := genserver.Call(w.Node, ref, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
			genserver.Continue(p, then{func(l *lab, p *coppice.Process) error {
				<-replied
				return l.text(p, "continue")
			}})
			return 7, errDomain
		}})
		close(replied)
		if got != 7 || err != errDomain {
			t.Errorf("Call = %v, %v", got, err)
		}
		if got := w.notes(ref); got != "continue" {
			t.Errorf("noted %q", got)
		}
	})
}

func TestContinueWithAStopDoesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		_, err := genserver.Call(w.Node, ref, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
			genserver.Continue(p, then{func(*lab, *coppice.Process) error { t.Error("it continues"); return nil }})
			return 0, genserver.Stop(nil)
		}})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestContinueWithoutAHandler(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		ended := w.watch(ref)
		_ = genserver.Cast(w.Node, ref, tell{func(_ *lab, p *coppice.Process) error {
			genserver.Continue(p, 42)
			return nil
		}})
		var refused *genserver.NotAcceptedError
		if err := <-ended; !errors.As(err, &refused) || refused.How != "continue" || refused.Message != "int" {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestContinueIsMisused(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		reason := w.run(func(p *coppice.Process) { genserver.Continue(p, then{}) })
		if !strings.Contains(reason.Error(), "which is no server") {
			t.Errorf("in a process that is no server: %v", reason)
		}
		ref := w.start(nil)
		ended := w.watch(ref)
		_ = genserver.Cast(w.Node, ref, tell{func(_ *lab, p *coppice.Process) error { genserver.Continue(p, nil); return nil }})
		if reason := <-ended; !strings.Contains(reason.Error(), "with nil") {
			t.Errorf("with nil: %v", reason)
		}
	})
}

// A server that is told to end between two callbacks does not continue.
func TestContinueAfterAnExitSignal(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		ended := w.watch(ref)
		release := make(chan struct{})
		_ = genserver.Cast(w.Node, ref, tell{func(_ *lab, p *coppice.Process) error {
			genserver.Continue(p, then{func(*lab, *coppice.Process) error { t.Error("it continues"); return nil }})
			<-release
			return nil
		}})
		synctest.Wait()
		_ = coppice.Exit(w.Node, ref, coppice.Shutdown)
		close(release)
		if got := <-ended; got != coppice.Shutdown {
			t.Errorf("ended with %v", got)
		}
	})
}

func setTimeout(d time.Duration) tell {
	return tell{func(_ *lab, p *coppice.Process) error { genserver.SetTimeout(p, d); return nil }}
}

func TestSetTimeout(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(func(_ *lab, p *coppice.Process) error { genserver.SetTimeout(p, time.Second); return nil })
		time.Sleep(time.Second - 1)
		synctest.Wait()
		_ = coppice.Send(w.Node, ref, "in time") // cancels it
		time.Sleep(time.Hour)
		if got := w.notes(ref); got != "in time" {
			t.Errorf("noted %q", got)
		}
		_ = genserver.Cast(w.Node, ref, setTimeout(time.Second))
		time.Sleep(time.Second)
		synctest.Wait()
		if got := w.notes(ref); got != "in time timeout" {
			t.Errorf("noted %q", got)
		}
		time.Sleep(time.Hour)
		if got := w.notes(ref); got != "in time timeout" {
			t.Errorf("it came more than once: %q", got)
		}
	})
}

func TestSetTimeoutOfZero(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(func(_ *lab, p *coppice.Process) error { genserver.SetTimeout(p, 0); return nil })
		synctest.Wait()
		if got := w.notes(ref); got != "timeout" {
			t.Errorf("noted %q", got)
		}
		release := make(chan struct{})
		_ = genserver.Cast(w.Node, ref, tell{func(_ *lab, p *coppice.Process) error {
			<-release
			genserver.SetTimeout(p, 0)
			return nil
		}})
		_ = coppice.Send(w.Node, ref, "there already") // cancels it
		close(release)
		synctest.Wait()
		if got := w.notes(ref); got != "timeout there already" {
			t.Errorf("noted %q", got)
		}
	})
}

// What continues a callback is a callback too, which may ask anew.
func TestSetTimeoutWithContinue(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(func(_ *lab, p *coppice.Process) error {
			genserver.Continue(p, then{func(_ *lab, p *coppice.Process) error {
				genserver.SetTimeout(p, time.Second)
				return nil
			}})
			return nil
		})
		time.Sleep(time.Second)
		synctest.Wait()
		if got := w.notes(ref); got != "timeout" {
			t.Errorf("noted %q", got)
		}
	})
}

// The callback that is continued with decides on the time-out anew.
func TestContinueEndsTheTimeout(t *testing.T) {
	type later struct{}
	var seen []string
	def := genserver.Define(
		func(p *coppice.Process, _ genserver.None) (*int, error) {
			genserver.SetTimeout(p, time.Second)
			genserver.Continue(p, later{})
			return new(int), nil
		},
		genserver.OnContinue(func(*int, *coppice.Process, later) error { seen = append(seen, "continue"); return nil }),
		genserver.OnInfo(func(*int, *coppice.Process, genserver.Timeout) error { seen = append(seen, "timeout"); return nil }),
	)
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{})
		if _, err := def.Start(n, genserver.None{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour) // time is the subject
		synctest.Wait()
		n.Stop(t.Context())
	})
	if len(seen) != 1 || seen[0] != "continue" {
		t.Errorf("seen: %v", seen)
	}
}
