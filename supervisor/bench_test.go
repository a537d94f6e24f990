package supervisor_test

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

type cell struct{}
type ping struct{ genserver.Returns[coppice.PID] }
type crash struct{}

var cells = genserver.Define(func(*coppice.Process, int) (*cell, error) { return &cell{}, nil },
	genserver.OnCall(func(_ *cell, p *coppice.Process, _ ping) (coppice.PID, error) { return p.Self(), nil }),
	genserver.OnCast(func(*cell, *coppice.Process, crash) error { panic("crash") }),
)

func quiet() *coppice.Node {
	return coppice.NewNode(coppice.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
}

func BenchmarkDynamic(b *testing.B) {
	n := quiet()
	defer n.Stop(context.Background())
	d := supervisor.Dynamic[int]{Template: func(i int) supervisor.ChildSpec {
		return supervisor.ChildSpec{Start: cells.With(i)}
	}}
	sup, err := d.Start(n)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		pid, err := d.StartChild(n, sup, 1)
		if err != nil {
			b.Fatal(err)
		}
		if err := supervisor.TerminateChild(n, sup, pid); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRestart(b *testing.B) {
	n := quiet()
	defer n.Stop(context.Background())
	sup, err := supervisor.New(supervisor.Spec{
		Restarts: supervisor.AtMost(1<<30, 1),
		Children: []supervisor.ChildSpec{{ID: "c", Start: cells.With(1, genserver.Name(coppice.Name("c")))}},
	}).Start(n)
	if err != nil {
		b.Fatal(err, sup)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = genserver.Cast(n, coppice.Name("c"), crash{})
		for {
			if _, err := genserver.Call(n, coppice.Name("c"), ping{}); err == nil {
				break
			}
		}
	}
}
