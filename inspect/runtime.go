package inspect

import (
	"cmp"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	maxGroups = 200
	maxStack  = 8 << 10
)

// A Runtime is how the Go program is that the node runs in.
type Runtime struct {
	Goroutines  int        `json:"goroutines"`
	Groups      []Group    `json:"groups"` // the largest first
	HeapBytes   uint64     `json:"heap_bytes"`
	HeapObjects uint64     `json:"heap_objects"`
	NextGC      uint64     `json:"next_gc"`
	NumGC       uint32     `json:"num_gc"`
	PauseNS     []int64    `json:"pause_ns"` // of the last collections, the newest first
	LastGC      *time.Time `json:"last_gc,omitempty"`
	GoMaxProcs  int        `json:"gomaxprocs"`
	CPUs        int        `json:"cpus"`
	Heap        []Site     `json:"heap"`      // where most of the memory in use was allocated
	Recording   bool       `json:"recording"` // the flight recorder is on
	Flights     []Flight   `json:"flights"`   // taken at crashes, the newest first
}

// A Group is goroutines that are at the same place.
type Group struct {
	Count  int    `json:"count"`
	Labels []Pair `json:"labels,omitempty"`
	Top    string `json:"top"` // the innermost function
	Stack  string `json:"stack"`
}

// Runtime looks at the Go runtime. It stops the program for a moment.
func (v *View) Runtime() Runtime {
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	var gc debug.GCStats
	debug.ReadGCStats(&gc)
	r := Runtime{
		Goroutines: runtime.NumGoroutine(), Groups: v.groups.get(goroutines), HeapBytes: mem.HeapAlloc, HeapObjects: mem.HeapObjects,
		NextGC: mem.NextGC, NumGC: mem.NumGC, GoMaxProcs: runtime.GOMAXPROCS(0), CPUs: runtime.NumCPU(), PauseNS: []int64{},
	}
	r.Heap = sites()
	r.Flights, r.Recording = v.Flights()
	for _, p := range gc.Pause[:min(len(gc.Pause), 20)] {
		r.PauseNS = append(r.PauseNS, int64(p))
	}
	if gc.NumGC > 0 {
		r.LastGC = &gc.LastGC
	}
	return r
}

// goroutines groups the goroutines of the program by their stacks and labels.
func goroutines() []Group {
	var text strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&text, 1); err != nil { // a Builder takes all
		return nil
	}
	return parseGroups(text.String())
}

var (
	groupHead  = regexp.MustCompile(`^(\d+) @`)
	groupLabel = regexp.MustCompile(`"((?:[^"\\]|\\.)*)":"((?:[^"\\]|\\.)*)"`)
	groupFrame = regexp.MustCompile(`^#\t0x[0-9a-f]+\t(\S+)\+0x[0-9a-f]+\s+(\S+)`)
)

// parseGroups reads the text form of a goroutine profile.
func parseGroups(text string) []Group {
	groups := []Group{}
	for part := range strings.SplitSeq(text, "\n\n") {
		var g Group
		for line := range strings.Lines(part) {
			if m := groupHead.FindStringSubmatch(line); m != nil {
				g.Count, _ = strconv.Atoi(m[1]) // digits
			} else if labels, ok := strings.CutPrefix(line, "# labels: "); ok {
				for _, m := range groupLabel.FindAllStringSubmatch(labels, -1) {
					g.Labels = append(g.Labels, Pair{m[1], m[2]})
				}
			} else if m := groupFrame.FindStringSubmatch(line); m != nil && len(g.Stack) < maxStack {
				g.Top = cmp.Or(g.Top, m[1])
				g.Stack += m[1] + "\n\t" + m[2] + "\n"
			}
		}
		if g.Count > 0 {
			groups = append(groups, g)
		}
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return cmp.Compare(b.Count, a.Count) })
	return groups[:min(len(groups), maxGroups)]
}
