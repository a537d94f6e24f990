package control_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/control"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A mute is an error that does something else than to say what it is.
type mute struct{ do func() }

func (m *mute) Error() string { m.do(); return "at last" }

type Ask struct{ genserver.Returns[int] }

// An error of the program's own that hangs, panics or ends the goroutine, when it
// is to say what it is, is an answer like any other: no connection is lost to it.
func TestErrorsThatMisbehave(t *testing.T) {
	for name, do := range map[string]func(release chan struct{}){
		"hangs":  func(release chan struct{}) { <-release },
		"panics": func(chan struct{}) { panic("oh") },
		"Goexit": func(chan struct{}) { runtime.Goexit() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				n := coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
				asked := genserver.Define(func(*coppice.Process, genserver.None) (int, error) { return 0, nil },
					genserver.OnCall(func(int, *coppice.Process, Ask) (int, error) { return 0, &mute{func() { do(release) }} }))
				_, err := asked.Start(n, genserver.None{}, genserver.Name(coppice.Name("asked")))
				must(err)
				h, began := control.Handler(n, control.Options{Actions: true}), time.Now()
				for range 20 {
					w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/v1/do/call", strings.NewReader(`{"to":"asked","message":{"word":"Ask"}}`))
					r.Header.Set("Content-Type", "application/json")
					h.ServeHTTP(w, r)
					if w.Code != 500 || !strings.Contains(w.Body.String(), "an error of type *control_test.mute, which does not say what it is") {
						t.Errorf("%d: %s", w.Code, w.Body)
					}
				}
				if took := time.Since(began); took > 5*time.Second {
					t.Errorf("it took %v", took)
				}
				close(release)
				synctest.Wait()
				n.Stop(context.Background())
			})
		})
	}
}
