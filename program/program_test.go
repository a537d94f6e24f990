package program_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/program"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A stage is a program that runs in a test.
type stage struct {
	t       *testing.T
	node    *coppice.Node
	signals chan os.Signal
	out     output
	began   time.Time
	result  chan error
}

// An output can be read while it is written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(text)
}

// said returns what was written since it was last called.
func (o *output) said() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	defer o.text.Reset()
	return o.text.String()
}

// run runs a program until it has come to rest.
func run(ctx context.Context, t *testing.T, top supervisor.Starter, options program.Options) *stage {
	t.Helper()
	n, err := coppice.NodeOf(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, node: n, signals: make(chan os.Signal, 1), began: time.Now(), result: make(chan error, 1)}
	options.Signals, options.Out = s.signals, &s.out
	go func() { s.result <- program.Run(ctx, top, options) }()
	synctest.Wait()
	return s
}

func (s *stage) signal() {
	s.signals <- syscall.SIGTERM
	synctest.Wait()
}

// ended waits for the end, and checks how long the program has run and with
// which status it exits.
func (s *stage) ended(after time.Duration, status int) error {
	s.t.Helper()
	err := <-s.result
	if took := time.Since(s.began); took != after {
		s.t.Errorf("it ended after %v, want %v", took, after)
	}
	if got := program.ExitStatus(err); got != status {
		s.t.Errorf("exit status %d for %v, want %d", got, err, status)
	}
	if s.node.Err() == nil {
		s.t.Error("the node has not stopped")
	}
	return err
}

// A log is what children say, in its order.
type log struct {
	mu   sync.Mutex
	said []string
}

func (l *log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said = append(l.said, fmt.Sprintf(format, args...))
}

// child is a child that traps exits, waits for its end, and takes a while then.
func (l *log) child(id string, takes time.Duration) supervisor.ChildSpec {
	return supervisor.ChildSpec{ID: id, Start: supervisor.Body(func(p *coppice.Process) error {
		p.TrapExit(true)
		for {
			switch body := p.Receive().Body.(type) {
			case coppice.Exited:
				l.add("%s %v", id, body.Reason)
				p.Sleep(takes)
				return body.Reason
			case error:
				return body
			}
		}
	}, supervisor.Name(coppice.Name(id)))}
}

func tree(children ...supervisor.ChildSpec) *supervisor.Supervisor {
	return supervisor.New(supervisor.Spec{Children: children, Restarts: supervisor.AtMost(0, time.Second)},
		supervisor.Name(coppice.Name("top")))
}

// Whatever asks for the end, the program stops in reverse start order, and that
// is no error.
func TestCleanStop(t *testing.T) {
	for name, end := range map[string]func(s *stage, cancel context.CancelFunc){
		"signal":  func(s *stage, _ context.CancelFunc) { s.signal() },
		"context": func(_ *stage, cancel context.CancelFunc) { cancel() },
		"both":    func(s *stage, cancel context.CancelFunc) { cancel(); s.signal() },
		"Node.Stop": func(s *stage, _ context.CancelFunc) {
			coppice.Spawn(s.node, func(p *coppice.Process) error { p.Node().Stop(context.Background()); return nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
				var l log
				ctx, cancel := context.WithCancel(n)
				defer cancel()
				s := run(ctx, t, tree(l.child("a", time.Second), l.child("b", 2*time.Second)), program.Options{})
				end(s, cancel)
				if err := s.ended(3*time.Second, 0); err != nil {
					t.Error(err)
				}
				if want := []string{"b shutdown", "a shutdown"}; !slices.Equal(l.said, want) {
					t.Errorf("what happened: %v, want %v", l.said, want)
				}
			})
		})
	}
}

// The end of the top is the end of the program: with Normal it was done, with
// anything else it has given up, be it with Shutdown as a supervisor does.
func TestTopEnds(t *testing.T) {
	errBug := errors.New("bug")
	for _, row := range []struct {
		reason, want error
	}{
		{coppice.Normal, nil},
		{coppice.Shutdown, coppice.Shutdown},
		{errBug, errBug},
	} {
		t.Run(row.reason.Error(), func(t *testing.T) {
			coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
				coppicetest.AllowCrashes(t, n, coppicetest.Crash{Reason: errBug})
				var l log
				other, err := l.child("other", time.Second).Start.StartLink(n)
				if err != nil {
					t.Fatal(err)
				}
				s := run(n, t, l.child("top", 0).Start, program.Options{})
				coppice.Send(n, coppice.Name("top"), row.reason)
				status := 0
				if row.want != nil {
					status = 1
				}
				err = s.ended(time.Second, status)
				var gaveUp *program.GaveUpError
				if errors.As(err, &gaveUp) != (row.want != nil) || gaveUp != nil && gaveUp.Reason != row.want {
					t.Errorf("got %v", err)
				}
				coppicetest.Exited(t, n, other, coppice.Shutdown)
			})
		})
	}
}

// A supervisor that restarts too often gives up, and the program with it.
func TestSupervisorGivesUp(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		errBug := errors.New("bug")
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Reason: errBug})
		var l log
		s := run(n, t, tree(l.child("a", 0)), program.Options{})
		coppice.Send(n, coppice.Name("a"), errBug)
		var gaveUp *program.GaveUpError
		if err := s.ended(0, 1); !errors.As(err, &gaveUp) || gaveUp.Reason != coppice.Shutdown {
			t.Errorf("got %v", err)
		}
		if said := s.out.said(); !strings.Contains(said, "given up: shutdown: stopping within 25s") {
			t.Errorf("it said %q", said)
		}
	})
}

type starter func(ctx context.Context) (coppice.PID, error)

func (s starter) StartLink(ctx context.Context) (coppice.PID, error) { return s(ctx) }

// What does not start ends the program with the reason; whatever a Starter does.
func TestStartFails(t *testing.T) {
	errNo := errors.New("no")
	for _, row := range []struct {
		name   string
		start  starter
		status int
		want   string
	}{
		{"error", func(context.Context) (coppice.PID, error) { return coppice.PID{}, errNo }, 1, "no"},
		{"ignore", func(context.Context) (coppice.PID, error) { return coppice.PID{}, coppice.Ignore }, 0, ""},
		{"panic", func(context.Context) (coppice.PID, error) { panic("oh") }, 1, "panicked: oh"},
		{"nothing", func(context.Context) (coppice.PID, error) { return coppice.PID{}, nil }, 1, "given up: noproc"},
	} {
		t.Run(row.name, func(t *testing.T) {
			coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
				err := run(n, t, row.start, program.Options{}).ended(0, row.status)
				if row.want == "" && err != nil || err != nil && !strings.Contains(err.Error(), row.want) {
					t.Errorf("got %v, want %q", err, row.want)
				}
			})
		})
	}
}

// A program that is to end while it starts ends as soon as the start is over, or
// with its time.
func TestEndWhileStarting(t *testing.T) {
	for _, row := range []struct {
		total, after time.Duration
		status       int
	}{
		{0, 3 * time.Second, 0},
		{time.Second, time.Second, 3},
	} {
		coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
			var l log
			s := run(n, t, supervisor.Func(func(p *coppice.Process) (supervisor.Spec, error) {
				p.Sleep(3 * time.Second)
				return supervisor.Spec{Children: []supervisor.ChildSpec{l.child("a", 0)}}, nil
			}), program.Options{Total: row.total})
			s.signal()
			s.ended(row.after, row.status)
		})
	}
}

func TestMisuse(t *testing.T) {
	if err := program.Run(context.Background(), tree(), program.Options{}); err != coppice.ErrNoNode {
		t.Errorf("without a node: %v", err)
	}
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		coppice.Spawn(n, func(p *coppice.Process) error {
			if err := program.Run(p, tree(), program.Options{}); err == nil {
				t.Error("a process runs a program")
			}
			return nil
		})
	})
}

// children that do not end: each says why.
func hanging(l *log, release <-chan struct{}) []supervisor.ChildSpec {
	hang := func(id string, shutdown supervisor.Shutdown, body func(p *coppice.Process) error) supervisor.ChildSpec {
		return supervisor.ChildSpec{ID: id, Shutdown: shutdown, Start: supervisor.Body(body, supervisor.Name(coppice.Name(id)))}
	}
	return []supervisor.ChildSpec{
		l.child("early", 0),
		{ID: "inner", Start: supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
			hang("stubborn", supervisor.Within(20*time.Second), func(p *coppice.Process) error { // waits, although told
				p.TrapExit(true)
				for {
					p.ReceiveMatch(func(coppice.Message) bool { return false }, -1)
				}
			}),
			hang("foreign", supervisor.Infinity, func(*coppice.Process) error { // waits elsewhere
				foreignCode(release)
				return nil
			}),
		}})},
	}
}

func foreignCode(release <-chan struct{}) { <-release }

// What is waited for is shown, after a while and by the second signal: its path,
// its state, the time that it has left, and where its code is.
func TestShow(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		var l log
		release := make(chan struct{})
		s := run(n, t, tree(hanging(&l, release)...), program.Options{Total: time.Minute})
		s.signal()
		if said := s.out.said(); said != "terminated: stopping within 1m0s\n" {
			t.Errorf("it said %q", said)
		}
		wants := func(what string, parts ...string) {
			t.Helper()
			said := s.out.said()
			for _, part := range parts {
				if !strings.Contains(said, part) {
					t.Errorf("%s: it did not say %q but\n%s", what, part, said)
				}
			}
		}
		time.Sleep(3 * time.Second)
		s.signal()
		wants("the second signal", "still stopping after 3s (57s left), waiting for 1 process:\n", "  top › inner › foreign <0.", ": told to end, exiting\n", "program_test.foreignCode(")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		coppicetest.ExpectZombie(t, n, "foreign")
		wants("after a while", "still stopping after 5s", "top › inner › foreign")
		close(release)
		synctest.Wait()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		wants("after another while", "after 10s", "top › inner › stubborn <0.", ": told to end, receiving, has 15s left\n", "ReceiveMatch(")
		if all := program.WaitingFor(n); len(all) != 1 || all[0].Left != 15*time.Second || all[0].Status != coppice.Receiving {
			t.Errorf("waiting for %v", all)
		}
		if err := s.ended(25*time.Second, 0); err != nil { // its supervisor has killed it
			t.Error(err)
		}
		if want := []string{"early shutdown"}; !slices.Equal(l.said, want) {
			t.Errorf("what happened: %v", l.said)
		}
	})
}

// By the third signal, or when the total time is over, what has not ended is
// killed, and the error names it.
func TestCutOff(t *testing.T) {
	for _, bySignal := range []bool{true, false} {
		t.Run(fmt.Sprint("by signal ", bySignal), func(t *testing.T) {
			coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
				var l log
				s := run(n, t, tree(l.child("quick", time.Second), supervisor.ChildSpec{ID: "slow", Shutdown: supervisor.Infinity, Start: l.child("slow", time.Hour).Start}),
					program.Options{Total: 10 * time.Second, ShowAfter: -1})
				after := 10 * time.Second
				s.signal()
				if bySignal {
					s.signal()
					s.signal()
					after = 0
				}
				err := s.ended(after, 3)
				var cut *program.CutOffError
				if !errors.As(err, &cut) || len(cut.Waiting) != 1 || !slices.Equal(cut.Waiting[0].Path, []string{"top", "slow"}) || len(cut.Stuck) != 0 {
					t.Fatalf("got %v", err)
				}
				if !strings.Contains(err.Error(), "top › slow <0.") || !strings.Contains(err.Error(), fmt.Sprintf("cut off after %v", after)) {
					t.Errorf("it says %q", err)
				}
				if said := s.out.said(); !strings.Contains(said, "cut off after") {
					t.Errorf("it said %q", said)
				}
			})
		})
	}
}

// Code that does not return is named, whether the program was cut off or all its
// processes have ended in their time; and also if the program gave up.
func TestStuckCode(t *testing.T) {
	for _, row := range []struct {
		name          string
		total, limit  time.Duration
		givesUp       bool
		after         time.Duration
		waiting, what string
	}{
		{"cut off", 2 * time.Second, time.Hour, false, 2*time.Second + 100*time.Millisecond, "top › stuck", "foreignCode"},
		{"killed in time", 10 * time.Second, time.Second, false, 2 * time.Second, "", "foreignCode"},
		{"gave up", 10 * time.Second, time.Second, true, 2 * time.Second, "", "foreignCode"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var l log
				n := coppice.NewNode(coppice.Options{Logger: discard})
				release := make(chan struct{})
				s := run(n, t, tree(l.child("a", 0), supervisor.ChildSpec{
					ID: "stuck", Shutdown: supervisor.Within(row.limit),
					Start: supervisor.Body(func(*coppice.Process) error { foreignCode(release); return nil }, supervisor.Name(coppice.Name("stuck"))),
				}), program.Options{Total: row.total})
				if row.givesUp {
					coppice.Send(n, coppice.Name("a"), errors.New("bug"))
				} else {
					s.signal()
				}
				err := s.ended(row.after, 3)
				var cut *program.CutOffError
				var gaveUp *program.GaveUpError
				if !errors.As(err, &cut) || errors.As(err, &gaveUp) != row.givesUp {
					t.Fatalf("got %v", err)
				}
				if len(cut.Stuck) != 1 || !strings.Contains(cut.Stuck[0].Stack, row.what) || !strings.Contains(err.Error(), "stuck <0.3.0> (the code of 1 still runs)") {
					t.Errorf("stuck: %v in %v", cut.Stuck, err)
				}
				if (len(cut.Waiting) == 1) != (row.waiting != "") || !strings.Contains(err.Error(), row.waiting) {
					t.Errorf("waiting for %v", cut.Waiting)
				}
				if said := s.out.said(); !strings.Contains(said, "ended, but <0.") {
					t.Errorf("it said %q", said)
				}
				close(release)
			})
		})
	}
}

// Who has no patience at all does not wait for what was killed either.
func TestFourthSignal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{Logger: discard})
		release := make(chan struct{})
		s := run(n, t, supervisor.Body(func(*coppice.Process) error { foreignCode(release); return nil }), program.Options{})
		for range 4 {
			s.signal()
		}
		if err := <-s.result; program.ExitStatus(err) != 3 || time.Since(s.began) != 0 {
			t.Errorf("after %v: %v", time.Since(s.began), err)
		}
		close(release)
		<-n.Done()
	})
}

var discard = slog.New(slog.DiscardHandler)

// A Starter that hangs, on the goroutine of the program, does not keep it from
// ending; nor does a context that has ended before it begins.
func TestEndBeforeTheStart(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		s := run(n, t, starter(func(context.Context) (coppice.PID, error) {
			<-release
			return coppice.PID{}, coppice.ErrStopped
		}), program.Options{})
		s.signal()
		s.ended(0, 0)
		close(release)
	})
	for range 100 { // whichever comes first
		coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
			var l log
			ctx, cancel := context.WithCancel(n)
			cancel()
			run(ctx, t, tree(l.child("a", 0)), program.Options{}).ended(0, 0)
		})
	}
}
