package supervisor_test

import (
	"context"
	"errors"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// What ends a server ends at most the child that returns it.
func TestStarterReturnsStop(t *testing.T) {
	stops := starterFunc(func(context.Context) (coppice.PID, error) {
		return coppice.PID{}, genserver.Stop(genserver.StopNoReply(errAbnormal))
	})
	inWorld(t, func(w *world) {
		d := &supervisor.Dynamic[supervisor.ChildSpec]{}
		sup := w.start(d)
		_, err := d.StartChild(w.n, sup, supervisor.ChildSpec{Start: stops})
		check(t, "error", err, errAbnormal)
		check(t, "the dynamic supervisor lives", coppice.Alive(sup), true)

		static := w.start(supervisor.New(supervisor.Spec{}))
		_, err = supervisor.StartChild(w.n, static, supervisor.ChildSpec{ID: "x", Start: stops})
		if !errors.Is(err, errAbnormal) {
			t.Errorf("error of a static supervisor: %v", err)
		}
		check(t, "the static supervisor lives", coppice.Alive(static), true)
	})
}
