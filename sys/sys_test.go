package sys_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/sys"
)

func bubble(t *testing.T, f func(t *testing.T, n *coppice.Node)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
		f(t, n)
		if report := n.Stop(context.Background()); len(report.Stuck) > 0 {
			t.Errorf("stuck: %v", report.Stuck)
		}
	})
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// A counter is a server whose state is plain data.
type counter struct{ N, Timeouts int }

type (
	get struct{ genserver.Returns[int] }
	add struct{ N int }
	do  struct{ f func(*coppice.Process) error } // a cast
)

func newCounter(_ *coppice.Process, n int) (*counter, error) { return &counter{N: n}, nil }

func (c *counter) get(*coppice.Process, get) (int, error) { return c.N, nil }

func (c *counter) add(_ *coppice.Process, a add) error {
	c.N += a.N
	return nil
}

func (c *counter) do(p *coppice.Process, d do) error { return d.f(p) }

func (c *counter) timeout(*coppice.Process, genserver.Timeout) error {
	c.Timeouts++
	return nil
}

func handlers() []genserver.Handler[*counter] {
	return []genserver.Handler[*counter]{
		genserver.OnCall((*counter).get),
		genserver.OnCast((*counter).add),
		genserver.OnCast((*counter).do),
		genserver.OnInfo((*counter).timeout),
		genserver.OnContinue((*counter).add),
	}
}

var (
	counters    = genserver.Define(newCounter, handlers()...)
	replaceable = genserver.Define(newCounter, append(handlers(), genserver.Replaceable[*counter]())...)
)

func start(n *coppice.Node, options ...genserver.Option) genserver.Ref[*counter] {
	ref, err := counters.Start(n, 1, options...)
	must(err)
	return ref
}

// soon fails, as a call would that nobody answers, after a second.
func soon(t *testing.T, n *coppice.Node) context.Context {
	ctx, cancel := context.WithTimeout(n, time.Second)
	t.Cleanup(cancel)
	return ctx
}

func reasonOf(err error) error {
	var failed *coppice.CallError
	if errors.As(err, &failed) {
		return failed.Reason
	}
	return nil
}

// sys:get_state/1 answers with the state of a server as it is.
func TestState(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(n)
		if state, err := sys.State(n, ref); state != (counter{N: 1}) || err != nil {
			t.Errorf("%#v, %v", state, err)
		}
	})
}

// sys: the standard time limit of a request is 5,000 ms, and where there is no
// process it fails with noproc. A process that takes no system messages refuses
// it, where OTP's request would wait for nothing.
func TestWhatARequestFailsWith(t *testing.T) {
	requests := map[string]func(ctx context.Context, to coppice.Addr) error{
		"State":      func(ctx context.Context, to coppice.Addr) error { _, err := sys.State(ctx, to); return err },
		"Status":     func(ctx context.Context, to coppice.Addr) error { _, err := sys.Status(ctx, to); return err },
		"Suspend":    sys.Suspend,
		"Resume":     sys.Resume,
		"Collect":    func(ctx context.Context, to coppice.Addr) error { return sys.Collect(ctx, to, true) },
		"Statistics": func(ctx context.Context, to coppice.Addr) error { _, err := sys.Statistics(ctx, to); return err },
		"Trace": func(ctx context.Context, to coppice.Addr) error {
			_, err := sys.Trace(ctx, to, sys.Limit{})
			return err
		},
		"Replace": func(ctx context.Context, to coppice.Addr) error {
			return sys.Replace(ctx, to, func(i int) int { return i })
		},
	}
	for name, request := range requests {
		bubble(t, func(t *testing.T, n *coppice.Node) {
			hold := make(chan struct{})
			hung := start(n)
			must(genserver.Cast(n, hung, do{func(*coppice.Process) error { <-hold; return nil }}))
			began := time.Now()
			if err := request(n, hung); reasonOf(err) != coppice.Timeout || time.Since(began) != 5*time.Second {
				t.Errorf("%s, hung: %v after %v", name, err, time.Since(began))
			}
			close(hold)
			must(coppice.Stop(n, hung, nil))
			if err := request(n, hung); reasonOf(err) != coppice.NoProc {
				t.Errorf("%s, dead: %v", name, err)
			}
			plain, err := coppice.Spawn(n, func(p *coppice.Process) error { p.Receive(); return nil })
			must(err)
			if err := request(n, plain); !errors.Is(err, coppice.ErrNotSystem) {
				t.Errorf("%s, function form: %v", name, err)
			}
			must(coppice.Send(n, plain, "end"))
		})
	}
}

// sys:replace_state/2: where the function fails, its exception is the answer and
// the state is what it was; it works while the server is suspended, too. That it
// has to be allowed is our own rule.
func TestReplace(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		double := func(c *counter) *counter { return &counter{N: 2 * c.N} }
		if err := sys.Replace(n, start(n), double); err != sys.ErrNotReplaceable {
			t.Error(err)
		}
		ref, err := replaceable.Start(n, 21)
		must(err)
		must(sys.Replace(n, ref, double))
		var panicked *coppice.PanicError
		if err := sys.Replace(n, ref, func(*counter) *counter { panic("no") }); !errors.As(err, &panicked) {
			t.Errorf("panic: %v", err)
		}
		if err := sys.Replace(n, ref, func(i int) int { return i }); err == nil {
			t.Error("a state of another type was accepted")
		}
		must(sys.Suspend(n, ref))
		must(sys.Replace(n, ref, func(c *counter) *counter { return &counter{N: c.N + 1} }))
		must(sys.Replace(n, ref, func(c *counter) *counter { return &counter{N: c.N + 1} }))
		must(sys.Resume(n, ref))
		if v, err := genserver.Call(n, ref, get{}); v != 44 || err != nil {
			t.Error(v, err)
		}
	})
}

// sys:suspend/1: a suspended process answers system messages and no others, which
// wait for sys:resume/1. Both can be said twice.
func TestASuspendedServerHandlesOnlySystemRequests(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(n)
		must(sys.Suspend(n, ref))
		must(sys.Suspend(n, ref))
		must(genserver.Cast(n, ref, add{1}))
		pending := genserver.SendRequest(n, ref, get{})
		if _, err := genserver.Call(soon(t, n), ref, get{}); reasonOf(err) != coppice.Timeout {
			t.Errorf("a call to it: %v", err)
		}
		status, err := sys.Status(n, ref)
		if !status.Suspended || status.Mailbox != 3 || status.State != (counter{N: 1}) || err != nil {
			t.Errorf("%+v, %v", status, err)
		}
		must(sys.Resume(n, ref))
		if v, err := pending.Wait(n); v != 2 || err != nil {
			t.Errorf("the call that waited: %v, %v", v, err)
		}
		must(sys.Resume(n, ref))
		if status, err := sys.Status(n, ref); status.Suspended || status.Mailbox != 0 || err != nil {
			t.Errorf("%+v, %v", status, err)
		}
	})
}

// sys:terminate/2 and exit signals reach a process that is suspended.
func TestASuspendedServerStops(t *testing.T) {
	for name, end := range map[string]func(n *coppice.Node, ref coppice.Addr) error{
		"by Stop": func(n *coppice.Node, ref coppice.Addr) error { return coppice.Stop(n, ref, coppice.Shutdown) },
		"by Exit": func(n *coppice.Node, ref coppice.Addr) error { return coppice.Exit(n, ref, coppice.Shutdown) },
		"by Kill": func(n *coppice.Node, ref coppice.Addr) error { return coppice.Exit(n, ref, coppice.Kill) },
	} {
		bubble(t, func(t *testing.T, n *coppice.Node) {
			ref := start(n)
			must(sys.Suspend(n, ref))
			pending := genserver.SendRequest(n, ref, get{})
			must(end(n, ref))
			if _, err := pending.Wait(n); reasonOf(err) != coppice.Shutdown && reasonOf(err) != coppice.Killed {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// sys, of special processes: the exit signal of the parent is heeded in the loop
// for system messages as in the own one. So with its parent's exit a suspended server that traps exits ends; that of
// another it finds in its mailbox when it goes on.
func TestASuspendedServerHeedsItsParent(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		traps := do{func(p *coppice.Process) error { p.TrapExit(true); return nil }}
		ref := make(chan genserver.Ref[*counter], 1)
		parent, err := coppice.Spawn(n, func(p *coppice.Process) error {
			r, err := counters.StartLink(p, 1)
			must(err)
			must(genserver.Cast(p, r, traps))
			ref <- r
			p.Receive()
			return coppice.Shutdown
		})
		must(err)
		child := <-ref
		must(sys.Suspend(n, child))
		stranger, err := coppice.Spawn(n, func(p *coppice.Process) error {
			must(coppice.Exit(p, child, errors.New("stranger")))
			return nil
		})
		must(err)
		_, err = coppice.Await(n, stranger)
		must(err)
		if status, err := sys.Status(n, child); status.Mailbox != 1 || err != nil {
			t.Errorf("%+v, %v", status, err)
		}
		must(coppice.Send(n, parent, "end"))
		if reason, _ := coppice.Await(n, child.PID()); reason != coppice.Shutdown && reason != coppice.NoProc {
			t.Error(reason)
		}
	})
}

// gen_server: after a system message its loop begins anew, and with it the
// server's time-out.
func TestARequestLetsTheServerTimeoutBeginAnew(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(n)
		must(genserver.Cast(n, ref, do{func(p *coppice.Process) error {
			genserver.SetTimeout(p, 100*time.Millisecond)
			return nil
		}}))
		timeouts := func() int {
			state, err := sys.State(n, ref)
			must(err)
			return state.(counter).Timeouts
		}
		for range 3 {
			time.Sleep(99 * time.Millisecond)
			if timeouts() != 0 {
				t.Error("the time-out came although a request was in between")
			}
		}
		must(sys.Suspend(n, ref))
		time.Sleep(time.Second)
		must(sys.Resume(n, ref))
		if timeouts() != 0 {
			t.Error("the time-out came while the server was suspended")
		}
		time.Sleep(101 * time.Millisecond)
		synctest.Wait()
		if timeouts() != 1 {
			t.Errorf("%d time-outs", timeouts())
		}
		time.Sleep(time.Second)
		if timeouts() != 1 {
			t.Errorf("%d time-outs, after the one", timeouts())
		}
	})
}

func TestATimeoutThatAMessageCancelledDoesNotComeBack(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(n)
		must(genserver.Cast(n, ref, do{func(p *coppice.Process) error { genserver.SetTimeout(p, time.Second); return nil }}))
		synctest.Wait()
		must(genserver.Cast(n, ref, add{1}))
		_, err := sys.State(n, ref)
		must(err)
		time.Sleep(time.Minute)
		if state, _ := sys.State(n, ref); state != (counter{N: 2}) {
			t.Errorf("%+v", state)
		}
	})
}

// sys:statistics/2: true begins to collect, get tells the start, the present
// time and the messages in and out, false ends it; get without true has none.
func TestStatistics(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(n)
		if _, err := sys.Statistics(n, ref); err != sys.ErrNoStatistics {
			t.Error(err)
		}
		must(sys.Collect(n, ref, true))
		began := time.Now()
		must(genserver.Cast(n, ref, do{func(p *coppice.Process) error { p.Sleep(time.Second); return nil }}))
		_, err := genserver.Call(n, ref, get{})
		must(err)
		got, err := sys.Statistics(n, ref)
		want := sys.Stats{Since: began, At: began.Add(time.Second), In: 2, Out: 1, Busy: time.Second, Longest: time.Second}
		if got != want || err != nil {
			t.Errorf("%+v, %v", got, err)
		}
		if status, _ := sys.Status(n, ref); status.Statistics == nil || status.Behaviour != "sys_test.counter" {
			t.Errorf("%+v", status)
		}
		must(sys.Collect(n, ref, false))
		if _, err := sys.Statistics(n, ref); err != sys.ErrNoStatistics {
			t.Error(err)
		}
	})
}

// sys: a supervisor is a gen_server, so that system messages are for it as well.
// While it is suspended nothing is restarted.
func TestASupervisorThroughSys(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		sup, err := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
			{ID: "c", Start: counters.With(1, genserver.Name(coppice.Name("c")))},
		}}).Start(n)
		must(err)
		before := coppice.Whereis(n, coppice.Name("c"))
		must(sys.Suspend(n, sup))
		must(coppice.Exit(n, before, coppice.Kill))
		synctest.Wait()
		if now := coppice.Whereis(n, coppice.Name("c")); !now.IsZero() {
			t.Error("a suspended supervisor has restarted a child")
		}
		must(sys.Resume(n, sup))
		synctest.Wait()
		if now := coppice.Whereis(n, coppice.Name("c")); now.IsZero() || now == before {
			t.Error("no restart after Resume")
		}
		if _, err := sys.State(n, sup); err != nil {
			t.Error(err)
		}
		must(sys.Suspend(n, sup))
	})
}

func TestView(t *testing.T) {
	cycle := map[string]any{"a": 1}
	cycle["self"] = cycle
	for _, c := range []struct{ state, want any }{
		{nil, nil},
		{7, 7},
		{&counter{N: 1}, counter{N: 1}},
		{(*counter)(nil), "nil"},
		{shown{}, "what it shows"},
		{&secret{"hunter2"}, "***"},
		{&struct{ m map[string]int }{map[string]int{"a": 1}}, `{m:map["a":1]}`},
		{struct{ p *[]string }{&[]string{"x"}}, `{p:&["x"]}`},
		{func() {}, "func()"},
	} {
		if got := sys.View(c.state); got != c.want && fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("View(%v) = %v, want %v", c.state, got, c.want)
		}
	}
	for _, big := range []any{cycle, make([]*int, 1e6), strings.Repeat("x", 1e6), [][]string{{strings.Repeat("x", 1e6)}}} {
		if got, ok := sys.View(big).(string); ok && len(got) > 1e6 || !ok {
			t.Errorf("View of a %T: %d bytes", big, len(got))
		}
	}
}

type shown struct{}

func (shown) StateView() any { return "what it shows" }

type secret struct{ password string }

func (*secret) LogValue() slog.Value { return slog.StringValue("***") }

// A shy is a state that panics when it is to be shown.
type shy struct{}

func (*shy) get(*coppice.Process, get) (int, error) { return 7, nil }
func (*shy) StateView() any                         { panic("not now") }

// Who looks does not end the server, whatever its state does when it is to be
// shown.
func TestStateThatPanics(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		def := genserver.Define(func(*coppice.Process, genserver.None) (*shy, error) { return new(shy), nil }, genserver.OnCall((*shy).get))
		ref, err := def.Start(n, genserver.None{})
		must(err)
		var panicked *coppice.PanicError
		if _, err := sys.State(n, ref); !errors.As(err, &panicked) || panicked.Value != "not now" {
			t.Errorf("State: %v", err)
		}
		if _, err := sys.Status(n, ref); !errors.As(err, &panicked) {
			t.Errorf("Status: %v", err)
		}
		if n, err := genserver.Call(n, ref, get{}); n != 7 || err != nil {
			t.Errorf("afterwards: %d, %v", n, err)
		}
	})
}
