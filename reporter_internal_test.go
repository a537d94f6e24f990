package coppice

import "testing"

// The log logs each report once and in order, and what it keeps does not grow
// with how many it has logged, also if it never catches up.
func TestReportQueueStaysSmall(t *testing.T) {
	var r reporter
	next, logged := 0, 0
	push := func() { r.push(droppedReport(next)); next++ }
	pop := func() {
		if got := r.pop(); got != droppedReport(logged) {
			t.Fatalf("report %v came in place of %d", got, logged)
		}
		logged++
	}
	for range 7 {
		push()
	}
	for range 100_000 {
		push()
		pop()
	}
	if got := cap(r.queue); got > 64 {
		t.Errorf("the queue has room for %d reports, with 7 in it", got)
	}
	for r.left() > 0 {
		pop()
	}
	for range 5000 {
		push()
	}
	for r.left() > 0 {
		pop()
	}
	if next != logged || cap(r.queue) > 1024 {
		t.Errorf("%d of %d reports were logged; the queue keeps room for %d", logged, next, cap(r.queue))
	}
}
