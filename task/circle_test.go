package task_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
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

// A server waits for a task, and the task calls who called the server.
func TestCircleThroughATask(t *testing.T) {
	type body = func(*coppice.Process) (int, error)
	async := func(wait func(p *coppice.Process, m task.Task[int]) error) func(*coppice.Process, body) error {
		return func(p *coppice.Process, f body) error {
			m, err := task.Async(p, f)
			if err != nil {
				return err
			}
			return wait(p, m)
		}
	}
	forever := func(p *coppice.Process, m task.Task[int]) error { _, _, err := m.Yield(p, -1); return err }
	for name, test := range map[string]struct {
		run    func(p *coppice.Process, f body) error
		circle bool
	}{
		"Await":          {async(func(p *coppice.Process, m task.Task[int]) error { _, err := m.Await(p); return err }), true},
		"Yield for ever": {async(forever), true},
		"Yield": {async(func(p *coppice.Process, m task.Task[int]) error { // it goes on by itself
			defer m.Ignore(p) //nolint:errcheck // nobody wants to know
			_, _, err := m.Yield(p, time.Second)
			return err
		}), false},
		"AwaitMany": {async(func(p *coppice.Process, m task.Task[int]) error {
			other, err := task.Async(p, func(*coppice.Process) (int, error) { return 1, nil })
			if err != nil {
				return err
			}
			_, err = task.AwaitMany(p, other, m)
			return err
		}), true},
		"YieldMany": {async(func(p *coppice.Process, m task.Task[int]) error {
			_, err := task.YieldMany(p, -1, m)
			return err
		}), true},
		"Shutdown": {async(func(p *coppice.Process, m task.Task[int]) error {
			synctest.Wait() // it traps exits by now, and calls
			_, _, err := m.Shutdown(p, time.Minute)
			return err
		}), true},
		"Shutdown for ever": {async(func(p *coppice.Process, m task.Task[int]) error {
			synctest.Wait()
			_, _, err := m.Shutdown(p, -1)
			return err
		}), true},
		"Stream": {func(p *coppice.Process, f body) error {
			inputs := slices.Values([]bool{false, true, false})
			for _, err := range task.Stream(p, inputs, func(q *coppice.Process, calls bool) (int, error) {
				if calls {
					return f(q)
				}
				return 0, nil
			}, task.StreamOptions{MaxConcurrency: 3}) {
				if err != nil {
					return err
				}
			}
			return nil
		}, true},
		"a derived context": {func(p *coppice.Process, f body) error {
			ctx, cancel := context.WithCancel(p)
			defer cancel()
			c, err := askables.Start(p, genserver.None{})
			if err != nil {
				return err
			}
			_, err = genserver.Call(ctx, c, asked{do: f})
			return err
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := coppice.NewNode(coppice.Options{FindCircles: true, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
				a, _ := askables.Start(n, genserver.None{})
				b, _ := askables.Start(n, genserver.None{})
				told := make(chan error, 1)
				began := time.Now()
				_, failed := genserver.Call(genserver.NoTimeout(n), a, asked{do: func(p *coppice.Process) (int, error) {
					return genserver.Call(p.WithoutTimeout(), b, asked{do: func(p *coppice.Process) (int, error) {
						return 0, test.run(p, func(q *coppice.Process) (int, error) {
							q.TrapExit(true)
							_, err := genserver.Call(q, a, asked{do: func(*coppice.Process) (int, error) { return 1, nil }})
							told <- err
							return 0, nil
						})
					}})
				}})
				err := errors.Join(failed, <-told) // who begins to wait last is who fails
				if circle := new(coppice.CircleError); errors.As(err, &circle) != test.circle {
					t.Errorf("the calls gave %v", err)
				} else if test.circle && len(circle.Waits) < 3 {
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
