//go:build unix

package control

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

const checksModes = true

func ownedByUser(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Getuid()
}

// isStale reports whether nobody listens on a socket whose file is there.
func isStale(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOENT)
}

// lock keeps other programs from opening a socket at the same time.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		closeQuietly(f)
		return nil, err
	}
	return func() { closeQuietly(f) }, nil
}
