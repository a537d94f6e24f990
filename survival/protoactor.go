package main

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

func protoactorSubject() subject {
	return subject{
		name: "protoactor",
		how:  "actors, two of them children of a third, one-for-one as by default, at most 3 times in 5 s; clients ask by RequestFuture",
		run:  runProtoactor,
	}
}

type protoactorWorker struct {
	*state
	name string
}

// Receive implements actor.Actor.
func (w *protoactorWorker) Receive(c actor.Context) {
	switch m := c.Message().(type) {
	case *actor.Started:
		w.state = newState(w.name)
	case *actor.Restarting, *actor.Stopping:
		cleanUp(w.name)
	case order:
		a, err := w.do(m, hold{
			call:       func(worker string, o order) error { _, err := protoactorAsk(c, worker, o); return err },
			killSelf:   func() error { c.Stop(c.Self()); return nil },
			killParent: func() error { c.Stop(c.Parent()); return nil },
			help:       func() { c.Spawn(actor.PropsFromFunc(func(actor.Context) {})) },
		})
		c.Respond(reply{a, err})
	}
}

func protoactorProps(name string) *actor.Props {
	return actor.PropsFromProducer(func() actor.Actor { return &protoactorWorker{name: name} })
}

// A protoactorUnit is the parent of some workers.
type protoactorUnit struct{}

// Receive implements actor.Actor.
func (protoactorUnit) Receive(c actor.Context) {
	switch c.Message().(type) {
	case *actor.Started:
		for _, name := range []string{victim, sibling} {
			_, _ = c.SpawnNamed(protoactorProps(name), name)
		}
	case again:
		_, _ = c.SpawnNamed(protoactorProps(victim), victim)
	}
}

func protoactorPID(system *actor.ActorSystem, name string) *actor.PID {
	if name == victim || name == sibling {
		name = "unit/" + name
	}
	return system.NewLocalPID(name)
}

type protoactorAsker interface {
	ActorSystem() *actor.ActorSystem
	RequestFuture(*actor.PID, any, time.Duration) *actor.Future
}

func protoactorAsk(c protoactorAsker, worker string, o order) (answer, error) {
	got, err := c.RequestFuture(protoactorPID(c.ActorSystem(), worker), o, patience).Result()
	if err != nil {
		return answer{}, err
	}
	r, ok := got.(reply)
	if !ok {
		return answer{}, fmt.Errorf("the reply is a %T", got)
	}
	return r.answer, r.err
}

type protoactorService struct {
	root *actor.RootContext
	unit *actor.PID
}

func runProtoactor(ready func(service)) int {
	root := actor.NewActorSystem().Root
	unit, _ := root.SpawnNamed(actor.PropsFromProducer(func() actor.Actor { return protoactorUnit{} },
		actor.WithSupervisor(actor.NewOneForOneStrategy(restarts, period, actor.DefaultDecider))), "unit")
	for _, name := range others {
		_, _ = root.SpawnNamed(protoactorProps(name), name)
	}
	go ready(protoactorService{root, unit})
	untilTold()
	return within(func() {
		for _, name := range workers() {
			_ = root.PoisonFuture(protoactorPID(root.ActorSystem(), name)).Wait()
		}
		_ = root.PoisonFuture(unit).Wait()
	})
}

func (s protoactorService) do(worker string, o order) (answer, error) {
	return protoactorAsk(s.root, worker, o)
}

func (s protoactorService) restart(worker string) error {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		_ = s.root.StopFuture(protoactorPID(s.root.ActorSystem(), worker)).Wait()
	}()
	select {
	case <-stopped:
	case <-time.After(lastWords):
	}
	s.root.Send(s.unit, again{})
	return nil
}
