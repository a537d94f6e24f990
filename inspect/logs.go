package inspect

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/show"
)

const (
	recordsKept = 1000
	recordRate  = 500 // records a second that are kept; of more only the number
	maxAttr     = 4 << 10
	maxLevels   = 1000 // processes that have a level of their own
)

// A Record is what was logged.
type Record struct {
	Seq   uint64    `json:"seq"`
	At    time.Time `json:"at"`
	Level string    `json:"level"`
	Msg   string    `json:"msg"`
	PID   string    `json:"pid,omitempty"`
	Name  string    `json:"name,omitempty"`
	Attrs []Pair    `json:"attrs,omitempty"`
	level slog.Level
}

// A LogHandler is a slog.Handler that remembers the last thousand records, for
// people to look at, and hands them on:
//
//	logs := inspect.NewLogHandler(slog.NewTextHandler(os.Stderr, nil))
//	node := coppice.NewNode(coppice.Options{Logger: slog.New(logs)})
//
// The view of a node that logs to it finds it by itself.
type LogHandler struct {
	next  slog.Handler
	ring  *ring
	attrs []Pair // of WithAttrs
	group string // the prefix of WithGroup

	pid, name string // of the process whose logger it is, or ""
}

// A ring holds the records of a handler and of those derived from it.
type ring struct {
	levels atomic.Pointer[map[string]slog.Level] // by name or PID, "": of all others; nil: none is set

	mu      sync.Mutex // guards what follows
	records []Record   // record Seq is at Seq % recordsKept
	last    uint64
	dropped uint64
	second  int64 // in which
	count   int   // so many records have come
}

// NewLogHandler returns a handler that hands records on to next.
func NewLogHandler(next slog.Handler) *LogHandler { return &LogHandler{next: next, ring: new(ring)} }

// Enabled implements slog.Handler.
func (h *LogHandler) Enabled(ctx context.Context, level slog.Level) bool {
	if least, ok := h.level(); ok {
		return level >= least
	}
	return h.next.Enabled(ctx, level)
}

// level is from which level on records are taken, if that was set.
func (h *LogHandler) level() (least slog.Level, ok bool) {
	set := h.ring.levels.Load()
	if set == nil {
		return 0, false
	}
	for _, who := range []string{h.name, h.pid} {
		if least, ok = (*set)[who]; ok && who != "" {
			return least, true
		}
	}
	least, ok = (*set)[""]
	return least, ok
}

// SetLevel has what a process logs through [coppice.Process.Logger] be taken
// from a level on: who is its registered name, over its restarts, or its PID; ""
// is all others, and what else the node logs. Records that the next handler does
// not want are remembered, and not handed on. nil is as the next handler says.
func (h *LogHandler) SetLevel(who string, level *slog.Level) {
	h.ring.mu.Lock()
	defer h.ring.mu.Unlock()
	set := make(map[string]slog.Level)
	if old := h.ring.levels.Load(); old != nil {
		maps.Copy(set, *old)
	}
	if level == nil {
		delete(set, who)
	} else if len(set) < maxLevels {
		set[who] = *level
	}
	if len(set) == 0 {
		h.ring.levels.Store(nil)
		return
	}
	h.ring.levels.Store(&set)
}

// set are the levels that were set.
func (g *ring) set() []Pair {
	pairs := []Pair{}
	if set := g.levels.Load(); set != nil {
		for _, who := range slices.Sorted(maps.Keys(*set)) {
			pairs = append(pairs, Pair{who, (*set)[who].String()})
		}
	}
	return pairs
}

// WithAttrs implements slog.Handler.
func (h *LogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	derived := *h
	derived.next = h.next.WithAttrs(attrs)
	derived.attrs = slices.Clip(h.attrs)
	for _, a := range attrs {
		derived.attrs = h.add(derived.attrs, a)
		switch {
		case h.group != "":
		case a.Key == "pid":
			derived.pid = a.Value.String()
		case a.Key == "name":
			derived.name = a.Value.String()
		}
	}
	return &derived
}

// WithGroup implements slog.Handler.
func (h *LogHandler) WithGroup(name string) slog.Handler {
	derived := *h
	derived.next = h.next.WithGroup(name)
	if name != "" {
		derived.group += name + "."
	}
	return &derived
}

// Handle implements slog.Handler.
func (h *LogHandler) Handle(ctx context.Context, r slog.Record) error {
	if h.ring.takes(r.Time) {
		h.ring.put(h.record(r))
	}
	if !h.next.Enabled(ctx, r.Level) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

// add adds an attribute as text.
func (h *LogHandler) add(pairs []Pair, a slog.Attr) []Pair {
	if a.Equal(slog.Attr{}) {
		return pairs
	}
	return append(pairs, Pair{h.group + a.Key, show.Text(a.Value.Any(), maxAttr)})
}

func (h *LogHandler) record(r slog.Record) Record {
	kept := Record{At: r.Time, Level: r.Level.String(), Msg: show.Text(r.Message, maxAttr), level: r.Level, Attrs: slices.Clip(h.attrs)}
	r.Attrs(func(a slog.Attr) bool {
		if v := a.Value.Resolve(); v.Kind() == slog.KindGroup && h.group == "" {
			kept.about(v.Group()) // a report
		}
		kept.Attrs = h.add(kept.Attrs, a)
		return true
	})
	for _, p := range kept.Attrs {
		kept.is(p.Key, p.Value)
	}
	return kept
}

// about finds out which process a report is about.
func (r *Record) about(attrs []slog.Attr) {
	for _, a := range attrs {
		r.is(a.Key, show.Text(a.Value.Any(), maxAttr))
	}
}

// is takes a key that says which process a record is about.
func (r *Record) is(key, value string) {
	switch {
	case (key == "pid" || key == "supervisor") && r.PID == "" && strings.HasPrefix(value, "<"):
		r.PID = value
	case key == "name" && r.Name == "":
		r.Name = value
	}
}

// takes reports whether there is room for a record of this second.
func (g *ring) takes(at time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s := at.Unix(); s != g.second {
		g.second, g.count = s, 0
	}
	g.count++
	if g.count > recordRate {
		g.dropped++
		return false
	}
	return true
}

func (g *ring) put(r Record) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.records == nil {
		g.records = make([]Record, recordsKept)
	}
	g.last++
	r.Seq = g.last
	g.records[g.last%recordsKept] = r
}

// A LogQuery says which records to list.
type LogQuery struct {
	After uint64     // only those after this one
	Level slog.Level // and of this level or above
	Who   string     // and about this name or PID
}

// A Log is a part of what was logged.
type Log struct {
	Records []Record `json:"records"`
	Last    uint64   `json:"last"`    // the number of the last one
	Dropped uint64   `json:"dropped"` // so many were too many to be kept, in all
	Kept    bool     `json:"kept"`    // the node logs to a LogHandler
	Levels  []Pair   `json:"levels"`  // that were set: of a name or PID, of "" for all others
}

// Log returns what was logged, the oldest first. It is empty if the logger of
// the node is not on a [LogHandler].
func (v *View) Log(q LogQuery) Log {
	log := Log{Records: []Record{}, Levels: []Pair{}}
	h, ok := v.node.Logger().Handler().(*LogHandler)
	if !ok {
		return log
	}
	g := h.ring
	log.Levels = g.set()
	g.mu.Lock()
	defer g.mu.Unlock()
	log.Last, log.Dropped, log.Kept = g.last, g.dropped, true
	first := q.After + 1
	if g.last >= recordsKept {
		first = max(first, g.last-recordsKept+1)
	}
	for seq := first; seq <= g.last; seq++ {
		r := g.records[seq%recordsKept]
		if r.level >= q.Level && (q.Who == "" || r.Name == q.Who || samePID(q.Who, r.PID)) {
			log.Records = append(log.Records, r)
		}
	}
	return log
}
