package main

import (
	"fmt"
	"os"
	"time"

	"github.com/anthdm/hollywood/actor"
)

func hollywoodSubject() subject {
	return subject{
		name: "hollywood",
		how:  "receivers on one engine, two of them children of a third, restarted as by default; clients ask by Request",
		run:  runHollywood,
	}
}

type hollywoodWorker struct {
	*state
	name string
}

// Receive implements actor.Receiver.
func (w *hollywoodWorker) Receive(c *actor.Context) {
	switch m := c.Message().(type) {
	case actor.Initialized:
		w.state = newState(w.name)
	case actor.Stopped:
		cleanUp(w.name)
	case order:
		a, err := w.do(m, hold{
			done:       c.Context().Done,
			call:       func(worker string, o order) error { _, err := hollywoodAsk(c.Engine(), worker, o); return err },
			killSelf:   func() error { c.Engine().Stop(c.PID()); return nil },
			killParent: func() error { c.Engine().Stop(c.Parent()); return nil },
			help:       func() { c.SpawnChildFunc(func(*actor.Context) {}, "helper") },
		})
		c.Respond(reply{a, err})
	}
}

// A hollywoodUnit is the parent of some workers.
type hollywoodUnit struct{}

// Receive implements actor.Receiver.
func (hollywoodUnit) Receive(c *actor.Context) {
	switch c.Message().(type) {
	case actor.Started:
		hollywoodChild(c, victim)
		hollywoodChild(c, sibling)
	case again:
		hollywoodChild(c, victim)
	}
}

type again struct{} // start the victim

func hollywoodChild(c *actor.Context, name string) {
	c.SpawnChild(func() actor.Receiver { return &hollywoodWorker{name: name} }, "worker", actor.WithID(name))
}

func hollywoodPID(name string) *actor.PID {
	if name == victim || name == sibling {
		return actor.NewPID(actor.LocalLookupAddr, "unit/1/worker/"+name)
	}
	return actor.NewPID(actor.LocalLookupAddr, "worker/"+name)
}

func hollywoodAsk(e *actor.Engine, worker string, o order) (answer, error) {
	got, err := e.Request(hollywoodPID(worker), o, patience).Result()
	if err != nil {
		return answer{}, err
	}
	r, ok := got.(reply)
	if !ok {
		return answer{}, fmt.Errorf("the reply is a %T", got)
	}
	return r.answer, r.err
}

type hollywoodService struct {
	engine *actor.Engine
	unit   *actor.PID
}

func runHollywood(ready func(service)) int {
	e, err := actor.NewEngine(actor.NewEngineConfig())
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	unit := e.Spawn(func() actor.Receiver { return hollywoodUnit{} }, "unit", actor.WithID("1"))
	tops := []*actor.PID{unit}
	for _, name := range others {
		tops = append(tops, e.Spawn(func() actor.Receiver { return &hollywoodWorker{name: name} }, "worker", actor.WithID(name)))
	}
	go ready(hollywoodService{e, unit})
	untilTold()
	return within(func() {
		for _, pid := range tops {
			<-e.Poison(pid).Done()
		}
	})
}

func (s hollywoodService) do(worker string, o order) (answer, error) {
	return hollywoodAsk(s.engine, worker, o)
}

func (s hollywoodService) restart(worker string) error {
	select {
	case <-s.engine.Stop(hollywoodPID(worker)).Done():
	case <-time.After(lastWords):
	}
	s.engine.Send(s.unit, again{})
	return nil
}
