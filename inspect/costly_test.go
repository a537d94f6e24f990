package inspect

import (
	"testing"
	"testing/synctest"
	"time"
)

// However many ask however often, the program is left alone most of the time.
func TestCostlyAnswersAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c costly[int]
		found := 0
		find := func() int {
			time.Sleep(time.Second)
			found++
			return found
		}
		for began := time.Now(); time.Since(began) < 10*time.Minute; time.Sleep(100 * time.Millisecond) {
			if c.get(find) == 0 {
				t.Error("no answer")
			}
		}
		if found < 11 || found > 12 {
			t.Errorf("it was found %d times in 10 minutes, at 1 s each", found)
		}
		time.Sleep(2 * time.Minute)
		c.mu.Lock()
		if c.answer != 0 {
			t.Error("it is kept though nobody asks")
		}
		c.mu.Unlock()
		if c.get(func() int { return 7 }) != 7 || c.get(func() int { return 8 }) != 8 {
			t.Error("what costs nothing is found anew each time")
		}
	})
}
