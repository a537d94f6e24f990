package shell

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A Tracer is a [Source] that can follow what a server does; the shell of one
// has trace.
type Tracer interface {
	// Trace yields what a server does, until it has told so much or so long.
	// An error is the last.
	Trace(ctx context.Context, who string, most int, long time.Duration) iter.Seq2[inspect.TraceEvent, error]
}

// tell shows something while a command runs.
func (m *machine) tell(typ *Type, value any, line string) {
	m.show(Result{typ: typ, value: value, shown: line, live: true})
}

// interrupted reports whether the user, or who runs the session, has ended what
// runs.
func (m *machine) interrupted() bool { return m.ctx.Err() != nil }

const clock = "15:04:05.000"

func runTrace(m *machine, in []operand) (Result, error) {
	from, ok := m.session.source.(Tracer)
	most, long := in[1].any.(float64), in[2].any.(time.Duration)
	switch {
	case !ok:
		return Result{}, &misfit{"this node cannot be traced from here"}
	case most < 1 || most != float64(int(most)) || long <= 0:
		return Result{}, &misfit{"at least one event, and some time"}
	}
	events, lines := []any{}, Tracing{}
	began := time.Now()
	for e, err := range from.Trace(m.ctx, in[0].text, int(most), long) {
		if err != nil && !m.interrupted() {
			return Result{}, err
		}
		if err == nil {
			_, value := fromGo(e)
			events = append(events, value)
			m.tell(traceType, value, lines.Line(e))
		}
	}
	why := "the server has ended"
	switch {
	case m.interrupted():
		why = "ended by you"
	case len(events) >= int(most):
		why = "for more: --max N"
	case time.Since(began) >= long:
		why = fmt.Sprintf("%v are over; for longer: --for TIME", long)
	}
	return Result{typ: listOf(traceType), value: events, shown: fmt.Sprintf("%d events; %s", len(events), why)}, nil
}

// between two looks at a server that is watched.
const betweenLooks = 200 * time.Millisecond

// runWatch asks again and again: a server tells nobody when its state changes.
func runWatch(m *machine, in []operand) (Result, error) {
	var last any
	before, changes := "", -1
	for {
		value, text, err := m.stateOf(in)
		switch {
		case m.interrupted():
			return Result{typ: anyType, value: last, shown: fmt.Sprintf("%d changes", max(0, changes))}, nil
		case changes >= 0 && errors.Is(err, inspect.ErrNotFound):
			text, err = "it is not there", nil
		case changes >= 0 && errors.Is(err, context.DeadlineExceeded):
			text, err = "it does not answer", nil
		default:
			last = value
		}
		if err != nil {
			return Result{}, err
		}
		if text != before || changes < 0 {
			before = text
			changes++
			m.tell(anyType, value, time.Now().Format(clock)+"  "+text)
		}
		select {
		case <-time.After(betweenLooks):
		case <-m.ctx.Done():
		}
	}
}

// stateOf looks once at the state of a server, or at a part of it.
func (m *machine) stateOf(in []operand) (value any, text string, err error) {
	state, err := m.session.source.Do(m.ctx, inspect.Action{Verb: "state", To: in[0].text})
	if err != nil {
		return nil, "", err
	}
	value, text = fromJSON(state.JSON), state.Text
	if len(in) > 1 && in[1].look != nil {
		value, err = m.with(value, *in[1].look)
		text = scalar(value)
	}
	return value, text, err
}
