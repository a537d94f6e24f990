package coppice_test

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/seed-7832d3a3/coppice"
)

func TestPIDText(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		within(t, n, func(p *coppice.Process) error {
			pid, ref := p.Self(), must(p.Monitor(n.Root()))
			if got, err := n.ParsePID(pid.String()); got != pid || err != nil {
				t.Errorf("%v, %v; want %v", got, err, pid)
			}
			if got, err := n.ParseRef(ref.String()); got != ref || err != nil {
				t.Errorf("%v, %v; want %v", got, err, ref)
			}
			if text, _ := pid.MarshalText(); string(text) != pid.String() {
				t.Errorf("%s", text)
			}
			return nil
		})
		if text := (coppice.PID{}).String() + (coppice.Ref{}).String(); text != "<none>#Ref<none>" {
			t.Error(text)
		}
		dead := start(n, nil)
		text := dead.String()
		coppice.Exit(n, dead, coppice.Kill)
		if pid, err := n.ParsePID(text); !errors.Is(err, coppice.NoProc) {
			t.Errorf("of the dead: %v, %v", pid, err)
		}
		for range 100 { // they use the same place again
			other := start(n, nil)
			if other.String() == text {
				t.Fatal("two processes have the same text")
			}
			coppice.Exit(n, other, coppice.Kill)
		}
	})
}

func TestParsePIDWhileProcessesComeAndGo(t *testing.T) {
	n := coppice.NewNode(quiet())
	defer n.Stop(t.Context())
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 1000 {
				pid := start(n, nil)
				if got, err := n.ParsePID(pid.String()); got != pid || err != nil {
					t.Errorf("%v, %v; want %v", got, err, pid)
				}
				for other := range n.List() {
					_ = other.String()
				}
				coppice.Exit(n, pid, coppice.Kill)
				runtime.Gosched()
			}
		})
	}
	all.Wait()
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"<0.0.0>", "<0.1.0>", "<0.1>", "#Ref<0.1.0.1>", "", "<..>", "<-1.0.0>", "<0.99999999999.0>", "#Ref<>", "#Ref<0.0.0.x>"} {
		f.Add(text)
	}
	n := coppice.NewNode(quiet())
	f.Cleanup(func() { n.Stop(context.Background()) })
	start(n, nil)
	f.Fuzz(func(t *testing.T, text string) {
		if pid, err := n.ParsePID(text); err == nil && must(n.ParsePID(pid.String())) != pid {
			t.Errorf("%q is %v", text, pid)
		}
		if ref, err := n.ParseRef(text); err == nil && must(n.ParseRef(ref.String())) != ref {
			t.Errorf("%q is %v", text, ref)
		}
	})
}

// PIDs are ordered by their numbers, not as texts.
func TestPIDsAreOrdered(t *testing.T) {
	bubble(t, func(t *testing.T, n *coppice.Node) {
		all := []coppice.PID{{}}
		for range 12 {
			pid, _ := coppice.Spawn(n, func(p *coppice.Process) error { p.Receive(); return nil })
			all = append(all, pid)
		}
		for i, a := range all {
			for j, b := range all {
				if a.Compare(b) != cmp.Compare(i, j) {
					t.Errorf("%v and %v: %d", a, b, a.Compare(b))
				}
			}
		}
	})
}
