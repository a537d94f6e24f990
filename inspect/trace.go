package inspect

import (
	"context"
	"iter"
	"reflect"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/show"
	"github.com/seed-7832d3a3/coppice/sys"
)

// A TraceEvent is something that a server has done.
type TraceEvent struct {
	Seq     int        `json:"seq"`
	At      time.Time  `json:"at"`
	Kind    string     `json:"kind"` // see sys.What
	PID     string     `json:"pid"`
	How     string     `json:"how,omitempty"`     // in: call, cast, info or system
	Arrived *time.Time `json:"arrived,omitempty"` // in: when the message came into the mailbox, if that is known
	Message string     `json:"message,omitempty"` // the type of the message or the reply
	Text    string     `json:"text"`              // in one line
}

// Trace tells what a server does until it has told so much or so long. The
// server has to be asked for it, and for no more. Of a message that shares
// something with the server only the type is told. The error is a *[RefusedError]
// if the process is no server.
func (v *View) Trace(ctx context.Context, pid coppice.PID, limit sys.Limit) (iter.Seq[TraceEvent], error) {
	if err := askable(pid); err != nil {
		return nil, err
	}
	seq, err := sys.Trace(ctx, pid, limit)
	if err != nil {
		return nil, err
	}
	return func(yield func(TraceEvent) bool) {
		n := 0
		for e := range seq {
			n++
			if !yield(v.traced(n, e)) {
				return
			}
		}
	}, nil
}

func (v *View) traced(n int, e sys.Event) TraceEvent {
	t := TraceEvent{Seq: n, At: e.At, Kind: e.What.String(), PID: e.PID.String()}
	if e.What == sys.In {
		t.How = e.How.String()
		if !e.Arrived.IsZero() {
			t.Arrived = &e.Arrived
		}
	}
	if e.Message != nil {
		t.Message = reflect.TypeOf(e.Message).String()
		if !show.Plain(reflect.TypeOf(e.Message)) {
			e.Message = typeOnly(t.Message)
		}
	}
	t.Text = v.asker.Text(e, maxReason)
	return t
}

// A typeOnly stands for a message in the text of an event.
type typeOnly string

// String gives nothing: the event has the type.
func (typeOnly) String() string { return "" }
