package inspect

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Version is the version of the types of this package as JSON.
const Version = 1

// A Node is what there is to know of the node as a whole.
type Node struct {
	Version    int            `json:"version"` // of these types, see the constant
	Name       string         `json:"name"`
	OSPID      int            `json:"os_pid"`
	Go         string         `json:"go"`
	Build      string         `json:"build"` // module, version and revision of the program
	Started    time.Time      `json:"started"`
	UptimeNS   int64          `json:"uptime_ns"`
	Processes  int            `json:"processes"`
	ByStatus   map[string]int `json:"by_status"`
	Goroutines int            `json:"goroutines"`
	HeapBytes  uint64         `json:"heap_bytes"`
	Actions    bool           `json:"actions"` // what changes things is allowed
}

// Node describes the node.
func (v *View) Node() Node {
	h := Node{
		Version:    Version,
		Name:       v.node.Name(),
		OSPID:      os.Getpid(),
		Go:         runtime.Version(),
		Build:      build(),
		ByStatus:   make(map[string]int),
		Goroutines: runtime.NumGoroutine(),
		HeapBytes:  heap(),
	}
	for _, p := range v.scan().rows {
		h.Processes++
		h.ByStatus[p.Status]++
	}
	return h
}

// heap is how many bytes the objects on the heap take.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

// build says which program this is, as far as it was told by the go command.
func build() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	text := info.Main.Path
	if v := info.Main.Version; v != "" && v != "(devel)" {
		text += " " + v
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			text += " " + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			text += "+"
		}
	}
	return text
}
