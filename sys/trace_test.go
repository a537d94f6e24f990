package sys_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/sys"
)

// told returns what a trace tells, in short, until it ends.
func told(events func(func(sys.Event) bool)) (all []string) {
	for e := range events {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%v %+v", e.What, e.Message)))
	}
	return all
}

// sys:trace/2 shows each event of the server: what comes in, replies, results
// without a reply, what it continues with, and its end.
func TestTrace(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(n)
		events, err := sys.Trace(n, ref, sys.Limit{})
		must(err)
		must(genserver.Cast(n, ref, add{1}))
		_, err = genserver.Call(n, ref, get{})
		must(err)
		must(genserver.Cast(n, ref, do{func(p *coppice.Process) error { genserver.Continue(p, add{1}); return nil }}))
		must(coppice.Stop(n, ref, nil))
		got := told(events)
		want := []string{"in {N:1}", "noreply <nil>", "in {Returns:{}}", "out 2", "in", "noreply <nil>", "continue {N:1}", "terminate <nil>"}
		if len(got) > 4 {
			got[4] = got[4][:2] // the address of a function
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q\nwant %q", got, want)
		}
	})
}

// When a message came is told beside when it is handled, and noted only while
// somebody traces.
func TestTraceTellsWhenMessagesCame(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(n)
		rest := do{func(p *coppice.Process) error { p.Sleep(time.Second); return nil }}
		must(genserver.Cast(n, ref, rest))
		events, err := sys.Trace(genserver.NoTimeout(n), ref, sys.Limit{Events: 6})
		must(err)
		for range 3 {
			must(genserver.Cast(n, ref, rest))
		}
		var waited []time.Duration
		for e := range events {
			if e.What == sys.In {
				waited = append(waited, e.At.Sub(e.Arrived))
			}
		}
		if want := []time.Duration{0, time.Second, 2 * time.Second}; !slices.Equal(waited, want) {
			t.Errorf("they have waited %v, want %v", waited, want)
		}
		later, err := sys.Trace(n, ref, sys.Limit{Events: 1})
		must(err)
		must(genserver.Cast(n, ref, add{1}))
		for e := range later {
			if e.Arrived.IsZero() {
				t.Error("it is not noted in another trace")
			}
		}
	})
}

// Not in OTP, whose traces have no end: a trace ends by number and by time.
func TestTheLimitsOfATrace(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(n)
		traces := func() int {
			status, err := sys.Status(n, ref)
			must(err)
			return status.Traces
		}
		events, err := sys.Trace(n, ref, sys.Limit{Events: 3})
		must(err)
		for i := range 4 {
			must(genserver.Cast(n, ref, add{i}))
		}
		if got := traces(); got != 0 {
			t.Errorf("%d traces after the limit", got)
		}
		if got := told(events); len(got) != 3 {
			t.Errorf("by count: %q", got)
		}
		events, err = sys.Trace(n, ref, sys.Limit{Time: time.Second})
		must(err)
		must(genserver.Cast(n, ref, add{1}))
		began := time.Now()
		if got := told(events); len(got) != 2 || time.Since(began) != time.Second {
			t.Errorf("by time: %q after %v", got, time.Since(began))
		}
		must(genserver.Cast(n, ref, add{1}))
		if got := traces(); got != 0 {
			t.Errorf("%d traces after the time", got)
		}
		ctx, cancel := context.WithCancel(n)
		events, err = sys.Trace(ctx, ref, sys.Limit{})
		must(err)
		cancel()
		if got := told(events); len(got) != 0 {
			t.Errorf("by context: %q", got)
		}
	})
}

// sys:install/2: functions are installed side by side, and one that is done does
// not end another.
func TestTwoTracesAndOneThatIsLeft(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		ref := start(n)
		one, err := sys.Trace(n, ref, sys.Limit{Events: 4})
		must(err)
		two, err := sys.Trace(n, ref, sys.Limit{Events: 4})
		must(err)
		must(genserver.Cast(n, ref, add{1}))
		for range one {
			break
		}
		must(genserver.Cast(n, ref, add{1}))
		if got := told(two); len(got) != 4 {
			t.Errorf("%q", got)
		}
		if got := told(one); len(got) != 0 {
			t.Errorf("a loop that was left: %q", got)
		}
	})
}
