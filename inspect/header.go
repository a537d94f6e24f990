package inspect

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"

	"github.com/seed-7832d3a3/coppice"
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
	AsOf       *time.Time     `json:"as_of,omitempty"` // when the processes were counted, if that was not just now
	Restarts   uint64         `json:"restarts"`        // so far; of supervisors that have ended those that were seen, or are recent
	Recent     int            `json:"recent"`          // of these, in the last five minutes
	Near       []Process      `json:"near"`            // supervisors that have used half of their limit or more
	Zombies    int            `json:"zombies"`
	Dead       uint64         `json:"dead_letters"` // messages to processes that had ended, and casts to names that nobody had
	Goroutines int            `json:"goroutines"`
	HeapBytes  uint64         `json:"heap_bytes"`
	Actions    bool           `json:"actions"` // what changes things is allowed
}

// maxNear is how many supervisors near their limit are listed.
const maxNear = 20

// Node describes the node.
func (v *View) Node() Node { return v.header(v.ask) }

func (v *View) header(see func(func(*scan)) source) (h Node) {
	var near []entry
	from := see(func(s *scan) { h, near = s.header(v.node) })
	for i := range near {
		h.Near = append(h.Near, from.row(&near[i]))
	}
	h.AsOf = from.old
	return h
}

// header is that of the node, and the supervisors that are near their limit.
func (s *scan) header(n *coppice.Node) (h Node, near []entry) {
	h = Node{
		Version:    Version,
		Name:       n.Name(),
		OSPID:      os.Getpid(),
		Go:         runtime.Version(),
		Build:      build(),
		Started:    n.Started(),
		Processes:  len(s.entries) - s.dead,
		ByStatus:   make(map[string]int),
		Near:       []Process{},
		Zombies:    s.zombies,
		Dead:       n.DeadLetters(),
		Goroutines: runtime.NumGoroutine(),
		HeapBytes:  heap(),
	}
	h.UptimeNS = int64(time.Since(h.Started))
	for _, i := range s.sups {
		e := &s.entries[i]
		view, ok := e.supervisor()
		if !ok {
			continue
		}
		h.Restarts += view.Restarts
		if view.Used > 0 && 2*view.Used >= view.Max && len(near) < maxNear {
			near = append(near, *e)
		}
	}
	for _, n := range s.history.bySup {
		h.Recent += n
	}
	h.Restarts = max(h.Restarts, s.history.restarts, uint64(h.Recent))
	if h.Zombies > 0 {
		h.ByStatus["zombie"] = h.Zombies
	}
	for status, count := range s.status {
		if count > 0 {
			h.ByStatus[coppice.Status(status).String()] += count
		}
	}
	return h, near
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
