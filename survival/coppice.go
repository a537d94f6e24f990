package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/program"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

func coppiceSubject() subject {
	return subject{
		name: "coppice",
		how:  "genservers that trap exits, with MaxMailbox and SkipAbandoned, under two supervisors; FindCircles; program.Run",
		run:  runCoppice,
	}
}

type coppiceOrder struct {
	genserver.Returns[answer]
	order
}

type coppiceWorker struct {
	*state
	name string
}

var coppiceWorkers = genserver.Define(
	func(p *coppice.Process, name string) (*coppiceWorker, error) {
		p.TrapExit(true) // so that it does what it was asked before it was told to end
		return &coppiceWorker{newState(name), name}, nil
	},
	genserver.OnCall((*coppiceWorker).order),
	genserver.OnTerminate(func(w *coppiceWorker, _ *coppice.Process, _ error) error {
		cleanUp(w.name)
		return nil
	}),
)

func (w *coppiceWorker) order(p *coppice.Process, o coppiceOrder) (answer, error) {
	return w.do(o.order, hold{
		done: p.Done,
		call: func(worker string, o order) error {
			_, err := genserver.Call(p, coppice.Name(worker), coppiceOrder{order: o})
			return err
		},
		killSelf:   func() error { return coppice.Exit(p, p.Self(), coppice.Kill) },
		killParent: func() error { return coppice.Exit(p, p.Parent(), coppice.Kill) },
		help: func() {
			_, _ = task.Async(p, func(p *coppice.Process) (int, error) { <-p.Done(); return 0, nil })
		},
	})
}

const coppiceUnit = coppice.Name("unit")

func coppiceChild(name string) supervisor.ChildSpec {
	return supervisor.ChildSpec{
		ID:       name,
		Start:    coppiceWorkers.With(name, genserver.Name(coppice.Name(name)), genserver.MaxMailbox(mostQueue, coppice.Reject), genserver.SkipAbandoned()),
		Shutdown: supervisor.Within(lastWords),
	}
}

type coppiceService struct{ node *coppice.Node }

func runCoppice(ready func(service)) int {
	node := coppice.NewNode(coppice.Options{
		Name: "survival", FindCircles: true,
		Logger: slog.New(coppice.NewReportHandler(os.Stderr)),
	})
	unit := supervisor.New(supervisor.Spec{
		Restarts: supervisor.AtMost(restarts, period),
		Children: []supervisor.ChildSpec{coppiceChild(victim), coppiceChild(sibling)},
	}, supervisor.Name(coppiceUnit))
	front := supervisor.Body(func(p *coppice.Process) error {
		go ready(coppiceService{node})
		p.ReceiveMatch(func(coppice.Message) bool { return false }, -1)
		return nil
	})
	err := program.Run(node, supervisor.New(supervisor.Spec{
		Restarts: supervisor.AtMost(restarts, period),
		Children: []supervisor.ChildSpec{
			{ID: "unit", Start: unit},
			coppiceChild(others[0]), coppiceChild(others[1]),
			{ID: "front", Start: front},
		},
	}), program.Options{})
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
	}
	return program.ExitStatus(err)
}

func (s coppiceService) do(worker string, o order) (answer, error) {
	ctx, cancel := context.WithTimeout(s.node, patience)
	defer cancel()
	return genserver.Call(ctx, coppice.Name(worker), coppiceOrder{order: o})
}

func (s coppiceService) restart(worker string) error {
	err := supervisor.TerminateChild(s.node, coppiceUnit, worker)
	_, again := supervisor.RestartChild(s.node, coppiceUnit, worker)
	return errors.Join(err, again)
}
