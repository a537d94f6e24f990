package coppice

import "sync"

// A lock is a mutex for sections of some instructions, in which nobody waits.
//
// Whoever finds it taken tries again for a while before it blocks, each time
// after twice as long. A sync.Mutex blocks at once where other goroutines wait
// for the processor, as they do where many send to one process; but to block and
// be woken takes a hundred times as long as such a section. The pauses are
// several sections long, for what costs most where two processors want the same
// lock is that it moves from one to the other: meanwhile the other gets through
// many sections in a row.
type lock struct{ sync.Mutex }

// The first pause and the last one, in turns of an empty loop: together they
// take microseconds.
const (
	firstPause = 200
	lastPause  = 3200
)

func (l *lock) Lock() {
	if !l.TryLock() {
		l.contend()
	}
}

func (l *lock) contend() {
	for pause := firstPause; pause <= lastPause; pause *= 2 {
		for range pause {
		}
		if l.TryLock() {
			return
		}
	}
	l.Mutex.Lock()
}
