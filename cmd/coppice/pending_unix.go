//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// pending reads what has been typed into a terminal already, and waits for
// nothing.
func pending(f *os.File) (typed []byte) {
	buffer := make([]byte, 4<<10)
	for {
		ready := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}
		if n, err := unix.Poll(ready, 0); err != nil || n < 1 || ready[0].Revents&unix.POLLIN == 0 {
			return typed
		}
		n, err := unix.Read(int(f.Fd()), buffer)
		if err != nil || n < 1 {
			return typed
		}
		typed = append(typed, buffer[:n]...)
	}
}
