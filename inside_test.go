package coppice_test

import (
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A slow takes its time over each message.
type slow struct{ takes time.Duration }

func (slow) Init(*coppice.Process) error { return nil }
func (s slow) Handle(_ *coppice.Process, m coppice.Message) error {
	if m.Body != "quick" {
		time.Sleep(s.takes)
	}
	return nil
}
func (slow) Terminate(*coppice.Process, error) error { return nil }

// What a process does is counted: what came in, what is left, what it is at,
// how long it has been at that, and how long its code has run.
func TestStats(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := startOne(t, n, slow{time.Second})
		for range 40 {
			_ = coppice.Send(n, pid, 1)
		}
		_ = coppice.Send(n, pid, "late")
		time.Sleep(1500 * time.Millisecond)
		synctest.Wait()
		info, _ := coppice.Lookup(pid)
		if info.Status != coppice.Running || info.Handling != reflect.TypeFor[int]() || info.For != 1500*time.Millisecond {
			t.Errorf("it is %v at %v since %v; want running, int, 1.5s", info.Status, info.Handling, info.For)
		}
		if left := info.Mailbox + info.Kept; left < 39 || left > 39+16 || info.HighWater < 21 || info.Received != 41 {
			t.Errorf("%d left, at most %d, %d in", left, info.HighWater, info.Received)
		}
		time.Sleep(39 * time.Second)
		synctest.Wait()
		if info, _ = coppice.Lookup(pid); info.Handling != reflect.TypeFor[string]() || info.Mailbox+info.Kept > 16 {
			t.Errorf("at the last: handles %v, %d left", info.Handling, info.Mailbox+info.Kept)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		info, _ = coppice.Lookup(pid)
		if info.Status != coppice.Idle || info.Busy != 41*time.Second || info.Mailbox+info.Kept != 0 || info.For != 59500*time.Millisecond || info.Handling != nil {
			t.Errorf("idle: %v, busy %v, for %v, handles %v; want idle, 41s, 59.5s, nothing", info.Status, info.Busy, info.For, info.Handling)
		}
	})
}

// Few turns are timed and stands for the others, so the sum is right
// where turns are alike.
func TestBusyIsAnEstimate(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid := startOne(t, n, slow{time.Millisecond})
		for range 800 {
			_ = coppice.Send(n, pid, 1)
			time.Sleep(10 * time.Millisecond)
		}
		synctest.Wait()
		if info, _ := coppice.Lookup(pid); (info.Busy - 800*time.Millisecond).Abs() > 40*time.Millisecond {
			t.Errorf("busy for %v, want some 800ms", info.Busy)
		}
	})
}

// Most messages take their time unseen, and yet the slow ones show: those of a
// process that is quick for the most part, and those of one that never rests.
func TestHandlerP99(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		p99 := func(pid coppice.PID) time.Duration {
			synctest.Wait()
			info, _ := coppice.Lookup(pid)
			return info.HandlerP99
		}
		within := func(what string, got, least time.Duration) {
			if got < least || got > 3*least/2 {
				t.Errorf("%s: %v, want %v or a little more", what, got, least)
			}
		}
		waits := startOne(t, n, slow{})
		if got := p99(waits); got != 0 {
			t.Errorf("without a message: %v", got)
		}
		seldom := startOne(t, n, slow{20 * time.Microsecond})
		for i := range 5000 {
			var body any = "quick"
			if i%40 == 39 {
				body = 1
			}
			_ = coppice.Send(n, seldom, body)
			if i == 0 && p99(seldom) > time.Microsecond {
				t.Errorf("a quick message took %v", p99(seldom))
			}
			time.Sleep(time.Millisecond)
		}
		within("one in forty", p99(seldom), 20*time.Microsecond)

		saturated := startOne(t, n, slow{2 * time.Second})
		for range 20 { // past its first turns
			_ = coppice.Send(n, saturated, "quick")
			synctest.Wait()
		}
		for range 2000 {
			_ = coppice.Send(n, saturated, 1)
		}
		time.Sleep(1200 * time.Second)
		within("one with more than it can do", p99(saturated), 2*time.Second)
		time.Sleep(time.Hour) // until it is done
		if info, _ := coppice.Lookup(saturated); info.Busy < 2970*time.Second || info.Busy > 4000*time.Second {
			t.Errorf("it was busy for %v, want some 4000s", info.Busy)
		}
	})
}

// What a body does before it takes a message is no message, and what it does in
// Init neither.
func TestHandlerP99IsOfMessages(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid, _ := coppice.Spawn(n, func(p *coppice.Process) error {
			time.Sleep(time.Hour)
			for range 3 {
				p.ReceiveTimeout(time.Second)
				time.Sleep(time.Hour)
			}
			for {
				p.Receive()
				time.Sleep(time.Second)
			}
		})
		for range 3 {
			time.Sleep(24 * time.Hour)
			info, _ := coppice.Lookup(pid)
			if info.HandlerP99 > 3*time.Second/2 {
				t.Errorf("it took %v", info.HandlerP99)
			}
			_ = coppice.Send(n, pid, 1)
		}
		time.Sleep(time.Minute)
		if info, _ := coppice.Lookup(pid); info.HandlerP99 < time.Second {
			t.Errorf("it took %v", info.HandlerP99)
		}
	})
}

func TestSentIsCounted(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		to := startOne(t, n, echo{})
		pid, _ := coppice.Spawn(n, func(p *coppice.Process) error {
			_ = coppice.Send(p, to, 1)
			_ = coppice.Cast(p, to, 2)
			_, _ = coppice.Request(p, to, 3)
			p.Receive()
			return nil
		})
		time.Sleep(time.Second)
		synctest.Wait()
		found := false
		for s := range n.Stats() {
			if s.PID == pid {
				found = true
				if s.Sent != 3 || s.Status != coppice.Receiving || s.For != time.Second {
					t.Errorf("%d sent, %v for %v; want 3, receiving, 1s", s.Sent, s.Status, s.For)
				}
			}
		}
		if !found {
			t.Error("Stats does not have the process")
		}
	})
}

func TestMailboxTypes(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid, _ := coppice.Spawn(n, func(p *coppice.Process) error {
			time.Sleep(time.Second)
			return nil
		})
		for i := range 70 {
			_ = coppice.Send(n, pid, i)
		}
		_ = coppice.Send(n, pid, "last")
		types := coppice.MailboxTypes(pid, 100)
		if len(types) != 71 || types[0] != reflect.TypeFor[int]() || types[70] != reflect.TypeFor[string]() {
			t.Errorf("%v", types)
		}
		if types = coppice.MailboxTypes(pid, 3); len(types) != 3 {
			t.Errorf("%v", types)
		}
	})
}

func TestPublish(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		pid, _ := coppice.Spawn(n, func(p *coppice.Process) error {
			p.Publish("seats: 7")
			p.Receive()
			return nil
		})
		synctest.Wait()
		if v := coppice.Published(pid); v != "seats: 7" {
			t.Errorf("published %v", v)
		}
		if b := coppice.BehaviourOf(pid); b != nil {
			t.Errorf("a function has the behaviour %v", b)
		}
		server := startOne(t, n, slow{1})
		if b := coppice.BehaviourOf(server); b != (slow{1}) || coppice.Published(server) != nil {
			t.Errorf("behaviour %v", b)
		}
	})
}
