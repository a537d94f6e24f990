package main

import (
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

// Foreign is code of which a library knows nothing, and which does not return
// before it is released.
type foreign struct {
	code    []func()
	release func()
}

// sleepers wait where Go's scheduler sees them wait: a third for a mutex, a
// third in time.Sleep, a third for a pipe. They are never released.
func sleepers(many int) foreign {
	const pipes = 500 // as many as one may open everywhere; several wait for each
	var mutex sync.Mutex
	mutex.Lock()
	var files []*os.File
	for range min(pipes, many) {
		r, _, err := os.Pipe()
		check(err)
		files = append(files, r)
	}
	var f foreign
	for i := range many {
		f.code = append(f.code, []func(){
			mutex.Lock,
			func() { time.Sleep(time.Hour) },
			func() { _, _ = io.ReadAll(files[i%len(files)]) },
		}[i%3])
	}
	return f
}

// systemCalls wait in the kernel, each with a thread of its own: half of them
// in Go's system calls, half in C's where there is cgo.
func systemCalls(many int) foreign {
	var ends [2]int
	check(syscall.Pipe(ends[:]))
	f := foreign{release: func() { check(syscall.Close(ends[1])) }}
	for i := range many {
		read := goRead
		if i%2 == 0 {
			read = cRead
		}
		f.code = append(f.code, func() { read(ends[0]) })
	}
	return f
}

func goRead(fd int) { _, _ = syscall.Read(fd, make([]byte, 1)) }

// hold has the servers of a library run the code, until it is released.
func (f foreign) hold(s stuck) {
	var started sync.WaitGroup
	started.Add(len(f.code))
	var code []func()
	for _, run := range f.code {
		code = append(code, func() {
			started.Done()
			run()
		})
	}
	s.block(code)
	started.Wait()
}

// blocked times calls to an idle server: with nothing beside it, beside system
// calls, and beside what sleeps.
func (f figures) blocked(s stuck, times, calls, asleep int) {
	f.laps(s.laps, times, "free.")
	in := systemCalls(calls)
	in.hold(s)
	f.laps(s.laps, times, "calls.")
	in.release()
	sleepers(asleep).hold(s)
	f.laps(s.laps, times, "asleep.")
	f["ratio"] = f["asleep.p99"] / f["free.p99"]
}
