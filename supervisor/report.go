package supervisor

import (
	"errors"
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// ErrMaxIntensity is the reason in the report of a supervisor that gives up; it
// ends with coppice.Shutdown.
var ErrMaxIntensity = errors.New("reached_max_restart_intensity")

func newReport(p *coppice.Process, context string, reason error, decision string) *coppice.SupervisorReport {
	info, _ := coppice.Lookup(p.Self())
	return &coppice.SupervisorReport{
		At: time.Now(), Supervisor: p.Self(), Name: info.Name, Context: context, Reason: reason, Decision: decision,
	}
}

// decision says in words what a supervisor does about the end of a child.
func decision(exceeded, exit bool, starts, recent int, limit Limit) string {
	switch {
	case exceeded:
		return "gives up: more than " + limit.String()
	case exit:
		return "ends, as the child was significant"
	case starts == 0:
		return "is not restarted"
	}
	n, period := limit.values()
	return fmt.Sprintf("restart %d of %d in %v", recent, n, period)
}

// unexpected tells of a message that no supervisor takes.
func unexpected(p *coppice.Process, message any) error {
	p.Report(newReport(p, "unexpected_msg", &UnexpectedError{message}, "it is dropped"))
	return nil
}

// An UnexpectedError is the reason in the report of a message that a supervisor
// does not take.
type UnexpectedError struct{ Message any }

func (e *UnexpectedError) Error() string {
	return fmt.Sprintf("unexpected message of type %T", e.Message)
}

func wrongChild(got any, want string) error {
	return &SpecError{What: "invalid_child_spec", Value: fmt.Sprintf("%T", got), why: "this supervisor starts children from " + want}
}
