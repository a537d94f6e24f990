package task

import (
	"context"
	"reflect"
	"runtime"

	"github.com/seed-7832d3a3/coppice"
)

// A worker is what the process of a task runs: it waits for start, for its boss
// cannot monitor it before it knows its PID, and sends the value there.
type worker struct {
	boss      coppice.PID   // who sends start
	strangers bool          // the boss is not linked with it, or not at first
	callers   []coppice.PID // for whom it works
	label     string
	run       func(*coppice.Process) (any, error)
}

// A start is the first message to a worker.
type start struct{ to coppice.Addr }

func (w worker) body(p *coppice.Process) error {
	prepare(p, w.callers, w.label)
	to, err := w.begin(p)
	if err != nil {
		return err
	}
	value, err := w.run(p)
	if err != nil {
		return err
	}
	p.Checkpoint() // what it had worked out when it was told to end is lost
	return coppice.Send(p, to, value)
}

// begin waits for start, or for the end of a boss that will not send it.
func (w worker) begin(p *coppice.Process) (to coppice.Addr, err error) {
	var watch coppice.Ref
	if w.strangers {
		if watch, err = p.Monitor(w.boss); err != nil {
			return nil, err
		}
	}
	m, _ := p.ReceiveMatch(func(m coppice.Message) bool {
		switch body := m.Body.(type) {
		case start:
			return true
		case coppice.Down:
			return body.Ref == watch
		}
		return false
	}, -1)
	if down, ok := m.Body.(coppice.Down); ok {
		return nil, &coppice.ShutdownError{Detail: down.Reason}
	}
	if w.strangers {
		p.Demonitor(watch, true)
	}
	return m.Body.(start).to, nil
}

func prepare(p *coppice.Process, callers []coppice.PID, label string) {
	if len(callers) > 0 {
		p.SetCallers(callers...)
	}
	if label != "" {
		p.SetLabel(label)
	}
}

// callersOf is for whom a task works that is started with ctx.
func callersOf(ctx context.Context) []coppice.PID {
	p, ok := ctx.(*coppice.Process)
	if !ok {
		return nil
	}
	return append([]coppice.PID{p.Self()}, p.Callers()...)
}

// labelOf names the function that a task runs, for tools.
func labelOf(f any) string {
	if fn := runtime.FuncForPC(reflect.ValueOf(f).Pointer()); fn != nil {
		return fn.Name()
	}
	return ""
}
