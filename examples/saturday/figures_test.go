package saturday

import (
	"testing"
	"time"
)

func TestFigure(t *testing.T) {
	var c Counter
	add := func(requests int) { // ten a second, of which one in a hundred fails late
		for i := range requests {
			s := Seen{Took: 100 * time.Microsecond}
			if i%100 == 50 {
				s = Seen{Took: time.Second, Failed: true}
			}
			c.add(1000+int64(i)/10, s)
		}
	}
	add(1000) // the last of them in second 1095
	f := c.figure("x", c.recent(1100), 1100)
	if f.Requests != 1000 || f.Errors != 10 || f.PerSecond != 10 || f.Failing != 0.02 {
		t.Errorf("%+v", f)
	}
	if f.P99 < time.Second || f.P99 > 1100*time.Millisecond {
		t.Errorf("two of 100 took a second, and p99 is %v", f.P99)
	}
	f = c.figure("x", c.recent(1101), 1101)
	if low := 100 * time.Microsecond; f.P99 < low || f.P99 > low*110/100 || f.Failing != 0 {
		t.Errorf("all of the window took 100 µs: %+v", f)
	}
	if f := c.figure("x", c.recent(2000), 2000); f.PerSecond != 0 || f.P99 != 0 || f.Requests != 1000 {
		t.Errorf("long after: %+v", f)
	}
	c.add(3000, Seen{Took: 24 * time.Hour})
	if f := c.figure("x", c.recent(3001), 3001); f.P99 < time.Minute {
		t.Errorf("p99 of a day is %v", f.P99)
	}
}

func TestBrief(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                         "0s",
		99:                        "99ns",
		123456:                    "120µs",
		1555 * time.Millisecond:   "1.6s",
		98765 * time.Microsecond:  "99ms",
		123 * time.Second:         "2m0s",
		999999 * time.Microsecond: "1s",
	} {
		if got := Brief(d).String(); got != want {
			t.Errorf("%d: %s, want %s", d, got, want)
		}
	}
}
