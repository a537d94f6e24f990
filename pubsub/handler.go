package pubsub

import (
	"context"
	"fmt"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A Handler is a function that handles what is published to a topic, in a
// process of its own: its crash ends that process and nobody else, and what a
// slow one has to do waits in its own mailbox. It is the recipe, not the
// process, and a supervisor.Starter: a supervisor starts it again after a crash.
// What it keeps from message to message is best a server of its own, which
// subscribes. It answers to an event handler of gen_event.
type Handler[K comparable, M any] struct {
	bus    *Bus[K, M]
	topic  K
	handle func(p *coppice.Process, message M) error
}

// Handler returns the handler of a topic by a function. An error of handle ends
// the handler with it as the reason, coppice.Normal quietly.
func (b *Bus[K, M]) Handler(topic K, handle func(p *coppice.Process, message M) error) *Handler[K, M] {
	return &Handler[K, M]{b, topic, handle}
}

// Start starts the handler and waits until it has subscribed. It runs until it
// fails, is stopped by coppice.Stop, or the bus ends. The error is
// ErrNotRunning. It answers to gen_event:add_handler/3.
func (h *Handler[K, M]) Start(ctx context.Context) (coppice.PID, error) {
	ref, err := h.bus.handlers.Start(ctx, h, h.label)
	return ref.PID(), err
}

// StartLink is Start and links the handler with the caller. It answers to
// gen_event:add_sup_handler/3.
func (h *Handler[K, M]) StartLink(ctx context.Context) (coppice.PID, error) {
	return h.bus.handlers.With(h, h.label).StartLink(ctx)
}

// String gives the topic.
func (h *Handler[K, M]) String() string { return fmt.Sprintf("handler of %v", h.topic) }

func (h *Handler[K, M]) label(spec *coppice.Spec) { spec.Label = h.String() }

// running is the state of a handler's process.
type running[K comparable, M any] struct{ handler *Handler[K, M] }

func defineHandlers[K comparable, M any]() *genserver.Definition[*running[K, M], *Handler[K, M]] {
	return genserver.Define(
		func(p *coppice.Process, h *Handler[K, M]) (*running[K, M], error) {
			return &running[K, M]{h}, h.bus.Subscribe(p, h.topic)
		},
		genserver.OnInfo(func(s *running[K, M], p *coppice.Process, message M) error {
			return s.handler.handle(p, message)
		}))
}
