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

// recordEnd has the reason that Terminate gets sent.
func recordEnd(reasons chan<- error) setup {
	return func(l *lab, _ *coppice.Process) error {
		l.end = func(_ *coppice.Process, reason error) error {
			reasons <- reason
			return nil
		}
		return nil
	}
}

func TestErrorOfAHandlerEndsTheServer(t *testing.T) {
	crash := func(*lab, *coppice.Process) error { return errCrash }
	quiet := func(*lab, *coppice.Process) error { return coppice.Normal }
	stop := func(*lab, *coppice.Process) error { return genserver.Stop(errDomain) }
	stopNil := func(*lab, *coppice.Process) error { return genserver.StopNoReply(nil) }
	for name, tt := range map[string]struct {
		do      step
		want    error
		crashes int
	}{
		"an error":      {crash, errCrash, 1},
		"Normal":        {quiet, coppice.Normal, 0},
		"Stop":          {stop, errDomain, 1},
		"Stop for none": {stopNil, coppice.Normal, 0},
		"Exit":          {func(_ *lab, p *coppice.Process) error { p.Exit(errCrash); return nil }, errCrash, 1},
	} {
		for how, send := range map[string]func(w *world, to coppice.Addr){
			"cast": func(w *world, to coppice.Addr) { _ = genserver.Cast(w.Node, to, tell{tt.do}) },
			"info": func(w *world, to coppice.Addr) { _ = coppice.Send(w.Node, to, note{tt.do}) },
			"continue": func(w *world, to coppice.Addr) {
				_ = genserver.Cast(w.Node, to, tell{func(_ *lab, p *coppice.Process) error {
					genserver.Continue(p, then{tt.do})
					return nil
				}})
			},
		} {
			t.Run(name+" in a "+how, func(t *testing.T) {
				bubble(t, func(t *testing.T, w *world) {
					told := make(chan error, 1)
					ref := w.start(recordEnd(told))
					ended := w.watch(ref)
					send(w, ref)
					if got := <-ended; got != tt.want {
						t.Errorf("ended with %v, want %v", got, tt.want)
					}
					if got := <-told; got != tt.want {
						t.Errorf("Terminate got %v, want %v", got, tt.want)
					}
					if len(w.crashes) != tt.crashes {
						t.Errorf("%d crash reports, want %d", len(w.crashes), tt.crashes)
					}
				})
			})
		}
	}
}

func TestStopInACall(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var order []string
		ref := w.start(func(l *lab, _ *coppice.Process) error {
			l.end = func(p *coppice.Process, _ error) error {
				p.Sleep(time.Second)
				order = append(order, "terminate")
				return nil
			}
			return nil
		})
		ended := w.watch(ref)
		got, err := genserver.Call(w.Node, ref, ask{do: func(*lab, *coppice.Process) (int, error) {
			order = append(order, "handle")
			return 7, genserver.Stop(errDomain)
		}})
		order = append(order, "reply")
		if got != 7 || err != nil {
			t.Errorf("Call = %v, %v; want 7", got, err)
		}
		if reason := <-ended; reason != errDomain {
			t.Errorf("ended with %v", reason)
		}
		if len(order) != 3 || order[0] != "handle" || order[1] != "terminate" || order[2] != "reply" {
			t.Errorf("the order was %v", order)
		}
	})
}

func TestStopNoReplyInACall(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for _, m := range []genserver.Request[int]{
			fails(genserver.StopNoReply(errDomain)),
			defers{do: func(*lab, *coppice.Process, genserver.Reply[int]) error { return genserver.Stop(errDomain) }},
			defers{do: func(*lab, *coppice.Process, genserver.Reply[int]) error { return errDomain }},
		} {
			ref := w.start(nil)
			if got, err := genserver.Call(w.Node, ref, m); got != 0 || callReason(err) != errDomain {
				t.Errorf("%T: %v, %v; want a *CallError with the reason", m, got, err)
			}
		}
	})
}

func TestWrappedStopIsAnError(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		wrapped := errors.Join(genserver.Stop(nil))
		if _, err := genserver.Call(w.Node, ref, fails(wrapped)); err != wrapped || err.Error() != "genserver: stop: normal" {
			t.Errorf("Call: %v", err)
		}
		w.notes(ref)
	})
}

// What Terminate does decides the reason, and the reply comes all the same.
func TestTerminateReplacesTheReason(t *testing.T) {
	isPanic := func(reason error) bool {
		var crash *coppice.PanicError
		return errors.As(reason, &crash) && crash.Value == "boom"
	}
	is := func(want error) func(error) bool { return func(got error) bool { return got == want } }
	for name, tt := range map[string]struct {
		end  func(*coppice.Process, error) error
		want func(error) bool
	}{
		"nil":   {func(*coppice.Process, error) error { return nil }, is(errDomain)},
		"error": {func(*coppice.Process, error) error { return errCrash }, is(errCrash)},
		"Stop":  {func(*coppice.Process, error) error { return genserver.Stop(coppice.Shutdown) }, is(coppice.Shutdown)},
		"panic": {func(*coppice.Process, error) error { panic("boom") }, isPanic},
		"Exit":  {func(p *coppice.Process, _ error) error { p.Exit(errCrash); return nil }, is(errCrash)},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				ref := w.start(func(l *lab, _ *coppice.Process) error { l.end = tt.end; return nil })
				ended := w.watch(ref)
				got, err := genserver.Call(w.Node, ref, ask{do: func(*lab, *coppice.Process) (int, error) {
					return 7, genserver.Stop(errDomain)
				}})
				if got != 7 || err != nil {
					t.Errorf("Call = %v, %v; want 7", got, err)
				}
				if reason := <-ended; !tt.want(reason) {
					t.Errorf("ended with %v", reason)
				}
			})
		})
	}
}

// Which ends are seen by Terminate.
func TestWhenTerminateRuns(t *testing.T) {
	trap := func(_ *lab, p *coppice.Process) error { p.TrapExit(true); return nil }
	for name, tt := range map[string]struct {
		with setup
		end  func(w *world, ref coppice.Addr)
		want error // what Terminate gets, or nil
	}{
		"panic": {nil, func(w *world, ref coppice.Addr) {
			_, _ = genserver.Call(w.Node, ref, ask{do: func(*lab, *coppice.Process) (int, error) { panic(errCrash) }})
		}, errCrash},
		"Stop from outside":           {nil, func(w *world, ref coppice.Addr) { _ = coppice.Stop(w.Node, ref, errDomain) }, errDomain},
		"exit signal":                 {nil, func(w *world, ref coppice.Addr) { _ = coppice.Exit(w.Node, ref, errCrash) }, nil},
		"parent's exit when it traps": {trap, func(w *world, ref coppice.Addr) { _ = coppice.Exit(w.Node, ref, errCrash) }, errCrash},
		"kill when it traps":          {trap, func(w *world, ref coppice.Addr) { _ = coppice.Exit(w.Node, ref, coppice.Kill) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				told := make(chan error, 1)
				ref := w.start(func(l *lab, p *coppice.Process) error {
					if tt.with != nil {
						_ = tt.with(l, p)
					}
					return recordEnd(told)(l, p)
				})
				ended := w.watch(ref)
				tt.end(w, ref)
				<-ended
				select {
				case got := <-told:
					if tt.want == nil || !errors.Is(got, tt.want) {
						t.Errorf("Terminate got %v, want %v", got, tt.want)
					}
				default:
					if tt.want != nil {
						t.Error("Terminate did not run")
					}
				}
			})
		})
	}
}

func TestStopFromOutside(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		told := make(chan error, 1)
		ref := w.start(recordEnd(told))
		ended := w.watch(ref)
		_ = coppice.Send(w.Node, ref, "before")
		if err := coppice.Stop(w.Node, ref, nil); err != nil {
			t.Errorf("Stop: %v", err)
		}
		if got := <-ended; got != coppice.Normal || <-told != got {
			t.Errorf("ended with %v", got)
		}
		if err := coppice.Stop(w.Node, ref, nil); !errors.Is(err, coppice.NoProc) {
			t.Errorf("Stop of a dead server: %v", err)
		}
		if len(w.crashes) != 0 {
			t.Errorf("a wanted end is reported as a crash: %v", w.crashes[0])
		}
	})
}

func TestStopFromOutsideForAnotherReason(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(func(l *lab, _ *coppice.Process) error {
			l.end = func(*coppice.Process, error) error { return errCrash }
			return nil
		})
		if err := coppice.Stop(w.Node, ref, coppice.Shutdown); callReason(err) != errCrash {
			t.Errorf("Stop: %v, want the reason with which it ended", err)
		}
	})
}

func TestStopFromOutsideTakesTooLong(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		finished := false
		ref := w.start(func(l *lab, _ *coppice.Process) error {
			l.end = func(p *coppice.Process, _ error) error {
				p.Sleep(time.Minute)
				finished = true
				return nil
			}
			return nil
		})
		ended := w.watch(ref)
		ctx, cancel := context.WithTimeout(w.Node, time.Second)
		defer cancel()
		start := time.Now()
		if err := coppice.Stop(ctx, ref, coppice.Shutdown); callReason(err) != coppice.Timeout || time.Since(start) != time.Second {
			t.Errorf("Stop: %v after %v", err, time.Since(start))
		}
		if got := <-ended; got != coppice.Shutdown || !finished || time.Since(start) != time.Minute {
			t.Errorf("it ended with %v after %v, finished %v; want Terminate to go on", got, time.Since(start), finished)
		}
	})
}

func TestStopOfOneself(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		_, err := genserver.Call(w.Node, ref, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
			return 0, coppice.Stop(p, p.Self(), nil)
		}})
		if callReason(err) != coppice.CallingSelf {
			t.Errorf("%v, want CallingSelf", err)
		}
		synctest.Wait()
		w.notes(ref)
	})
}
