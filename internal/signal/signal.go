// Package signal decides what an exit signal does to the process it reaches.
//
// It is a table: no goroutine, clock, log or I/O, and no reasons either. A
// reason is an error of the kernel, and the kernel imports this package, so the
// caller says only what kind of reason it is.
//
// The two rules that surprise: Kill is special only when it is sent by an Exit,
// and through a link is an ordinary reason, so that what is killed does not
// kill untrappably all that is linked to it; and Normal is without effect
// unless a process sends it to itself.
package signal

// A Reason is the kind of an exit reason.
type Reason uint8

const (
	Normal Reason = iota // the reason Normal itself, not one that wraps it
	Kill                 // the reason Kill itself; Killed is Other
	Other                // every other reason, Shutdown and NoProc too
)

// A Source is the way a signal came.
type Source uint8

const (
	FromLink Source = iota // a linked process ended
	FromExit               // another process called Exit
	FromSelf               // the process called Exit on itself
)

// An Effect is what becomes of the process.
type Effect uint8

const (
	Ignore    Effect = iota // nothing
	Deliver                 // an exit message takes its place in the mailbox
	Die                     // it ends with the reason of the signal
	DieKilled               // it ends with Killed, whether or not it traps
)

// Arrive is the effect of a signal on a process that traps exits or does not.
func Arrive(from Source, reason Reason, trapping bool) Effect {
	switch {
	case reason == Kill && from != FromLink:
		return DieKilled
	case trapping:
		return Deliver
	case reason == Normal && from != FromSelf:
		return Ignore
	}
	return Die
}

// LinkDead is the effect on the caller of a Link to a process that has ended: a
// message if it traps exits, and otherwise nothing, as Link itself tells it.
func LinkDead(trapping bool) Effect {
	if trapping {
		return Deliver
	}
	return Ignore
}
