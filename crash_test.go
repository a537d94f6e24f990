package coppice_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
)

type nasty struct{}

func (nasty) Error() string { panic("Error panics") }

// Whatever a callback does ends its process with the right reason and one
// report, and no other.
func TestCrashes(t *testing.T) {
	isPanic := func(value any) func(error) bool {
		return func(err error) bool {
			p, ok := err.(*coppice.PanicError)
			return ok && p.Value == value
		}
	}
	is := func(want error) func(error) bool { return func(err error) bool { return err == want } }
	rows := []struct {
		name  string
		crash func(p *coppice.Process) error
		want  func(error) bool
	}{
		{"an error", func(*coppice.Process) error { return errBoom }, is(errBoom)},
		{"a panic", func(*coppice.Process) error { panic("p") }, isPanic("p")},
		{"a panic with an error", func(*coppice.Process) error { panic(errBoom) }, func(err error) bool { return isPanic(errBoom)(err) && errors.Is(err, errBoom) }},
		{"a panic with nil", func(*coppice.Process) error { panic(nil) }, func(err error) bool { var e *runtime.PanicNilError; return errors.As(err, &e) }},
		{"a panic whose value panics", func(*coppice.Process) error { panic(nasty{}) }, func(err error) bool { return isPanic(nasty{})(err) && strings.Contains(err.Error(), "panic") }},
		{"Goexit", func(*coppice.Process) error { runtime.Goexit(); return nil }, is(coppice.Goexit)},
		{"Process.Exit", func(p *coppice.Process) error { p.Exit(errBoom); return nil }, is(errBoom)},
		{"Process.Exit and a panic in a deferred function", func(p *coppice.Process) error {
			defer panic("later")
			p.Exit(errBoom)
			return nil
		}, isPanic("later")},
		{"a panic under a deep stack", func(*coppice.Process) error { deep(64 << 10); return nil }, isPanic("deep")},
	}
	for _, r := range rows {
		for _, where := range []string{"body", "Init", "Handle", "Terminate", "Terminate after a crash"} {
			t.Run(where+": "+r.name, func(t *testing.T) {
				var seen reports
				bubbleWith(t, coppice.Options{OnReport: seen.add}, func(t *testing.T, n *coppice.Node) {
					got := crashIn(t, n, where, r.crash)
					if !r.want(got) {
						t.Errorf("exit reason %v", got)
					}
				})
				crashes := seen.crashes()
				if len(crashes) != 1 || !r.want(crashes[0].Reason) || crashes[0].String() == "" || crashes[0].Starting != (where == "Init") {
					t.Errorf("reports %v", crashes)
				}
			})
		}
	}
}

// deep uses some 64 MiB of stack and panics.
func deep(n int) (sum byte) {
	var frame [1024]byte
	if n == 0 {
		panic("deep")
	}
	frame[n%1024] = deep(n - 1)
	return frame[0]
}

func crashIn(t *testing.T, n *coppice.Node, where string, crash func(p *coppice.Process) error) error {
	s := &server{}
	end := func(pid coppice.PID) error {
		synctest.Wait()
		info, alive := coppice.Lookup(pid)
		if alive {
			t.Errorf("%v is alive", pid)
		}
		return info.ExitReason
	}
	switch where {
	case "body":
		return end(must(coppice.Spawn(n, crash)))
	case "Init":
		s.init = crash
		_, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: s})
		return err
	case "Handle":
		s.handle = func(p *coppice.Process, m coppice.Message) error { return crash(p) }
	case "Terminate":
		s.handle = func(p *coppice.Process, m coppice.Message) error { return coppice.Normal }
		s.terminate = func(p *coppice.Process, reason error) error { return crash(p) }
	case "Terminate after a crash":
		s.handle = func(p *coppice.Process, m coppice.Message) error { panic("first") }
		s.terminate = func(p *coppice.Process, reason error) error { return crash(p) }
	}
	pid, _, _ := coppice.StartProcess(n, coppice.Spec{Behaviour: s})
	coppice.Send(n, pid, 1)
	return end(pid)
}

func TestTerminateRunsAfterACrashOfHandle(t *testing.T) {
	for name, crash := range map[string]do{
		"an error": func(*coppice.Process, coppice.Message) error { return errBoom },
		"a panic":  func(*coppice.Process, coppice.Message) error { panic(1) },
		"Goexit":   func(*coppice.Process, coppice.Message) error { runtime.Goexit(); return nil },
		"Exit":     func(p *coppice.Process, m coppice.Message) error { p.Exit(errBoom); return nil },
		"Stop":     nil,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, n *coppice.Node) {
				other := start(n, nil)
				var value any
				pid := start(n, func(p *coppice.Process, reason error) error {
					value, _ = coppice.Request(p, other, reply("it may call")) // also while Goexit runs
					return nil
				})
				if crash == nil {
					if err := coppice.Stop(n, pid, errBoom); err != nil {
						t.Error(err)
					}
				} else {
					coppice.Send(n, pid, crash)
				}
				synctest.Wait()
				if value != "it may call" || coppice.Alive(pid) {
					t.Errorf("value %v, alive %t", value, coppice.Alive(pid))
				}
			})
		})
	}
}

func TestKilledInAHangingTerminate(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		release := make(chan struct{})
		pid := start(n, func(*coppice.Process, error) error { <-release; return nil })
		coppice.Send(n, pid, do(func(*coppice.Process, coppice.Message) error { panic(1) }))
		synctest.Wait()
		if !coppice.Alive(pid) {
			t.Error("dead before Terminate has returned")
		}
		coppice.Exit(n, pid, coppice.Kill)
		if info, alive := coppice.Lookup(pid); alive || info.ExitReason != coppice.Killed {
			t.Errorf("%+v", info)
		}
		close(release)
	})
}

func TestStackBeginsWithTheUsersFrames(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := start(n, nil)
		_, err := coppice.Request(n, pid, do(func(*coppice.Process, coppice.Message) error {
			var none map[string]int
			none["x"] = 1
			return nil
		}))
		var crash *coppice.PanicError
		if !errors.As(err, &crash) {
			t.Fatal(err)
		}
		stack := crash.Stack.String()
		if !strings.HasPrefix(stack, "github.com/seed-7832d3a3/coppice_test.TestStackBeginsWithTheUsersFrames") ||
			strings.Contains(stack, "runtime.") || strings.Contains(stack, "(*proc)") || strings.Contains(stack, "internal/sched") {
			t.Errorf("stack:\n%s", stack)
		}
	})
}

// Of a repeated crash only the part of the stack is taken that differs from
// others, however deep it is: what people see of it is all there.
func TestStackOfARepeatedCrash(t *testing.T) {
	for _, depth := range []int{0, 1, 2, 3, 5, 8, 20} {
		var seen reports
		bubbleWith(t, coppice.Options{OnReport: seen.add}, func(t *testing.T, n *coppice.Node) {
			for range 3 {
				crashIn(t, n, "Handle", func(*coppice.Process) error { deep(depth); return nil })
			}
		})
		all := seen.crashes()
		first := all[0].Stack.String()
		for _, c := range all {
			text := c.Stack.String()
			if got := strings.Count(text, "coppice_test.deep\n"); got != depth+1 {
				t.Errorf("depth %d: %d frames of it in\n%s", depth, got, text)
			}
			if text != first {
				t.Errorf("depth %d: the first was\n%s, and another\n%s", depth, first, text)
			}
		}
		if again := all[1].Stack; depth < 3 && len(again) >= len(all[0].Stack) {
			t.Errorf("depth %d: all %d frames were taken again", depth, len(again))
		}
	}
}

// A nil pointer of a type of errors is a reason like any other, and so are the
// library's own errors: the mistake of who returns one is not the end of the
// program, nor of who waits.
func TestNilPointerAsReason(t *testing.T) {
	for _, reason := range []error{(*coppice.PanicError)(nil), (*coppice.ShutdownError)(nil), (*coppice.CallError)(nil), (*coppice.ExitedError)(nil),
		&coppice.ExitedError{Reason: coppice.Normal}, &coppice.CallError{Reason: coppice.Timeout}} {
		bubble(t, func(t *testing.T, n *coppice.Node) {
			pid := start(n, nil)
			caller := must(coppice.Spawn(n, func(p *coppice.Process) error {
				_, err := coppice.Request(p, pid, do(func(*coppice.Process, coppice.Message) error { return reason }))
				var call *coppice.CallError
				if !errors.As(err, &call) || call.Reason != reason {
					t.Errorf("the caller of what ends with a %T is told %v", reason, err)
				}
				return nil
			}))
			if why, _ := coppice.Await(n, pid); why != reason {
				t.Errorf("it ended with %v, want a %T", why, reason)
			}
			if why, _ := coppice.Await(n, caller); why != coppice.Normal {
				t.Errorf("the caller ended with %v", why)
			}
			stopped := start(n, func(*coppice.Process, error) error { return &coppice.ShutdownError{} })
			if err := coppice.Stop(n, stopped, reason); err == nil {
				t.Errorf("stopped with a %T it ended with another reason, and that is not told", reason)
			}
		})
	}
}
