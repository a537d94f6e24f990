package mailbox

import "testing"

// Front shows what Pop is about to remove, wherever it lies.
func TestFront(t *testing.T) {
	var q Queue[int]
	var pool Pool[int]
	if q.Front() != nil {
		t.Error("an empty queue has a front")
	}
	for i := range 200 {
		q.Push(i, &pool)
	}
	for i := range 200 {
		front := q.Front()
		if front == nil || *front != i {
			t.Fatalf("the front before element %d is %v", i, front)
		}
		var v int
		if !q.PopTo(&v, &pool) || v != i {
			t.Fatalf("element %d in place of %d", v, i)
		}
	}
	left := 7
	if q.PopTo(&left, &pool) || left != 7 || q.Front() != nil {
		t.Error("there is something in an empty queue")
	}
}
