package genserver_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

func TestStartFails(t *testing.T) {
	for name, tt := range map[string]struct {
		do      setup
		options []genserver.Option
		want    error
		took    time.Duration
		crashes int
	}{
		"error":  {func(*lab, *coppice.Process) error { return errDomain }, nil, errDomain, 0, 1},
		"Stop":   {func(*lab, *coppice.Process) error { return genserver.Stop(errDomain) }, nil, errDomain, 0, 1},
		"Ignore": {func(*lab, *coppice.Process) error { return genserver.Ignore }, nil, genserver.Ignore, 0, 0},
		"panic":  {func(*lab, *coppice.Process) error { panic(errCrash) }, nil, errCrash, 0, 1},
		"Exit":   {func(_ *lab, p *coppice.Process) error { p.Exit(errDomain); return nil }, nil, errDomain, 0, 1},
		"Goexit": {func(*lab, *coppice.Process) error { runtime.Goexit(); return nil }, nil, coppice.Goexit, 0, 1},
		"time-out": {func(_ *lab, p *coppice.Process) error { p.Sleep(time.Hour); return nil },
			[]genserver.Option{genserver.StartTimeout(time.Second)}, coppice.Timeout, time.Second, 0},
		"no time": {func(_ *lab, p *coppice.Process) error { p.Sleep(time.Hour); return nil },
			[]genserver.Option{genserver.StartTimeout(0)}, coppice.Timeout, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, w *world) {
				start := time.Now()
				do := func(l *lab, p *coppice.Process) error {
					l.end = func(*coppice.Process, error) error { t.Error("Terminate runs without a state"); return nil }
					return tt.do(l, p)
				}
				ref, err := labs.Start(w.Node, do, append(tt.options, genserver.Name(coppice.Name("lab")))...)
				if !errors.Is(err, tt.want) || !ref.PID().IsZero() || time.Since(start) != tt.took {
					t.Errorf("Start = %v, %v after %v; want %v after %v", ref, err, time.Since(start), tt.want, tt.took)
				}
				if pid := w.Whereis("lab"); !pid.IsZero() {
					t.Errorf("the name still belongs to %v", pid)
				}
				synctest.Wait()
				if len(w.crashes) != tt.crashes {
					t.Errorf("%d crash reports, want %d", len(w.crashes), tt.crashes)
				}
				w.start(nil, genserver.Name(coppice.Name("lab")))
			})
		})
	}
}

func TestStartMayTakeLong(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.start(func(_ *lab, p *coppice.Process) error { p.Sleep(time.Hour); return nil })
		ctx, cancel := context.WithTimeout(w.Node, time.Second)
		defer cancel()
		_, err := labs.Start(ctx, func(_ *lab, p *coppice.Process) error { p.Sleep(time.Hour); return nil })
		if !errors.Is(err, coppice.Timeout) {
			t.Errorf("with a context that ends: %v", err)
		}
		synctest.Wait()
		if n := w.Count(); n != 1 {
			t.Errorf("%d processes are alive, want 1", n)
		}
	})
}

func TestStartUnderATakenName(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		name := genserver.Name(coppice.Name("lab"))
		first := w.start(nil, name)
		_, err := labs.Start(w.Node, func(*lab, *coppice.Process) error { t.Error("the constructor runs"); return nil }, name)
		var taken *coppice.AlreadyStartedError
		if !errors.As(err, &taken) || taken.PID != first.PID() || taken.Name != "lab" {
			t.Errorf("Start: %v, want an *AlreadyStartedError with %v", err, first)
		}
		w.notes(coppice.Name("lab"))
	})
}

func TestConstructorRunsInTheServer(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var self coppice.PID
		ref := w.start(func(_ *lab, p *coppice.Process) error {
			self = p.Self()
			if w.Whereis("lab") != self {
				t.Error("it has no name yet")
			}
			return nil
		}, genserver.Name(coppice.Name("lab")))
		if self != ref.PID() {
			t.Errorf("it ran in %v, the server is %v", self, ref)
		}
	})
}

func TestStateIsBuiltAnew(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		builds := 0
		bound := labs.With(func(*lab, *coppice.Process) error { builds++; return nil })
		w.run(func(p *coppice.Process) {
			p.TrapExit(true)
			for range 2 {
				pid, err := bound.StartLink(p)
				if err != nil {
					t.Fatal(err)
				}
				_ = coppice.Send(p, pid, "note")
				if got := w.notes(pid); got != "note" {
					t.Errorf("a new server has the notes %q", got)
				}
				_ = coppice.Exit(p, pid, errCrash)
				if e, ok := p.Receive().Body.(coppice.Exited); !ok || e.PID != pid || e.Reason != errCrash {
					t.Errorf("got %v", e)
				}
			}
		})
		if builds != 2 {
			t.Errorf("the constructor ran %d times", builds)
		}
		if got := fmt.Sprint(bound); got != "genserver_test.lab" {
			t.Errorf("the bound type is %q", got)
		}
	})
}

func TestStartDoesNotLink(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var ref genserver.Ref[*lab]
		w.run(func(p *coppice.Process) {
			ref, _ = labs.Start(p, nil)
			other, _ := labs.Start(p, nil)
			_ = coppice.Exit(p, other, errCrash)
			p.Exit(errCrash)
		})
		w.notes(ref)
	})
}

func TestStartLink(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		reason := w.run(func(p *coppice.Process) {
			ref, err := labs.StartLink(p, nil)
			if err != nil {
				t.Error(err)
			}
			_ = genserver.Cast(p, ref, tell{func(*lab, *coppice.Process) error { return errCrash }})
			p.Receive()
			t.Error("it survived the server that it is linked with")
		})
		if reason != errCrash {
			t.Errorf("the starter ended with %v", reason)
		}
		var ref genserver.Ref[*lab]
		w.run(func(p *coppice.Process) {
			ref, _ = labs.StartLink(p, nil)
			p.Exit(errCrash)
		})
		synctest.Wait()
		if coppice.Alive(ref.PID()) {
			t.Error("the server survived its starter")
		}
		if ref, err := labs.StartLink(w.Node, nil); err != nil || !coppice.Alive(ref.PID()) {
			t.Errorf("from a plain goroutine: %v, %v", ref, err)
		}
	})
}

func TestLinkedStartFails(t *testing.T) {
	fail := func(*lab, *coppice.Process) error { return errDomain }
	bubble(t, func(t *testing.T, w *world) {
		reason := w.run(func(p *coppice.Process) {
			_, _ = labs.StartLink(p, fail)
			t.Error("the starter survived")
		})
		if reason != errDomain {
			t.Errorf("the starter ended with %v", reason)
		}
		reason = w.run(func(p *coppice.Process) {
			p.TrapExit(true)
			if _, err := labs.StartLink(p, fail); err != errDomain {
				t.Errorf("StartLink: %v", err)
			}
			if e, ok := p.Receive().Body.(coppice.Exited); !ok || e.Reason != errDomain {
				t.Errorf("got %v, want Exited", e)
			}
			if _, err := labs.StartLink(p, func(*lab, *coppice.Process) error { return genserver.Ignore }); err != genserver.Ignore {
				t.Errorf("StartLink: %v", err)
			}
			if e, ok := p.Receive().Body.(coppice.Exited); !ok || e.Reason != coppice.Normal {
				t.Errorf("got %v, want Exited", e)
			}
		})
		if reason != coppice.Normal {
			t.Errorf("the trapping starter ended with %v", reason)
		}
	})
}

func TestStartMonitor(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		w.run(func(p *coppice.Process) {
			ref, monitor, err := labs.StartMonitor(p, nil)
			if err != nil {
				t.Error(err)
			}
			_ = genserver.Cast(p, ref, tell{func(*lab, *coppice.Process) error { return errCrash }})
			want := coppice.Down{Ref: monitor, PID: ref.PID(), Reason: errCrash}
			if got := p.Receive().Body; got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	})
}

func TestEnter(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		var pid coppice.PID
		started := make(chan struct{})
		reason := make(chan error, 1)
		pid, err := coppice.Spawn(w.Node, func(p *coppice.Process) error {
			defer close(started)
			_ = p.Register("lab")
			genserver.SetTimeout(p, time.Second)
			l := &lab{notes: []string{fmt.Sprint(p.Receive().Body)}}
			l.end = func(_ *coppice.Process, r error) error { reason <- r; return nil }
			return labs.Enter(p, l)
		})
		if err != nil {
			t.Fatal(err)
		}
		_ = coppice.Send(w.Node, pid, "prepared")
		<-started
		time.Sleep(2 * time.Second)
		if got := w.notes(coppice.Name("lab")); got != "prepared timeout" {
			t.Errorf("noted %q", got)
		}
		_ = coppice.Stop(w.Node, pid, coppice.Shutdown)
		if got := <-reason; got != coppice.Shutdown {
			t.Errorf("Terminate got %v", got)
		}
	})
}

// A constructor that has told its starter already and fails then has no state
// that Terminate could be called with.
func TestConstructorFailsAfterInitAck(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		for _, fail := range []func(*coppice.Process) error{
			func(*coppice.Process) error { return errCrash },
			func(*coppice.Process) error { panic(errCrash) },
		} {
			ref, err := labs.Start(w.Node, func(l *lab, p *coppice.Process) error {
				l.end = func(*coppice.Process, error) error { t.Error("Terminate runs"); return nil }
				p.InitAck()
				return fail(p)
			})
			if err != nil {
				t.Errorf("Start: %v", err)
			}
			synctest.Wait()
			if coppice.Alive(ref.PID()) {
				t.Error("it lives")
			}
		}
		for _, crash := range w.crashes {
			if !errors.Is(crash.Reason, errCrash) {
				t.Errorf("it crashed because of %v", crash.Reason)
			}
		}
	})
}

func TestRef(t *testing.T) {
	bubble(t, func(t *testing.T, w *world) {
		ref := w.start(nil, genserver.Name(coppice.Name("lab")))
		named := labs.At(coppice.Name("lab"))
		pid := ref.PID()
		if pid.IsZero() || coppice.Whereis(w.Node, ref) != pid || genserver.Whereis(w.Node, named) != pid {
			t.Errorf("%v and %v are not %v", ref, named, pid)
		}
		if !named.PID().IsZero() {
			t.Errorf("a name has the PID %v", named.PID())
		}
		if ref != labs.At(pid) || ref == named {
			t.Error("references to the same address are equal, others not")
		}
		for ref, want := range map[genserver.Ref[*lab]]string{ref: pid.String(), named: "lab", {}: "<none>"} {
			text, err := json.Marshal(ref)
			if ref.String() != want || err != nil {
				t.Errorf("%q, %s, %v; want %q", ref, text, err, want)
			}
		}
		if _, err := (genserver.Ref[*lab]{}).Whereis(w.Node); err != coppice.NoProc {
			t.Errorf("the zero Ref: %v", err)
		}
	})
}
