package program

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	display "github.com/seed-7832d3a3/coppice/internal/show"
)

// A GaveUpError says that the top of the program has ended by itself: a
// supervisor that gives up ends with coppice.Shutdown, and the reports say why.
type GaveUpError struct{ Reason error }

func (e *GaveUpError) Error() string {
	var asker display.Asker // for what is said of it at the very end of a program
	return "program: its top has given up: " + asker.Text(e.Reason, mostSaid)
}

// Unwrap returns the reason.
func (e *GaveUpError) Unwrap() error { return e.Reason }

// A CutOffError says that the program did not end by itself: after the total
// time, or because somebody had no more patience, what was left was killed.
type CutOffError struct {
	After   time.Duration   // how long it was given
	Waiting []Waiting       // what had not ended, and was killed
	Stuck   []coppice.Stuck // code that runs on all the same
}

func (e *CutOffError) Error() string {
	var names []string
	waiting := make(map[coppice.PID]bool)
	for _, w := range e.Waiting {
		waiting[w.PID] = true
		names = append(names, w.where())
	}
	for _, s := range e.Stuck {
		if !waiting[s.PID] {
			names = append(names, fmt.Sprintf("%s %v", s.Name, s.PID))
		}
	}
	const most = 5
	if more := len(names) - most; more > 0 {
		names = append(names[:most], fmt.Sprintf("and %d more", more))
	}
	return fmt.Sprintf("program: cut off after %v: %s (the code of %d still runs)", round(e.After), strings.Join(names, ", "), len(e.Stuck))
}

// ExitStatus returns the status with which a program exits after what [Run]
// returned: 0 after a clean stop, 1 if it did not start or gave up, and 3 if it
// was cut off, so that work may be half done. (2 is what Go itself gives for a
// panic.) It answers to the status of halt/1.
func ExitStatus(err error) int {
	var cutOff *CutOffError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &cutOff):
		return 3
	}
	return 1
}
