package coppice

// A Message is what a process receives.
type Message struct {
	// Body is what was sent: a value of the user's, or one of the library's
	// own: [Exited], [Down], [Aliased] or [IdleTimeout].
	Body any

	slot *slot
	stamp
}

// A stamp is the rest of what comes with a message. It is a struct of its own
// for the compiler, which keeps a value in registers as long as no struct in it
// has more than four fields; and a message is handed on several times until it
// is handled.
type stamp struct {
	gen  uint32 // of the slot
	kind kind
	pass pass
}

// A pass is what a Bound makes of a message.
type pass uint8

const (
	counted  pass = iota
	exempt        // it does not count, whatever its kind
	admitted      // there is room for it
)

type kind uint8

// The first ones are the Kinds, in their order.
const (
	kindInfo kind = iota
	kindCast
	kindCall // a Bound counts up to here
	kindSystem
	kindExit    // Body is an Exited
	kindDown    // Body is a Down
	kindAliased // Body is an Aliased
	kindTimeout // Body is an IdleTimeout
)

// A Kind says how a message was sent.
type Kind uint8

const (
	Info    Kind = iota // by Send, by a timer, or by the library itself
	CastMsg             // by Cast: a request without a reply
	CallMsg             // by Request: somebody waits for a reply
	SysMsg              // by RequestSystem, for the behaviour and not for its user
)

// Kind returns how m was sent.
func (m Message) Kind() Kind {
	if m.kind > kindSystem {
		return Info
	}
	return Kind(m.kind)
}

// From returns where the reply to a request goes.
func (m Message) From() From {
	if m.slot != nil && m.slot.node.circles != nil {
		m.slot.takenOut(m.gen)
	}
	return From{m.slot, m.gen}
}

// An Exited is the message that an exit signal becomes for a process that
// traps exits: {'EXIT', PID, Reason}.
type Exited struct {
	PID    PID
	Reason error
}

// A Down is the message that a monitor sends when the process it watches ends:
// {'DOWN', Ref, process, PID, Reason}. It is the last thing that comes from
// there. The reason NoProc says that there was no such process.
type Down struct {
	Ref    Ref
	PID    PID
	Name   string // the name monitored, if it was one
	Reason error
}

// An Aliased is a message that was sent to an alias, see [Process.MonitorAlias].
type Aliased struct {
	Ref  Ref
	Body any
}

// An IdleTimeout is the message that [Process.SetTimeout] asked for.
type IdleTimeout struct{}
