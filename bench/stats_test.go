package main

import "testing"

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   spread
	}{
		{[]float64{7}, spread{7, 7, 7}},
		{[]float64{3, 1}, spread{2, 1, 3}},
		{[]float64{9, 1, 4}, spread{4, 1, 9}},
		{[]float64{8, 2, 100, 4}, spread{6, 2, 100}},
	} {
		if got := spreadOf(c.values); got != c.want {
			t.Errorf("the spread of %v is %+v, want %+v", c.values, got, c.want)
		}
	}
	values := []float64{3, 1, 2}
	spreadOf(values)
	if values[0] != 3 {
		t.Error("the order of the rounds is lost")
	}
}

func TestSpreadString(t *testing.T) {
	for _, c := range []struct {
		spread spread
		want   string
	}{
		{spread{0, 0, 0}, "0"},
		{spread{0.004, 0.004, 0.004}, "0"},
		{spread{1.06, 1.06, 1.06}, "1.06"},
		{spread{9.99, 9.99, 9.99}, "9.99"},
		{spread{9.996, 9.996, 9.996}, "10.0"},
		{spread{43.26, 43.21, 43.34}, "43.3 (43.2–43.3)"},
		{spread{1669, 1600.4, 1700}, "1669 (1600–1700)"},
		{spread{9994, 9994, 9994}, "9994"},
		{spread{9996, 9996, 9996}, "10.0k"},
		{spread{327_000, 327_000, 327_000}, "327k"},
		{spread{999_600, 999_600, 999_600}, "1.00M"},
		{spread{16.5e6, 11e6, 23e6}, "16.5M (11.0M–23.0M)"},
		{spread{-20_000, -20_000, -20_000}, "-20.0k"},
	} {
		if got := c.spread.String(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.spread, got, c.want)
		}
	}
}
