package coppice

import (
	"context"
	"runtime/pprof"

	"github.com/seed-7832d3a3/coppice/internal/sched"
)

// LabelGoroutines has every goroutine that runs code of a process carry the
// labels pid, name and type, so that profiles, and tracebacks with
// GODEBUG=tracebacklabels=1, tell whose code it is; those that the code starts
// with a go statement inherit them. Processes of the function form have their
// labels at all times, where they are made once. A server gets its goroutine
// anew for every few messages, so there it is for tools to ask for: it costs
// some ten nanoseconds each time, and 200 bytes a process.
func (n *Node) LabelGoroutines(on bool) { n.labels.Store(on) }

// wearLabels labels r, on which p runs and which is the calling goroutine. once
// says that p does not give it back before its end.
func (p *proc) wearLabels(r *sched.Runner, once bool) {
	r.Labelled = true
	if once {
		pprof.SetGoroutineLabels(p.makeLabels())
		return
	}
	p.mu.Lock()
	ctx := p.rare().labels
	p.mu.Unlock()
	if ctx == nil {
		ctx = p.makeLabels()
		p.mu.Lock()
		p.more.labels = ctx
		p.mu.Unlock()
	}
	pprof.SetGoroutineLabels(ctx)
}

func (p *proc) makeLabels() context.Context {
	info := p.info()
	labels := []string{"pid", info.PID.String(), "type", info.Label}
	if info.Name != "" {
		labels = append(labels, "name", info.Name)
	}
	return pprof.WithLabels(context.Background(), pprof.Labels(labels...))
}
