package sched

import (
	"runtime"
	"sync/atomic"
)

// A Token is what one goroutine gives to another that waits for it: a channel
// of one element, but cheaper where the wait is short. Whoever waits first lets
// others run for a moment instead of blocking. So two goroutines that work in
// turn, as a caller and its server do, neither park nor wake each other, which
// is what costs most where two goroutines hand something over.
//
// At any time there is at most one token and one goroutine that waits. Only the
// giver turns none into given, and only who waits changes word otherwise: so
// who waits and has not said that it parks finds the token in word, and who has
// finds it in the channel.
type Token struct {
	word atomic.Uint32
	ch   chan struct{}
}

const (
	tokenNone   = iota
	tokenGiven  // it is here, and not in ch
	tokenParked // it comes, or has come, by ch
)

// turns is how often one who waits lets others run before it parks. The first
// turn lets the other begin; where there are several processors it may come
// back from that before the other has finished.
const turns = 2

// MakeToken returns a Token that has not been given.
func MakeToken() Token { return Token{ch: make(chan struct{}, 1)} }

// Give ends one wait, the present or the next one.
func (t *Token) Give() {
	if !t.word.CompareAndSwap(tokenNone, tokenGiven) {
		t.ch <- struct{}{}
	}
}

// Soon takes the token if it comes within a moment.
func (t *Token) Soon() bool {
	for range turns {
		if t.has() {
			return true
		}
		runtime.Gosched()
	}
	return t.has()
}

func (t *Token) has() bool {
	if t.word.Load() != tokenGiven {
		return false
	}
	t.word.Store(tokenNone)
	return true
}

// Wait takes the token, and blocks until it comes. It reports whether it had to.
func (t *Token) Wait() (blocked bool) {
	if t.Soon() {
		return false
	}
	t.Block()
	return true
}

// Block is Wait where Soon would be, or has been, in vain.
func (t *Token) Block() {
	<-t.Park()
	t.Unpark()
}

// Park returns the channel by which the token comes. After it Unpark has to be
// called: when the token was taken, or when nobody is going to give it.
func (t *Token) Park() <-chan struct{} {
	if !t.word.CompareAndSwap(tokenNone, tokenParked) && t.has() {
		t.word.Store(tokenParked)
		t.ch <- struct{}{}
	}
	return t.ch
}

// Unpark ends what Park began.
func (t *Token) Unpark() { t.word.Store(tokenNone) }
