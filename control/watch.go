package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice/inspect"
	"github.com/seed-7832d3a3/coppice/internal/cputime"
	"github.com/seed-7832d3a3/coppice/sys"
)

const (
	beat      = 15 * time.Second // at least so often a stream shows that it lives
	sendTime  = 10 * time.Second // for one event to be taken
	slowly    = 5 * time.Second  // between two looks at what is costly
	traceMost = 10000
	traceLong = 10 * time.Minute
)

// A stream sends server-sent events.
type stream struct {
	ctl *http.ResponseController

	mu   sync.Mutex // guards what follows
	w    http.ResponseWriter
	sent time.Time // when the last event was
}

// newStream begins a stream. A server in front that cannot stream is an error.
func newStream(w http.ResponseWriter) (*stream, error) {
	s := &stream{w: w, ctl: http.NewResponseController(w), sent: time.Now()}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_ = s.ctl.SetReadDeadline(time.Time{}) // the request is read, and its time limit would end the stream
	if err := s.ctl.Flush(); err != nil {
		return nil, &Error{Code: Failed, Message: "the answer cannot be streamed: " + err.Error(), Try: "ask now and then"}
	}
	return s, nil
}

// send sends an event. An error says that nobody is there any more, or reads too
// slowly.
func (s *stream) send(event string, value any) error {
	data, err := encode(value)
	if err != nil {
		return err
	}
	return s.put(event, data)
}

// put sends an event with its JSON.
func (s *stream) put(event string, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.ctl.SetWriteDeadline(time.Now().Add(sendTime)) // where it cannot be set the server's own holds
	if _, err := fmt.Fprintf(s.w, "event: %s\ndata: %s\n\n", event, data); err != nil {
		return err
	}
	s.sent = time.Now()
	return s.ctl.Flush()
}

// beats has the stream show that it lives, while there is nothing to tell, until
// stop is called.
func (s *stream) beats() (stop func()) {
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(beat / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				if s.silence() >= beat*2/3 {
					_ = s.send("beat", struct{}{}) // whoever has something to tell sees that nobody is there
				}
			case <-over:
				return
			}
		}
	}()
	return func() {
		close(over)
		<-ended
	}
}

// silence is for how long nothing was sent.
func (s *stream) silence() time.Duration {
	if !s.mu.TryLock() {
		return 0 // something is
	}
	defer s.mu.Unlock()
	return time.Since(s.sent)
}

// A feed makes the events of one view: nothing, an event full, or an event delta.
type feed interface {
	// next returns what is new; nil: nothing.
	next(tick inspect.Tick, seq uint64) (event any, err error)
}

// watch streams a view.
func (h *handler) watch(w http.ResponseWriter, r *http.Request) {
	f, err := h.feed(r)
	q := query{values: r.URL.Query()}
	every := q.duration("every", time.Minute)
	if err == nil {
		err = q.err
	}
	if err != nil {
		writeError(w, err)
		return
	}
	s, err := newStream(w)
	if err != nil {
		writeError(w, err)
		return
	}
	defer s.beats()()
	var header changes
	var seq uint64
	for tick := range h.view.Watch(r.Context(), every) {
		var data []byte
		var node inspect.Node
		var same bool
		gone := enter(r.Context(), h.gate.ticks, func() error {
			tick.Took(cputime.Of(func() {
				data, err = encodeNext(f, tick, seq+1)
				node = h.allows(tick.Node())
				same = header.same(withoutTime(node))
			}))
			return nil
		})
		if gone != nil {
			return
		}
		if err == nil {
			err = h.gate.hold(len(data))
		}
		switch {
		case err != nil:
			_ = s.send("error", map[string]*Error{"error": errorOf(err)})
			return
		case data != nil:
			seq++
			event := "delta"
			if seq == 1 {
				event = "full"
			}
			err = s.put(event, data)
		}
		h.gate.let(len(data))
		if err == nil && !same {
			err = s.send("node", node)
		}
		if err != nil {
			return
		}
	}
}

// encodeNext is what a feed has next, as JSON; nil: nothing.
func encodeNext(f feed, tick inspect.Tick, seq uint64) ([]byte, error) {
	data, err := f.next(tick, seq)
	if data == nil || err != nil {
		return nil, err
	}
	return encode(data)
}

// withoutTime is a header without what changes by itself.
func withoutTime(n inspect.Node) inspect.Node {
	n.UptimeNS, n.HeapBytes, n.AsOf = 0, 0, nil
	return n
}

// feed makes the feed of a request.
func (h *handler) feed(r *http.Request) (feed, error) {
	values := r.URL.Query()
	view := values.Get("view")
	whole := map[string]func(*http.Request) (any, error){
		"names": h.names, "metrics": h.metrics, "runtime": h.runtime, "zombies": h.zombies,
	}
	byWho := map[string]func(*http.Request) (any, error){"process": h.process, "children": h.children}
	switch view {
	case "processes":
		list, err := listOf(values)
		return &rowFeed{ask: func(tick inspect.Tick) (rowsOf, error) {
			page, err := tick.List(list)
			return processRows(page), err
		}}, err
	case "tree":
		tree, err := treeOf(values)
		return &rowFeed{ask: func(tick inspect.Tick) (rowsOf, error) {
			page, err := tick.Tree(tree)
			return treeRows(page), err
		}}, err
	case "node":
		return &wholeFeed{ask: func(tick inspect.Tick) (any, error) { return h.allows(tick.Node()), nil }}, nil
	case "events":
		q := query{values: values}
		return &eventFeed{h: h, after: q.seq("after"), who: q.text("who")}, q.err
	case "crashes":
		return &crashFeed{h: h}, nil
	case "logs":
		list, err := logsOf(values)
		return &logFeed{h: h, list: list}, err
	}
	if ask := byWho[view]; ask != nil {
		r.SetPathValue("who", values.Get("who"))
		return &wholeFeed{ask: func(inspect.Tick) (any, error) { return ask(r) }}, nil
	}
	if ask := whole[view]; ask != nil {
		f := &wholeFeed{ask: func(inspect.Tick) (any, error) { return ask(r) }}
		if view == "names" || view == "runtime" {
			f.every = slowly
		}
		return f, nil
	}
	return nil, &Error{
		Code: BadRequest, Message: fmt.Sprintf("no view %q can be watched", view),
		Try: "view=processes, tree, process, children, node, crashes, events, logs, names, zombies, metrics or runtime",
	}
}

// changes remembers what was sent last, as a hash.
type changes struct {
	seed maphash.Seed
	last uint64
	some bool
}

// same reports whether a value is what it was the last time.
func (c *changes) same(value any) bool {
	if !c.some {
		c.seed = maphash.MakeSeed()
	}
	data, err := encode(value)
	sum := maphash.Bytes(c.seed, data)
	same := c.some && err == nil && sum == c.last
	c.some, c.last = true, sum
	return same
}

// A wholeFeed sends a whole answer whenever it is another.
type wholeFeed struct {
	ask   func(inspect.Tick) (any, error)
	last  changes
	every time.Duration // at most so often
	asked time.Time
}

func (f *wholeFeed) next(tick inspect.Tick, seq uint64) (any, error) {
	if tick.At.Sub(f.asked) < f.every {
		return nil, nil
	}
	f.asked = tick.At
	answer, err := f.ask(tick)
	if err != nil || f.last.same(answer) {
		return nil, err
	}
	return numbered{seq, answer}, nil
}

// numbered is an answer with a number in front of its fields.
type numbered struct {
	seq   uint64
	value any
}

// MarshalJSON implements json.Marshaler.
func (n numbered) MarshalJSON() ([]byte, error) {
	data, err := encode(n.value)
	if err != nil {
		return nil, err
	}
	head := fmt.Appendf(nil, `{"seq":%d`, n.seq)
	if fields := bytes.TrimPrefix(data, []byte("{")); !bytes.Equal(fields, []byte("}")) {
		return append(append(head, ','), fields...), nil
	}
	return append(head, '}'), nil
}

// rowsOf is a page of rows, each with its key.
type rowsOf struct {
	whole          any // the answer of a GET
	keys           []string
	rows           []any
	total, matched int
	asOf           *time.Time
}

func processRows(page inspect.Page) rowsOf {
	all := rowsOf{whole: page, total: page.Total, matched: page.Matched, asOf: page.AsOf}
	for i := range page.Rows {
		p := page.Rows[i]
		p.UptimeNS, p.AgeNS = coarse(p.UptimeNS), coarse(p.AgeNS)
		all.keys, all.rows = append(all.keys, p.PID), append(all.rows, &p)
	}
	return all
}

func treeRows(page inspect.Tree) rowsOf {
	all := rowsOf{whole: page, total: page.Total, matched: page.Total, asOf: page.AsOf}
	for i := range page.Rows {
		p := page.Rows[i]
		key := p.PID
		switch {
		case p.Pool > 0:
			key = p.Parent + "/pool"
		case key == "":
			key = p.Parent + "/" + p.ID
		}
		p.UptimeNS, p.AgeNS = coarse(p.UptimeNS), coarse(p.AgeNS)
		all.keys, all.rows = append(all.keys, key), append(all.rows, &p)
	}
	return all
}

// coarse makes an age that does not change all the time: a client can count on
// by itself.
func coarse(ns int64) int64 {
	for _, step := range []time.Duration{time.Hour, time.Minute} {
		if time.Duration(ns) >= 2*step {
			return ns - ns%int64(step)
		}
	}
	return ns - ns%int64(10*time.Second)
}

// A rowFeed sends the rows that have changed.
type rowFeed struct {
	ask  func(inspect.Tick) (rowsOf, error)
	sent map[string][]byte // by key
	keys []string
	asOf *time.Time
}

// A rowDelta is what has changed since the event before.
type rowDelta struct {
	Seq     uint64            `json:"seq"`
	Rows    []json.RawMessage `json:"rows"`
	Order   *[]string         `json:"order,omitempty"` // all keys, if they or their order are others
	AsOf    *time.Time        `json:"as_of,omitempty"` // as that of the whole answer
	Total   int               `json:"total"`
	Matched int               `json:"matched"`
}

func (f *rowFeed) next(tick inspect.Tick, seq uint64) (any, error) {
	page, err := f.ask(tick)
	if err != nil {
		return nil, err
	}
	delta := rowDelta{Seq: seq, Rows: []json.RawMessage{}, AsOf: page.asOf, Total: page.total, Matched: page.matched}
	now := make(map[string][]byte, len(page.rows))
	for i, row := range page.rows {
		data, err := encode(row)
		if err != nil {
			return nil, err
		}
		key := page.keys[i]
		now[key] = data
		if old, ok := f.sent[key]; !ok || !bytes.Equal(old, data) {
			delta.Rows = append(delta.Rows, data)
		}
	}
	moved := !slices.Equal(f.keys, page.keys)
	looked := (f.asOf == nil) != (page.asOf == nil) || f.asOf != nil && !f.asOf.Equal(*page.asOf)
	f.sent, f.keys, f.asOf = now, page.keys, page.asOf
	switch {
	case seq == 1:
		return numbered{seq, page.whole}, nil
	case moved:
		order := append([]string{}, page.keys...)
		delta.Order = &order
	case len(delta.Rows) == 0 && !looked:
		return nil, nil
	}
	return delta, nil
}

// An eventFeed sends new events.
type eventFeed struct {
	h     *handler
	after uint64
	who   string
}

func (f *eventFeed) next(_ inspect.Tick, seq uint64) (any, error) {
	list := f.h.eventsAfter(f.after, f.who)
	f.after = list.Last
	if seq > 1 && len(list.Events) == 0 {
		return nil, nil
	}
	return numbered{seq, list}, nil
}

// A crashFeed sends the crash reports that are new or were added to.
type crashFeed struct {
	h    *handler
	seen map[uint64]int // the count of each
}

func (f *crashFeed) next(_ inspect.Tick, seq uint64) (any, error) {
	fresh := []inspect.Crash{}
	seen := make(map[uint64]int)
	for _, c := range f.h.view.Crashes() {
		seen[c.ID] = c.Count
		if f.seen[c.ID] != c.Count {
			fresh = append(fresh, c)
		}
	}
	f.seen = seen
	if seq > 1 && len(fresh) == 0 {
		return nil, nil
	}
	return numbered{seq, map[string]any{"crashes": fresh}}, nil
}

// A logFeed sends new records.
type logFeed struct {
	h    *handler
	list inspect.LogQuery
}

func (f *logFeed) next(_ inspect.Tick, seq uint64) (any, error) {
	log := f.h.view.Log(f.list)
	f.list.After = log.Last
	if seq > 1 && len(log.Records) == 0 {
		return nil, nil
	}
	return numbered{seq, log}, nil
}

// trace streams what a server does.
func (h *handler) trace(w http.ResponseWriter, r *http.Request) {
	q := query{values: r.URL.Query()}
	limit := sys.Limit{Events: q.number("max", 50, traceMost), Time: q.duration("for", traceLong)}
	if limit.Time == 0 {
		limit.Time = 10 * time.Second
	}
	pid, err := h.view.Find(q.text("who"))
	if err == nil && q.err != nil {
		err = q.err
	}
	if err != nil {
		writeError(w, err)
		return
	}
	began := time.Now() // before its time does, or what ends with that would seem to end too soon
	events, err := h.view.Trace(r.Context(), pid, limit)
	if err != nil {
		writeError(w, err)
		return
	}
	s, err := newStream(w)
	if err != nil {
		writeError(w, err)
		return
	}
	defer s.beats()()
	count := 0
	for e := range events {
		count++
		if s.send("trace", e) != nil {
			return
		}
	}
	reason := "the server has ended"
	switch {
	case count >= limit.Events:
		reason = fmt.Sprintf("these were %d events", count)
	case time.Since(began) >= limit.Time:
		reason = fmt.Sprintf("%v are over", limit.Time)
	}
	_ = s.send("end", map[string]any{"reason": reason, "count": count}) // the client may have gone
}
