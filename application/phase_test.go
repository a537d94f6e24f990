package application_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/application"
	"github.com/seed-7832d3a3/coppice/coppicetest"
)

// A phase that hangs does not hold up the end of everything: it is killed, as
// what an application_master of OTP's has started is.
func TestPhaseThatHangsIsKilledAtTheEnd(t *testing.T) {
	coppicetest.Run(t, func(t *testing.T, node *coppice.Node) {
		stopped := false
		app := application.Define(application.Spec[int]{Name: "app", Start: func(*coppice.Process, int) (application.Tree, error) {
			return application.Tree{
				Phases: []application.Phase{{Name: "warm", Run: func(p *coppice.Process) error { <-p.Done(); return p.Err() }}},
				Stop:   func(*coppice.Process) { stopped = true },
			}, nil
		}})
		failed := make(chan error, 1)
		go func() {
			_, err := application.Start(node, application.Temporary, app)
			failed <- err
		}()
		synctest.Wait()
		began := time.Now()
		_ = node.Stop(t.Context())
		if took := time.Since(began); took > 0 || !stopped {
			t.Errorf("the stop took %v, and Stop of the application ran: %v", took, stopped)
		}
		if err := <-failed; err == nil {
			t.Error("the start was successful")
		}
	})
}
