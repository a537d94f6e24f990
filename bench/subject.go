package main

import (
	"os/exec"
	"time"
)

// A subject is a library that is measured, in its fastest documented local mode
// with logging off. Each of its functions sets up one workload; nil is one that
// the library cannot express.
type subject struct {
	name string
	mode string // what of the library is used, in a few words

	// outside is there for a subject that is no Go library: it runs a workload
	// in a process of its own. absent says why it cannot, if so.
	outside func(w workload, cpus int) *exec.Cmd
	absent  string

	call     func(scene) loop   // W1: an operation is a request and its reply
	cast     func(scene) loop   // W2, W3: a message; run returns when all are handled
	relay    func(scene) loop   // W4, W8: a message from one server to the next of its ring
	spawn    func(scene) phases // W5: idle servers
	children func(scene) phases // W6: children of one supervisor, started one by one
	restart  func(scene) laps   // W7: a crash, until the replacement answers
	backlog  func(scene) phases // W9: messages before a server that does not come to them
	blocked  func(scene) stuck  // W10
	byName   func(scene) loop   // W11: as call, to a name
	byKey    func(scene) loop   // W11: as call, to a key of a registry
}

// A scene is what a workload plays in.
type scene struct {
	others int // idle servers beside it
	groups int // producers, or rings
	size   int // servers in each ring
}

// A loop is one operation, n times. end gives back what it holds; the process
// that measures ends soon afterwards in any case.
type loop struct {
	run func(n int)
	end func()
}

// Phases make something of n things, and then have it gone again.
type phases struct {
	fill  func(n int)
	empty func()
}

// Laps are operations of which each is timed: run calls lap after each.
type laps struct {
	run func(n int, lap func())
	end func()
}

// A stuck has servers whose handlers run foreign code that does not return, and
// one that answers calls beside them.
type stuck struct {
	block func(code []func()) // by a server for each
	laps  laps                // calls to the idle server
}

// patience is the time limit of a call, which is OTP's default.
const patience = 5 * time.Second

// The messages of the workloads. Those that are sent by the million are empty,
// so that no library is charged for what all would allocate for a payload.
type (
	ask   struct{} // to be answered; Coppice has a typed one
	tick  struct{} // to be counted
	ball  struct{} // to be sent on
	crash struct{}
	work  func() // to be run: foreign code

	want struct { // so many ticks, then done
		ticks int
		done  chan<- struct{}
	}
	serve struct { // have the ball go round so many times, then done
		laps int
		done chan<- struct{}
	}
)

// A state is what a server of any library keeps.
type state struct {
	left    int             // ticks, or laps
	done    chan<- struct{} // told when none is left; nil: nobody counts
	crashed bool
}

// answer is the reply to a call: right, unless the state has outlived a crash.
func (s *state) answer() int {
	if s.crashed {
		return wrong
	}
	return right
}

const wrong, right = 0, 1

func (s *state) crash() {
	s.crashed = true
	panic("crash")
}

// count counts one down, and reports whether that was the last.
func (s *state) count() bool {
	if s.done == nil {
		return false
	}
	if s.left--; s.left > 0 {
		return false
	}
	s.done <- struct{}{}
	return true
}

// subjects are in the order of the table.
func subjects() []subject {
	return []subject{coppiceSubject(), erlangSubject(), hollywoodSubject(), protoactorSubject(), sutureSubject(), rawSubject()}
}

// pause is for workloads that have to look again and again whether all has
// ended.
const pause = time.Millisecond

// share divides times over so many, and returns what the i-th has to do.
func share(times, many, i int) int {
	if i < times%many {
		return times/many + 1
	}
	return times / many
}

// laps is how often the ball has to go round each ring for so many messages in
// all.
func (s scene) laps(times int) int { return max(1, times/(s.groups*s.size)) }

func must[T any](value T, err error) T {
	check(err)
	return value
}

// check ends the measurement: what went wrong is in the table's notes then.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

// isRight checks the answer of a replacement.
func isRight(answer any) {
	if answer != right {
		panic("the answer after a restart is of the old state")
	}
}
