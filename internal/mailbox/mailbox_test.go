package mailbox

import (
	"slices"
	"testing"
)

func contents(q *Queue[int]) (all []int) {
	q.Each(func(v *int) bool { all = append(all, *v); return true })
	return all
}

// run interprets ops as pushes, pops, removals and moves, beside a slice that
// does the same, and compares the two after each.
func run(t *testing.T, ops []byte) {
	var pool Pool[int]
	var q Queue[int]
	var model []int
	next := 0
	for i, op := range ops {
		switch op % 8 {
		default:
			for range int(op/8) + 1 {
				q.Push(next, &pool)
				model = append(model, next)
				next++
			}
		case 1, 2, 3:
			for range int(op/8) + 1 {
				v, ok := q.Pop(&pool)
				if ok != (len(model) > 0) || ok && v != model[0] {
					t.Fatalf("op %d: Pop = %v, %v; want the front of %v", i, v, ok, model)
				}
				if ok {
					model = model[1:]
				}
			}
		case 4:
			want := int(op/8) * 5
			skip := min(int(op/64), len(model))
			at := slices.IndexFunc(model[skip:], func(v int) bool { return v%97 >= want })
			if at >= 0 {
				at += skip
			}
			v, ok := q.Remove(skip, func(v *int) bool { return *v%97 >= want }, &pool)
			if ok != (at >= 0) || ok && v != model[at] {
				t.Fatalf("op %d: Remove = %v, %v; want index %d of %v", i, v, ok, at, model)
			}
			if ok {
				model = slices.Delete(slices.Clone(model), at, at+1)
			}
		case 5:
			var other Queue[int]
			other.TakeFrom(&q)
			if q.Len() != 0 || contents(&q) != nil {
				t.Fatalf("op %d: %d elements left behind by TakeFrom", i, q.Len())
			}
			q.TakeFrom(&other)
		}
		if q.Len() != len(model) || !slices.Equal(contents(&q), model) {
			t.Fatalf("op %d: queue holds %v (len %d), want %v", i, contents(&q), q.Len(), model)
		}
	}
}

func TestQueueAgainstSlice(t *testing.T) {
	for _, ops := range [][]byte{
		{0},
		{1},
		{0, 0, 1, 0, 1, 1},
		{248, 248, 249, 249, 248, 250, 251},
		{32, 12, 12, 12, 12, 1, 1},
		{248, 248, 248, 252, 252, 4, 4, 4, 5, 249, 249, 249, 249},
	} {
		run(t, ops)
	}
}

func FuzzQueue(f *testing.F) {
	f.Add([]byte{0, 248, 4, 5, 249, 12, 1})
	f.Fuzz(func(t *testing.T, ops []byte) {
		if len(ops) > 400 {
			ops = ops[:400]
		}
		run(t, ops)
	})
}

func TestDrainedQueueHoldsNoChunk(t *testing.T) {
	var pool Pool[int]
	var q Queue[int]
	for i := range 1000 {
		q.Push(i, &pool)
	}
	for range 1000 {
		q.Pop(&pool)
	}
	if q.head != nil || q.tail != nil {
		t.Fatal("a drained queue still holds a chunk")
	}
}

func BenchmarkPushPop(b *testing.B) {
	for name, depth := range map[string]int{"depth=1": 1, "depth=16": 16, "depth=4096": 4096} {
		b.Run(name, func(b *testing.B) {
			var pool Pool[[4]uint64]
			var q Queue[[4]uint64]
			b.ReportAllocs()
			for range b.N/depth + 1 {
				for range depth {
					q.Push([4]uint64{}, &pool)
				}
				for range depth {
					q.Pop(&pool)
				}
			}
		})
	}
}
