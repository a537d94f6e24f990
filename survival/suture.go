package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/thejerf/suture/v4"
)

func sutureSubject() subject {
	return subject{
		name:    "suture",
		how:     "services under two supervisors, which log as by default, and wait for a second after 3 failures; requests over a channel, for suture has no messages",
		run:     runSuture,
		without: []string{"kill-self", "kill-parent"},
	}
}

// A sutureWorker is started again by Serve, with a state of its own each time.
type sutureWorker struct {
	name     string
	requests chan request
	service  *sutureService
}

func (w *sutureWorker) String() string { return w.name }

// Serve implements suture.Service.
func (w *sutureWorker) Serve(ctx context.Context) error {
	defer cleanUp(w.name)
	st := newState(w.name)
	for {
		select {
		case <-ctx.Done():
			drain(st, w.requests, channelHold(ctx, w.service.do))
			return ctx.Err()
		case r := <-w.requests:
			r.handle(st, channelHold(ctx, w.service.do))
		}
	}
}

type sutureService struct {
	unit    *suture.Supervisor
	mu      sync.Mutex // guards what follows
	workers map[string]*sutureWorker
	tokens  map[string]suture.ServiceToken
}

func runSuture(ready func(service)) int {
	spec := suture.Spec{FailureThreshold: restarts, FailureDecay: period.Seconds(), FailureBackoff: time.Second, Timeout: lastWords}
	top := suture.New("top", spec)
	s := &sutureService{
		unit: suture.New("unit", spec), workers: map[string]*sutureWorker{}, tokens: map[string]suture.ServiceToken{},
	}
	top.Add(s.unit)
	for _, name := range []string{victim, sibling} {
		s.add(s.unit, name)
	}
	for _, name := range others {
		s.add(top, name)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := top.ServeBackground(ctx)
	go ready(s)
	go func() {
		untilTold()
		cancel()
	}()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		_, _ = fmt.Fprintln(os.Stderr, "the top has ended:", err)
		return 1
	}
	return 0
}

func (s *sutureService) add(to *suture.Supervisor, name string) {
	w := &sutureWorker{name, make(chan request, mostQueue), s}
	token := to.Add(w)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workers[name], s.tokens[name] = w, token
}

func (s *sutureService) do(worker string, o order) (answer, error) {
	s.mu.Lock()
	w := s.workers[worker]
	s.mu.Unlock()
	if w == nil {
		return answer{}, fmt.Errorf("no worker %s", worker)
	}
	return ask(w.requests, o)
}

func (s *sutureService) restart(worker string) error {
	s.mu.Lock()
	token := s.tokens[worker]
	s.mu.Unlock()
	err := s.unit.RemoveAndWait(token, lastWords)
	s.add(s.unit, worker)
	return err
}
