package coppice

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/sched"
)

// A reporter logs reports, in their order, on a goroutine of its own: a slow
// log, or a String method of the user's that hangs or panics, holds up and
// harms no process.
type reporter struct {
	node *Node

	mu      sync.Mutex // guards what follows
	queue   []Report
	dropped int
	present *reporterRun // who logs at the moment, or nil
}

const (
	reportsKept     = 10000 // more than these are dropped, and counted
	reportsPatience = 1000  // reports that may come while one is logged, until that one is taken to hang
)

// A reporterRun is one goroutine's turn.
type reporterRun struct {
	r       *reporter
	waiting int // reports that have come since it began with the present one; guarded by r.mu
}

// emit tells a report.
func (n *Node) emit(report Report) {
	if n.options.OnReport != nil {
		n.options.OnReport(report)
	}
	if _, ok := report.(*ProgressReport); ok && !n.options.Progress {
		return
	}
	r := &n.reporter
	r.mu.Lock()
	if len(r.queue) >= reportsKept {
		r.dropped++
		r.mu.Unlock()
		return
	}
	r.queue = append(r.queue, report)
	if r.present != nil {
		if r.present.waiting++; r.present.waiting < reportsPatience {
			r.mu.Unlock()
			return
		}
	}
	run := &reporterRun{r: r}
	r.present = run
	r.mu.Unlock()
	n.sched.Ready(run, nil)
}

// Run logs what is queued.
func (run *reporterRun) Run(*sched.Runner) {
	defer func() {
		// A Goexit in a handler of the log ends this goroutine; the rest
		// waits for the next report, which begins a new run.
		run.r.mu.Lock()
		if run.r.present == run {
			run.r.present = nil
		}
		run.r.mu.Unlock()
	}()
	for report := run.next(); report != nil; report = run.next() {
		run.r.node.log(report)
	}
}

func (run *reporterRun) next() Report {
	r := run.r
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.present != run {
		return nil // it was taken to hang, and another has taken over
	}
	run.waiting = 0
	if len(r.queue) == 0 {
		if n := r.dropped; n > 0 {
			r.dropped = 0
			return droppedReport(n)
		}
		r.present = nil
		return nil
	}
	report := r.queue[0]
	r.queue[0] = nil
	r.queue = r.queue[1:]
	return report
}

func (n *Node) log(report Report) {
	defer func() {
		if v := recover(); v != nil {
			_ = n.logSafely(func(l *slog.Logger) {
				l.Error("coppice: a report could not be logged: formatting it panicked", "panic_type", fmt.Sprintf("%T", v))
			})
		}
	}()
	ctx := context.Background()
	if !n.logger.Enabled(ctx, report.Level()) {
		return
	}
	record := slog.NewRecord(time.Now(), report.Level(), report.Summary(), 0)
	record.AddAttrs(slog.String("node", n.name), slog.Any("report", report))
	_ = n.logger.Handler().Handle(ctx, record)
}

// logSafely logs what must not panic again.
func (n *Node) logSafely(f func(*slog.Logger)) (ok bool) {
	defer func() { ok = recover() == nil }()
	f(n.logger)
	return true
}

// A droppedReport counts reports that came faster than they could be logged.
type droppedReport int

func (d droppedReport) Level() slog.Level { return slog.LevelWarn }
func (d droppedReport) Summary() string {
	return fmt.Sprintf("%d reports were dropped: they came faster than they could be logged", int(d))
}
func (d droppedReport) String() string { return "** " + d.Summary() + "\n" }
func (d droppedReport) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", "dropped"), slog.Int("count", int(d)))
}
