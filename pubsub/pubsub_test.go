package pubsub_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/coppicetest"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/pubsub"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

type goal struct{ by string }

// A fan is a server that remembers the goals it heard of.
type fan struct{ heard []goal }

type (
	heard   struct{ genserver.Returns[[]goal] }
	explode struct{}
)

type match = *pubsub.Bus[string, goal]

type seat struct {
	bus    match
	topics []string
}

var fans = genserver.Define(
	func(p *coppice.Process, s seat) (*fan, error) {
		for _, topic := range s.topics {
			if err := s.bus.Subscribe(p, topic); err != nil {
				return nil, err
			}
		}
		return &fan{}, nil
	},
	genserver.OnInfo(func(f *fan, _ *coppice.Process, g goal) error { f.heard = append(f.heard, g); return nil }),
	genserver.OnCall(func(f *fan, _ *coppice.Process, _ heard) ([]goal, error) { return f.heard, nil }),
	genserver.OnCast(func(*fan, *coppice.Process, explode) error { panic("boom") }),
)

func sit(t *testing.T, n *coppice.Node, bus match, topics ...string) genserver.Ref[*fan] {
	t.Helper()
	ref, err := fans.Start(n, seat{bus, topics})
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func hears(t *testing.T, n *coppice.Node, f genserver.Ref[*fan], want ...goal) {
	t.Helper()
	got, err := genserver.Call(n, f, heard{})
	if fmt.Sprint(got) != fmt.Sprint(want) || err != nil {
		t.Errorf("heard %v, %v, want %v", got, err, want)
	}
}

func want(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func count(t *testing.T, n *coppice.Node, bus match, topic string, expect int) {
	t.Helper()
	got, err := bus.Count(n, topic)
	want(t, "count", fmt.Sprint(got, err), fmt.Sprint(expect, nil))
}

// onBus runs f with a bus that is started.
func onBus(t *testing.T, partitions int, f func(t *testing.T, n *coppice.Node, bus match)) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		bus := pubsub.New[string, goal](pubsub.Options{Partitions: partitions})
		if _, err := bus.Start(n); err != nil {
			t.Fatal(err)
		}
		f(t, n, bus)
	})
}

// Phoenix.PubSub.broadcast/3: what is published reaches all subscribers of the topic and nobody else, in
// order; one that subscribed twice gets it twice.
func TestPublish(t *testing.T) {
	for _, partitions := range []int{1, 4} {
		onBus(t, partitions, func(t *testing.T, n *coppice.Node, bus match) {
			a, b, c := sit(t, n, bus, "x"), sit(t, n, bus, "x", "y"), sit(t, n, bus, "y", "y")
			want(t, "publish", bus.Publish(n, "x", goal{"1"}), nil)
			want(t, "publish", bus.Publish(n, "y", goal{"2"}), nil)
			want(t, "publish", bus.Publish(n, "nobody", goal{"3"}), nil)
			hears(t, n, a, goal{"1"})
			hears(t, n, b, goal{"1"}, goal{"2"})
			hears(t, n, c, goal{"2"}, goal{"2"})
			count(t, n, bus, "x", 2)
			count(t, n, bus, "y", 3)
			if partitions == 1 {
				pids, err := bus.Subscribers(n, "y")
				want(t, "subscribers", fmt.Sprint(pids, err), fmt.Sprint([]coppice.PID{b.PID(), c.PID(), c.PID()}, nil))
			}
			all, err := bus.Subscriptions(n)
			seen := 0
			for range all {
				seen++
			}
			want(t, "subscriptions", fmt.Sprint(seen, err), "5 <nil>")
		})
	}
}

// Phoenix.PubSub.unsubscribe/2: a subscriber that unsubscribes or ends gets nothing any more, and is not
// counted by whoever hears of its end.
func TestUnsubscribeAndDeath(t *testing.T) {
	onBus(t, 1, func(t *testing.T, n *coppice.Node, bus match) {
		p := coppicetest.NewProbe(t, n)
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Text: "boom"})
		a := sit(t, n, bus, "x")
		p.Do(func(p *coppice.Process) {
			want(t, "subscribe", bus.Subscribe(p, "x"), nil)
			want(t, "subscribe", bus.Subscribe(p, "x"), nil)
			ref, _ := p.Monitor(a)
			genserver.Cast(p, a, explode{})
			p.ReceiveRef(ref, -1)
			count(t, n, bus, "x", 2)
			want(t, "unsubscribe", bus.Unsubscribe(p, "x"), nil)
			want(t, "unsubscribe", bus.Unsubscribe(p, "x"), nil)
			count(t, n, bus, "x", 0)
			want(t, "publish", bus.Publish(p, "x", goal{"1"}), nil)
			want(t, "mailbox", p.MailboxLen(), 0)
		})
	})
}

// Phoenix.PubSub.broadcast_from/4: it reaches all but the publisher.
func TestPublishFrom(t *testing.T) {
	onBus(t, 1, func(t *testing.T, n *coppice.Node, bus match) {
		a := sit(t, n, bus, "x")
		coppicetest.NewProbe(t, n).Do(func(p *coppice.Process) {
			bus.Subscribe(p, "x")
			want(t, "publish", bus.PublishFrom(p, "x", goal{"1"}), nil)
			want(t, "mailbox", p.MailboxLen(), 0)
			want(t, "publish", bus.Publish(p, "x", goal{"2"}), nil)
			want(t, "received", p.Receive().Body, goal{"2"})
		})
		hears(t, n, a, goal{"1"}, goal{"2"})
	})
}

// When the bus ends its subscribers do, and subscribe anew as their supervisor
// restarts them. Without a bus every operation fails.
func TestBusRestarts(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Reason: pubsub.ErrNotRunning})
		coppicetest.AllowCrashes(t, n, coppicetest.Crash{Reason: coppice.Killed})
		bus := pubsub.New[string, goal](pubsub.Options{Name: "bus"})
		if err := bus.Publish(n, "x", goal{}); !errors.Is(err, pubsub.ErrNotRunning) {
			t.Errorf("publish: %v", err)
		}
		if _, err := fans.Start(n, seat{bus, []string{"x"}}); !errors.Is(err, pubsub.ErrNotRunning) {
			t.Errorf("subscribe: %v", err)
		}
		supervisor.New(supervisor.Spec{Strategy: supervisor.RestForOne, Children: []supervisor.ChildSpec{
			{ID: "bus", Start: bus},
			{ID: "fan", Start: fans.With(seat{bus, []string{"x"}}, genserver.Name(coppice.Name("fan")))},
		}}).Start(n)
		count(t, n, bus, "x", 1)
		before := coppice.Whereis(n, coppice.Name("fan"))
		coppice.Exit(n, bus, coppice.Kill)
		synctest.Wait()
		if now := coppice.Whereis(n, coppice.Name("fan")); now == before {
			t.Error("the subscriber has survived the bus")
		}
		count(t, n, bus, "x", 1)
		want(t, "publish", bus.Publish(n, "x", goal{"1"}), nil)
		hears(t, n, fans.At(coppice.Name("fan")), goal{"1"})
	})
}

// gen_event: a handler that crashes is removed, and neither the manager nor the
// other handlers notice. A slow one, unlike there, holds up nobody either.
func TestHandlers(t *testing.T) {
	onBus(t, 1, func(t *testing.T, n *coppice.Node, bus match) {
		a := sit(t, n, bus, "x")
		handled := make(chan string, 9)
		fragile := bus.Handler("x", func(_ *coppice.Process, g goal) error {
			if g.by == "bad" {
				panic("boom")
			}
			handled <- "fragile " + g.by
			return nil
		})
		slow := bus.Handler("x", func(p *coppice.Process, g goal) error {
			p.Sleep(time.Hour)
			handled <- "slow " + g.by
			return coppice.Normal
		})
		for _, h := range []*pubsub.Handler[string, goal]{fragile, slow} {
			if _, err := h.Start(n); err != nil {
				t.Fatal(err)
			}
		}
		count(t, n, bus, "x", 3)
		for _, by := range []string{"1", "bad", "2"} {
			want(t, "publish", bus.Publish(n, "x", goal{by}), nil)
		}
		want(t, "handled", <-handled, "fragile 1")
		want(t, "handled", <-handled, "slow 1")
		coppicetest.ExpectCrash(t, n, coppicetest.Crash{Process: "handler of x", Text: "boom"})
		hears(t, n, a, goal{"1"}, goal{"bad"}, goal{"2"})
		synctest.Wait()
		count(t, n, bus, "x", 1)
	})
}

// A handler under a supervisor is there again after its crash, which
// add_sup_handler/3 leaves to its caller.
func TestSupervisedHandler(t *testing.T) {
	onBus(t, 1, func(t *testing.T, n *coppice.Node, bus match) {
		handled := make(chan string, 9)
		supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "log", Start: bus.Handler("x",
			func(_ *coppice.Process, g goal) error {
				if g.by == "bad" {
					return errors.New("bad goal")
				}
				handled <- g.by
				return nil
			})}}}).Start(n)
		bus.Publish(n, "x", goal{"bad"})
		coppicetest.ExpectCrash(t, n, coppicetest.Crash{Text: "bad goal"})
		synctest.Wait()
		bus.Publish(n, "x", goal{"good"})
		want(t, "handled", <-handled, "good")
	})
}

// The messages of a bus may be of several types, behind an interface.
func TestInterface(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, n *coppice.Node) {
		bus := pubsub.New[int, fmt.Stringer](pubsub.Options{})
		bus.Start(n)
		want(t, "string", bus.String(), "bus of int to fmt.Stringer")
		handled := make(chan string, 2)
		pid, err := bus.Handler(1, func(_ *coppice.Process, s fmt.Stringer) error { handled <- s.String(); return nil }).Start(n)
		want(t, "start", err, nil)
		bus.Publish(n, 1, time.Second)
		bus.Publish(n, 1, pid)
		want(t, "first", <-handled, "1s")
		want(t, "second", <-handled, pid.String())
	})
}
