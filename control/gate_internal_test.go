package control

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

func isBusy(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == Busy
}

// withGate runs f in a bubble with a gate for a program on eight processors.
func withGate(t *testing.T, f func(t *testing.T, g *gate)) {
	synctest.Test(t, func(t *testing.T) {
		f(t, &gate{slots: make(chan struct{}, 2), windows: make(chan struct{}, maxWindows), rate: 1, credit: maxCredit, at: time.Now()})
	})
}

// However many ask, only a few are worked for at a time; who has gone meanwhile is
// not, and nobody waits for ever.
func TestFewAnswersAtATime(t *testing.T) {
	withGate(t, func(t *testing.T, g *gate) {
		var now, most, answered, refused atomic.Int32
		gone, leave := context.WithCancel(t.Context())
		ask := func(ctx context.Context) {
			err := g.work(ctx, func() {
				most.Store(max(most.Load(), now.Add(1)))
				time.Sleep(time.Second)
				now.Add(-1)
				answered.Add(1)
			})
			switch {
			case isBusy(err):
				refused.Add(1)
			case err != nil:
				t.Error(err)
			}
		}
		go ask(t.Context())
		go ask(t.Context())
		synctest.Wait()
		for range 100 {
			go ask(gone)
		}
		synctest.Wait()
		leave()
		for range 50 {
			go ask(t.Context())
		}
		time.Sleep(time.Hour)
		if most.Load() != 2 || answered.Load() < 20 || answered.Load()+refused.Load() != 152 || refused.Load() < 100 {
			t.Errorf("%d at a time, %d answered, %d refused", most.Load(), answered.Load(), refused.Load())
		}
	})
}

// Answers take no more than their share of the processors in the long run; what
// was not taken is there for when somebody asks, up to a limit.
func TestShareOfAnswers(t *testing.T) {
	withGate(t, func(t *testing.T, g *gate) {
		wait := func() time.Duration {
			began := time.Now()
			if err := g.work(t.Context(), func() {}); err != nil {
				t.Error(err)
			}
			return time.Since(began)
		}
		g.rate = 0.25 // of two processors
		g.spend(maxCredit)
		if d := wait(); d > 10*time.Millisecond { // but for what the answers have cost themselves
			t.Errorf("with what was saved it waits %v", d)
		}
		g.spend(2 * time.Second)
		if d := wait(); d < 7900*time.Millisecond || d > 8100*time.Millisecond {
			t.Errorf("after 2s too much it waits %v", d)
		}
		time.Sleep(100 * 365 * 24 * time.Hour)
		if d := wait(); d != 0 {
			t.Errorf("after many years it waits %v", d)
		}
		g.spend(maxCredit + time.Second)
		if d := wait(); d < 3900*time.Millisecond || d > 4100*time.Millisecond {
			t.Errorf("after many years and 1s too much it waits %v", d)
		}
		g.spend(time.Hour)
		if err := g.work(t.Context(), func() { t.Error("it works") }); !isBusy(err) {
			t.Errorf("after an hour too much: %v", err)
		}
	})
}

// What is not read is counted, and given back.
func TestUnreadIsBounded(t *testing.T) {
	withGate(t, func(t *testing.T, g *gate) {
		for range 3 {
			if err := g.hold(2 * maxUnread); err != nil {
				t.Errorf("a large answer by itself: %v", err)
			}
			if err := g.hold(1); !isBusy(err) {
				t.Errorf("beside it: %v", err)
			}
			g.let(2 * maxUnread)
		}
	})
}

// All that answer for a node have one gate.
func TestOneGateANode(t *testing.T) {
	a, b := coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)}), coppice.NewNode(coppice.Options{})
	if g := gateOf(a); g != gateOf(a) || g == gateOf(b) {
		t.Error("which gate is whose?")
	}
	a.Stop(context.Background())
	b.Stop(context.Background())
}

// Who asks for very much does not hold up those who watch.
func TestAskersDoNotHoldUpStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
		g, h := gateOf(n), Handler(n, Options{})
		began := make(chan struct{})
		go g.work(t.Context(), func() { close(began); time.Sleep(time.Hour) })
		<-began
		ctx, leave := context.WithCancel(t.Context())
		w := &flushed{header: http.Header{}}
		go func() {
			time.Sleep(3500 * time.Millisecond)
			leave()
		}()
		h.ServeHTTP(w, httptest.NewRequest("GET", "/v1/watch?view=metrics", nil).WithContext(ctx))
		if events := strings.Count(w.body.String(), "event: "); events < 4 {
			t.Errorf("%d events came: %s", events, w.body.String())
		}
		time.Sleep(time.Hour)
		n.Stop(context.Background())
	})
}
