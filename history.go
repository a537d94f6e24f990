package coppice

import (
	"cmp"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/show"
)

// What a node remembers of its past.
const (
	crashesKept = 200
	eventsKept  = 1000
	textKept    = 8 << 10     // of each text; what is longer is cut
	tellAnew    = time.Second // at most this often a crash that repeats is described anew
)

// A Crash is what a node remembers of a crash, in words: the state and the
// message themselves are gone with the process. Those of the same kind of
// process for the same reason are one, counted.
type Crash struct {
	ID          uint64 // on this node, from 1
	nth         uint64 // the last one's place among all crashes
	Count       int
	First, Last time.Time
	last        PID    // whose crash was the last one
	Decision    string // of the supervisor about the last one, or ""

	// What follows tells of the one at Told: a crash that repeats is described
	// anew once in a second.
	Told      time.Time
	PID       PID
	Name      string
	Label     string
	Reason    string
	Starting  bool
	Message   string // type and value of what it was handling, or ""
	From      Kind   // how that was sent
	State     string // or ""
	Stack     string // of the panic, or ""
	Mailbox   int
	Lifetime  time.Duration
	Ancestors []PID
	Links     []PID
	Fell      []PID  // the linked processes that ended with it
	Text      string // the report in full
}

// String tells the whole story: the report, what the supervisor did about it, and
// how often it has happened.
func (c Crash) String() string {
	text := c.Text
	if c.Decision != "" {
		text += "** its supervisor: " + c.Decision + "\n"
	}
	if c.Count > 1 {
		text += fmt.Sprintf("** it has happened %d times since %s\n", c.Count, c.First.Format(time.DateTime))
	}
	return text
}

// An Event is something that a node has reported: a crash, what a supervisor
// did, a zombie, or what a tool has done.
type Event struct {
	Seq            uint64 // on this node, from 1, without a gap but for those that are forgotten
	At             time.Time
	Kind           string // crash, zombie; the Context of a SupervisorReport; for others what their LogValue calls kind
	PID            PID    // of the process or the child, or zero; for others what their method About gives
	Name           string // of the process, or the child's id; for others the second that About gives
	Supervisor     PID    // whose child it is, or zero
	SupervisorName string
	Text           string // the report's summary
	Crash          uint64 // the Crash that it counts for, or 0
}

// A history is filled by the reporter, on its goroutine: code of the user's
// that makes the texts can hang there without harm.
type history struct {
	mu      sync.Mutex // guards what follows
	crashes []*keptCrash
	lastID  uint64
	counted uint64      // crashes in all
	events  []keptEvent // a ring: the event of number Seq is at Seq % eventsKept
	last    uint64
	reason  error // of the last crash, about which its supervisor will report next
	said    string
}

// A keptCrash is a Crash, and what tells its repetitions without words.
type keptCrash struct {
	Crash
	key crashKey // of its reason
}

// A keptEvent is an Event whose Text is only made when somebody reads it: out of
// words, as reasons are not kept.
type keptEvent struct {
	Event
	words    wording
	label    string
	reason   string
	decision string
	children int
}

type wording uint8

const (
	asIs         wording = iota // Text is there
	ofCrash                     // it is the summary of a CrashReport
	ofSupervisor                // of a SupervisorReport
)

// read returns the Event with its Text.
func (e *keptEvent) read() Event {
	ev := e.Event
	switch e.words {
	case ofCrash:
		r := CrashReport{PID: ev.PID, Name: ev.Name, Label: e.label}
		ev.Text = cut(r.summary(show.Line(e.reason)))
	case ofSupervisor:
		r := SupervisorReport{
			Supervisor: ev.Supervisor, Name: ev.SupervisorName, Context: ev.Kind,
			Child: ev.Name, ChildPID: ev.PID, Children: e.children, Decision: e.decision,
		}
		ev.Text = cut(r.summary(show.Line(e.reason)))
	}
	return ev
}

// Crashes returns the last 200 crashes, the newest first.
func (n *Node) Crashes() []Crash {
	h := &n.history
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]Crash, 0, len(h.crashes))
	for _, c := range h.crashes {
		all = append(all, c.Crash)
	}
	slices.SortFunc(all, func(a, b Crash) int { return cmp.Compare(b.nth, a.nth) })
	return all
}

// CrashCount returns how many crashes there have been, as far as they have been
// reported: also those that Crashes has forgotten.
func (n *Node) CrashCount() uint64 {
	h := &n.history
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.counted
}

// Events returns what was reported after the event of number after (0: all), the
// oldest first, as far as it is among the last thousand. If the first one that
// it returns is not the next, those between are forgotten.
func (n *Node) Events(after uint64) []Event {
	h := &n.history
	h.mu.Lock()
	defer h.mu.Unlock()
	if after >= h.last {
		return nil
	}
	if h.last > eventsKept {
		after = max(after, h.last-eventsKept)
	}
	var all []Event
	for seq := after + 1; seq <= h.last; seq++ {
		all = append(all, h.events[seq%eventsKept].read())
	}
	return all
}

// Report has the node tell r, as [Process.Report] does: for tools that run on
// plain goroutines.
func (n *Node) Report(r Report) { n.emit(r) }

// record remembers a report.
func (h *history) record(report Report) {
	switch r := report.(type) {
	case *ProgressReport:
	case *CrashReport:
		id, reason := h.recordCrash(r)
		h.add(eventOf(r, id, reason))
	case *SupervisorReport:
		reason := h.say(r.Reason)
		h.mu.Lock()
		id := h.decided(r, reason)
		h.mu.Unlock()
		h.add(decisionOf(r, id, reason))
	case *ZombieReport:
		h.add(keptEvent{Event: Event{At: r.At, Kind: "zombie", PID: r.Stuck.PID, Name: r.Stuck.Name, Text: cut(r.Summary())}})
	default:
		h.add(keptEvent{Event: eventOfOther(r)})
	}
}

// repeats records a report for which the words are there already, which calls no
// code of the user's. Otherwise it is false and has done nothing.
func (h *history) repeats(report Report) bool {
	switch r := report.(type) {
	case *CrashReport:
		key := keyOf(r.Reason)
		h.mu.Lock()
		defer h.mu.Unlock()
		c := h.repeated(r, key)
		if c == nil || c.stale(r) {
			return false
		}
		h.counted++
		h.repeat(c, r, h.counted)
		h.push(eventOf(r, c.ID, c.Reason))
		return true
	case *SupervisorReport:
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.reason == nil || !comparableEqual(h.reason, r.Reason) {
			return false
		}
		h.push(decisionOf(r, h.decided(r, h.said), h.said))
		return true
	}
	return false
}

func eventOf(r *CrashReport, id uint64, reason string) keptEvent {
	return keptEvent{
		Event: Event{At: r.At, Kind: "crash", PID: r.PID, Name: r.Name, Crash: id},
		words: ofCrash, label: r.Label, reason: reason,
	}
}

func decisionOf(r *SupervisorReport, id uint64, reason string) keptEvent {
	return keptEvent{
		Event: Event{
			At: r.At, Kind: r.Context, PID: r.ChildPID, Name: r.Child,
			Supervisor: r.Supervisor, SupervisorName: r.Name, Crash: id,
		},
		words: ofSupervisor, decision: r.Decision, children: r.Children, reason: reason,
	}
}

func (h *history) add(e keptEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.push(e)
}

// push numbers an event and keeps it; h.mu is held.
func (h *history) push(e keptEvent) {
	if h.events == nil {
		h.events = make([]keptEvent, eventsKept)
	}
	h.last++
	e.Seq = h.last
	h.events[e.Seq%eventsKept] = e
}

// say puts a reason in words, as was done for the crash before where it is the
// same.
func (h *history) say(reason error) string {
	h.mu.Lock()
	last, said := h.reason, h.said
	h.mu.Unlock()
	if last != nil && comparableEqual(last, reason) {
		return said
	}
	return cut(safe(reason))
}

// recordCrash returns the ID of the crash that r counts for, and its reason in
// words. The lock is not held while texts are made: they run code of the user's.
func (h *history) recordCrash(r *CrashReport) (id uint64, reason string) {
	key := keyOf(r.Reason)
	h.mu.Lock()
	h.counted++
	nth := h.counted
	c := h.repeated(r, key)
	if c == nil {
		h.mu.Unlock()
		reason = cut(safe(r.Reason))
		h.mu.Lock()
		c = h.like(r, reason)
	}
	if c != nil {
		if !c.stale(r) {
			id = c.ID
		}
		reason, c.key = c.Reason, key
		h.repeat(c, r, nth)
	}
	h.reason, h.said = r.Reason, reason
	h.mu.Unlock()
	if id != 0 {
		return id, reason
	}
	told := r.tell(reason)
	told.nth = nth
	h.mu.Lock()
	defer h.mu.Unlock()
	if c = h.like(r, reason); c != nil {
		told.ID, told.Count, told.First = c.ID, c.Count, c.First
		c.Crash = told
		return c.ID, reason
	}
	h.lastID++
	told.ID, told.Count, told.First = h.lastID, 1, r.At
	if len(h.crashes) == crashesKept {
		at := h.oldest()
		h.crashes = slices.Delete(h.crashes, at, at+1)
	}
	h.crashes = append(h.crashes, &keptCrash{told, key})
	return told.ID, reason
}

// repeat counts r, the crash of number nth, as one more of c; h.mu is held.
func (h *history) repeat(c *keptCrash, r *CrashReport, nth uint64) {
	c.Count++
	c.nth, c.Last, c.last, c.Decision = nth, r.At, r.PID, ""
	h.reason, h.said = r.Reason, c.Reason
}

// stale reports whether r, which repeats c, is to be described anew.
func (c *keptCrash) stale(r *CrashReport) bool { return r.At.Sub(c.Told) >= tellAnew }

// repeated finds the crash that r repeats without putting r in words, or nil;
// h.mu is held.
func (h *history) repeated(r *CrashReport, key crashKey) *keptCrash {
	if key == (crashKey{}) {
		return nil
	}
	for _, c := range h.crashes {
		if c.key == key && c.alike(r) {
			return c
		}
	}
	return nil
}

// like finds the crash that r, whose reason is given in words, repeats, or nil;
// h.mu is held.
func (h *history) like(r *CrashReport, reason string) *keptCrash {
	for _, c := range h.crashes {
		if c.Reason == reason && c.alike(r) {
			return c
		}
	}
	return nil
}

// alike reports whether r is about the same kind of process.
func (c *keptCrash) alike(r *CrashReport) bool {
	return c.Label == r.Label && c.Starting == r.Starting && (r.Label != "" || c.Name == r.Name)
}

// A crashKey stands for the words of a reason: those with the same key have the
// same words. It is zero where that is not certain, as words come from code of the
// user's and may tell of what a pointer leads to; or where the key would keep more
// in memory than its words.
type crashKey struct {
	value any
	panic bool // it is what panic was called with, whose words do not tell where
}

func keyOf(reason error) crashKey {
	k := crashKey{value: reason}
	if p, ok := reason.(*PanicError); ok && p != nil {
		k = crashKey{value: p.Value, panic: true}
	}
	if !worded(reflect.ValueOf(k.value)) {
		return crashKey{}
	}
	return k
}

// worded reports whether equal values of this type have the same words: numbers,
// texts and structs of numbers, as the runtime's own errors are, and what
// errors.New returns.
func worded(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	case reflect.String:
		return v.Len() <= textKept
	case reflect.Struct:
		for i := range v.NumField() {
			if k := v.Field(i).Kind(); k == reflect.String || !worded(v.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Pointer:
		return v.Type() == reflect.TypeOf(ErrNoNode)
	}
	return false
}

// oldest is the place of the crash that was seen last the longest ago.
func (h *history) oldest() (at int) {
	for i, c := range h.crashes {
		if c.nth < h.crashes[at].nth {
			at = i
		}
	}
	return at
}

// decided notes what the supervisor does about a crash, and returns its ID or 0;
// h.mu is held.
func (h *history) decided(r *SupervisorReport, reason string) uint64 {
	var about *keptCrash
	for _, c := range slices.Backward(h.crashes) {
		if c.decidedBy(r, reason) && (about == nil || about.nth < c.nth) {
			about = c
		}
	}
	if about == nil {
		return 0
	}
	if r.Decision != "" {
		about.Decision = r.Decision
	}
	return about.ID
}

// decidedBy reports whether r may be about c. A supervisor knows whose end it is
// about, but not who has crashed while it was starting.
func (c *keptCrash) decidedBy(r *SupervisorReport, reason string) bool {
	if c.last == r.ChildPID && !r.ChildPID.IsZero() {
		return true
	}
	if !c.Starting || len(c.Ancestors) == 0 || c.Ancestors[0] != r.Supervisor {
		return false
	}
	return r.Context == "start_error" && c.Reason == reason || r.Context == "shutdown" && c.Decision != ""
}

// tell puts the report in words.
func (r *CrashReport) tell(reason string) Crash {
	c := Crash{
		Last: r.At, last: r.PID, Told: r.At, PID: r.PID, Name: r.Name, Label: r.Label, Reason: reason, Starting: r.Starting,
		From: r.From, Mailbox: r.Mailbox, Lifetime: r.Lifetime, Ancestors: r.Ancestors,
		Links: r.Links, Fell: r.Fell, Text: cut(r.String()),
	}
	if r.Message != nil {
		c.Message = cut(fmt.Sprintf("%T %s", r.Message, safe(r.Message)))
	}
	if r.State != nil {
		c.State = cut(safe(r.State))
	}
	if r.Stack != nil {
		c.Stack = cut(r.Stack.String())
	}
	return c
}

// eventOfOther is the event of a report that the kernel does not know.
func eventOfOther(r Report) Event {
	e := Event{At: time.Now(), Kind: fmt.Sprintf("%T", r), Text: cut(r.Summary())}
	if about, ok := r.(interface{ About() (PID, string) }); ok {
		e.PID, e.Name = about.About()
	}
	v := r.LogValue().Resolve()
	if v.Kind() != slog.KindGroup {
		return e
	}
	for _, a := range v.Group() {
		if a.Key == "kind" {
			e.Kind = a.Value.String()
			break
		}
	}
	return e
}

// cut limits a text that is kept.
func cut(s string) string {
	if len(s) <= textKept {
		return s
	}
	return strings.ToValidUTF8(s[:textKept], "") + fmt.Sprintf("… (%d bytes more)", len(s)-textKept)
}
