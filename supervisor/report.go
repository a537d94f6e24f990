package supervisor

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// ErrMaxIntensity is the reason in the report of a supervisor that gives up; it
// ends with coppice.Shutdown.
var ErrMaxIntensity = errors.New("reached_max_restart_intensity")

// An UnexpectedError is the reason in the report of a message that a supervisor
// does not take.
type UnexpectedError struct{ Message any }

func (e *UnexpectedError) Error() string {
	return fmt.Sprintf("unexpected message of type %T", e.Message)
}

// A teller tells what happens to the children of one supervisor.
type teller struct {
	name   string // of the supervisor, or ""
	of     string // how restarts are counted, in words: " of 3 in 5s"
	limit  Limit
	recent func(time.Time) int // counts the restarts
}

func newTeller(p *coppice.Process, limit Limit, recent func(time.Time) int) teller {
	info, _ := coppice.Lookup(p.Self()) // now, as it lists the links: later there may be a million
	return teller{name: info.Name, of: " of " + limit.String(), limit: limit, recent: recent}
}

// report tells of a child whose process is or was pid.
func (t *teller) report(p *coppice.Process, context string, spec *ChildSpec, pid coppice.PID, reason error, decision string) {
	p.Report(t.about(p, context, spec, pid, reason, decision))
}

func (t *teller) about(p *coppice.Process, context string, spec *ChildSpec, pid coppice.PID, reason error, decision string) *coppice.SupervisorReport {
	now := time.Now()
	n, _ := t.limit.values()
	return &coppice.SupervisorReport{
		At: now, Supervisor: p.Self(), Name: t.name, Context: context, Child: spec.ID, ChildPID: pid,
		Reason: reason, Restart: t.recent(now), Intensity: n, Decision: decision,
	}
}

// progress tells that a child has started.
func (t *teller) progress(p *coppice.Process, id string, pid coppice.PID) {
	if !p.ReportsProgress() {
		return
	}
	p.Report(&coppice.ProgressReport{At: time.Now(), Supervisor: p.Self(), Name: t.name, Child: id, ChildPID: pid})
}

// unexpected tells of a message that no supervisor takes.
func (t *teller) unexpected(p *coppice.Process, message any) error {
	p.Report(&coppice.SupervisorReport{
		At: time.Now(), Supervisor: p.Self(), Name: t.name, Context: "unexpected_msg",
		Reason: &UnexpectedError{message}, Decision: "it is dropped",
	})
	return nil
}

// notAsked tells of a child that did not end as asked.
func (t *teller) notAsked(p *coppice.Process) func(*leaving) {
	return func(l *leaving) { t.report(p, "shutdown_error", l.spec, l.pid, l.reason, "") }
}

const (
	triesAgain   = "tries again"
	notRestarted = "is not restarted"
	wasLast      = "ends, as the child was significant"
)

func (t *teller) givesUp() string { return "gives up: more than " + t.limit.String() }

// in says for how long a restart waits.
func in(wait time.Duration) string {
	if wait == 0 {
		return ""
	}
	return ", in " + roughly(wait)
}

// restarting says that a restart is due, and when, if that is not now.
func restarting(due time.Time) string {
	if due.IsZero() {
		return "restarting"
	}
	return "restarting in " + roughly(max(time.Until(due), 0))
}

// roughly is a time with no more digits than people want to read.
func roughly(d time.Duration) string {
	if d >= 10*time.Second {
		return d.Round(time.Second).String()
	}
	return d.Round(time.Millisecond).String()
}

// restarts says the how manyth restart follows.
func (t *teller) restarts(now time.Time) string {
	return "restart " + strconv.Itoa(t.recent(now)) + t.of
}
