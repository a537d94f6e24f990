package shell

import (
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
)

// A Tracing makes lines of the events of one trace, as they come: when it was,
// what it was, how long a message waited until it was taken, and how long it
// then took.
type Tracing struct{ taken time.Time } // when the message that is handled was; zero: none is

// Line is the line of the next event.
func (t *Tracing) Line(e inspect.TraceEvent) string {
	line := e.At.Local().Format(clock) + "  " + e.Text
	switch e.Kind {
	case "in":
		t.taken = e.At
		if e.Arrived != nil {
			line += "  waited " + duration(max(0, e.At.Sub(*e.Arrived)))
		}
	case "out", "noreply", "consume", "postpone":
		if !t.taken.IsZero() {
			line += "  took " + duration(max(0, e.At.Sub(t.taken)))
		}
	default: // it is told alone
		t.taken = time.Time{}
	}
	return line
}
