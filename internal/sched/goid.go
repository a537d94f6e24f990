package sched

import (
	"bytes"
	"runtime"
	"strconv"
)

// GoroutineID returns the number that Go's tracebacks show for the calling
// goroutine. It costs microseconds: a runner asks once in its life, and others
// only to find out whether they are the goroutine of a process that has been
// told to exit.
func GoroutineID() uint64 {
	var buf [32]byte
	text := buf[:runtime.Stack(buf[:], false)]
	text = bytes.TrimPrefix(text, []byte("goroutine "))
	digits, _, _ := bytes.Cut(text, []byte(" "))
	id, err := strconv.ParseUint(string(digits), 10, 64)
	if err != nil {
		panic("coppice: this Go version prints tracebacks in another form: " + string(buf[:]))
	}
	return id
}
