package restart

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestIntensity(t *testing.T) {
	type step struct {
		at     time.Duration
		ok     bool
		recent int
	}
	rows := []struct {
		rule   string
		max    int
		period time.Duration
		steps  []step
	}{
		{"none is allowed", 0, 10, []step{{0, false, 1}}},
		{"not even late", 0, 10, []step{{0, false, 1}, {100, false, 1}}},
		{"a negative Max allows none", -1, 10, []step{{0, false, 1}, {1, false, 1}}},
		{"one too many", 2, 10, []step{{0, true, 1}, {1, true, 2}, {2, false, 3}}},
		{"one that is exactly a period ago counts", 1, 10, []step{{0, true, 1}, {10, false, 2}}},
		{"one that is older does not", 1, 10, []step{{0, true, 1}, {11, true, 1}}},
		{"the window slides", 2, 10, []step{{0, true, 1}, {6, true, 2}, {11, true, 2}, {16, false, 3}}},
		{"a refused one counts too", 1, 10, []step{{0, true, 1}, {6, false, 2}, {14, false, 2}, {30, true, 1}}},
		{"any number", math.MaxInt, 10, []step{{0, true, 1}, {1, true, 2}, {1, true, 3}, {1, true, 4}, {1, true, 5}}},
	}
	for _, r := range rows {
		t.Run(r.rule, func(t *testing.T) {
			in := Intensity{Max: r.max, Period: r.period}
			if got := in.Recent(epoch); got != 0 {
				t.Errorf("%d recent before the first", got)
			}
			for _, s := range r.steps {
				now := epoch.Add(s.at)
				if got := in.Spend(now); got != s.ok {
					t.Errorf("at %d: allowed %t, want %t", s.at, got, s.ok)
				}
				if got := in.Recent(now); got != s.recent {
					t.Errorf("at %d: %d recent, want %d", s.at, got, s.recent)
				}
			}
		})
	}
}

func TestRecentForgetsWithoutSpend(t *testing.T) {
	in := Intensity{Max: 5, Period: 10}
	in.Spend(epoch)
	in.Spend(epoch.Add(5))
	for at, want := range map[time.Duration]int{5: 2, 10: 2, 11: 1, 15: 1, 16: 0} {
		if got := in.Recent(epoch.Add(at)); got != want {
			t.Errorf("at %d: %d recent, want %d", at, got, want)
		}
	}
}

// TestIntensityLikeAList compares the ring with the plain list it stands for.
func TestIntensityLikeAList(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		in := Intensity{Max: r.IntN(20), Period: time.Duration(1 + r.IntN(30))}
		var list []time.Time
		now := epoch
		for range 200 {
			now = now.Add(time.Duration(r.IntN(5)))
			var keep []time.Time
			for _, at := range append(list, now) {
				if now.Sub(at) <= in.Period {
					keep = append(keep, at)
				}
			}
			list = keep
			if got, want := in.Spend(now), len(list) <= in.Max; got != want {
				t.Fatalf("Max %d Period %d: allowed %t, want %t", in.Max, in.Period, got, want)
			}
			if got, want := in.Recent(now), min(len(list), in.Max+1); got != want {
				t.Fatalf("Max %d Period %d: %d recent, want %d", in.Max, in.Period, got, want)
			}
			if len(in.ring) > in.Max+1 {
				t.Fatalf("Max %d: a ring of %d", in.Max, len(in.ring))
			}
		}
	}
}

func TestSpendAllocatesNothingWhenSteady(t *testing.T) {
	in := Intensity{Max: 1000, Period: 10}
	now := epoch
	allocs := testing.AllocsPerRun(1000, func() {
		now = now.Add(3)
		in.Spend(now)
	})
	if allocs != 0 || len(in.ring) > 8 {
		t.Errorf("%v allocations a restart, a ring of %d", allocs, len(in.ring))
	}
}
