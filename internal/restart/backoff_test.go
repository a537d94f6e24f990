package restart

import (
	"slices"
	"testing"
	"time"
)

func TestPauses(t *testing.T) {
	const s = time.Second
	for name, test := range map[string]struct {
		backoff Backoff
		lived   []time.Duration // after each wait
		random  float64
		want    []time.Duration
	}{
		"none":             {Backoff{}, []time.Duration{0, 0}, 0, []time.Duration{0, 0}},
		"doubles":          {Backoff{First: s, Most: 10 * s}, []time.Duration{0, 0, 0, 0, 0}, 0, []time.Duration{s, 2 * s, 4 * s, 8 * s, 10 * s}},
		"stays":            {Backoff{First: s, Most: s}, []time.Duration{0, 0}, 0, []time.Duration{s, s}},
		"lived as long":    {Backoff{First: s, Most: 3 * s}, []time.Duration{3 * s, 3 * s, 3 * s}, 0, []time.Duration{s, 2 * s, 3 * s}},
		"lived longer":     {Backoff{First: s, Most: 3 * s}, []time.Duration{3 * s, 3*s + 1, 0, 0}, 0, []time.Duration{s, 2 * s, s, 2 * s}},
		"part is left out": {Backoff{First: s, Most: 4 * s, Jitter: 0.5}, []time.Duration{0, 0, 0, 0}, 0.5, []time.Duration{3 * s / 4, 6 * s / 4, 3 * s, 3 * s}},
		"all is left out":  {Backoff{First: s, Most: s, Jitter: 1}, []time.Duration{0}, 1, []time.Duration{1}},
		"no overflow":      {Backoff{First: 1 << 62, Most: 1<<63 - 1}, []time.Duration{0, 0, 0}, 0, []time.Duration{1 << 62, 1<<63 - 1, 1<<63 - 1}},
		"most is less":     {Backoff{First: 2 * s, Most: s}, []time.Duration{0, 0}, 0, []time.Duration{s, s}},
	} {
		t.Run(name, func(t *testing.T) {
			var ps Pauses
			var got []time.Duration
			now := time.Unix(1_000_000_000, 0)
			for _, lived := range test.lived {
				d := ps.Next(test.backoff, now, func() float64 { return test.random })
				got = append(got, d)
				if test.backoff.Most < 1<<62 {
					now = now.Add(d + lived)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
