package inspect

import (
	"sync"
	"time"
)

// rests is how many times as long as it takes to find a costly answer the
// program is left alone then.
const rests = 50

// A costly is an answer that stops or slows the whole program while it is found.
// So that nobody can hold the program up by asking, it serves all who ask until
// the program has worked for rests times as long; then its memory is given back.
type costly[T any] struct {
	mu     sync.Mutex // guards what follows; held while it is found, so others wait for the same
	answer T
	until  time.Time
	forget *time.Timer // calls drop
}

func (c *costly[T]) get(find func() T) T {
	c.mu.Lock()
	defer c.mu.Unlock()
	began := time.Now()
	if began.Before(c.until) {
		return c.answer
	}
	if c.forget != nil {
		c.forget.Stop()
	}
	c.answer = find()
	took := time.Since(began)
	c.until = time.Now().Add(rests * took)
	c.forget = time.AfterFunc(2*rests*took, c.drop)
	return c.answer
}

func (c *costly[T]) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	var none T
	c.answer, c.until, c.forget = none, time.Time{}, nil
}
