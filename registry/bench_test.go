package registry_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/registry"
)

// inProcess runs f in a process of a node with a registry, and waits for it.
func inProcess(b *testing.B, o registry.Options, f func(p *coppice.Process, r *reg)) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	r := registry.New[string, int](o)
	must(r.Start(n))
	done := make(chan struct{})
	must(coppice.Spawn(n, func(p *coppice.Process) error {
		defer close(done)
		f(p, r)
		return nil
	}))
	<-done
}

func BenchmarkFind(b *testing.B) {
	inProcess(b, registry.Options{}, func(p *coppice.Process, r *reg) {
		for i := range 1000 {
			_ = r.Register(p, fmt.Sprint(i), i)
		}
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := r.Find(p, "500"); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func BenchmarkLookup(b *testing.B) {
	inProcess(b, registry.Options{Keys: registry.Duplicate}, func(p *coppice.Process, r *reg) {
		for i := range 10 {
			_ = r.Register(p, "k", i)
		}
		b.ReportAllocs()
		for b.Loop() {
			if all, _ := r.Lookup(p, "k"); len(all) != 10 {
				b.Fatal(all)
			}
		}
	})
}

// BenchmarkRegister registers and unregisters: the only key of a process, which
// ties it to the registry each time, or one of several.
func BenchmarkRegister(b *testing.B) {
	for _, first := range []bool{true, false} {
		b.Run(fmt.Sprintf("only=%v", first), func(b *testing.B) {
			inProcess(b, registry.Options{}, func(p *coppice.Process, r *reg) {
				if !first {
					_ = r.Register(p, "other", 1)
				}
				b.ReportAllocs()
				for b.Loop() {
					if err := r.Register(p, "k", 1); err != nil {
						b.Fatal(err)
					}
					_ = r.Unregister(p, "k")
				}
			})
		})
	}
}

func BenchmarkCallVia(b *testing.B) {
	inProcess(b, registry.Options{}, func(p *coppice.Process, r *reg) {
		must(servers.Start(p, 7, genserver.Name(r.Via("k"))))
		b.ReportAllocs()
		for b.Loop() {
			if v, err := genserver.Call(p, r.Via("k"), ask{}); v != 7 || err != nil {
				b.Fatal(v, err)
			}
		}
	})
}
