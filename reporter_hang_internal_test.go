package coppice

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A slowLog logs nothing, and hangs at its first report until it is released.
type slowLog struct {
	slog.Handler
	first   *atomic.Bool
	release chan struct{}
}

func (l slowLog) Enabled(context.Context, slog.Level) bool { return true }

func (l slowLog) Handle(context.Context, slog.Record) error {
	if l.first.CompareAndSwap(true, false) {
		<-l.release
	}
	return nil
}

func emitMany(n *Node, many int) {
	for range many {
		n.emit(droppedReport(1))
	}
}

// What has hung and returned is not taken to hang again before it has begun.
func TestLogThatHungLogsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := slowLog{slog.DiscardHandler, new(atomic.Bool), make(chan struct{})}
		l.first.Store(true)
		n := NewNode(Options{Logger: slog.New(l)})
		r := &n.reporter
		emitMany(n, 1)
		synctest.Wait() // it hangs now
		emitMany(n, reportsPatience)
		synctest.Wait() // another has logged the rest
		if len(r.hung) != 1 || len(r.stuck()) != 1 {
			t.Errorf("%d logs were taken to hang", len(r.hung))
		}
		close(l.release)
		synctest.Wait()

		again(t, n, r.rested, 2)
	})
}

// A log that has only just begun, as it has where what does not end is reported
// when it is counted, is not taken to hang.
func TestLogThatHasJustBegunDoesNotHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := slowLog{slog.DiscardHandler, new(atomic.Bool), make(chan struct{})}
		l.first.Store(true)
		n := NewNode(Options{Logger: slog.New(l)})
		emitMany(n, 1)
		synctest.Wait()
		if got := n.reporter.stuck(); len(got) != 0 {
			t.Errorf("stuck: %v", got)
		}
		time.Sleep(unwindTime)
		if got := n.reporter.stuck(); len(got) != 1 {
			t.Errorf("stuck: %v", got)
		}
		close(l.release)
		synctest.Wait()
		if got := n.reporter.stuck(); len(got) != 0 {
			t.Errorf("stuck: %v", got)
		}
		n.Stop(context.Background())
	})
}

// A log that has no goroutine yet does not hang, however many reports come.
func TestLogThatHasNotBegunDoesNotHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := NewNode(Options{Logger: slog.New(slog.DiscardHandler)})
		again(t, n, &reporterRun{r: &n.reporter}, 2*reportsPatience)
	})
}

// again has run log, after reports have come before it got a goroutine.
func again(t *testing.T, n *Node, run *reporterRun, reports int) {
	r := &n.reporter
	r.present, r.rested = run, nil
	emitMany(n, reports)
	if len(r.hung) != 0 {
		t.Error("it was taken to hang before it began")
	}
	if got := r.stuck(); len(got) != 0 {
		t.Errorf("stuck: %v", got)
	}
	n.sched.Ready(run, nil)
	synctest.Wait()
	if r.left() != 0 {
		t.Errorf("%d reports were not logged", r.left())
	}
	n.Stop(context.Background())
}
