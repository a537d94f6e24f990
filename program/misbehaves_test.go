package program_test

import (
	"context"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/program"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// An unspeakable reason does something else than to say what it is.
type unspeakable struct{ do func() }

func (u *unspeakable) Error() string { u.do(); return "at last" }

// misbehaves runs a test for each thing that code may do instead of returning;
// what hangs does so until it is released.
func misbehaves(t *testing.T, test func(t *testing.T, do func(release chan struct{}))) {
	t.Run("hangs", func(t *testing.T) { test(t, func(release chan struct{}) { <-release }) })
	t.Run("panics", func(t *testing.T) { test(t, func(chan struct{}) { panic("oh") }) })
	t.Run("Goexit", func(t *testing.T) { test(t, func(chan struct{}) { runtime.Goexit() }) })
}

// A reason that does not say what it is, but hangs, panics or ends the
// goroutine, holds up neither what is shown nor the end.
func TestReasonThatMisbehaves(t *testing.T) {
	misbehaves(t, func(t *testing.T, do func(release chan struct{})) {
		coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
			release := make(chan struct{})
			reason := &unspeakable{func() { do(release) }}
			s := run(n, t, starter(func(context.Context) (coppice.PID, error) { return coppice.PID{}, reason }), program.Options{})
			err := <-s.result
			if err != reason || time.Since(s.began) > time.Second {
				t.Errorf("got %T after %v", err, time.Since(s.began))
			}
			if said := s.out.said(); !strings.HasPrefix(said, "*program_test.unspeakable") || !strings.Contains(said, "stopping within 25s\n") {
				t.Errorf("it said %q", said)
			}
			close(release)
		})
	})
}

// The same with what is shown of those that do not end.
func TestReasonOfStuckCodeMisbehaves(t *testing.T) {
	misbehaves(t, func(t *testing.T, do func(release chan struct{})) {
		synctest.Test(t, func(t *testing.T) {
			n := coppice.NewNode(coppice.Options{Logger: discard})
			release := make(chan struct{})
			reason := &unspeakable{func() { do(release) }}
			var l log
			s := run(n, t, tree(l.child("a", 5*time.Second)), program.Options{Total: time.Hour, ShowAfter: -1})
			for i := range 30 {
				pid, _, err := coppice.StartProcess(n, coppice.Spec{
					Body: func(p *coppice.Process) error { p.InitAck(); return p.Receive().Body.(error) },
					Name: coppice.Via{Resolver: clinging(release), Key: i},
				})
				if err != nil || coppice.Send(n, pid, error(reason)) != nil {
					t.Fatal(err)
				}
			}
			s.signal()
			time.Sleep(4 * time.Second)
			s.out.said()
			s.signal()
			time.Sleep(time.Second)
			if said := s.out.said(); !strings.Contains(said, "after it has ended (*program_test.unspeakable") || !strings.Contains(said, "more that were killed") {
				t.Errorf("in its end it said\n%s", said)
			}
			err := <-s.result
			if took := time.Since(s.began); program.ExitStatus(err) != 3 || took > 8*time.Second {
				t.Errorf("%v after %v", err, took)
			}
			if said := s.out.said(); strings.Count(said, "ended, but <0.") != 30 {
				t.Errorf("at its end it said\n%s", said)
			}
			close(release)
		})
	})
}

// A clinging resolver gives back no key.
type clinging <-chan struct{}

func (c clinging) Register(context.Context, any, coppice.PID) error { return nil }
func (c clinging) Release(any, coppice.PID)                         { <-c }
func (c clinging) Whereis(context.Context, any) coppice.PID         { return coppice.PID{} }

// An outlet that takes nothing, as a terminal that was stopped or a pipe that
// nobody reads, holds up no end.
type outlet func()

func (o outlet) Write(text []byte) (int, error) { o(); return len(text), nil }

func TestOutThatMisbehaves(t *testing.T) {
	misbehaves(t, func(t *testing.T, do func(release chan struct{})) {
		coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
			release := make(chan struct{})
			signals := make(chan os.Signal, 1)
			var l log
			began := time.Now()
			signals <- syscall.SIGTERM
			err := program.Run(n, tree(hanging(&l, nil)[:1]...), program.Options{Signals: signals, Out: outlet(func() { do(release) })})
			if took := time.Since(began); err != nil || took > 5*time.Second {
				t.Errorf("%v after %v", err, took)
			}
			close(release)
		})
	})
}

// What takes long to show is shown less often: it holds up what is to end.
func TestSlowShow(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		signals := make(chan os.Signal, 1)
		var l log
		var said []time.Duration
		began := time.Now()
		signals <- syscall.SIGTERM
		err := program.Run(n, tree(supervisor.ChildSpec{ID: "slow", Shutdown: supervisor.Infinity, Start: l.child("slow", 40*time.Second).Start}),
			program.Options{Total: time.Hour, Signals: signals, Out: outlet(func() {
				said = append(said, time.Since(began))
				time.Sleep(900 * time.Millisecond)
			})})
		want := []time.Duration{0, 5900 * time.Millisecond, 15800 * time.Millisecond, 25700 * time.Millisecond, 35600 * time.Millisecond}
		if err != nil || !slices.Equal(said, want) {
			t.Errorf("%v; it spoke at %v, want %v", err, said, want)
		}
	})
}
