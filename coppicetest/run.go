package coppicetest

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// Options are the options of a test. The zero value is right for most.
type Options struct {
	// Node are the options of the node. Without a Logger its log goes to that of
	// the test; OnReport, Before and OnSend are called besides what this package
	// does there.
	Node coppice.Options

	// Limit is how long, on the fake clock, an expectation waits, and how long
	// the processes have to end after the test (a minute if 0).
	Limit time.Duration

	// Copy has every message and reply delivered as a deep copy, and fails the
	// test if one contains what cannot be copied, or if its sender changes it
	// after it was sent. System messages, exit reasons and reports are not
	// copied, nor are values that are errors, contexts or Starters, the handles
	// of the library (PID, Ref, From, *Node, *Process, *Timer), and functions
	// and channels in messages of the library's own packages. What a function
	// holds is shared with it: so the values of agents are not copied.
	Copy bool

	// LeaveCircles has calls in a circle wait until their time limits. Otherwise
	// the call that closes a circle fails at once, as with the option
	// FindCircles of a node.
	LeaveCircles bool

	// Share are types that Copy passes on as they are: functions, channels,
	// what holds a lock, what is never changed. An interface type stands for all
	// types that implement it.
	Share []reflect.Type
}

// Run runs f as a test with a node of its own, in a bubble of testing/synctest.
// When f has returned the node is stopped, and the test fails for what the
// package documentation lists.
func Run(t *testing.T, f func(t *testing.T, n *coppice.Node)) {
	t.Helper()
	RunWith(t, Options{}, f)
}

// RunWith is [Run] with options.
func RunWith(t *testing.T, options Options, f func(t *testing.T, n *coppice.Node)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f(t, NewNode(t, options))
	})
}

// NewNode starts a node as that of [Run], for a test that needs several or has
// a bubble already: it must be called in one. The node is stopped and examined
// when the test ends.
func NewNode(t testing.TB, options Options) *coppice.Node {
	l := &lab{
		t:       t,
		limit:   options.Limit,
		release: make(chan struct{}),
		faulted: make(map[coppice.PID]bool),
		also:    options.Node,
	}
	if l.limit <= 0 {
		l.limit = time.Minute
	}
	on := options.Node
	values := on.Values
	if values == nil {
		values = context.Background()
	}
	on.Values = context.WithValue(values, labKey{}, l)
	if on.Logger == nil {
		on.Logger = slog.New(coppice.NewReportHandler(testLog{l}))
	}
	on.OnReport, on.Before = l.report, before{l}
	on.FindCircles = !options.LeaveCircles
	if options.Copy {
		l.copier = newCopier(t, options.Share)
		on.OnSend = l.send
	}
	l.node = coppice.NewNode(on)
	t.Cleanup(l.end)
	return l.node
}

// A lab is what a test has beside its node.
type lab struct {
	t       testing.TB
	node    *coppice.Node
	also    coppice.Options // the hooks of the test's own
	limit   time.Duration
	copier  *copier       // or nil
	release chan struct{} // closed when the test is over: what hangs goes on

	mu      sync.Mutex // guards what follows
	crashes []*crash
	zombies []*zombie
	allowed []Crash
	starts  []started
	faults  []*Injected
	faulted map[coppice.PID]bool // at which a fault has struck
	over    bool                 // nothing may be logged any more
}

type labKey struct{}

// labOf returns the lab that a node belongs to.
func labOf(t testing.TB, n *coppice.Node) *lab {
	t.Helper()
	l, ok := n.Value(labKey{}).(*lab)
	if !ok {
		t.Fatal("coppicetest: this node was not made by Run, RunWith or NewNode")
	}
	return l
}

// send implements Options.OnSend of the node.
func (l *lab) send(body any) any {
	if l.also.OnSend != nil {
		body = l.also.OnSend(body)
	}
	return l.copier.pass(body)
}

// A testLog writes to the log of the test, as long as that is allowed.
type testLog struct{ l *lab }

func (w testLog) Write(text []byte) (int, error) {
	w.l.mu.Lock()
	defer w.l.mu.Unlock()
	if w.l.over {
		return len(text), nil
	}
	return w.l.t.Output().Write(text)
}

// end stops the node and examines what is left.
func (l *lab) end() {
	l.t.Helper()
	synctest.Wait() // what was begun is done, as far as it needs no time
	close(l.release)
	left := l.stop() // with the processes whose stacks have been shown
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	if left.text != "" {
		l.t.Error(left.text)
	}
	for _, c := range l.crashes {
		if !c.expected && !l.faulted[c.report.PID] && !l.allows(c.report) {
			l.t.Errorf("unexpected crash:\n%s", c.report)
		}
	}
	for _, z := range l.zombies {
		if pid := z.report.Stuck.PID; !z.expected && !l.faulted[pid] && !left.shown[pid] {
			l.t.Errorf("unexpected zombie:\n%s", z.report)
			left.shown[pid] = true
		}
	}
	for _, s := range left.stuck {
		justLogs := s.PID.IsZero() && time.Since(s.Since) < time.Second // a report of the last moment
		if !left.shown[s.PID] && !justLogs {
			l.t.Errorf("still running after the node has stopped:\n%v", s)
		}
	}
	for _, f := range l.faults {
		if f.fired == 0 && !f.removed {
			l.t.Errorf("the fault was injected and never struck: %v", f.fault)
		}
	}
	if l.copier != nil {
		l.copier.check()
	}
}

// A remainder is what did not end when the node was stopped.
type remainder struct {
	text  string               // of the processes, or ""
	shown map[coppice.PID]bool // those whose stacks the text has
	stuck []coppice.Stuck
}

// stop stops the node, by force after the limit.
func (l *lab) stop() remainder {
	report := make(chan coppice.StopReport, 1)
	go func() { report <- l.node.Stop(context.Background()) }()
	late := time.NewTimer(l.limit)
	defer late.Stop()
	select {
	case stopped := <-report:
		return remainder{shown: make(map[coppice.PID]bool), stuck: stopped.Stuck}
	case <-late.C:
	}
	left := l.leaks()
	left.stuck = l.kill(report).Stuck
	return left
}

// kill kills what is alive until the node has stopped.
func (l *lab) kill(report <-chan coppice.StopReport) coppice.StopReport {
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		for pid := range l.node.List() {
			_ = coppice.Exit(l.node, pid, coppice.Kill)
		}
		select {
		case stopped := <-report:
			return stopped
		case <-again.C:
		}
	}
}

// leaks describes the processes that are alive.
func (l *lab) leaks() remainder {
	stacks := make(map[coppice.PID]string)
	for _, s := range l.node.Stuck() {
		stacks[s.PID] = s.Stack
	}
	shown := make(map[coppice.PID]bool)
	var text strings.Builder
	fmt.Fprintf(&text, "processes that did not end within %v after the test:", l.limit)
	const most = 20
	count := 0
	for pid := range l.node.List() {
		if count++; count > most {
			continue
		}
		info, _ := coppice.Lookup(pid)
		fmt.Fprintf(&text, "\n%v", describe(info))
		if stack := stacks[pid]; stack != "" {
			shown[pid] = true
			fmt.Fprintf(&text, ", still running:\n%s", stack)
		}
	}
	if count > most {
		fmt.Fprintf(&text, "\nand %d more", count-most)
	}
	return remainder{text: text.String(), shown: shown}
}

// describe tells of a process in one line.
func describe(info coppice.ProcessInfo) string {
	var b strings.Builder
	fmt.Fprint(&b, info.PID)
	for _, s := range []string{info.Name, info.Label} {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	fmt.Fprintf(&b, ": %v", info.Status)
	switch {
	case info.ExitReason != nil:
		fmt.Fprintf(&b, " (%v)", info.ExitReason)
	case info.Trapping:
		b.WriteString(", traps exits")
	}
	if info.Mailbox > 0 {
		fmt.Fprintf(&b, ", %d messages", info.Mailbox)
	}
	return b.String()
}
