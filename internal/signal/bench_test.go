package signal

import "testing"

// BenchmarkArrive goes through the whole table.
func BenchmarkArrive(b *testing.B) {
	b.ReportAllocs()
	sum := 0
	for b.Loop() {
		for from := FromLink; from <= FromSelf; from++ {
			for reason := Normal; reason <= Other; reason++ {
				sum += int(Arrive(from, reason, true)) + int(Arrive(from, reason, false))
			}
		}
	}
	if sum == 0 {
		b.Fatal("every signal is ignored")
	}
}
