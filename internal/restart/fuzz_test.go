package restart

import (
	"testing"
	"time"
)

// FuzzChildren plays random events, with more children and more time than
// TestEveryState has, and checks the same invariants.
func FuzzChildren(f *testing.F) {
	f.Add([]byte{0, 0, 2, 10, 60, 0, 1, 2, 1, 1, 3, 2, 2, 1, 0})
	f.Add([]byte{1, 2, 3, 10, 60, 0, 61, 1, 62, 2, 0, 1, 0, 0, 8, 1, 16, 2, 24, 0})
	f.Add([]byte{2, 1, 5, 3, 60, 9, 61, 10, 62, 11, 0, 1, 1, 1, 2, 1, 3, 1, 17, 0, 25, 0, 33, 0, 55, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		next := func() int {
			if len(data) == 0 {
				return 0
			}
			b := data[0]
			data = data[1:]
			return int(b)
		}
		w := newWorld(t, Strategy(next()%3), AutoShutdown(next()%3),
			Intensity{Max: next() % 9, Period: time.Duration(next())})
		w.outcome = func() outcome { return []outcome{starts, fails, ignores, starts}[next()%4] }
		for len(data) > 0 && !w.gone {
			op := next()
			id := string(rune('a' + op%8))
			switch op / 8 % 8 {
			case 0:
				if w.status(id) == Running {
					w.exited(id, Class(next()%3))
				}
			case 1:
				w.retry(id)
			case 2:
				w.terminate(id)
			case 3:
				w.restartByHand(id)
			case 4:
				w.delete(id)
			case 5:
				w.now = w.now.Add(time.Duration(next()))
			case 6:
				if next() == 0 {
					w.shutdown()
				}
			case 7:
				kind := next()
				w.add(Child{ID: id, Restart: Restart(kind % 3), Significant: kind%3 > 0 && kind/3%2 == 1})
			}
		}
	})
}
