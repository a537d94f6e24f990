package inspect

import (
	"runtime"
	"strings"
	"testing"
)

// Where much memory was allocated that is in use comes first, with its stack.
func TestHeapSites(t *testing.T) {
	var held [][]byte
	for range 64 {
		held = append(held, make([]byte, 1<<20))
	}
	defer runtime.KeepAlive(held)
	runtime.GC()
	runtime.GC()
	all := sites()
	if len(all) == 0 || len(all) > maxSites {
		t.Fatalf("%d sites", len(all))
	}
	first := all[0]
	if !strings.HasSuffix(first.Top, "TestHeapSites") || first.Bytes < 48<<20 || first.Bytes > 96<<20 || !strings.Contains(first.Stack, "heap_test.go:") {
		t.Errorf("%+v; want 64 MB of this test", first)
	}
	for i := 1; i < len(all); i++ {
		if all[i].Bytes > all[i-1].Bytes {
			t.Errorf("site %d is larger than the one before", i)
		}
	}
}

func TestSamplesAreScaled(t *testing.T) {
	for _, c := range []struct {
		objects, bytes int64
		rate           float64
		want           Site
	}{
		{0, 0, 512 << 10, Site{}},
		{3, 300, 1, Site{Bytes: 300, Objects: 3}},
		{1, 64 << 20, 512 << 10, Site{Bytes: 64 << 20, Objects: 1}},
		{10, 10 * 1024, 512 << 10, Site{Bytes: 5248001, Objects: 5125}},
	} {
		if got := siteOf(c.objects, c.bytes, c.rate); got != c.want {
			t.Errorf("%d objects of %d bytes at %v: %+v, want %+v", c.objects, c.bytes, c.rate, got, c.want)
		}
	}
}
