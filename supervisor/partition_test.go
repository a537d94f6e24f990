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

// PartitionSupervisor.resize!/2: partitions are stopped and started, there are
// never fewer than zero nor more than at the start, and the former number is
// returned.
func TestPartitionResize(t *testing.T) {
	for _, strategy := range []supervisor.Strategy{supervisor.OneForOne, supervisor.OneForAll} {
		s := &supervisor.Partition{Child: waits, Partitions: 4, Strategy: strategy}
		inPartition(t, s, func(n *coppice.Node, sup coppice.PID) {
			var first [4]coppice.PID
			for i := range first {
				first[i] = coppice.Whereis(n, s.At(i))
			}
			for _, step := range []struct{ to, was int }{{2, 4}, {2, 2}, {3, 2}, {0, 3}, {4, 0}} {
				if was, err := s.Resize(n, step.to); was != step.was || err != nil {
					t.Errorf("to %d: it was %d, %v", step.to, was, err)
				}
				if count, _ := s.Count(n); count != step.to {
					t.Errorf("to %d: there are %d", step.to, count)
				}
				if counts, _ := supervisor.Count(n, s); counts.Active != step.to {
					t.Errorf("to %d: %+v", step.to, counts)
				}
				for i := range step.to {
					if pid := coppice.Whereis(n, s.At(i)); !coppice.Alive(pid) {
						t.Errorf("to %d: partition %d is %v", step.to, i, pid)
					}
				}
				if step.to == 2 && coppice.Whereis(n, s.At(5)) != first[1] {
					t.Error("what stays is another process, or keys go elsewhere")
				}
				if _, err := s.At(1).Whereis(n); (err == coppice.NoProc) != (step.to == 0) {
					t.Errorf("to %d: %v", step.to, err)
				}
			}
			for _, wrong := range []int{-1, 5} {
				var spec *supervisor.SpecError
				if was, err := s.Resize(n, wrong); was != 4 || !errors.As(err, &spec) || spec.Value != wrong {
					t.Errorf("to %d: it was %d, %v", wrong, was, err)
				}
			}
			// What is not in use is not brought back by the crash of another.
			_, _ = s.Resize(n, 1)
			_ = coppice.Exit(n, coppice.Whereis(n, s.At(0)), coppice.Kill)
			synctest.Wait()
			if counts, _ := supervisor.Count(n, s); counts.Active != 1 {
				t.Errorf("after a crash: %+v", counts)
			}
		})
	}
}

// A partition may make the supervisor smaller, also if it is stopped by that.
func TestPartitionResizesItself(t *testing.T) {
	s := &supervisor.Partition{Partitions: 4}
	s.Child = func(int) supervisor.ChildSpec {
		return supervisor.ChildSpec{Restart: supervisor.Temporary, Start: supervisor.Body(func(p *coppice.Process) error {
			_, err := s.Resize(p, p.Receive().Body.(int))
			return err
		})}
	}
	inPartition(t, s, func(n *coppice.Node, sup coppice.PID) {
		_ = coppice.Send(n, s.At(3), 1)
		synctest.Wait()
		if counts, _ := supervisor.Count(n, s); counts.Active != 1 || !coppice.Alive(coppice.Whereis(n, s.At(0))) {
			t.Errorf("%+v", counts)
		}
	})
}

// A partition that does not start ends the growth there.
func TestPartitionResizeFails(t *testing.T) {
	fails := false
	s := &supervisor.Partition{Partitions: 3}
	s.Child = func(i int) supervisor.ChildSpec {
		c := waits(i)
		c.Start = sometimes{c.Start, func() bool { return fails && i == 2 }}
		return c
	}
	inPartition(t, s, func(n *coppice.Node, sup coppice.PID) {
		_, _ = s.Resize(n, 1)
		fails = true
		var start *supervisor.StartError
		if was, err := s.Resize(n, 3); was != 1 || !errors.As(err, &start) || start.ID != "2" {
			t.Errorf("it was %d, %v", was, err)
		}
		if count, _ := s.Count(n); count != 2 {
			t.Errorf("there are %d", count)
		}
	})
}

// sometimes is a Starter that may fail.
type sometimes struct {
	supervisor.Starter
	fails func() bool
}

func (s sometimes) StartLink(ctx context.Context) (coppice.PID, error) {
	if s.fails() {
		return coppice.PID{}, errors.New("no")
	}
	return s.Starter.StartLink(ctx)
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
