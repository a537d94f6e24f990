package coppice

import (
	"strings"
	"sync"
	"testing"
)

// Stacks that are longer than ordinary ones are all there nevertheless.
func TestLongStacksAreWhole(t *testing.T) {
	const many, depth = 60, 90
	var deep func(n int, f func())
	deep = func(n int, f func()) {
		if n == 0 {
			f()
			return
		}
		deep(n-1, f)
	}
	var arrived, gone sync.WaitGroup
	release := make(chan struct{})
	for range many {
		arrived.Add(1)
		gone.Go(func() {
			deep(depth, func() {
				arrived.Done()
				<-release
			})
		})
	}
	arrived.Wait()
	found := 0
	for _, stack := range goroutineStacks() {
		if strings.Count(stack, "TestLongStacksAreWhole") >= depth {
			found++
		}
	}
	close(release)
	gone.Wait()
	if found != many {
		t.Errorf("%d of %d stacks are there", found, many)
	}
}
