// Package cputime tells how much of a processor's time something takes: on a
// busy machine that is much less than the time that passes.
package cputime

import (
	"runtime"
	"time"
)

// Of calls f, and returns how long a processor was at work on it; what f has
// other goroutines do is not counted. Where the system does not tell it is the
// time that has passed.
func Of(f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began, known := ofThread()
	clock := time.Now()
	f()
	if ended, ok := ofThread(); known && ok {
		return ended - began
	}
	return time.Since(clock)
}
