// Package mailbox is the queue in which a process keeps what was sent to it.
//
// A Queue is not safe for concurrent use: its owner's lock guards it. The
// first element lies in the Queue itself, so that a process which never has
// more than one message waiting allocates nothing; what queues behind it lies
// in chunks that come from a [Pool] and go back to it as they are drained, so
// that a burst leaves no memory behind. A ring that doubles would copy on
// every growth and never shrink, and a list of nodes allocates per message.
package mailbox

import (
	"iter"
	"sync"
)

const (
	smallLen = 4  // the first chunk behind the inline element
	largeLen = 60 // every further one: two kilobytes of 32-byte elements
)

type chunk[T any] struct {
	next *chunk[T]
	buf  []T
	end  int // buf[:end] has been written
}

type smallChunk[T any] struct {
	chunk[T]
	store [smallLen]T
}

type largeChunk[T any] struct {
	chunk[T]
	store [largeLen]T
}

// A Pool keeps drained chunks for reuse. Its zero value is ready, and it is
// safe for concurrent use.
type Pool[T any] struct {
	small, large sync.Pool
}

func (p *Pool[T]) get(large bool) *chunk[T] {
	if large {
		if c, ok := p.large.Get().(*chunk[T]); ok {
			return c
		}
		c := new(largeChunk[T])
		c.buf = c.store[:]
		return &c.chunk
	}
	if c, ok := p.small.Get().(*chunk[T]); ok {
		return c
	}
	c := new(smallChunk[T])
	c.buf = c.store[:]
	return &c.chunk
}

// put takes back a chunk whose elements have been cleared.
func (p *Pool[T]) put(c *chunk[T]) {
	c.next, c.end = nil, 0
	if len(c.buf) == largeLen {
		p.large.Put(c)
	} else {
		p.small.Put(c)
	}
}

// A Queue is a first-in, first-out queue. Its zero value is empty and ready.
type Queue[T any] struct {
	first      T         // the front, if inline
	head, tail *chunk[T] // what is behind first
	at         uint32    // head.buf[at] is the next element of head
	n          uint32    // elements in all
	inline     bool      // first holds an element
}

// Len returns the number of elements.
func (q *Queue[T]) Len() int { return int(q.n) }

// Push appends v.
func (q *Queue[T]) Push(v T, pool *Pool[T]) {
	q.n++
	if q.n == 1 {
		q.first, q.inline = v, true
		return
	}
	c := q.tail
	if c == nil || c.end == len(c.buf) {
		fresh := pool.get(c != nil)
		if c == nil {
			q.head, q.at = fresh, 0
		} else {
			c.next = fresh
		}
		q.tail, c = fresh, fresh
	}
	c.buf[c.end] = v
	c.end++
}

// Pop removes and returns the front, and false if there is none.
func (q *Queue[T]) Pop(pool *Pool[T]) (v T, ok bool) {
	ok = q.PopTo(&v, pool)
	return v, ok
}

// PopTo is Pop to where v points, which it leaves alone if there is nothing.
func (q *Queue[T]) PopTo(v *T, pool *Pool[T]) bool {
	if q.n == 0 {
		return false
	}
	q.n--
	var zero T
	if q.inline {
		*v, q.first, q.inline = q.first, zero, false
		return true
	}
	c := q.head
	front := &c.buf[q.at]
	*v, *front = *front, zero
	q.at++
	if int(q.at) == c.end {
		q.dropHead(pool)
	}
	return true
}

// Front returns the front where it lies, and nil if there is none.
func (q *Queue[T]) Front() *T {
	switch {
	case q.n == 0:
		return nil
	case q.inline:
		return &q.first
	}
	return &q.head.buf[q.at]
}

func (q *Queue[T]) dropHead(pool *Pool[T]) {
	c := q.head
	q.head, q.at = c.next, 0
	if q.head == nil {
		q.tail = nil
	}
	pool.put(c)
}

// TakeFrom moves all of src behind what q holds. q has to be empty, which
// makes it a few stores however long src is.
func (q *Queue[T]) TakeFrom(src *Queue[T]) {
	*q = *src
	*src = Queue[T]{}
}

// Clear drops everything.
func (q *Queue[T]) Clear() { *q = Queue[T]{} }

// Each calls yield for every element from the front, until it returns false.
func (q *Queue[T]) Each(yield func(*T) bool) {
	if q.inline && !yield(&q.first) {
		return
	}
	at := int(q.at)
	for c := q.head; c != nil; c, at = c.next, 0 {
		for i := at; i < c.end; i++ {
			if !yield(&c.buf[i]) {
				return
			}
		}
	}
}

// Remove removes and returns the first element behind the first skip ones that
// match accepts. match is called on each element before it, in order, and must
// not use q. If it panics q is as it was.
func (q *Queue[T]) Remove(skip int, match func(*T) bool, pool *Pool[T]) (v T, ok bool) {
	var zero T
	if q.inline {
		skip--
	}
	if q.inline && skip < 0 && match(&q.first) {
		v, q.first, q.inline = q.first, zero, false
		q.n--
		return v, true
	}
	var prev *chunk[T]
	at := int(q.at)
	for c := q.head; c != nil; prev, c, at = c, c.next, 0 {
		for i := at; i < c.end; i++ {
			if skip > 0 {
				skip--
				continue
			}
			if !match(&c.buf[i]) {
				continue
			}
			v = c.buf[i]
			copy(c.buf[i:c.end], c.buf[i+1:c.end])
			c.end--
			c.buf[c.end] = zero
			q.n--
			if c.end == at {
				q.unchain(prev, c, pool)
			}
			return v, true
		}
	}
	return v, false
}

// unchain removes c, which has become empty, from behind prev (nil: c is the
// head).
func (q *Queue[T]) unchain(prev, c *chunk[T], pool *Pool[T]) {
	if prev == nil {
		q.dropHead(pool)
		return
	}
	prev.next = c.next
	if q.tail == c {
		q.tail = prev
	}
	pool.put(c)
}

// All yields the elements from the front on. The queue must not change
// meanwhile.
func (q *Queue[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		if q.inline && !yield(q.first) {
			return
		}
		at := q.at
		for c := q.head; c != nil; c = c.next {
			for _, v := range c.buf[at:c.end] {
				if !yield(v) {
					return
				}
			}
			at = 0
		}
	}
}
