package coppice

import (
	"cmp"
	"fmt"
	"log/slog"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/show"
)

// A Report is something that a node tells about its processes: a
// [*CrashReport], a [*SupervisorReport], a [*ProgressReport], a
// [*ZombieReport] or a [*CircleReport]. Each is data, logs itself as one structured record, and has
// a readable form in String.
type Report interface {
	fmt.Stringer
	slog.LogValuer
	// Level is at what level it is logged.
	Level() slog.Level
	// Summary is one line.
	Summary() string
}

// A StateViewer decides what reports and tools show of a state, or of any other
// value, as slog.LogValuer does; a field with the tag coppice:"redact" is never
// shown. It may be called after the process has ended, on a goroutine that is no
// process's.
type StateViewer interface{ StateView() any }

// A CrashReport tells of a process that ended by itself with an abnormal
// reason: a panic, an error, Process.Exit. One that was ended by an exit signal
// reports nothing, as it has not failed itself.
type CrashReport struct {
	At        time.Time
	PID       PID
	Name      string // registered name, or ""
	Label     string // what it ran
	Reason    error  // what went wrong; where it was told to end meanwhile, not its exit reason
	Stack     Stack  // of the panic, or nil
	Starting  bool   // it was still initialising
	Message   any    // what it was handling, or nil
	From      Kind   // how that message was sent
	State     any    // its state at the end, for a behaviour that shows it
	Mailbox   int    // messages that it had not looked at
	Ancestors []PID
	Callers   []PID
	Links     []PID
	Fell      []PID // the linked processes that end with it, as they do not trap exits; a hundred at most
	Lifetime  time.Duration
}

// Level is Error.
func (r *CrashReport) Level() slog.Level { return slog.LevelError }

// Summary says who crashed, and why.
func (r *CrashReport) Summary() string { return r.summary(show.Line(safe(r.Reason))) }

func (r *CrashReport) summary(reason string) string {
	return "process " + who(r.PID, r.Name, r.Label) + " crashed: " + reason
}

// String is the report in full.
func (r *CrashReport) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "** %s\n", r.summary(show.Indented(safe(r.Reason))))
	if r.Stack != nil {
		for line := range strings.Lines(r.Stack.String()) {
			b.WriteString("   " + line)
		}
	}
	if r.Starting {
		b.WriteString("** while it was starting\n")
	}
	if r.Message != nil {
		fmt.Fprintf(&b, "** last message (%v): %T %s\n", r.From, r.Message, show.Indented(safe(r.Message)))
	}
	if r.State != nil {
		fmt.Fprintf(&b, "** state: %s\n", show.Indented(safe(r.State)))
	}
	if len(r.Fell) > 0 {
		fmt.Fprintf(&b, "** with it fall, by their links: %s\n", called(r.Fell))
	}
	fmt.Fprintf(&b, "** lived %v; %d messages left; links: %s; ancestors: %s\n",
		r.Lifetime.Round(time.Microsecond), r.Mailbox, called(r.Links), called(r.Ancestors))
	return b.String()
}

// called lists processes for people: by name, which stays known after their end, or
// by what they run. The root of a node, which stands for the program, is left out.
func called(pids []PID) string {
	const most = 20
	var all []string
	pids = slices.DeleteFunc(slices.Clone(pids), func(pid PID) bool { return pid.p == nil || pid.p == pid.p.node.root })
	for i, pid := range pids {
		if i == most {
			all = append(all, fmt.Sprintf("and %d more", len(pids)-most))
			break
		}
		stats, _ := StatsOf(pid)
		name, label := stats.Name, LabelOf(pid)
		if name == "" && label != "" {
			name = "(" + label + ")" // it may have commas
		}
		all = append(all, who(pid, name, ""))
	}
	return cmp.Or(strings.Join(all, ", "), "none")
}

// LogValue is the report as structured data.
func (r *CrashReport) LogValue() slog.Value {
	attrs := []slog.Attr{
		slog.String("kind", "crash"),
		slog.Any("pid", r.PID),
		slog.String("name", r.Name),
		slog.String("label", r.Label),
		slog.String("reason", safe(r.Reason)),
		slog.String("reason_type", fmt.Sprintf("%T", r.Reason)),
		slog.Bool("starting", r.Starting),
		slog.Int("mailbox", r.Mailbox),
		slog.Any("ancestors", r.Ancestors),
		slog.Any("links", r.Links),
		slog.Any("fell", r.Fell),
		slog.Duration("lifetime", r.Lifetime),
	}
	if r.Message != nil {
		attrs = append(attrs, slog.String("message_type", fmt.Sprintf("%T", r.Message)), slog.String("message", safe(r.Message)))
	}
	if r.State != nil {
		attrs = append(attrs, slog.String("state", safe(r.State)))
	}
	if r.Stack != nil {
		attrs = append(attrs, slog.String("stack", r.Stack.String()))
	}
	return slog.GroupValue(attrs...)
}

// String gives the word for how a message was sent.
func (k Kind) String() string {
	names := [...]string{"info", "cast", "call", "system"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("Kind(%d)", k)
}

// A SupervisorReport tells what happened to a child of a supervisor. It answers
// to OTP's supervisor report.
type SupervisorReport struct {
	At         time.Time
	Supervisor PID
	Name       string // of the supervisor, or ""
	Context    string // child_terminated, start_error, shutdown_error or shutdown
	Child      string // its id, where it has one
	ChildPID   PID
	Children   int // how many children it is about, where there are several
	Reason     error
	Restart    int    // the number of this restart within the period, or 0
	Intensity  int    // of how many
	Decision   string // what the supervisor does about it
}

// Level is Error.
func (r *SupervisorReport) Level() slog.Level { return slog.LevelError }

// Summary is the report in one line.
func (r *SupervisorReport) Summary() string { return r.summary(show.Line(safe(r.Reason))) }

func (r *SupervisorReport) summary(reason string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "supervisor %s: %s", who(r.Supervisor, r.Name, ""), r.Context)
	if r.Child != "" {
		fmt.Fprintf(&b, ": child %s", show.Line(r.Child))
	}
	if !r.ChildPID.IsZero() {
		fmt.Fprintf(&b, " %v", r.ChildPID)
	}
	if r.Children > 1 {
		fmt.Fprintf(&b, " (%d children)", r.Children)
	}
	b.WriteString(": " + reason)
	if r.Decision != "" {
		fmt.Fprintf(&b, "; %s", r.Decision)
	}
	return b.String()
}

// String is the report in full.
func (r *SupervisorReport) String() string { return "** " + r.Summary() + "\n" }

// LogValue is the report as structured data.
func (r *SupervisorReport) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("kind", "supervisor"),
		slog.Any("supervisor", r.Supervisor),
		slog.String("name", r.Name),
		slog.String("context", r.Context),
		slog.String("child", r.Child),
		slog.Any("child_pid", r.ChildPID),
		slog.String("reason", safe(r.Reason)),
		slog.Int("restart", r.Restart),
		slog.Int("intensity", r.Intensity),
		slog.String("decision", r.Decision),
	)
}

// A ProgressReport tells that a supervisor has started a child.
type ProgressReport struct {
	At         time.Time
	Supervisor PID
	Name       string // of the supervisor, or ""
	Child      string
	ChildPID   PID
}

// Level is Debug.
func (r *ProgressReport) Level() slog.Level { return slog.LevelDebug }

// Summary is the report in one line.
func (r *ProgressReport) Summary() string {
	return fmt.Sprintf("supervisor %s: started child %s %v", who(r.Supervisor, r.Name, ""), show.Line(r.Child), r.ChildPID)
}

// String is the report in full.
func (r *ProgressReport) String() string { return "** " + r.Summary() + "\n" }

// LogValue is the report as structured data.
func (r *ProgressReport) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("kind", "progress"),
		slog.Any("supervisor", r.Supervisor),
		slog.String("name", r.Name),
		slog.String("child", r.Child),
		slog.Any("child_pid", r.ChildPID),
	)
}

// A ZombieReport tells of code that did not return in time after its process
// was told to end or was killed.
type ZombieReport struct {
	At    time.Time
	Stuck Stuck
}

// Level is Warn.
func (r *ZombieReport) Level() slog.Level { return slog.LevelWarn }

// Summary is the report in one line.
func (r *ZombieReport) Summary() string {
	first, _, _ := strings.Cut(r.Stuck.String(), "\n")
	return "zombie: " + strings.TrimSuffix(first, ":")
}

// String is the report in full.
func (r *ZombieReport) String() string { return "** zombie: " + r.Stuck.String() + "\n" }

// LogValue is the report as structured data.
func (r *ZombieReport) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("kind", "zombie"),
		slog.Any("pid", r.Stuck.PID),
		slog.String("name", r.Stuck.Name),
		slog.String("reason", safe(r.Stuck.Reason)),
		slog.Bool("killed", r.Stuck.Killed),
		slog.String("stack", r.Stuck.Stack),
	)
}

// who names a process as well as it can be named.
func who(pid PID, name, label string) string {
	parts := []string{pid.String()}
	for _, s := range []string{show.Line(name), show.Line(label)} {
		if s != "" && !slices.Contains(parts, s) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

// maxShown is about how long the text of one value in a report is.
const maxShown = 16 << 10

// safe formats a value of the user's, whose methods may panic, without what is
// not to be seen.
func safe(v any) string {
	if err, ok := v.(error); ok && err == nil {
		return "<nil>"
	}
	return show.Text(v, maxShown)
}

// panicked returns what a deferred function, which calls it, has recovered, and
// where that panicked; nil, if it has not.
//
// Unwinding is a good part of what a crash costs, so it ends where the kernel has
// called the handler, which is not far for most: what lies behind is the same for
// all. Where that is in the code, and how far, is learnt from crashes of which all
// is taken.
func (n *Node) panicked(value any) *PanicError {
	if value == nil {
		return nil
	}
	const fromPanic = 3 // without Callers, this function and the deferred one
	p := &nearPanic{PanicError: PanicError{Value: value}}
	near := p.pcs[:n.handlerDepth.Load()]
	near = near[:runtime.Callers(fromPanic, near)]
	if at := slices.Index(near, uintptr(n.handlerCall.Load())); at >= 0 {
		p.Stack = near[:at+1]
		return &p.PanicError
	}
	var pcs [64]uintptr
	all := pcs[:runtime.Callers(fromPanic, pcs[:])]
	n.learnHandlerCall(all)
	return &PanicError{Value: value, Stack: slices.Clone(all)}
}

// A nearPanic is a PanicError with room for a stack as most are.
type nearPanic struct {
	PanicError
	pcs [8]uintptr
}

func (n *Node) learnHandlerCall(stack Stack) {
	handle := reflect.ValueOf((*proc).handle).Pointer()
	for i, pc := range stack[:min(len(stack), len(nearPanic{}.pcs))] {
		if f := runtime.FuncForPC(pc - 1); f != nil && f.Entry() == handle {
			n.handlerCall.Store(uint64(pc))
			n.handlerDepth.Store(max(n.handlerDepth.Load(), int32(i+1)))
			return
		}
	}
}

// crashed tells of the end of p, whose code has just ended for the reason in w.
func (p *proc) crashed(w *work) {
	if ClassOf(w.why) != ClassAbnormal || p.told.Load() && !w.crash {
		return
	}
	info := p.info()
	r := &CrashReport{
		At: time.Now(), PID: info.PID, Name: info.Name, Label: info.Label, Reason: w.why,
		Starting: !p.acked && p.starting(), Mailbox: info.Mailbox + w.inbox.Len(), Ancestors: info.Ancestors,
		Callers: info.Callers, Links: info.Links, Lifetime: info.Lifetime,
		Message: w.handling.Body, From: w.handling.Kind(), Fell: falling(info.Links),
	}
	if pe, ok := w.why.(*PanicError); ok && pe != nil { // nil, if code returned a nil pointer for an error
		r.Stack = pe.Stack
	}
	if v, ok := p.behaviour.(StateViewer); ok && !r.Starting { // or there is no state yet
		r.State = lateState{v}
	}
	p.node.emit(r)
}

// falling returns which of those linked with a process that crashes end with it.
func falling(links []PID) (all []PID) {
	for _, pid := range links[:min(len(links), 100)] {
		q := pid.p
		q.mu.Lock()
		falls := !q.trap && !q.dead.Load() && q != q.node.root
		q.mu.Unlock()
		if falls {
			all = append(all, pid)
		}
	}
	return all
}

// starting reports whether somebody waits for p to start.
func (p *proc) starting() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.startSlot() != nil
}

// A lateState asks for a view of a state when the report is read: that runs
// code of the user's, which must not hold up the end of its process.
type lateState struct{ StateViewer }

// Format implements fmt.Formatter.
func (s lateState) Format(f fmt.State, _ rune) { fmt.Fprint(f, safe(s.StateView())) }

// ReportsProgress reports whether anybody would see a [ProgressReport]: one is
// due at every start of a child, so a behaviour asks before it makes one.
func (p *Process) ReportsProgress() bool {
	o := &p.proc.node.options
	return o.Progress || o.OnReport != nil
}

// Report has the node tell r. It is for behaviours.
func (p *Process) Report(r Report) { p.proc.node.emit(r) }
