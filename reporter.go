package coppice

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
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
	queue   []Report   // queue[at:] is to be logged
	at      int
	dropped int
	present *reporterRun   // who logs at the moment, or nil
	rested  *reporterRun   // who did so last and is free to again, or nil
	hung    []*reporterRun // who was taken to hang, and has not returned
	stopped bool           // the node has: no timer is to be left
}

const (
	reportsKept     = 10000           // more than these are dropped, and counted
	reportsPatience = 1000            // reports that may come while one is logged, until that one is taken to hang,
	reportPatience  = 5 * time.Second // and for how long others may wait for it
)

// A reporterRun is one goroutine's turn. What changes is guarded by r.mu.
type reporterRun struct {
	r       *reporter
	runner  *sched.Runner // while it runs
	began   time.Time     // when its turn did
	since   time.Time     // when it began with the present report
	waiting int           // reports that have come since then, while it runs
	timer   *time.Timer   // for the time limit while others wait, reused
	armed   bool          // the timer runs
}

// emit tells a report.
func (n *Node) emit(report Report) {
	n.onReport(report)
	if _, ok := report.(*ProgressReport); ok && !n.options.Progress {
		return
	}
	r := &n.reporter
	r.mu.Lock()
	defer r.mu.Unlock()
	if n.silent && r.present == nil && r.left() == 0 && n.history.repeats(report) {
		return // there is nothing to do for which it is worth to wake a goroutine
	}
	if r.left() >= reportsKept {
		r.dropped++
		return
	}
	r.push(report)
	run := r.present
	switch {
	case run == nil:
		r.begin()
	case run.runner == nil: // it has not begun, and so does not hang
	case run.waiting+1 >= reportsPatience:
		r.relieve()
	default:
		run.waiting++
		if !run.armed && !r.stopped {
			run.startTimer(reportPatience)
		}
	}
}

// left is how many reports are to be logged; r.mu is held.
func (r *reporter) left() int { return len(r.queue) - r.at }

// onReport calls what the user wants to hear of reports.
func (n *Node) onReport(report Report) {
	if n.options.OnReport == nil {
		return
	}
	defer func() {
		if v := recover(); v != nil {
			n.logger.Error("coppice: Options.OnReport panicked", "panic", fmt.Sprint(v))
		}
	}()
	n.options.OnReport(report)
}

// begin has a new goroutine log what is queued; r.mu is held.
func (r *reporter) begin() {
	r.present, r.rested = r.rested, nil
	if r.present == nil {
		r.present = &reporterRun{r: r}
	}
	r.node.sched.Ready(r.present, nil)
}

// relieve has another goroutine log in place of one that hangs; r.mu is held.
func (r *reporter) relieve() {
	r.present.stopTimer()
	r.hung = append(r.hung, r.present)
	r.begin()
}

// overdue is called by the timer.
func (run *reporterRun) overdue() {
	r := run.r
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.present != run || !run.armed || r.stopped {
		return
	}
	run.armed = false
	if left := reportPatience - time.Since(run.since); left > 0 {
		run.startTimer(left)
	} else if r.left() > 0 {
		r.relieve()
	}
}

// startTimer is called with r.mu held. A timer that could not be stopped in time
// may call overdue too early, which looks at the clock.
func (run *reporterRun) startTimer(d time.Duration) {
	run.armed = true
	if run.timer == nil {
		run.timer = time.AfterFunc(d, run.overdue)
		return
	}
	run.timer.Reset(d)
}

// stopTimer is called with r.mu held.
func (run *reporterRun) stopTimer() {
	if run.armed {
		run.timer.Stop()
		run.armed = false
	}
}

// Run logs what is queued.
func (run *reporterRun) Run(runner *sched.Runner) {
	defer run.ended()
	for report := run.next(runner); report != nil; report = run.next(runner) {
		run.r.node.remark(report)
		run.r.node.log(report)
	}
}

// ended is deferred, for code of the user's in the log may call Goexit. Then
// another goroutine goes on with the rest.
func (run *reporterRun) ended() {
	r := run.r
	r.mu.Lock()
	defer r.mu.Unlock()
	run.stopTimer()
	r.hung = slices.DeleteFunc(r.hung, func(h *reporterRun) bool { return h == run })
	if r.present == run {
		r.present = nil
		if r.left() > 0 || r.dropped > 0 {
			r.begin()
		}
	}
	run.runner = nil
	r.rested = run
}

func (run *reporterRun) next(runner *sched.Runner) Report {
	r := run.r
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.present != run {
		return nil // it was taken to hang, and another has taken over
	}
	run.stopTimer()
	run.waiting = 0
	if r.left() == 0 && r.dropped == 0 {
		r.present = nil
		return nil
	}
	run.since = time.Now()
	if run.runner == nil {
		run.runner, run.began = runner, run.since
	}
	if r.left() > 0 {
		if r.left() > 1 && !r.stopped {
			run.startTimer(reportPatience)
		}
		return r.pop()
	}
	n := r.dropped
	r.dropped = 0
	return droppedReport(n)
}

// push queues a report; r.mu is held. Where half of the queue has been logged it
// moves down instead of growing, so a log that never quite catches up keeps no
// more than it has to.
func (r *reporter) push(report Report) {
	if len(r.queue) == cap(r.queue) && r.at > 0 && r.at >= r.left() {
		n := copy(r.queue, r.queue[r.at:])
		clear(r.queue[n:])
		r.queue, r.at = r.queue[:n], 0
	}
	r.queue = append(r.queue, report)
}

// pop takes the oldest report; r.mu is held. What the queue has grown to is
// kept for the next ones, unless a burst has made it long.
func (r *reporter) pop() Report {
	report := r.queue[r.at]
	r.queue[r.at] = nil
	r.at++
	switch {
	case r.left() > 0:
	case cap(r.queue) > 1024:
		r.queue, r.at = nil, 0
	default:
		r.queue, r.at = r.queue[:0], 0
	}
	return report
}

// stop is called when the node has stopped.
func (r *reporter) stop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	if r.present != nil {
		r.present.stopTimer()
	}
}

// stuck returns what logs and does not return. Who has only just begun is not
// among them, for others that are stuck are reported in the same instant.
func (r *reporter) stuck() (all []Stuck) {
	r.mu.Lock()
	runs := slices.Clone(r.hung)
	if run := r.present; run != nil && run.runner != nil && time.Since(run.began) >= unwindTime {
		runs = append(runs, r.present)
	}
	ids := make([]uint64, len(runs))
	for i, run := range runs {
		ids[i] = run.runner.ID()
		all = append(all, Stuck{Name: "the log of reports", Since: run.since, Zombie: true})
	}
	r.mu.Unlock()
	if len(all) == 0 {
		return nil
	}
	stacks := goroutineStacks()
	for i := range all {
		all[i].Stack = codeOf(stacks[ids[i]])
	}
	// What has no stack has ended meanwhile.
	return slices.DeleteFunc(all, func(s Stuck) bool { return s.Stack == "" })
}

// remark has the node remember the report. Code of the user's that panics while
// it is put in words costs the memory, and not the log.
func (n *Node) remark(report Report) {
	defer func() { _ = recover() }()
	n.history.record(report)
}

func (n *Node) log(report Report) {
	defer func() {
		if v := recover(); v != nil {
			_ = n.logSafely(func(l *slog.Logger) {
				l.Error("coppice: a report could not be logged: formatting it panicked", "panic_type", fmt.Sprintf("%T", v), "report", fmt.Sprintf("%T", report))
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
