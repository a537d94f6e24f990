//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package main

import "os"

// lockFile does nothing where there are no such locks: two shells that shorten
// the history at the same time may then lose a line of it.
func lockFile(*os.File) error { return nil }
