package task_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

// process runs f as a process of a node of its own, and waits for its end.
func process(f func(p *coppice.Process) error) {
	n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	defer n.Stop(context.Background())
	pid, err := coppice.Spawn(n, f)
	if err != nil {
		fmt.Println(err)
		return
	}
	if reason, _ := coppice.Await(n, pid); reason != coppice.Normal && reason != coppice.NoProc {
		fmt.Println("ended:", reason)
	}
}

// Two things are worked out at the same time.
func ExampleAsync() {
	process(func(p *coppice.Process) error {
		squares, err := task.Async(p, func(*coppice.Process) (int, error) { return 1 + 4 + 9, nil })
		if err != nil {
			return err
		}
		cubes := 1 + 8 + 27
		sum, err := squares.Await(p)
		if err != nil {
			return err
		}
		fmt.Println(sum, cubes)
		return nil
	})
	// Output: 14 36
}

// The value is asked for more than once, with something else in between.
func ExampleTask_Yield() {
	process(func(p *coppice.Process) error {
		slow, err := task.Async(p, func(q *coppice.Process) (string, error) {
			q.Sleep(30 * time.Millisecond)
			return "done", nil
		})
		if err != nil {
			return err
		}
		if _, done, _ := slow.Yield(p, 0); !done {
			fmt.Println("not yet")
		}
		value, done, err := slow.Yield(p, time.Minute)
		fmt.Println(value, done, err)
		return nil
	})
	// Output:
	// not yet
	// done true <nil>
}

// What fails under a supervisor, without a link, is an error for its owner.
func ExampleAsyncNoLink() {
	process(func(p *coppice.Process) error {
		sup, err := (&task.Supervisor{}).StartLink(p)
		if err != nil {
			return err
		}
		t, err := task.AsyncNoLink(p, sup, func(*coppice.Process) (int, error) {
			return 0, errors.New("no such page")
		})
		if err != nil {
			return err
		}
		_, err = t.Await(p)
		var failed *coppice.CallError
		fmt.Println(errors.As(err, &failed), failed.Reason)
		return supervisor.Stop(p, sup, nil)
	})
	// Output: true no such page
}

// Inputs are worked off two at a time, and the values keep their order.
func ExampleStream() {
	process(func(p *coppice.Process) error {
		words := slices.Values([]string{"oak", "birch", "elm"})
		length := func(_ *coppice.Process, word string) (int, error) { return len(word), nil }
		for n, err := range task.Stream(p, words, length, task.StreamOptions{MaxConcurrency: 2}) {
			if err != nil {
				return err
			}
			fmt.Println(n)
		}
		return nil
	})
	// Output:
	// 3
	// 5
	// 3
}

// A loader is a server that has its work done by tasks, and answers meanwhile.
type loader struct {
	sup     coppice.PID
	running map[coppice.Ref]task.Task[string]
	loaded  chan<- string
}

type load struct{ Page string }

func newLoader(p *coppice.Process, loaded chan<- string) (*loader, error) {
	sup, err := (&task.Supervisor{}).StartLink(p)
	return &loader{sup, map[coppice.Ref]task.Task[string]{}, loaded}, err
}

func (l *loader) load(p *coppice.Process, m load) error {
	t, err := task.AsyncNoLink(p, l.sup, func(*coppice.Process) (string, error) {
		if m.Page == "" {
			return "", errors.New("no page")
		}
		return "text of " + m.Page, nil
	})
	if err == nil {
		l.running[t.Ref()] = t
	}
	return err
}

func (l *loader) value(p *coppice.Process, m coppice.Aliased) error { return l.take(p, m.Ref, m) }
func (l *loader) ended(p *coppice.Process, m coppice.Down) error    { return l.take(p, m.Ref, m) }

func (l *loader) take(p *coppice.Process, ref coppice.Ref, message any) error {
	text, _, err := l.running[ref].Take(p, message)
	delete(l.running, ref)
	if err != nil {
		text = "failed"
	}
	l.loaded <- text
	return nil
}

// A server takes the messages of its tasks as they come.
func ExampleTask_Take() {
	loaders := genserver.Define(newLoader,
		genserver.OnCast((*loader).load),
		genserver.OnInfo((*loader).value),
		genserver.OnInfo((*loader).ended),
	)
	process(func(p *coppice.Process) error {
		loaded := make(chan string)
		ref, err := loaders.StartLink(p, loaded)
		if err != nil {
			return err
		}
		for _, page := range []string{"index", ""} {
			if err := genserver.Cast(p, ref, load{page}); err != nil {
				return err
			}
			fmt.Println(<-loaded)
		}
		return coppice.Stop(p, ref, nil)
	})
	// Output:
	// text of index
	// failed
}

// A task that nobody waits for is a child like any other.
func ExampleFunc() {
	process(func(p *coppice.Process) error {
		warm := make(chan string, 1)
		sup := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{{
			ID: "warm up", Restart: supervisor.Temporary,
			Start: task.Func(func(*coppice.Process) error { warm <- "warm"; return nil }),
		}}})
		pid, err := sup.StartLink(p)
		if err != nil {
			return err
		}
		fmt.Println(<-warm)
		return supervisor.Stop(p, pid, nil)
	})
	// Output: warm
}
