package conformance

import (
	"errors"
	"fmt"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/registry"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

// A scripted is an exit reason that only the script knows. It is the text of
// the term, so that equal terms are equal reasons.
type scripted string

func (s scripted) Error() string { return string(s) }

// A crash is what a script panics with: the message of an exception.
type crash string

// reasons are the words of the language that are reasons of the library.
var reasons = map[Atom]error{
	"normal":       coppice.Normal,
	"shutdown":     coppice.Shutdown,
	"kill":         coppice.Kill,
	"killed":       coppice.Killed,
	"noproc":       coppice.NoProc,
	"timeout":      coppice.Timeout,
	"calling_self": coppice.CallingSelf,
	"noconnection": coppice.NoConnection,
}

// reasonOf makes an exit reason of a term.
func reasonOf(t Term) error {
	if word, ok := t.(Atom); ok && reasons[word] != nil {
		return reasons[word]
	}
	if x, ok := tagged(t, "shutdown", 1); ok {
		return &coppice.ShutdownError{Detail: scripted(x[0].trace())}
	}
	return scripted(t.trace())
}

// answers are OTP's words for what supervisors answer.
var answers = map[error]string{
	supervisor.ErrAlreadyPresent:  "already_present",
	supervisor.ErrRunning:         "running",
	supervisor.ErrRestarting:      "restarting",
	supervisor.ErrNotFound:        "not_found",
	supervisor.ErrMaxChildren:     "max_children",
	supervisor.ErrSimpleOneForOne: "simple_one_for_one",
	supervisor.ErrMaxIntensity:    "reached_max_restart_intensity",
	registry.ErrNotRunning:        badArgument,
	registry.ErrDuplicate:         badArgument,
}

// reason gives the text of an exit reason, or of another error of the library
// that OTP has a term for. It looks at the reason itself and never at what it
// wraps, as the library does.
func (r *run) reason(err error) string {
	switch e := err.(type) {
	case nil:
		return "normal"
	case scripted:
		return string(e)
	case *coppice.ShutdownError:
		return "{shutdown," + r.detail(e.Detail) + "}"
	case *coppice.PanicError:
		return "error(" + fmt.Sprint(e.Value) + ")"
	case *coppice.CallError:
		return "callexit(" + r.reason(e.Reason) + ")"
	case *coppice.AlreadyStartedError:
		return "{already_started," + r.name(e.PID) + "}"
	case *supervisor.StartError:
		return "{" + r.reason(e.Reason) + ",child}"
	case *supervisor.SpecError:
		return r.codes.startReason(e)
	case *genserver.NotAcceptedError:
		return "error(function_clause)"
	case *task.NotOwnerError:
		return "error(badarg)"
	case *supervisor.UnexpectedError:
		return r.body(e.Message)
	}
	if word, ok := answers[err]; ok {
		return word
	}
	return err.Error()
}

// detail gives the text of X in {shutdown,X}.
func (r *run) detail(detail any) string {
	if e, ok := detail.(*supervisor.StartError); ok {
		return fmt.Sprintf("{failed_to_start_child,%s,%s}", e.ID, r.reason(e.Reason))
	}
	return fmt.Sprint(detail)
}

// exit gives the result of an operation that failed for want of an answer.
func (r *run) exit(err *coppice.CallError) string { return "exit(" + r.reason(err.Reason) + ")" }

// badArgument is the result of an operation whose arguments are refused.
const badArgument = "error(badarg)"

// failed gives the result of an operation that has failed where only a wrong
// argument, or the end of another process, can be the cause.
func failed(err error) string {
	if errors.Is(err, coppice.NoProc) {
		return "error(noproc)"
	}
	return badArgument
}
