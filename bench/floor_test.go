package main

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkFloor is what Go itself takes for the things that a library of
// processes is made of.
func BenchmarkFloor(b *testing.B) {
	for _, c := range []struct {
		what string
		does func(n int)
	}{
		{"compare and swap", func(n int) {
			var v atomic.Int64
			for i := range n {
				v.CompareAndSwap(int64(i), int64(i+1))
			}
		}},
		{"mutex, free", func(n int) {
			var mu sync.Mutex
			for range n {
				mu.Lock()
				mu.Unlock() //nolint:staticcheck // the empty section is the point
			}
		}},
		{"allocation of 32 bytes", func(n int) {
			for range n {
				floorSink = new([32]byte)
			}
		}},
		{"pool, get and put", func(n int) {
			pool := sync.Pool{New: func() any { return new([32]byte) }}
			for range n {
				pool.Put(pool.Get())
			}
		}},
		{"timer, reset and stop", func(n int) {
			t := time.NewTimer(time.Hour)
			for range n {
				t.Reset(time.Hour)
				t.Stop()
			}
		}},
		{"timer, new and stop", func(n int) {
			for range n {
				time.NewTimer(time.Hour).Stop()
			}
		}},
		{"context with a time-out", func(n int) {
			for range n {
				_, cancel := context.WithTimeout(context.Background(), time.Hour)
				cancel()
			}
		}},
		{"time.Now", func(n int) {
			for range n {
				floorTime = time.Now()
			}
		}},
		{"goroutine, to its end", func(n int) {
			var all sync.WaitGroup
			for range n {
				all.Go(func() {})
			}
			all.Wait()
		}},
		{"round trip over two channels", func(n int) {
			there, back := make(chan int), make(chan int)
			go func() {
				for v := range there {
					back <- v
				}
			}()
			for i := range n {
				there <- i
				<-back
			}
			close(there)
		}},
		{"panic and recover", func(n int) {
			for range n {
				func() {
					defer func() { _ = recover() }()
					panic(errFloor)
				}()
			}
		}},
		{"runtime.Callers", func(n int) {
			var pcs [64]uintptr
			for range n {
				runtime.Callers(0, pcs[:])
			}
		}},
		{"debug.Stack", func(n int) {
			for range n {
				debug.Stack()
			}
		}},
	} {
		b.Run(c.what, func(b *testing.B) {
			b.ReportAllocs()
			c.does(b.N)
		})
	}
}

var (
	errFloor  = errors.New("floor")
	floorSink *[32]byte
	floorTime time.Time
)
