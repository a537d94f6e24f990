package coppice

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"runtime"
	"strings"

	"github.com/seed-7832d3a3/coppice/internal/signal"
)

// The exit reasons that the library itself gives. A reason is an error; any
// other error may be one too. Where a reason is taken, nil means Normal; where
// one is given it is never nil.
//
// How an exit is classed looks at the reason itself and never at what it
// wraps: fmt.Errorf("%w", Shutdown) is abnormal, just as {wrapped, shutdown}
// is in Erlang.
var (
	Normal       error = sentinel("normal")       // the process was done
	Shutdown     error = sentinel("shutdown")     // it was told to end
	Kill         error = sentinel("kill")         // sent by Exit: cannot be trapped
	Killed       error = sentinel("killed")       // it was ended by Kill
	NoProc       error = sentinel("noproc")       // there is no such process
	Timeout      error = timeout{}                // time ran out; also context.DeadlineExceeded
	CallingSelf  error = sentinel("calling_self") // it called itself and would have waited for ever
	NoConnection error = sentinel("noconnection") // the connection to its node was lost
	Goexit       error = sentinel("goexit")       // its code called runtime.Goexit
	Ignore       error = sentinel("ignore")       // from an Init: do not start, and that is fine
)

type sentinel string

func (s sentinel) Error() string { return string(s) }

type timeout struct{}

func (timeout) Error() string        { return "timeout" }
func (timeout) Timeout() bool        { return true }
func (timeout) Is(target error) bool { return target == context.DeadlineExceeded }

// A ShutdownError is the reason {shutdown, Detail}: an end that was wanted,
// with a word about it.
type ShutdownError struct{ Detail any }

func (e *ShutdownError) Error() string { return fmt.Sprintf("shutdown: %v", e.Detail) }

// Unwrap returns the detail if it is an error: so errors.Is and errors.As find
// why a supervisor did not start.
func (e *ShutdownError) Unwrap() error {
	err, _ := e.Detail.(error)
	return err
}

// A PanicError is the reason of a process whose code panicked.
type PanicError struct {
	Value any   // what panic was called with
	Stack Stack // where
}

func (e *PanicError) Error() string {
	return "panic: " + safe(e.Value)
}

// Unwrap returns the value of the panic if it was an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// A Stack is where a goroutine was. It is recorded as program counters, and
// made into text only when somebody reads it.
type Stack []uintptr

// String gives a line for each function, the innermost first, without the
// functions of the Go runtime and of this library's own dispatch.
func (s Stack) String() string {
	var b strings.Builder
	for frames, more := runtime.CallersFrames(s), len(s) > 0; more; {
		var f runtime.Frame
		f, more = frames.Next()
		if isDispatch(f) {
			continue
		}
		fmt.Fprintf(&b, "%s\n\t%s:%d\n", f.Function, f.File, f.Line)
	}
	return b.String()
}

// isDispatch reports whether a frame is of the Go runtime or of the way in which
// the kernel and behaviours run the user's code, which explains no crash. It
// looks at the file, as a function that was inlined bears the name of another.
func isDispatch(f runtime.Frame) bool {
	if strings.HasPrefix(f.Function, "runtime.") {
		return true
	}
	_, kernel, _, _ := runtime.Caller(0)
	inside, ok := strings.CutPrefix(f.File, path.Dir(kernel)+"/")
	if !ok || strings.HasSuffix(f.File, "_test.go") {
		return false
	}
	folder := path.Dir(inside)
	return folder == "." || folder == "genserver" || folder == "statem" || strings.HasPrefix(folder, "internal/")
}

// A Class is what a reason means to supervisors and reports.
type Class uint8

const (
	ClassNormal   Class = iota // Normal
	ClassShutdown              // Shutdown, or a *ShutdownError
	ClassAbnormal              // every other reason
)

// ClassOf classes a reason by its outermost value.
func ClassOf(reason error) Class {
	if reason == nil || reason == Normal {
		return ClassNormal
	}
	if _, ok := reason.(*ShutdownError); ok || reason == Shutdown {
		return ClassShutdown
	}
	return ClassAbnormal
}

// orNormal makes a reason that was taken into one that can be given.
func orNormal(reason error) error {
	if reason == nil {
		return Normal
	}
	return reason
}

// kindOf classes a reason for package signal.
func kindOf(reason error) signal.Reason {
	switch reason {
	case Normal:
		return signal.Normal
	case Kill:
		return signal.Kill
	}
	return signal.Other
}

// A CallError is why a call ended without a reply: the process called did not
// exist, ended before it replied, or took too long; or the caller's own
// context ended.
type CallError struct {
	To      string // who was called, as the caller named it
	Request string // the type of the request
	Reason  error  // NoProc, CallingSelf, Timeout, the exit reason of the process called, or the cause of the caller's context
}

func (e *CallError) Error() string {
	why := fmt.Sprint(e.Reason)
	switch e.Reason {
	case NoProc:
		why = "noproc: there is no such process"
	case CallingSelf:
		why = "calling_self: a process that calls itself would wait for ever"
	case Normal:
		why = "normal: it ended without a reply"
	case Timeout:
		why = "timeout: no reply in time; it may still be handled"
	}
	return fmt.Sprintf("call to %s with %s: %s", cmp.Or(e.To, `""`), e.Request, why)
}

// Unwrap returns the reason.
func (e *CallError) Unwrap() error { return e.Reason }

// An ExitedError is what a function of the library returns to code that uses a
// process which has ended or has been told to, but does not run on its
// goroutine. (On the process's own goroutine such a function does not return.)
type ExitedError struct {
	PID    PID
	Reason error
}

func (e *ExitedError) Error() string {
	return fmt.Sprintf("process %v is used on another goroutine after its exit: %v", e.PID, e.Reason)
}

// Unwrap returns the reason.
func (e *ExitedError) Unwrap() error { return e.Reason }

// An AlreadyStartedError says that a process was not started, as its name or
// id belongs to a living one.
type AlreadyStartedError struct {
	Name string // the name, key or id
	PID  PID    // who has it
}

func (e *AlreadyStartedError) Error() string {
	return fmt.Sprintf("already started: %s is %v", e.Name, e.PID)
}

var (
	// ErrNoNode is returned where a name is used with a context that carries
	// no node: derive it from a *Node or a *Process.
	ErrNoNode = errors.New("coppice: this context carries no node; derive it from a *coppice.Node or a *coppice.Process")
	// ErrStopped is returned by a node that is being stopped, or has been.
	ErrStopped = errors.New("coppice: the node is stopped")
	// ErrNoName is returned where a name or key belongs to nobody.
	ErrNoName = errors.New("coppice: nobody is registered under this name")
	// ErrNameTaken is returned by Register for a name that belongs to a living
	// process, or for a process that has another name.
	ErrNameTaken = errors.New("coppice: the name is taken, or the process has a name already")
	// ErrNotSystem is returned to a system request by a process that takes none.
	ErrNotSystem = errors.New("coppice: this process does not handle system requests")
)
