package pubsub_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/pubsub"
)

// BenchmarkPublish is one publication to so many subscribers, until each has
// handled it.
func BenchmarkPublish(b *testing.B) {
	for _, subscribers := range []int{1, 100, 10_000} {
		b.Run(fmt.Sprint(subscribers), func(b *testing.B) {
			node := coppice.NewNode(coppice.Options{})
			defer node.Stop(context.Background())
			bus := pubsub.New[int, int](pubsub.Options{})
			if _, err := bus.Start(node); err != nil {
				b.Fatal(err)
			}
			handled := make(chan struct{}, subscribers)
			handler := bus.Handler(1, func(*coppice.Process, int) error { handled <- struct{}{}; return nil })
			for range subscribers {
				if _, err := handler.Start(node); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := bus.Publish(node, 1, 2); err != nil {
					b.Fatal(err)
				}
				for range subscribers {
					<-handled
				}
			}
		})
	}
}
