package program

import (
	"io"
	"time"
)

// A voice writes what Run says, on a goroutine of its own: an Out that takes
// nothing, as a terminal that was stopped or a pipe that nobody reads, must not
// hold up the end of the program.
type voice struct {
	out   io.Writer
	queue chan saying
}

type saying struct {
	text string
	said chan<- struct{} // closed when it was written, or could not be
}

// breath is for how long Run waits until something is written.
const breath = time.Second

// mostSaid is about how long what is said of an error may be.
const mostSaid = 64 << 10

func newVoice(out io.Writer) *voice {
	v := &voice{out, make(chan saying)}
	go func() {
		for s := range v.queue {
			v.write(s)
		}
	}()
	return v
}

func (v *voice) write(s saying) {
	defer close(s.said)
	defer func() { _ = recover() }()
	_, _ = io.WriteString(v.out, s.text)
}

// say returns when text was written, or it is not worth to wait any longer.
// While another text cannot be written it is lost.
func (v *voice) say(text string) {
	late := time.NewTimer(breath)
	defer late.Stop()
	said := make(chan struct{})
	select {
	case v.queue <- saying{text, said}:
	case <-late.C:
		return
	}
	select {
	case <-said:
	case <-late.C:
	}
}

// close ends the goroutine, unless it hangs.
func (v *voice) close() { close(v.queue) }
