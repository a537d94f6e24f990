//go:build unix

package control

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A program that was stopped while it opened its socket does not keep others
// waiting for ever.
func TestAnotherHoldsTheLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(path, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock(path, 50*time.Millisecond); err == nil || !strings.Contains(err.Error(), "another program has held") {
		t.Errorf("got %v", err)
	}
	unlock()
	if unlock, err = lock(path, time.Minute); err != nil {
		t.Fatal(err)
	}
	unlock()
}
