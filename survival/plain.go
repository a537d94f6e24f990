package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"runtime/debug"
	"sync"
	"time"
)

func plainSubject() subject {
	return subject{
		name:    "goroutines",
		how:     "a goroutine a worker, in a loop that recovers and goes on; requests over a channel",
		run:     runPlain,
		without: []string{"kill-self", "kill-parent"},
	}
}

// A request is what goes over the channel of a worker that has one.
type request struct {
	order
	reply chan reply // has room for it
}

type reply struct {
	answer
	err error
}

var errLate = errors.New("no answer in time")

// ask sends an order to a worker over its channel.
func ask(to chan request, o order) (answer, error) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	r := request{o, make(chan reply, 1)}
	select {
	case to <- r:
	case <-limit.C:
		return answer{}, errLate
	}
	select {
	case got := <-r.reply:
		return got.answer, got.err
	case <-limit.C:
		return answer{}, errLate
	}
}

type plainWorker struct {
	name     string
	requests chan request
	cancel   context.CancelFunc
	ended    chan struct{}
}

type plainService struct {
	mu      sync.Mutex // guards workers
	workers map[string]*plainWorker
	parent  context.Context
}

func runPlain(ready func(service)) int {
	ctx, cancel := context.WithCancel(context.Background())
	s := &plainService{workers: map[string]*plainWorker{}, parent: ctx}
	for _, name := range append([]string{victim, sibling}, others...) {
		s.start(name)
	}
	go ready(s)
	untilTold()
	cancel()
	return within(func() {
		for _, w := range s.workers {
			<-w.ended
		}
	})
}

func (s *plainService) start(name string) {
	ctx, cancel := context.WithCancel(s.parent)
	w := &plainWorker{name, make(chan request, mostQueue), cancel, make(chan struct{})}
	s.mu.Lock()
	s.workers[name] = w
	s.mu.Unlock()
	go func() {
		defer close(w.ended)
		for ctx.Err() == nil {
			s.work(ctx, w)
		}
	}()
}

// work is one life of a worker.
func (s *plainService) work(ctx context.Context, w *plainWorker) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			log.Printf("worker %s: %v\n%s", w.name, v, debug.Stack())
		}
	}()
	defer cleanUp(w.name)
	st := newState(w.name)
	for {
		select {
		case <-ctx.Done():
			drain(st, w.requests, channelHold(ctx, s.do))
			return
		case r := <-w.requests:
			r.handle(st, channelHold(ctx, s.do))
		}
	}
}

func (r request) handle(st *state, h hold) {
	a, err := st.do(r.order, h)
	r.reply <- reply{a, err}
}

// drain does what has been asked before the worker was told to end.
func drain(st *state, requests chan request, h hold) {
	for {
		select {
		case r := <-requests:
			r.handle(st, h)
		default:
			return
		}
	}
}

// channelHold is what a worker has that is a goroutine with a context.
func channelHold(ctx context.Context, do func(string, order) (answer, error)) hold {
	return hold{
		done: ctx.Done,
		call: func(worker string, o order) error {
			_, err := do(worker, o)
			return err
		},
		help: func() { go func() { <-ctx.Done() }() },
	}
}

func (s *plainService) do(worker string, o order) (answer, error) {
	s.mu.Lock()
	w := s.workers[worker]
	s.mu.Unlock()
	if w == nil {
		return answer{}, fmt.Errorf("no worker %s", worker)
	}
	return ask(w.requests, o)
}

func (s *plainService) restart(worker string) error {
	s.mu.Lock()
	w := s.workers[worker]
	s.mu.Unlock()
	w.cancel()
	select {
	case <-w.ended:
	case <-time.After(lastWords):
		log.Printf("worker %s does not end", worker)
	}
	s.start(worker)
	return nil
}
