package application

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

var (
	// ErrNotRunning is what a *NotRunningError wraps.
	ErrNotRunning = errors.New("application: it is not running on this node")
	// ErrStopping is what whoever asks is told while all applications are being
	// stopped.
	ErrStopping = errors.New("application: all applications are being stopped")
)

// A NotRunningError says that an application does not run, or not yet. It
// answers to {not_started, Application}.
type NotRunningError struct {
	Application string
	NeededBy    string // what could not be started for want of it, or ""
}

func (e *NotRunningError) Error() string {
	if e.NeededBy == "" {
		return fmt.Sprintf("application %s is not running", e.Application)
	}
	return fmt.Sprintf("application %s depends on %s, which neither runs nor was given to be started", e.NeededBy, e.Application)
}

// Unwrap returns ErrNotRunning.
func (e *NotRunningError) Unwrap() error { return ErrNotRunning }

// A CycleError says that applications depend on each other in a circle.
type CycleError struct {
	Path []string // each depends on the next, and the last is the first
}

func (e *CycleError) Error() string {
	return "application: dependencies in a circle: " + strings.Join(e.Path, " → ")
}

// A DuplicateError says that two applications of the same name were to be
// started together.
type DuplicateError struct{ Application string }

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("application %s was given twice", e.Application)
}

// A StartError says which application failed to start, and why.
type StartError struct {
	Application string
	Reason      error // what Spec.Start, the tree or a phase failed with, or the exit reason of a crash
}

func (e *StartError) Error() string {
	return fmt.Sprintf("application %s did not start: %v", e.Application, e.Reason)
}

// Unwrap returns the reason.
func (e *StartError) Unwrap() error { return e.Reason }

// A PhaseError says in which phase a start failed: the Reason of a StartError.
type PhaseError struct {
	Phase  string
	Reason error
}

func (e *PhaseError) Error() string { return fmt.Sprintf("start phase %s: %v", e.Phase, e.Reason) }

// Unwrap returns the reason.
func (e *PhaseError) Unwrap() error { return e.Reason }

// An EndedError is the reason with which everything ends because an application
// has: the exit reason of the [Controller]. It answers to
// {application_terminated, Application, Reason}.
type EndedError struct {
	Application string
	Type        Type
	Reason      error
}

func (e *EndedError) Error() string {
	return fmt.Sprintf("%v application %s has ended: %v", e.Type, e.Application, e.Reason)
}

// Unwrap returns the reason.
func (e *EndedError) Unwrap() error { return e.Reason }

// An ExitReport tells of the end of an application that had started. It answers
// to OTP's report of the event application_exited.
type ExitReport struct {
	At          time.Time
	Application string
	Type        Type
	Reason      error
	Stopped     bool // by Stop, or to undo a start
	EndsAll     bool // and with it all others, and the node
}

// Level is Info for an end that was wanted, and otherwise Error.
func (r *ExitReport) Level() slog.Level {
	if r.Stopped || !r.EndsAll && r.Reason == coppice.Normal {
		return slog.LevelInfo
	}
	return slog.LevelError
}

// Summary is the report in one line.
func (r *ExitReport) Summary() string {
	switch {
	case r.Stopped:
		return fmt.Sprintf("%v application %s was stopped", r.Type, r.Application)
	case r.EndsAll:
		return fmt.Sprintf("%v application %s has ended, and so does the node: %v", r.Type, r.Application, r.Reason)
	}
	return fmt.Sprintf("%v application %s has ended: %v", r.Type, r.Application, r.Reason)
}

// String is the report in full.
func (r *ExitReport) String() string { return r.Summary() + "\n" }

// LogValue is the report as structured data.
func (r *ExitReport) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("application", r.Application),
		slog.String("type", r.Type.String()),
		slog.String("reason", r.Reason.Error()),
		slog.Bool("stopped", r.Stopped),
		slog.Bool("ends_all", r.EndsAll),
	)
}
