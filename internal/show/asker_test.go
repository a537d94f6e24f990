package show_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/show"
)

type does struct{ do func() }

func (d does) Error() string  { d.do(); return "said" }
func (d does) String() string { d.do(); return "named" }

// What does not say what it is costs a moment, whatever it does instead.
func TestAsker(t *testing.T) {
	for _, row := range []struct {
		name, text, label string
		do                func()
		took              time.Duration
	}{
		{"quick", "said", "named", func() {}, 0},
		{"slow", "said", "named", func() { time.Sleep(200 * time.Millisecond) }, 200 * time.Millisecond},
		{"panics", "show_test.does (showing it panicked)", "show_test.does", func() { panic("oh") }, 0},
		{"Goexit", "show_test.does", "show_test.does", runtime.Goexit, 0},
		{"too slow", "show_test.does (it does not say what it is)", "show_test.does (it does not say what it is)", func() { time.Sleep(time.Hour) }, 256 * time.Millisecond},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, v := time.Now(), does{row.do}
				if text := new(show.Asker).Text(v, 100); text != row.text {
					t.Errorf("text %q, want %q", text, row.text)
				}
				if label := new(show.Asker).Name(v); label != row.label {
					t.Errorf("name %q, want %q", label, row.label)
				}
				if took := time.Since(began); took != 2*row.took {
					t.Errorf("it took %v, want twice %v", took, row.took)
				}
				time.Sleep(time.Hour) // until it has answered all the same
			})
		})
	}
}

// However many hang they cost two moments and a few goroutines; and those that
// are known to call nobody say what they are all the same. What answers at last
// is asked again.
func TestAskerOfManyThatHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a show.Asker
		began, before := time.Now(), runtime.NumGoroutine()
		release := make(chan struct{})
		hangs := does{func() { <-release }}
		for range 1000 {
			a.Text(hangs, 100)
			a.Name(hangs)
		}
		if took := time.Since(began); took > 2*256*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		if left := runtime.NumGoroutine() - before; left > 10 {
			t.Errorf("%d goroutines wait", left)
		}
		for want, err := range map[string]error{"a": errors.New("a"), "b": fmt.Errorf("b"), "c: said": fmt.Errorf("c: %w", does{func() {}})} {
			if text := a.Text(err, 100); text != want {
				t.Errorf("%q, want %q", text, want)
			}
		}
		if text := a.Text(does{func() {}}, 100); !strings.Contains(text, "does not say") {
			t.Errorf("asked nevertheless: %q", text)
		}
		close(release)
		synctest.Wait()
		if text := a.Text(hangs, 100); text != "said" {
			t.Errorf("afterwards: %q", text)
		}
	})
}
