package application_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/application"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A trace is what happened, in its order.
type trace struct {
	mu   sync.Mutex // guards what follows
	said []string
}

func (tr *trace) add(format string, args ...any) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.said = append(tr.said, fmt.Sprintf(format, args...))
}

// want checks what has happened since it was last called.
func (tr *trace) want(t *testing.T, want string) {
	t.Helper()
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if got := strings.Join(tr.said, ", "); got != want {
		t.Errorf("what happened:\n got %s\nwant %s", got, want)
	}
	tr.said = nil
}

// An app says what an application of a test is like.
type app struct {
	name   string
	needs  []string
	phases []application.Phase
	start  func(p *coppice.Process) error                     // before the tree is made
	worker func(p *coppice.Process) error                     // instead of waiting; tells by InitAck that it has started
	top    func(worker supervisor.Starter) supervisor.Starter // instead of a supervisor that allows no restart
}

// define makes an application that tells tr its every step. Its worker is
// registered as worker_<name>, and ends with what it is sent.
func (tr *trace) define(a app) *application.App[int] {
	return application.Define(application.Spec[int]{
		Name: a.name, DependsOn: a.needs, Env: 1,
		Start: func(p *coppice.Process, env int) (application.Tree, error) {
			tr.add("start %s", a.name)
			if a.start != nil {
				if err := a.start(p); err != nil {
					return application.Tree{}, err
				}
			}
			return application.Tree{
				Top:      a.tree(tr),
				Phases:   a.phases,
				PrepStop: func(*coppice.Process) { tr.add("prep_stop %s", a.name) },
				Stop:     func(*coppice.Process) { tr.add("stop %s", a.name) },
			}, nil
		},
	})
}

func (a app) tree(tr *trace) supervisor.Starter {
	worker := worker{a, tr}
	if a.top != nil {
		return a.top(worker)
	}
	return supervisor.New(supervisor.Spec{
		Restarts: supervisor.AtMost(0, 1),
		Children: []supervisor.ChildSpec{{ID: "worker", Start: worker}},
	})
}

// A worker has started when it is ready to be told to end.
type worker struct {
	app app
	tr  *trace
}

func (w worker) StartLink(ctx context.Context) (coppice.PID, error) {
	pid, _, err := coppice.StartProcess(ctx, coppice.Spec{Body: w.run, Link: true, Name: coppice.Name("worker_" + w.app.name)})
	return pid, err
}

func (w worker) run(p *coppice.Process) error {
	if w.app.worker != nil {
		return w.app.worker(p)
	}
	p.TrapExit(true)
	p.InitAck()
	switch body := p.Receive().Body.(type) {
	case coppice.Exited:
		w.tr.add("end %s %v", w.app.name, body.Reason)
		return body.Reason
	case error:
		return body
	}
	return nil
}

// bare is a tree that is one process.
func bare(worker supervisor.Starter) supervisor.Starter { return worker }

func start(t *testing.T, n *coppice.Node, how application.Type, apps ...application.Application) {
	t.Helper()
	if _, err := application.Start(n, how, apps...); err != nil {
		t.Fatalf("Start: %v", err)
	}
}

// runs checks which applications run, in start order.
func runs(t *testing.T, n *coppice.Node, want ...string) {
	t.Helper()
	list, err := application.Running(n)
	var names []string
	for _, info := range list {
		names = append(names, info.Name)
	}
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("running: got %v, %v, want %v", names, err, want)
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
