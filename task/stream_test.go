package task_test

import (
	"errors"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

// collect takes all that a stream yields.
func collect[R any](s iter.Seq2[R, error]) (values []R, errs []error) {
	for v, err := range s {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		values = append(values, v)
	}
	return values, errs
}

// sleeper sleeps for its input, which it returns.
func sleeper(q *coppice.Process, d time.Duration) (time.Duration, error) {
	q.Sleep(d)
	return d, nil
}

func seconds(ns ...int) iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		for _, n := range ns {
			if !yield(time.Duration(n) * time.Second) {
				return
			}
		}
	}
}

// empty fails the test if the mailbox is not, and if a process is left but p.
func empty(t *testing.T, p *coppice.Process) {
	t.Helper()
	if m, ok := p.ReceiveTimeout(time.Hour); ok {
		t.Errorf("there is a message left: %T %v", m.Body, m.Body)
	}
	if n := p.Node().Count(); n != 1 {
		t.Errorf("%d processes live, want 1", n)
	}
}

func TestStreamOrder(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		for _, test := range []struct {
			options task.StreamOptions
			want    []time.Duration
			took    time.Duration
		}{
			{task.StreamOptions{MaxConcurrency: 1}, []time.Duration{3, 1, 2}, 6},
			{task.StreamOptions{MaxConcurrency: 2}, []time.Duration{3, 1, 2}, 3},
			{task.StreamOptions{MaxConcurrency: 3}, []time.Duration{3, 1, 2}, 3},
			{task.StreamOptions{MaxConcurrency: 3, Unordered: true}, []time.Duration{1, 2, 3}, 3},
			{task.StreamOptions{MaxConcurrency: 1, Unordered: true}, []time.Duration{3, 1, 2}, 6},
		} {
			began := time.Now()
			stream := task.Stream(p, seconds(3, 1, 2), sleeper, test.options)
			for range 2 { // it can be ranged over again
				values, errs := collect(stream)
				for i := range values {
					values[i] /= time.Second
				}
				if len(errs) > 0 || !slices.Equal(values, test.want) {
					t.Errorf("%+v: %v %v, want %v", test.options, values, errs, test.want)
				}
			}
			if took := time.Since(began); took != 2*test.took*time.Second {
				t.Errorf("%+v: it took %v", test.options, took)
			}
		}
		if values, errs := collect(task.Stream(p, seconds(), sleeper, task.StreamOptions{})); len(values)+len(errs) > 0 {
			t.Error(values, errs)
		}
		empty(t, p)
		return nil
	})
}

// No more tasks run than may, and no input is taken before its turn.
func TestStreamIsBounded(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		var running, most, taken atomic.Int32
		inputs := func(yield func(int) bool) {
			for i := 0; ; i++ { // for ever
				taken.Add(1)
				if !yield(i) {
					return
				}
			}
		}
		f := func(q *coppice.Process, i int) (int, error) {
			now := running.Add(1)
			for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
			}
			q.Sleep(time.Duration(i%7) * time.Millisecond)
			running.Add(-1)
			return i, nil
		}
		want := 0
		for i, err := range task.Stream(p, inputs, f, task.StreamOptions{MaxConcurrency: 4}) {
			if i != want || err != nil {
				t.Fatal(i, err)
			}
			if want++; want == 100 {
				break
			}
		}
		if most.Load() != 4 || taken.Load() > 110 {
			t.Errorf("%d ran at a time, and %d inputs were taken", most.Load(), taken.Load())
		}
		empty(t, p)
		return nil
	})
}

func TestStreamFailures(t *testing.T) {
	f := func(q *coppice.Process, i int) (int, error) {
		switch i {
		case 1:
			return 0, errBad
		case 2:
			panic("boom")
		case 3:
			q.Sleep(time.Hour)
		}
		return i, nil
	}
	inputs := slices.Values([]int{0, 1, 2, 3, 4})
	check := func(t *testing.T, p *coppice.Process, options task.StreamOptions) {
		values, errs := collect(task.Stream(p, inputs, f, options))
		if !slices.Equal(values, []int{0, 4}) || len(errs) != 3 {
			t.Fatal(values, errs)
		}
		for i, err := range errs {
			var e *task.ItemError[int]
			if !errors.As(err, &e) || e.Input != i+1 || e.Index != i+1 {
				t.Errorf("%d: %v", i, err)
			}
		}
		var crash *coppice.PanicError
		if !errors.Is(errs[0], errBad) || !errors.As(errs[1], &crash) || !errors.Is(errs[2], coppice.Timeout) {
			t.Error(errs)
		}
	}
	options := task.StreamOptions{MaxConcurrency: 5, OnTimeout: task.KillTask}
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		p.TrapExit(true)
		check(t, p, options)
		empty(t, p)
		return nil
	})
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		options.Supervisor, options.NoLink = startSup(t, p, task.Supervisor{}), true
		check(t, p, options)
		return nil
	})
	reason := inProcess(t, func(t *testing.T, p *coppice.Process) error {
		values, errs := collect(task.Stream(p, inputs, f, task.StreamOptions{}))
		t.Errorf("an owner that does not trap has got %v %v", values, errs)
		return nil
	})
	var crash *coppice.PanicError
	if !errors.Is(reason, errBad) && !errors.As(reason, &crash) {
		t.Errorf("the owner ended with %v", reason)
	}
}

// A time-out ends the stream, unless it says KillTask, and counts also while the
// owner is busy with something else.
func TestStreamTimeout(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		began := time.Now()
		values, errs := collect(task.Stream(p, seconds(1, 7, 100), sleeper, task.StreamOptions{MaxConcurrency: 2}))
		if len(values) != 1 || len(errs) != 1 || reasonOf(t, errs[0]) != coppice.Timeout || time.Since(began) != 5*time.Second {
			t.Error(values, errs, time.Since(began))
		}
		values, errs = collect(task.Stream(p, seconds(1, 100), sleeper, task.StreamOptions{Timeout: -1}))
		if len(values) != 2 || len(errs) != 0 {
			t.Error(values, errs)
		}
		n := 0
		for _, err := range task.Stream(p, seconds(0, 7), sleeper, task.StreamOptions{MaxConcurrency: 2, OnTimeout: task.KillTask}) {
			if n++; n == 1 {
				p.Sleep(time.Minute) // the second one could be done by then
				continue
			}
			if !errors.Is(err, coppice.Timeout) {
				t.Error(err)
			}
		}
		empty(t, p)
		return nil
	})
}

// However the loop ends, the tasks have ended then.
func TestStreamLoopEnds(t *testing.T) {
	loops := map[string]func(p *coppice.Process, s iter.Seq2[time.Duration, error]) error{
		"break": func(p *coppice.Process, s iter.Seq2[time.Duration, error]) error {
			for range s {
				break
			}
			return nil
		},
		"return": func(p *coppice.Process, s iter.Seq2[time.Duration, error]) error {
			for range s {
				return nil
			}
			return errors.New("nothing came")
		},
		"panic": func(p *coppice.Process, s iter.Seq2[time.Duration, error]) (err error) {
			defer func() {
				if recover() != "boom" {
					err = errors.New("the panic was lost")
				}
			}()
			for range s {
				panic("boom")
			}
			return nil
		},
	}
	for name, loop := range loops {
		t.Run(name, func(t *testing.T) {
			inProcess(t, func(t *testing.T, p *coppice.Process) error {
				began := time.Now()
				if err := loop(p, task.Stream(p, seconds(1, 4, 4), sleeper, task.StreamOptions{MaxConcurrency: 3})); err != nil {
					t.Error(err)
				}
				if took := time.Since(began); took != time.Second {
					t.Error(took)
				}
				if n := len(slices.Collect(p.Node().List())); n != 1 {
					t.Errorf("%d processes live", n)
				}
				empty(t, p)
				return nil
			})
		})
	}
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		defer func() {
			if recover() != "input" {
				t.Error("the panic of the inputs was lost")
			}
			empty(t, p)
		}()
		inputs := func(yield func(time.Duration) bool) { yield(time.Hour); panic("input") }
		collect(task.Stream(p, inputs, sleeper, task.StreamOptions{MaxConcurrency: 2}))
		return nil
	})
}

// Whatever ends the owner ends the tasks of its stream, but those without link.
func TestStreamOwnerEnds(t *testing.T) {
	for _, test := range []struct {
		how      error
		trapping bool
	}{{errBad, false}, {coppice.Shutdown, false}, {coppice.Kill, false}, {coppice.Kill, true}} {
		inProcess(t, func(t *testing.T, p *coppice.Process) error {
			sup := startSup(t, p, task.Supervisor{})
			for _, options := range []task.StreamOptions{{}, {Supervisor: sup}, {Supervisor: sup, NoLink: true}} {
				options.Timeout, options.MaxConcurrency = -1, 2
				owner, err := coppice.Spawn(p, func(q *coppice.Process) error {
					q.TrapExit(test.trapping)
					values, errs := collect(task.Stream(q, seconds(3600, 3600), sleeper, options))
					t.Errorf("%+v: the stream has ended: %v %v", test, values, errs)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				p.Sleep(time.Second)
				_ = coppice.Exit(p, owner, test.how)
			}
			p.Sleep(time.Second)
			if pids, _ := task.Children(p, sup); len(pids) != 2 {
				t.Errorf("%+v: %d supervised tasks are left, want the 2 without link", test, len(pids))
			}
			if n := p.Node().Count(); n != 4 {
				t.Errorf("%+v: %d processes live, want 4", test, n)
			}
			return supervisor.Stop(p, sup, nil)
		})
	}
}

// When the process between the owner and its tasks is killed, the stream ends
// with an error, if the owner lives to see it.
func TestStreamMinderKilled(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		p.TrapExit(true)
		self := p.Self()
		f := func(q *coppice.Process, d time.Duration) (int, error) {
			q.Sleep(d)
			info, _ := coppice.Lookup(self)
			return 0, coppice.Exit(q, info.Links[0], coppice.Kill)
		}
		values, errs := collect(task.Stream(p, seconds(1, 3600), f, task.StreamOptions{MaxConcurrency: 2, Timeout: -1}))
		if len(values) != 0 || len(errs) != 1 || reasonOf(t, errs[0]) != coppice.Killed {
			t.Error(values, errs)
		}
		empty(t, p)
		return nil
	})
}

func TestStreamOptions(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		for _, options := range []task.StreamOptions{
			{MaxConcurrency: -1},
			{NoLink: true},
			{Options: []task.Option{task.Shutdown(supervisor.BrutalKill)}},
		} {
			if values, errs := collect(task.Stream(p, seconds(1), sleeper, options)); len(values) != 0 || len(errs) != 1 {
				t.Errorf("%+v: %v %v", options, values, errs)
			}
		}
		full := startSup(t, p, task.Supervisor{MaxChildren: supervisor.Max(2)})
		values, errs := collect(task.Stream(p, seconds(1, 1, 1), sleeper, task.StreamOptions{MaxConcurrency: 3, Supervisor: full, NoLink: true}))
		if len(values) != 0 || len(errs) != 1 || !errors.Is(errs[0], supervisor.ErrMaxChildren) {
			t.Error(values, errs)
		}
		if pids, _ := task.Children(p, full); len(pids) != 0 {
			t.Errorf("%d tasks are left", len(pids))
		}
		p.TrapExit(true)
		if err := supervisor.Stop(p, full, nil); err != nil {
			t.Error(err)
		}
		p.Receive() // its end
		values, errs = collect(task.Stream(p, seconds(1), sleeper, task.StreamOptions{Supervisor: full}))
		if len(values) != 0 || len(errs) != 1 || !errors.Is(errs[0], coppice.NoProc) {
			t.Error(values, errs)
		}
		empty(t, p)
		return nil
	})
}

// A stream may run in the loop over another, and in its tasks.
func TestStreamsNest(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		inner := func(q *coppice.Process, d time.Duration) (int, error) {
			values, errs := collect(task.Stream(q, seconds(1, 2), sleeper, task.StreamOptions{}))
			return len(values), errors.Join(errs...)
		}
		outer := 0
		for n, err := range task.Stream(p, seconds(1, 2, 3), inner, task.StreamOptions{MaxConcurrency: 2}) {
			values, errs := collect(task.Stream(p, seconds(1, 2), sleeper, task.StreamOptions{}))
			if outer += n * len(values); err != nil || len(errs) > 0 {
				t.Error(err, errs)
			}
		}
		if outer != 12 {
			t.Error(outer)
		}
		empty(t, p)
		return nil
	})
}
