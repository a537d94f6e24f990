package restart

import (
	"fmt"
	"testing"
	"time"
)

func BenchmarkExitedOneForOne(b *testing.B) {
	for _, n := range []int{1, 1000} {
		b.Run(fmt.Sprintf("children=%d", n), func(b *testing.B) {
			cs := New(OneForOne, Never, Intensity{Max: 100, Period: time.Second})
			for i := range n {
				cs.Add(Child{ID: fmt.Sprint(i)})
				cs.Started(fmt.Sprint(i))
			}
			now := epoch
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(time.Second)
				if p := cs.Exited("0", Abnormal, now); len(p.Start) != 1 {
					b.Fatal(p)
				}
				cs.Started("0")
			}
		})
	}
}

func BenchmarkSpend(b *testing.B) {
	for _, within := range []int{0, 3, 1000} {
		b.Run(fmt.Sprintf("recent=%d", within), func(b *testing.B) {
			in := Intensity{Max: within + 1, Period: time.Duration(within)}
			now := epoch
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(1)
				if !in.Spend(now) {
					b.Fatal("refused")
				}
			}
		})
	}
}
