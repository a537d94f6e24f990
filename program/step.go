package program

// An event is what can happen to a program that runs or stops.
type event uint8

const (
	signalled event = iota // a signal has come
	ctxEnded               // the context has ended
	topDone                // the top has ended, and nothing is wrong
	topFailed              // the top did not start, or has given up
	lookTime               // it is time to show what is waited for
	totalOver              // the total time is over
	stopped                // nothing runs any more, or what does is stuck
	events
)

// A phase is how far a program has come.
type phase uint8

const (
	running  phase = iota
	stopping       // everything was told to end
	cut            // what had not ended was killed
	over           // Run returns
	phases
)

// A state is all that decides what an event brings about.
type state struct {
	phase   phase
	signals int // how many have come, up to those that matter
}

// The signals that matter: the second one shows what is waited for, and the
// third one cuts it off.
const (
	showsAt = 2
	cutsAt  = 3
)

// An action is what is to be done.
type action uint8

const (
	none  action = iota
	hint         // say that it is being stopped, and what further signals do
	stop         // tell everything to end, and say so
	show         // show what is waited for
	cutIt        // show it, and kill it
	leave        // have Run return
)

// next is what happens at an event. It is all that Run decides.
func (s state) next(e event) (state, action) {
	if e == signalled && s.phase != over {
		s.signals = min(s.signals+1, cutsAt)
	}
	switch s.phase {
	case running:
		switch e {
		case signalled, ctxEnded, topDone, topFailed:
			s.phase = stopping
			return s, stop
		}
	case stopping:
		switch {
		case e == stopped:
			s.phase = over
			return s, leave
		case e == totalOver, e == signalled && s.signals >= cutsAt:
			s.phase = cut
			return s, cutIt
		case e == lookTime, e == signalled && s.signals >= showsAt:
			return s, show
		case e == signalled:
			return s, hint
		}
	case cut:
		switch e {
		case stopped, signalled:
			s.phase = over
			return s, leave
		}
	}
	return s, none
}
