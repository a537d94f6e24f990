package main

import (
	"context"
	"errors"
	"math"

	"github.com/thejerf/suture/v4"
)

func sutureSubject() subject {
	return subject{
		name:     "suture",
		mode:     "services, which are goroutines, under one Supervisor, without a threshold and with an EventHook that does nothing; it has no messages, so only supervision is measured",
		children: sutureChildren,
		restart:  sutureRestart,
	}
}

func newSuture() *suture.Supervisor {
	return suture.New("bench", suture.Spec{EventHook: func(suture.Event) {}, FailureThreshold: math.MaxFloat64})
}

// A sutureService answers pings by its channels, which it keeps over restarts.
type sutureService struct {
	crashes chan struct{}
	pings   chan chan any
}

func (s *sutureService) Serve(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.crashes:
			panic("crash")
		case reply := <-s.pings:
			reply <- 1
		}
	}
}

func sutureChildren(scene) phases {
	sup := newSuture()
	ctx, cancel := context.WithCancel(context.Background())
	ended := sup.ServeBackground(ctx)
	return phases{
		fill: func(many int) {
			for range many {
				sup.Add(&sutureService{make(chan struct{}), make(chan chan any)})
			}
		},
		empty: func() {
			cancel()
			checkCanceled(<-ended)
		},
	}
}

func sutureRestart(s scene) laps {
	end := rawOthers(s.others)
	sup := newSuture()
	ctx, cancel := context.WithCancel(context.Background())
	ended := sup.ServeBackground(ctx)
	service := &sutureService{make(chan struct{}), make(chan chan any)}
	sup.Add(service)
	return laps{
		run: func(times int, lap func()) {
			reply := make(chan any, 1)
			for range times {
				service.crashes <- struct{}{}
				service.pings <- reply
				<-reply
				lap()
			}
		},
		end: func() {
			cancel()
			checkCanceled(<-ended)
			end()
		},
	}
}

// checkCanceled takes what a supervisor ends with.
func checkCanceled(err error) {
	if !errors.Is(err, context.Canceled) {
		check(err)
	}
}
