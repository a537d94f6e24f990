package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// waits is the child of a partition: it waits to be told to end.
func waits(int) supervisor.ChildSpec {
	return supervisor.ChildSpec{Start: supervisor.Body(func(p *coppice.Process) error {
		p.Receive()
		return nil
	})}
}

func inPartition(t *testing.T, s *supervisor.Partition, f func(n *coppice.Node, sup coppice.PID)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := coppice.NewNode(coppice.Options{})
		defer n.Stop(context.Background())
		sup, err := s.Start(n)
		if err != nil {
			t.Fatal(err)
		}
		f(n, sup)
	})
}

// TestPartitionKeys: an integer of whatever type chooses by its absolute value,
// and any key always the same.
func TestPartitionKeys(t *testing.T) {
	s := &supervisor.Partition{Child: waits, Partitions: 3}
	inPartition(t, s, func(n *coppice.Node, sup coppice.PID) {
		for key, i := range map[any]int{
			0: 0, 1: 1, -1: 1, 5: 2, -5: 2, int8(-128): 2, uint8(255): 0, int64(math.MinInt64): 2, uint64(math.MaxUint64): 0,
		} {
			if got, want := coppice.Whereis(n, s.At(key)), coppice.Whereis(n, s.At(i)); got != want || got.IsZero() {
				t.Errorf("%T %v: %v and not %v", key, key, got, want)
			}
		}
		used := map[coppice.PID]bool{}
		for i := range 100 {
			key := fmt.Sprint("key ", i)
			first := coppice.Whereis(n, s.At(key))
			if first.IsZero() || first != coppice.Whereis(n, s.At(key)) {
				t.Errorf("%s is routed anew", key)
			}
			used[first] = true
		}
		if len(used) != 3 {
			t.Errorf("100 keys use %d of 3 partitions", len(used))
		}
		if all, err := supervisor.Children(n, s); len(all) != 3 || all[0].ID != "2" {
			t.Errorf("Children = %v, %v", all, err)
		}
	})
}

// TestPartitionRestart: after a crash the key finds the new process.
func TestPartitionRestart(t *testing.T) {
	s := &supervisor.Partition{Child: waits, Partitions: 2}
	inPartition(t, s, func(n *coppice.Node, sup coppice.PID) {
		before := coppice.Whereis(n, s.At(1))
		_ = coppice.Exit(n, before, coppice.Kill)
		synctest.Wait()
		if after := coppice.Whereis(n, s.At(1)); after == before || !coppice.Alive(after) {
			t.Errorf("%v and then %v", before, after)
		}
	})
}

// TestPartitionStart: it runs once on a node, has as many partitions as there
// are processors, and says what is wrong.
func TestPartitionStart(t *testing.T) {
	s := &supervisor.Partition{Child: waits}
	inPartition(t, s, func(n *coppice.Node, sup coppice.PID) {
		if count, err := s.Count(n); count != runtime.GOMAXPROCS(0) || err != nil {
			t.Errorf("Count = %v, %v", count, err)
		}
		var already *coppice.AlreadyStartedError
		if _, err := s.Start(n); !errors.As(err, &already) || already.PID != sup {
			t.Errorf("Start = %v", err)
		}
		_ = supervisor.Stop(n, s, nil)
		if _, err := s.Count(n); err != coppice.NoProc {
			t.Errorf("Count = %v", err)
		}
		if _, err := s.At(1).Whereis(n); err != coppice.NoProc {
			t.Errorf("Whereis = %v", err)
		}
		if _, err := s.Start(n); err != nil {
			t.Error(err)
		}
		var spec *supervisor.SpecError
		if _, err := (&supervisor.Partition{Child: waits, Partitions: -1}).Start(n); !errors.As(err, &spec) {
			t.Errorf("Start = %v", err)
		}
		if _, err := (&supervisor.Partition{}).Start(n); err == nil {
			t.Error("it started without a Child")
		}
	})
}

func ExamplePartition() {
	node := coppice.NewNode(coppice.Options{})
	defer node.Stop(context.Background())
	said := make(chan string)
	writers := &supervisor.Partition{Partitions: 4, Child: func(i int) supervisor.ChildSpec {
		return supervisor.ChildSpec{Start: supervisor.Body(func(p *coppice.Process) error {
			for {
				said <- fmt.Sprintf("partition %d writes %v", i, p.Receive().Body)
			}
		})}
	}}
	if _, err := writers.Start(node); err != nil {
		fmt.Println(err)
		return
	}
	_ = coppice.Send(node, writers.At(6), "six")
	fmt.Println(<-said)
	// Output: partition 2 writes six
}

func BenchmarkPartitionAt(b *testing.B) {
	n := coppice.NewNode(coppice.Options{})
	defer n.Stop(context.Background())
	s := &supervisor.Partition{Child: waits, Partitions: 4}
	if _, err := s.Start(n); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if coppice.Whereis(n, s.At("key")).IsZero() {
			b.Fatal("nobody")
		}
	}
}
