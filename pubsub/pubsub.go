package pubsub

import (
	"context"
	"fmt"
	"iter"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/registry"
)

// ErrNotRunning is returned by every operation on a bus that does not run on the
// node: it was not started, has been stopped, or is about to be restarted.
var ErrNotRunning = registry.ErrNotRunning

// Options say what a bus is like. The zero value is right for most.
type Options struct {
	Partitions int          // how many processes share the work of subscribing; 1 if 0
	Name       coppice.Name // what the bus's process is registered as, if anything
}

// A Bus carries messages of type M, which may be an interface, to the
// subscribers of topics of type K. It is the recipe, not the process: it is
// made once, by [New], and can be started on any number of nodes, once on each;
// the node of the context says which of them an operation is about.
type Bus[K comparable, M any] struct {
	subscribers *registry.Registry[K, struct{}]
	handlers    *genserver.Definition[*running[K, M], *Handler[K, M]]
}

// New returns the bus of some options. It panics if they make no sense.
func New[K comparable, M any](options Options) *Bus[K, M] {
	return &Bus[K, M]{
		subscribers: registry.New[K, struct{}](registry.Options{
			Keys: registry.Duplicate, Partitions: options.Partitions, Name: options.Name,
		}),
		handlers: defineHandlers[K, M](),
	}
}

// String gives the types of topics and messages.
func (b *Bus[K, M]) String() string {
	var k *K
	var m *M
	return fmt.Sprintf("bus of %s to %s", fmt.Sprintf("%T", k)[1:], fmt.Sprintf("%T", m)[1:])
}

// Start starts the bus on the node of ctx. The error is a
// *coppice.AlreadyStartedError if it runs there already, or if its name is
// taken.
func (b *Bus[K, M]) Start(ctx context.Context) (coppice.PID, error) {
	return b.subscribers.Start(ctx)
}

// StartLink is Start and links the bus with the caller: a Bus is a
// supervisor.Starter.
func (b *Bus[K, M]) StartLink(ctx context.Context) (coppice.PID, error) {
	return b.subscribers.StartLink(ctx)
}

// IsSupervisor says that it is a small supervisor itself, as a child of one.
func (b *Bus[K, M]) IsSupervisor() bool { return true }

// Whereis returns the bus's process: a Bus is a coppice.Addr, to be stopped and
// monitored.
func (b *Bus[K, M]) Whereis(ctx context.Context) (coppice.PID, error) {
	return b.subscribers.Whereis(ctx)
}

// Subscribe has all that is published to topic from now on sent to p, until p
// unsubscribes, ends, or the bus does; p then gets an exit signal. One that
// subscribes twice gets everything twice. The error is ErrNotRunning. It answers
// to Phoenix.PubSub.subscribe/2.
func (b *Bus[K, M]) Subscribe(p *coppice.Process, topic K) error {
	return b.subscribers.Register(p, topic, struct{}{})
}

// Unsubscribe undoes all that p has subscribed of topic; that there is nothing
// is no error. What was published before may still be in its mailbox. The error
// is ErrNotRunning. It answers to Phoenix.PubSub.unsubscribe/2.
func (b *Bus[K, M]) Unsubscribe(p *coppice.Process, topic K) error {
	return b.subscribers.Unregister(p, topic)
}

// Publish sends message to each subscriber of topic, and waits for none. They
// get it as it is: a server handles it by genserver.OnInfo. That there are no
// subscribers is no error; the error is ErrNotRunning, or why ctx cannot send
// any more. It answers to Phoenix.PubSub.local_broadcast/3 and
// gen_event:notify/2.
func (b *Bus[K, M]) Publish(ctx context.Context, topic K, message M) error {
	return b.publish(ctx, topic, message, coppice.PID{})
}

// PublishFrom is Publish to all but p, which publishes it. It answers to
// Phoenix.PubSub.local_broadcast_from/4.
func (b *Bus[K, M]) PublishFrom(p *coppice.Process, topic K, message M) error {
	return b.publish(p, topic, message, p.Self())
}

func (b *Bus[K, M]) publish(ctx context.Context, topic K, message M, but coppice.PID) (err error) {
	var body any = message // once, and not for each subscriber
	failed := b.subscribers.Dispatch(ctx, topic, func(entries []registry.Entry[struct{}]) {
		for _, e := range entries {
			if e.PID != but && err == nil {
				err = coppice.Send(ctx, e.PID, body)
			}
		}
	})
	if failed != nil {
		return failed
	}
	return err
}

// Count returns how many subscriptions of topic there are. The error is
// ErrNotRunning.
func (b *Bus[K, M]) Count(ctx context.Context, topic K) (int, error) {
	return b.subscribers.CountMatch(ctx, topic, func(struct{}) bool { return true })
}

// Subscribers returns who has subscribed to topic, in the order in which they
// did, and one that did so twice twice. The error is ErrNotRunning. For handlers
// it answers to gen_event:which_handlers/1.
func (b *Bus[K, M]) Subscribers(ctx context.Context, topic K) ([]coppice.PID, error) {
	entries, err := b.subscribers.Lookup(ctx, topic)
	var pids []coppice.PID
	for _, e := range entries {
		pids = append(pids, e.PID)
	}
	return pids, err
}

// Subscriptions yields all subscriptions, in no order; one that comes or goes
// meanwhile may be among them or not. The error is ErrNotRunning.
func (b *Bus[K, M]) Subscriptions(ctx context.Context) (iter.Seq2[K, coppice.PID], error) {
	all, err := b.subscribers.Select(ctx, nil)
	if err != nil {
		return nil, err
	}
	return func(yield func(K, coppice.PID) bool) {
		for topic, e := range all {
			if !yield(topic, e.PID) {
				return
			}
		}
	}, nil
}
