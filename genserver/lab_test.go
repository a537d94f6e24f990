package genserver_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A lab is a server for experiments: what a handler does is in the message.
type lab struct {
	notes []string
	end   func(*coppice.Process, error) error // for terminate
}

type (
	ask struct { // a call
		genserver.Returns[int]
		do func(*lab, *coppice.Process) (int, error)
	}
	defers struct { // a call that is answered later
		genserver.Returns[int]
		do func(*lab, *coppice.Process, genserver.Reply[int]) error
	}
	tell  struct{ do step } // a cast
	note  struct{ do step } // an info
	then  struct{ do step } // a continue
	step  = func(*lab, *coppice.Process) error
	setup = func(*lab, *coppice.Process) error // for the constructor
)

func newLab(p *coppice.Process, do setup) (*lab, error) {
	l := &lab{}
	if do == nil {
		return l, nil
	}
	return l, do(l, p)
}

func (l *lab) ask(p *coppice.Process, m ask) (int, error) { return m.do(l, p) }
func (l *lab) tell(p *coppice.Process, m tell) error      { return m.do(l, p) }
func (l *lab) note(p *coppice.Process, m note) error      { return m.do(l, p) }
func (l *lab) then(p *coppice.Process, m then) error      { return m.do(l, p) }

func (l *lab) defers(p *coppice.Process, m defers, r genserver.Reply[int]) error {
	return m.do(l, p, r)
}

func (l *lab) text(_ *coppice.Process, s string) error {
	l.notes = append(l.notes, s)
	return nil
}

func (l *lab) timeout(*coppice.Process, genserver.Timeout) error {
	l.notes = append(l.notes, "timeout")
	return nil
}

func (l *lab) terminate(p *coppice.Process, reason error) error {
	if l.end == nil {
		return nil
	}
	return l.end(p, reason)
}

var labs = genserver.Define(newLab,
	genserver.OnCall((*lab).ask),
	genserver.OnCallLater((*lab).defers),
	genserver.OnCast((*lab).tell),
	genserver.OnInfo((*lab).note),
	genserver.OnInfo((*lab).text),
	genserver.OnInfo((*lab).timeout),
	genserver.OnContinue((*lab).then),
	genserver.OnTerminate((*lab).terminate),
)

// A world is a node with all that it has told.
type world struct {
	*coppice.Node
	t *testing.T

	mu      sync.Mutex // guards what follows
	crashes []*coppice.CrashReport
	log     strings.Builder
}

func (w *world) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(text)
}

func (w *world) report(r coppice.Report) {
	if crash, ok := r.(*coppice.CrashReport); ok {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.crashes = append(w.crashes, crash)
	}
}

// logged returns what has been logged so far.
func (w *world) logged() string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.String()
}

// bubble runs f with a node of its own, which it stops: no process, and as the
// bubble waits for them no goroutine, may be left.
func bubble(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t}
		w.Node = coppice.NewNode(coppice.Options{
			Logger:   slog.New(slog.NewTextHandler(w, nil)),
			OnReport: w.report,
		})
		f(t, w)
		if report := w.Stop(context.Background()); len(report.Stuck) > 0 {
			t.Errorf("stuck: %v", report.Stuck)
		}
	})
}

// start starts a lab.
func (w *world) start(do setup, options ...genserver.Option) genserver.Ref[*lab] {
	w.t.Helper()
	ref, err := labs.Start(w.Node, do, options...)
	if err != nil {
		w.t.Fatalf("Start: %v", err)
	}
	return ref
}

// notes returns what the lab has noted, and so shows that it is alive.
func (w *world) notes(to coppice.Addr) (notes string) {
	w.t.Helper()
	_, err := genserver.Call(w.Node, to, ask{do: func(l *lab, _ *coppice.Process) (int, error) {
		notes = strings.Join(l.notes, " ")
		return 0, nil
	}})
	if err != nil {
		w.t.Errorf("the server does not answer: %v", err)
	}
	return notes
}

// watch has the exit reason of a process sent as soon as there is one.
func (w *world) watch(to coppice.Addr) <-chan error {
	pid := coppice.Whereis(w.Node, to)
	reason := make(chan error, 1)
	go func() {
		r, err := coppice.Await(w.Node, pid)
		if err != nil {
			r = err
		}
		reason <- r
	}()
	synctest.Wait()
	return reason
}

// run runs f as a process until it has ended.
func (w *world) run(f func(p *coppice.Process)) error {
	w.t.Helper()
	pid, err := coppice.Spawn(w.Node, func(p *coppice.Process) error {
		p.Receive()
		f(p)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	reason := w.watch(pid)
	_ = coppice.Send(w.Node, pid, "go")
	return <-reason
}

// callReason returns the reason in a *coppice.CallError, or nil.
func callReason(err error) error {
	var failed *coppice.CallError
	if errors.As(err, &failed) {
		return failed.Reason
	}
	return nil
}

func returns(n int) ask {
	return ask{do: func(*lab, *coppice.Process) (int, error) { return n, nil }}
}

func fails(err error) ask {
	return ask{do: func(*lab, *coppice.Process) (int, error) { return 0, err }}
}

// hangs is a call that nobody answers.
func hangs() defers {
	return defers{do: func(*lab, *coppice.Process, genserver.Reply[int]) error { return nil }}
}

var (
	errDomain = errors.New("no such account")
	errCrash  = errors.New("crash")
)
