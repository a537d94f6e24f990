//go:build !linux

package cputime

import "time"

// ofThread is how long the calling thread has run, as far as that is known.
func ofThread() (time.Duration, bool) { return 0, false }
