package statem

import (
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A phase says which code of the user's runs.
type phase uint8

const (
	outside  phase = iota
	starting       // the constructor
	handling       // the handler of an event
	entering       // OnEnter
	ending         // OnTerminate
)

func (p phase) String() string {
	return [...]string{"outside of a handler", "in the constructor", "in a handler", "in OnEnter", "in OnTerminate"}[p]
}

// A step is what the present handler has asked for.
type step struct {
	phase    phase
	next     string // where to go, or ""
	repeat   bool
	postpone bool
	inserts  []coppice.Message // in order
	timeouts []setting         // in order
}

func (s *step) begin(ph phase) {
	clear(s.inserts)
	clear(s.timeouts)
	*s = step{phase: ph, inserts: s.inserts[:0], timeouts: s.timeouts[:0]}
}

// stepOf returns the step for a function that may be called in the phases
// given. What is called at the wrong place is a bug of the caller's.
func stepOf(p *coppice.Process, what string, phases ...phase) (*core, *step) {
	m, ok := p.Behaviour().(interface{ machine() *core })
	if !ok {
		panic(fmt.Sprintf("statem: %s is called in %v, which is no state machine", what, p))
	}
	c := m.machine()
	for _, allowed := range phases {
		if c.step.phase == allowed {
			return c, &c.step
		}
	}
	panic(fmt.Sprintf("statem: %s is called %v", what, c.step.phase))
}

// Current returns the state that the machine p is in; in OnEnter, the one that
// it comes to.
func Current(p *coppice.Process) string {
	c, _ := stepOf(p, "Current", starting, handling, entering, ending)
	return c.current()
}

// Next has the machine go to a state when the present handler has returned. To
// the state that it is in is not to go anywhere. It panics if there is no such
// state. It answers to {next_state, State, Data}; without Next a handler does
// what keep_state does.
func Next(p *coppice.Process, state string) {
	c, s := stepOf(p, "Next", starting, handling, entering)
	c.check(state)
	if s.phase == entering && state != c.current() {
		panic("statem: Next is called in OnEnter, which cannot change the state")
	}
	s.next = state
}

// Repeat has OnEnter run once more for the state that the machine is in, or for
// the one that Next says; otherwise it changes nothing. It answers to
// repeat_state.
func Repeat(p *coppice.Process) {
	_, s := stepOf(p, "Repeat", handling, entering)
	s.repeat = true
}

// Postpone has the event that is being handled come again when the state has
// changed. What the handler of a call returns is not its reply then. It answers
// to the action postpone.
func Postpone(p *coppice.Process) {
	_, s := stepOf(p, "Postpone", handling)
	s.postpone = true
}

// Insert has the machine handle event, by [OnInternal], before all that waits;
// more than one in the order in which they are inserted. It answers to the
// action {next_event, internal, Event}.
func Insert(p *coppice.Process, event any) {
	_, s := stepOf(p, "Insert", starting, handling)
	s.inserts = append(s.inserts, coppice.Message{Body: event})
}

// A TimeoutName tells the time-outs of a machine apart: it has one of each name
// at most. All but [StateTimeout] and [EventTimeout] are of the user's choice,
// and last until they are cancelled. It answers to the type of a time-out.
type TimeoutName string

const (
	// StateTimeout ends when the state changes. It answers to state_timeout.
	StateTimeout TimeoutName = "state_timeout"
	// EventTimeout ends with the next event, whatever it is: also with one that
	// is inserted or comes again, and then it may not come at all. It answers
	// to the time-out called timeout.
	EventTimeout TimeoutName = "timeout"
)

// SetTimeout has the machine handle message, by [OnTimeout], after d. It takes
// the place of the time-out of that name, if there is one. With 0 it comes as
// soon as no event waits in the machine, and before any in the mailbox. Of what
// one handler does to one name only the last counts. It answers to the actions
// {state_timeout, Time, Content}, {timeout, Time, Content} and {{timeout, Name},
// Time, Content}.
func SetTimeout(p *coppice.Process, name TimeoutName, d time.Duration, message any) {
	_, s := stepOf(p, "SetTimeout", starting, handling, entering)
	s.timeouts = append(s.timeouts, setting{what: set, name: name, after: max(d, 0), message: message})
}

// UpdateTimeout gives a time-out another message and leaves its time as it is;
// if there is none of that name it comes at once, as with SetTimeout and 0. It
// answers to the time update.
func UpdateTimeout(p *coppice.Process, name TimeoutName, message any) {
	_, s := stepOf(p, "UpdateTimeout", starting, handling, entering)
	s.timeouts = append(s.timeouts, setting{what: update, name: name, message: message})
}

// CancelTimeout ends a time-out: it does not come any more. It answers to
// {Name, cancel}.
func CancelTimeout(p *coppice.Process, name TimeoutName) {
	_, s := stepOf(p, "CancelTimeout", starting, handling, entering)
	s.timeouts = append(s.timeouts, setting{what: cancel, name: name})
}
