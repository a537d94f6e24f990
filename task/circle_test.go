package task_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/task"
)

// An asked server does what it is asked.
type asked struct {
	genserver.Returns[int]
	do func(*coppice.Process) (int, error)
}

var askables = genserver.Define(
	func(*coppice.Process, genserver.None) (*int, error) { return new(int), nil },
	genserver.OnCall(func(_ *int, p *coppice.Process, m asked) (int, error) { return m.do(p) }),
)

// A server awaits a task, and the task calls who called the server.
func TestCircleThroughATask(t *testing.T) {
	for name, test := range map[string]struct {
		ask    func(p *coppice.Process, m task.Task[int]) (int, error)
		circle bool
	}{
		"Await": {func(p *coppice.Process, m task.Task[int]) (int, error) { return m.Await(p) }, true},
		"Yield": {func(p *coppice.Process, m task.Task[int]) (int, error) { // it goes on by itself
			defer m.Ignore(p) //nolint:errcheck // nobody wants to know
			v, _, err := m.Yield(p, time.Second)
			return v, err
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := coppice.NewNode(coppice.Options{FindCircles: true, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
				a, _ := askables.Start(n, genserver.None{})
				b, _ := askables.Start(n, genserver.None{})
				told := make(chan error, 1)
				began := time.Now()
				_, failed := genserver.Call(n, a, asked{do: func(p *coppice.Process) (int, error) {
					return genserver.Call(p, b, asked{do: func(p *coppice.Process) (int, error) {
						delegate, err := task.Async(p, func(q *coppice.Process) (int, error) {
							_, err := genserver.Call(q, a, asked{do: func(*coppice.Process) (int, error) { return 1, nil }})
							told <- err
							return 0, nil
						})
						if err != nil {
							return 0, err
						}
						return test.ask(p, delegate)
					}})
				}})
				err := errors.Join(failed, <-told) // who begins to wait last is who fails
				if circle := new(coppice.CircleError); errors.As(err, &circle) != test.circle {
					t.Errorf("the calls gave %v", err)
				} else if test.circle && len(circle.Waits) != 3 {
					t.Errorf("the circle is %v", circle)
				}
				if took := time.Since(began); test.circle != (took == 0) {
					t.Errorf("it took %v", took)
				}
				n.Stop(context.Background())
			})
		})
	}
}
