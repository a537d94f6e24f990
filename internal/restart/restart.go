// Package restart decides what a static supervisor does when something happens
// to one of its children.
//
// It is the decision only: no goroutine, clock, log or I/O. The supervisor says
// what happened and carries out the [Plan] it gets, before it says anything
// else:
//
//	for _, id := range plan.Stop {
//		stop(id)
//	}
//	for _, id := range plan.Drop {
//		forget(id)
//	}
//	if plan.Wait > 0 {
//		after(plan.Wait, due{cause}) // then children.Due(cause)
//		return
//	}
//	for _, id := range plan.Start {
//		switch err := start(id); {
//		case ignored:
//			children.Ignored(id)
//		case err != nil:
//			children.Failed(id)
//			sendSelf(retry{id})
//			return
//		default:
//			children.Started(id)
//		}
//	}
//
// In start order every strategy restarts a contiguous run of children, so there
// is one way to restart and not one a strategy: stop the run backwards, drop
// the temporary ones, start the others forwards.
//
// Because plans are carried out at once there is no state of "starting" or
// "stopping": a child has a process, or has none, or awaits a retry. Only a
// start that fails within a restart goes back to the supervisor's mailbox, and
// what is remembered of it is the status of that child. A record of each retry
// under way would have to be kept in step with all that overtakes it; a status
// is right by itself, and a retry that comes too late finds nothing to do.
package restart

import "time"

// A Restart says after which ends a child is started again.
type Restart uint8

const (
	Permanent Restart = iota // after every end
	Transient                // after an abnormal end
	Temporary                // after none; it is dropped when it ends
)

// After reports whether a child that ended so is started again.
func (r Restart) After(class Class) bool {
	return r == Permanent || r == Transient && class == Abnormal
}

// A Class is what matters here of an exit reason. Normal and Shutdown are told
// apart for those who report an end; no restart depends on it.
type Class uint8

const (
	Normal   Class = iota // the reason normal
	Shutdown              // shutdown, with or without a detail
	Abnormal              // everything else
)

// A Strategy says which children are restarted together.
type Strategy uint8

const (
	OneForOne  Strategy = iota // only the one that ended
	OneForAll                  // all
	RestForOne                 // it and those after it in start order
)

// An AutoShutdown says when the ends of significant children end the
// supervisor. Only a child that ended by itself and is not restarted sets it
// off: terminating one by hand does not, nor does stopping one in a restart.
type AutoShutdown uint8

const (
	Never          AutoShutdown = iota
	AnySignificant              // when one of them ends
	AllSignificant              // when one of them ends and no other runs or awaits a retry
)

// A Status is what a supervisor knows of a child.
type Status uint8

const (
	Absent   Status = iota // not a child
	Down                   // a child without a process: it ended, was terminated or ignored
	Running                // has a process, as far as the supervisor has heard
	Retrying               // its restart failed and a Retry is due, or it waits to be restarted
)

// A Plan is what a supervisor does next: its fields in order, each list in
// order. The first start that fails ends it.
//
// It is not a list of actions because then stop before start before exit would
// be a rule to keep, and here it is the shape of the type.
type Plan struct {
	Stop     []string      // to be ended, in reverse start order
	Drop     []string      // no longer children; the supervisor forgets what it kept of them
	Wait     time.Duration // if not 0: for so long nothing is started, and then Due is asked
	Start    []string      // to be started, in start order
	Exit     bool          // the supervisor ends, with the reason shutdown
	Exceeded bool          // it ends because the intensity of restarts was exceeded
}
