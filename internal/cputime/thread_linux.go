package cputime

import (
	"syscall"
	"time"
)

// ofThread is how long the calling thread has run.
func ofThread() (time.Duration, bool) {
	var used syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_THREAD, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()), err == nil
}
