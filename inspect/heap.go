package inspect

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
)

const maxSites = 20

// A Site is where memory was allocated that is in use.
type Site struct {
	Bytes   int64  `json:"bytes"` // estimated from samples, as of the last collection
	Objects int64  `json:"objects"`
	Top     string `json:"top"` // the innermost function that is not of Go's runtime
	Stack   string `json:"stack"`
}

// sites returns where most of the memory in use was allocated, the most first.
func sites() []Site {
	records := make([]runtime.MemProfileRecord, 256)
	for {
		n, ok := runtime.MemProfile(records, false)
		if ok {
			records = records[:n]
			break
		}
		records = make([]runtime.MemProfileRecord, n+64)
	}
	rate := float64(runtime.MemProfileRate)
	all := []Site{}
	for i := range records {
		r := &records[i]
		if s := siteOf(r.InUseObjects(), r.InUseBytes(), rate); s.Bytes > 0 {
			s.Top, s.Stack = framesOf(r.Stack())
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b Site) int { return cmp.Compare(b.Bytes, a.Bytes) })
	return all[:min(len(all), maxSites)]
}

// siteOf estimates how much there is of what was sampled: an object is sampled
// the more likely the larger it is, one in rate bytes.
func siteOf(objects, bytes int64, rate float64) Site {
	if objects == 0 || bytes == 0 {
		return Site{}
	}
	scale := 1.0
	if rate > 1 {
		scale = 1 / (1 - math.Exp(-float64(bytes)/float64(objects)/rate))
	}
	return Site{Bytes: int64(float64(bytes) * scale), Objects: int64(float64(objects) * scale)}
}

// framesOf puts a stack in words.
func framesOf(stack []uintptr) (top, text string) {
	var b strings.Builder
	for frames := runtime.CallersFrames(stack); ; {
		f, more := frames.Next()
		if top == "" && !strings.HasPrefix(f.Function, "runtime.") {
			top = f.Function
		}
		if b.Len() < maxStack {
			fmt.Fprintf(&b, "%s\n\t%s:%d\n", f.Function, f.File, f.Line)
		}
		if !more {
			return cmp.Or(top, f.Function), b.String()
		}
	}
}
