package cputime_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/cputime"
)

// Work counts, and a wait does not where the system can tell them apart.
func TestOf(t *testing.T) {
	sum := 0
	work := func() {
		for began := time.Now(); time.Since(began) < 20*time.Millisecond; {
			sum++
		}
	}
	if took := cputime.Of(work); took <= 0 || took > 10*time.Second {
		t.Errorf("20ms of work took %v", took)
	}
	if runtime.GOOS != "linux" {
		return
	}
	wait := func() { <-time.After(300 * time.Millisecond) }
	if took := cputime.Of(wait); took > 200*time.Millisecond {
		t.Errorf("a wait took %v", took)
	}
}
