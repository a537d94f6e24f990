package task_test

import (
	"errors"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

// startSup starts a supervisor of tasks, linked with p.
func startSup(t *testing.T, p *coppice.Process, sup task.Supervisor) coppice.PID {
	t.Helper()
	pid, err := sup.StartLink(p)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestSupervised(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		sup := startSup(t, p, task.Supervisor{MaxChildren: supervisor.Max(2)})
		one, err1 := task.AsyncUnder(p, sup, hang)
		two, err2 := task.AsyncNoLink(p, sup, hang)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if _, err := task.AsyncNoLink(p, sup, value(1)); !errors.Is(err, supervisor.ErrMaxChildren) {
			t.Error(err)
		}
		if _, err := task.StartChild(p, sup, func(*coppice.Process) error { return nil }); !errors.Is(err, supervisor.ErrMaxChildren) {
			t.Error(err)
		}
		if pids, err := task.Children(p, sup); len(pids) != 2 || err != nil {
			t.Error(pids, err)
		}
		if err := task.TerminateChild(p, sup, two.PID()); err != nil {
			t.Error(err)
		}
		if err := task.TerminateChild(p, sup, two.PID()); !errors.Is(err, supervisor.ErrNotFound) {
			t.Error(err)
		}
		if _, err := two.Await(p); reasonOf(t, err) != coppice.Shutdown {
			t.Error(err)
		}
		if _, done, err := one.Shutdown(p, time.Minute); done || err != nil {
			t.Error(done, err)
		}
		failing, _ := task.AsyncNoLink(p, sup, bad)
		if _, err := failing.Await(p); reasonOf(t, err) != errBad {
			t.Error(err)
		}
		if err := supervisor.Stop(p, sup, nil); err != nil {
			t.Error(err)
		}
		_, err := task.AsyncNoLink(p, sup, value(1))
		if reasonOf(t, err) != coppice.NoProc {
			t.Error(err)
		}
		return nil
	})
}

// Only StartChild restarts, and only where it is told to.
func TestRestart(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		sup := startSup(t, p, task.Supervisor{Restarts: supervisor.AtMost(10, time.Second)})
		for _, test := range []struct {
			restart supervisor.Restart
			ends    error
			runs    int
		}{
			{supervisor.Temporary, errBad, 1},
			{supervisor.Transient, errBad, 3},
			{supervisor.Transient, nil, 1},
			{supervisor.Permanent, nil, 3},
		} {
			runs := make(chan int, 10)
			n := 0
			pid, err := task.StartChild(p, sup, func(q *coppice.Process) error {
				if n++; n == 3 {
					runs <- n
					q.Sleep(time.Hour)
				}
				return test.ends
			}, task.Restart(test.restart))
			if err != nil || pid.IsZero() {
				t.Fatal(pid, err)
			}
			p.Sleep(time.Minute)
			select {
			case <-runs:
				if test.runs != 3 {
					t.Errorf("%v after %v: it was restarted", test.restart, test.ends)
				}
			default:
				if test.runs == 3 {
					t.Errorf("%v after %v: it was not restarted", test.restart, test.ends)
				}
			}
			pids, _ := task.Children(p, sup)
			for _, pid := range pids {
				_ = task.TerminateChild(p, sup, pid)
			}
		}
		again, _ := task.AsyncNoLink(p, sup, bad, task.Restart(supervisor.Permanent))
		_, _ = again.Await(p)
		if pids, _ := task.Children(p, sup); len(pids) != 0 {
			t.Errorf("a task that was awaited was restarted: %v", pids)
		}
		return nil
	})
}

func TestSupervisedShutdownTime(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		sup := startSup(t, p, task.Supervisor{})
		stubborn := func(q *coppice.Process) (int, error) { q.TrapExit(true); q.Sleep(time.Hour); return 0, nil }
		slow, _ := task.AsyncNoLink(p, sup, stubborn, task.Shutdown(supervisor.Within(time.Minute)))
		p.Sleep(time.Millisecond)
		began := time.Now()
		if err := task.TerminateChild(p, sup, slow.PID()); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != time.Minute {
			t.Error(took)
		}
		if _, err := slow.Await(p); reasonOf(t, err) != coppice.Killed {
			t.Error(err)
		}
		return nil
	})
}

// A supervised task whose owner is killed before it could say what to do ends
// by itself.
func TestOwnerGoneBeforeBegin(t *testing.T) {
	inProcess(t, func(t *testing.T, p *coppice.Process) error {
		sup := startSup(t, p, task.Supervisor{})
		for range 50 {
			owner, err := coppice.Spawn(p, func(q *coppice.Process) error {
				for {
					if _, err := task.AsyncNoLink(q, sup, value(1)); err != nil {
						return err
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := task.Children(p, sup); err != nil {
				t.Fatal(err)
			}
			_ = coppice.Exit(p, owner, coppice.Kill)
		}
		p.Sleep(time.Second)
		if pids, err := task.Children(p, sup); len(pids) != 0 || err != nil {
			t.Errorf("%d tasks are left: %v", len(pids), err)
		}
		return nil
	})
}
