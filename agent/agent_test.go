package agent_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/agent"
)

func zero() int                { return 0 }
func self(n int) int           { return n }
func plus(d int) func(int) int { return func(n int) int { return n + d } }

func inNode(t *testing.T, f func(t *testing.T, n *coppice.Node)) {
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		defer n.Stop(context.Background())
		f(t, n)
	})
}

func want(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// TestFunctions: they read and change the state in the order they were sent.
func TestFunctions(t *testing.T) {
	inNode(t, func(t *testing.T, n *coppice.Node) {
		ref, err := agent.New(zero, agent.Name(coppice.Name("a"))).Start(n)
		want(t, "start", err, nil)
		want(t, "cast", agent.Cast(n, ref, plus(2)), nil)
		want(t, "update", agent.Update(n, ref, plus(3)), nil)
		old, err := agent.GetAndUpdate(n, ref, func(n int) (string, int) { return fmt.Sprint("was ", n), 10 })
		want(t, "get and update", fmt.Sprint(old, err), "was 5<nil>")
		v, err := agent.Get(n, agent.At[int](coppice.Name("a")), self)
		want(t, "get", fmt.Sprint(v, err), "10 <nil>")
		_, err = agent.New(zero, agent.Name(coppice.Name("a"))).Start(n)
		var already *coppice.AlreadyStartedError
		if !errors.As(err, &already) || already.PID != ref.PID() {
			t.Errorf("Start = %v", err)
		}
		want(t, "stop", agent.Stop(n, ref, nil), nil)
		if _, err = agent.Get(n, ref, self); !errors.Is(err, coppice.NoProc) {
			t.Errorf("Get = %v", err)
		}
	})
}

// TestPanic: it ends the agent and fails the call with the reason.
func TestPanic(t *testing.T) {
	inNode(t, func(t *testing.T, n *coppice.Node) {
		a := agent.New(zero)
		boom := func(int) int { panic("boom") }
		for what, f := range map[string]func(agent.Ref[int]) error{
			"get":    func(r agent.Ref[int]) error { _, err := agent.Get(n, r, boom); return err },
			"update": func(r agent.Ref[int]) error { return agent.Update(n, r, boom) },
		} {
			ref, _ := a.Start(n)
			var call *coppice.CallError
			var crash *coppice.PanicError
			if err := f(ref); !errors.As(err, &call) || !errors.As(call.Reason, &crash) || crash.Value != "boom" {
				t.Errorf("%s: %v", what, err)
			}
			want(t, "alive", coppice.Alive(ref.PID()), false)
		}
		ref, _ := a.Start(n)
		want(t, "cast", agent.Cast(n, ref, boom), nil)
		synctest.Wait()
		want(t, "alive", coppice.Alive(ref.PID()), false)
		var crash *coppice.PanicError
		if _, err := agent.New(func() int { panic("boom") }).Start(n); !errors.As(err, &crash) {
			t.Errorf("Start = %v", err)
		}
		bad := errors.New("bad")
		_, err := agent.Func(func(*coppice.Process) (int, error) { return 0, bad }).Start(n)
		want(t, "start", err, bad)
	})
}

// TestTimeout: a caller that has stopped waiting gets nothing, and the function
// takes effect all the same.
func TestTimeout(t *testing.T) {
	inNode(t, func(t *testing.T, n *coppice.Node) {
		ref, _ := agent.New(zero).Start(n)
		ctx, cancel := context.WithTimeout(n, time.Second)
		defer cancel()
		v, err := agent.GetAndUpdate(ctx, ref, func(int) (int, int) { time.Sleep(2 * time.Second); return 1, 1 })
		if v != 0 || !errors.Is(err, coppice.Timeout) {
			t.Errorf("GetAndUpdate = %v, %v", v, err)
		}
		v, _ = agent.Get(n, ref, self)
		want(t, "get", v, 1)
	})
}

// TestWrongType: an agent that is asked for another state lives on.
func TestWrongType(t *testing.T) {
	inNode(t, func(t *testing.T, n *coppice.Node) {
		ref, _ := agent.New(zero).Start(n)
		_, err := agent.Get(n, agent.At[string](ref), func(s string) string { return s })
		var state *agent.StateError
		if !errors.As(err, &state) || state.Has != "int" || state.Want != "string" {
			t.Errorf("Get = %v", err)
		}
		want(t, "alive", coppice.Alive(ref.PID()), true)
		if _, err := agent.Get(n, agent.Ref[int]{}, self); !errors.Is(err, coppice.NoProc) {
			t.Errorf("Get = %v", err)
		}
	})
}

// TestCallingSelf: a function that calls its own agent gets an error at once.
func TestCallingSelf(t *testing.T) {
	inNode(t, func(t *testing.T, n *coppice.Node) {
		var me *coppice.Process
		ref, _ := agent.Func(func(p *coppice.Process) (int, error) { me = p; return 0, nil }).Start(n)
		_, err := agent.Get(n, ref, func(int) error {
			_, err := agent.Get(me, agent.At[int](me.Self()), self)
			return err
		})
		want(t, "outer", err, nil)
		inner, _ := agent.Get(n, ref, func(int) bool {
			_, err := agent.Get(me, agent.At[int](me.Self()), self)
			return errors.Is(err, coppice.CallingSelf)
		})
		want(t, "inner", inner, true)
	})
}

func BenchmarkGet(b *testing.B) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	ref, _ := agent.New(zero).Start(n)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := agent.Get(n, ref, self); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	ref, _ := agent.New(zero).Start(n)
	b.ReportAllocs()
	for b.Loop() {
		if err := agent.Update(n, ref, plus(1)); err != nil {
			b.Fatal(err)
		}
	}
}
