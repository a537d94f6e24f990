package genserver_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

func TestMessagesAreHandledInTheirOrder(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		for _, s := range []string{"a", "b", "c"} {
			err := genserver.Cast(w.Node, ref, tell{func(l *lab, p *coppice.Process) error { return l.text(p, s) }})
			if err != nil {
				t.Error(err)
			}
			if err := coppice.Send(w.Node, ref, strings.ToUpper(s)); err != nil {
				t.Error(err)
			}
		}
		if got := w.notes(ref); got != "a A b B c C" {
			t.Errorf("noted %q", got)
		}
	})
}

func TestErrorOfACallIsPartOfTheReply(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		got, err := genserver.Call(w.Node, ref, ask{do: func(*lab, *coppice.Process) (int, error) { return 7, errDomain }})
		if got != 7 || err != errDomain {
			t.Errorf("Call = %v, %v; want both results of the handler", got, err)
		}
		w.notes(ref)
	})
}

func TestCallWithoutAServer(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		dead := w.start(nil)
		if err := coppice.Stop(w.Node, dead, nil); err != nil {
			t.Fatal(err)
		}
		for name, tt := range map[string]struct {
			ctx  context.Context
			to   coppice.Addr
			want error
		}{
			"a dead server":     {w.Node, dead, coppice.NoProc},
			"an unknown name":   {w.Node, coppice.Name("nobody"), coppice.NoProc},
			"a typed name":      {w.Node, labs.At(coppice.Name("nobody")), coppice.NoProc},
			"the zero Ref":      {w.Node, genserver.Ref[*lab]{}, coppice.NoProc},
			"the zero PID":      {w.Node, coppice.PID{}, coppice.NoProc},
			"a name, no node":   {context.Background(), coppice.Name("nobody"), coppice.ErrNoNode},
			"a server, no node": {context.Background(), dead, coppice.NoProc},
		} {
			start := time.Now()
			if _, err := genserver.Call(tt.ctx, tt.to, returns(1)); callReason(err) == nil || !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want a *CallError with %v", name, err, tt.want)
			}
			if took := time.Since(start); took != 0 {
				t.Errorf("%s: it took %v", name, took)
			}
		}
		if err := genserver.Cast(w.Node, dead, tell{}); err != nil {
			t.Errorf("Cast to a dead server: %v", err)
		}
		if err := genserver.Cast(w.Node, coppice.Name("nobody"), tell{}); err != nil {
			t.Errorf("Cast to an unknown name: %v", err)
		}
		if err := genserver.Cast(context.Background(), coppice.Name("nobody"), tell{}); !errors.Is(err, coppice.ErrNoNode) {
			t.Errorf("Cast without a node: %v", err)
		}
	})
}

func TestCallingSelf(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		_, err := genserver.Call(w.Node, ref, ask{do: func(_ *lab, p *coppice.Process) (int, error) {
			return genserver.Call(p, p.Self(), returns(1))
		}})
		if callReason(err) != coppice.CallingSelf {
			t.Errorf("%v, want CallingSelf", err)
		}
		w.notes(ref)
	})
}

func TestTimeLimitOfACall(t *testing.T) {
	timed := func(d time.Duration) func(*coppice.Process) (context.Context, context.CancelFunc) {
		return func(p *coppice.Process) (context.Context, context.CancelFunc) {
			return context.WithTimeout(p, d)
		}
	}
	hold := func(ctx context.Context) (context.Context, context.CancelFunc) { return ctx, func() {} }
	for name, tt := range map[string]struct {
		ctx  func(p *coppice.Process) (context.Context, context.CancelFunc)
		want time.Duration
	}{
		"by default":       {func(p *coppice.Process) (context.Context, context.CancelFunc) { return hold(p) }, 5 * time.Second},
		"on a goroutine":   {func(p *coppice.Process) (context.Context, context.CancelFunc) { return hold(p.Node()) }, 5 * time.Second},
		"shorter deadline": {timed(time.Second), time.Second},
		"longer deadline":  {timed(time.Minute), time.Minute},
		"WithTimeout": {func(p *coppice.Process) (context.Context, context.CancelFunc) {
			return hold(p.WithTimeout(time.Hour))
		}, time.Hour},
		"NoTimeout and a deadline": {func(p *coppice.Process) (context.Context, context.CancelFunc) {
			return context.WithTimeout(genserver.NoTimeout(p.Node()), time.Hour)
		}, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				ref := w.start(nil)
				reason := w.run(func(p *coppice.Process) {
					ctx, cancel := tt.ctx(p)
					defer cancel()
					start := time.Now()
					_, err := genserver.Call(ctx, ref, hangs())
					if callReason(err) != coppice.Timeout || !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("%v, want Timeout", err)
					}
					if took := time.Since(start); took != tt.want {
						t.Errorf("it took %v, want %v", took, tt.want)
					}
				})
				if reason != coppice.Normal {
					t.Errorf("the caller ended with %v", reason)
				}
			})
		})
	}
}

func TestCallWithoutTimeLimit(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		slow := defers{do: func(_ *lab, _ *coppice.Process, r genserver.Reply[int]) error {
			time.AfterFunc(24*time.Hour, func() { r.Send(3) })
			return nil
		}}
		if got, err := genserver.Call(genserver.NoTimeout(w.Node), ref, slow); got != 3 || err != nil {
			t.Errorf("on a goroutine: %v, %v", got, err)
		}
		w.run(func(p *coppice.Process) {
			if got, err := genserver.Call(genserver.NoTimeout(p), ref, slow); got != 3 || err != nil {
				t.Errorf("in a process: %v, %v", got, err)
			}
		})
	})
}

func TestCallWithACancelledContext(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		ctx, cancel := context.WithCancelCause(w.Node)
		time.AfterFunc(time.Second, func() { cancel(errDomain) })
		_, err := genserver.Call(ctx, ref, hangs())
		if callReason(err) != errDomain {
			t.Errorf("%v, want the cause of the context", err)
		}
		w.notes(ref)
	})
}

// A caller that is told to end unwinds where it waits, if it waits as itself.
func TestCallerIsToldToEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		call    func(p *coppice.Process, to coppice.Addr) error
		returns bool
	}{
		"as the process": {func(p *coppice.Process, to coppice.Addr) error {
			_, err := genserver.Call(p, to, hangs())
			return err
		}, false},
		"with a hold": {func(p *coppice.Process, to coppice.Addr) error {
			_, err := genserver.Call(genserver.NoTimeout(p), to, hangs())
			return err
		}, false},
		"with a derived context": {func(p *coppice.Process, to coppice.Addr) error {
			ctx, cancel := context.WithCancel(p)
			defer cancel()
			_, err := genserver.Call(ctx, to, hangs())
			return err
		}, true},
		"on another goroutine": {func(p *coppice.Process, to coppice.Addr) error {
			result := make(chan error)
			go func() {
				_, err := genserver.Call(p, to, hangs())
				result <- err
			}()
			return <-result
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				ref := w.start(nil)
				deferred, returned := false, false
				caller, err := coppice.Spawn(w.Node, func(p *coppice.Process) error {
					defer func() { deferred = true }()
					err := tt.call(p, ref)
					returned = true
					if !errors.Is(err, errCrash) {
						t.Errorf("%v, want an error that wraps the reason", err)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				reason := w.watch(caller)
				_ = coppice.Exit(w.Node, caller, errCrash)
				if got := <-reason; got != errCrash {
					t.Errorf("the caller ended with %v", got)
				}
				synctest.Wait()
				if !deferred || returned != tt.returns {
					t.Errorf("deferred %v, returned %v; want true, %v", deferred, returned, tt.returns)
				}
				w.notes(ref)
			})
		})
	}
}

func TestLateReplyGoesNowhere(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		w.run(func(p *coppice.Process) {
			var late genserver.Reply[int]
			_, err := genserver.Call(p.WithTimeout(time.Second), ref, defers{do: func(_ *lab, _ *coppice.Process, r genserver.Reply[int]) error {
				late = r
				return nil
			}})
			if !errors.Is(err, coppice.Timeout) {
				t.Errorf("%v, want Timeout", err)
			}
			// The next call is given the same place for its reply.
			time.AfterFunc(time.Second, func() {
				if late.Send(1) {
					t.Error("the late reply found somebody")
				}
			})
			got, err := genserver.Call(p, ref, defers{do: func(_ *lab, _ *coppice.Process, r genserver.Reply[int]) error {
				time.AfterFunc(2*time.Second, func() { r.Send(2) })
				return nil
			}})
			if got != 2 || err != nil {
				t.Errorf("the next call: %v, %v", got, err)
			}
			if m, ok := p.ReceiveTimeout(0); ok {
				t.Errorf("the late reply is in the mailbox: %v", m.Body)
			}
		})
	})
}

func TestEndOfTheServerEndsCallsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil)
		results := make(chan error, 3)
		call := func(m genserver.Request[int]) {
			go func() {
				_, err := genserver.Call(w.Node, ref, m)
				results <- err
			}()
			synctest.Wait()
		}
		release := make(chan struct{})
		call(hangs())                                            // deferred
		call(ask{do: func(*lab, *coppice.Process) (int, error) { // being handled
			<-release
			panic(errCrash)
		}})
		call(returns(1)) // queued
		start := time.Now()
		close(release)
		for range 3 {
			var crash *coppice.PanicError
			if err := <-results; callReason(err) == nil || !errors.As(err, &crash) || !errors.Is(err, errCrash) {
				t.Errorf("%v, want the reason of the server's end", err)
			}
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("it took %v", took)
		}
	})
}

// A process that is no server can reply with anything.
func TestReplyOfAnotherType(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		odd, err := coppice.Spawn(w.Node, func(p *coppice.Process) error {
			for {
				p.Receive().From().Reply("text", nil)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := genserver.Call(w.Node, odd, ask{}); err == nil || got != 0 {
			t.Errorf("Call = %v, %v", got, err)
		}
		if got, err := genserver.SendRequest(w.Node, odd, ask{}).Wait(w.Node); err == nil || got != 0 {
			t.Errorf("Wait = %v, %v", got, err)
		}
		var set genserver.PendingSet[int, string]
		set.Send(w.Node, odd, ask{}, "label")
		if label, got, ok, err := set.Wait(w.Node); err == nil || got != 0 || label != "label" || !ok {
			t.Errorf("Wait of a set = %v, %v, %v, %v", label, got, ok, err)
		}
		request := genserver.SendRequest(w.Node, odd, ask{})
		synctest.Wait()
		if got, done, err := request.Check(); err == nil || got != 0 || !done {
			t.Errorf("Check = %v, %v, %v", got, done, err)
		}
		_ = coppice.Exit(w.Node, odd, coppice.Kill)
	})
}
