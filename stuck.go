package coppice

import (
	"bytes"
	"cmp"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice/internal/sched"
	"github.com/seed-7832d3a3/coppice/internal/show"
)

// A Stuck is a process whose code goes on running although the process was
// told to end, or was killed: Go cannot stop a goroutine. One that was killed
// has ended in the eyes of all others, and nothing that its code does through
// the process can be seen; what it does otherwise can.
type Stuck struct {
	PID     PID
	Name    string // its name, or its label
	Reason  error  // what it was told
	Since   time.Time
	Zombie  bool   // its grace is over
	Killed  bool   // it is dead already
	Release string // the type of the Resolver whose Release runs, if it is not its own code
	Stack   string
}

// String gives one line and the stack.
func (s Stuck) String() string {
	if s.PID.IsZero() {
		return fmt.Sprintf("%s: since %v ago, still running:\n%s", s.Name, time.Since(s.Since).Round(time.Millisecond), s.Stack)
	}
	what := "told to end"
	switch {
	case s.Release != "":
		what = "the Release of a " + s.Release + ", after it has ended"
	case s.Killed:
		what = "killed"
	}
	return fmt.Sprintf("%v %s: %s (%v) %v ago, still running:\n%s",
		s.PID, show.Line(s.Name), what, show.Indented(s.PID.p.node.asker.Text(s.Reason, maxShown)), time.Since(s.Since).Round(time.Millisecond), s.Stack)
}

// A stuckList has the processes whose code runs although they were told to
// end. Most are in it for an instant only.
type stuckList struct {
	node *Node

	mu    sync.Mutex                 // guards what follows
	procs map[sched.Task]*stuckEntry // those, and the releases for such as have ended
	timer *time.Timer                // nil: none is needed
	due   time.Time                  // when it fires
	pause time.Time                  // before this it does not fire again: stacks are costly
	off   bool                       // the node has stopped
}

type stuckEntry struct {
	p        *proc
	release  Resolver // that hangs, or nil: it is the code of p
	since    time.Time
	grace    time.Duration
	goid     uint64
	reported bool
}

// stick enters p, which was told to end while its code ran; p.mu is held.
func (p *proc) stick() {
	r := p.runner.Load()
	if r == nil {
		return
	}
	l := &p.node.stuck
	grace := p.node.options.Grace
	if p.fate == Killed {
		grace = p.node.options.KillGrace
	}
	p.stuck = true
	l.mu.Lock()
	defer l.mu.Unlock()
	l.add(p, &stuckEntry{p: p, since: time.Now(), grace: grace, goid: r.ID()})
}

// add enters a task that ought to end; l.mu is held.
func (l *stuckList) add(t sched.Task, e *stuckEntry) {
	if l.procs == nil {
		l.procs = make(map[sched.Task]*stuckEntry)
	}
	l.procs[t] = e
	l.wakeIn(e.grace - time.Since(e.since))
}

// wakeIn has look called in d, or earlier; l.mu is held.
func (l *stuckList) wakeIn(d time.Duration) {
	now := time.Now()
	d = max(d, l.pause.Sub(now))
	due := now.Add(d)
	switch {
	case l.off:
	case l.timer == nil:
		l.timer, l.due = time.AfterFunc(d, l.look), due
	case due.Before(l.due):
		l.timer.Reset(d)
		l.due = due
	}
}

// unstick is called when the code of p has ended.
func (p *proc) unstick() {
	p.mu.Lock()
	was := p.stuck
	p.stuck = false
	p.mu.Unlock()
	if !was {
		return
	}
	p.node.stuck.remove(p)
}

// remove takes out a task that has ended.
func (l *stuckList) remove(t sched.Task) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.procs, t)
	if len(l.procs) == 0 && l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
}

// look reports those whose grace is over.
func (l *stuckList) look() {
	l.mu.Lock()
	next := time.Duration(-1)
	var zombies []*proc
	for _, e := range l.procs {
		left := e.grace - time.Since(e.since)
		switch {
		case e.reported:
		case left <= 0:
			e.reported = true
			zombies = append(zombies, e.p)
		case next < 0 || left < next:
			next = left
		}
	}
	if l.timer != nil {
		l.timer.Stop() // another may have been set since this one fired
		l.timer = nil
	}
	if next >= 0 {
		l.wakeIn(next)
	}
	l.mu.Unlock()
	if len(zombies) == 0 {
		return
	}
	began := time.Now()
	for _, s := range l.node.Stuck() {
		if slices.Contains(zombies, s.PID.p) {
			l.node.emit(&ZombieReport{At: time.Now(), Stuck: s})
		}
	}
	// Where there are many goroutines their stacks stop the program for long,
	// and that alone would make more of them late: so it is at most a tenth of
	// the time.
	l.mu.Lock()
	l.pause = time.Now().Add(10 * time.Since(began))
	l.mu.Unlock()
}

func (l *stuckList) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.off = true
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
}

// Stuck returns the processes whose code goes on running although they were
// told to end or were killed, the longest first, with their stacks. It stops
// the program for a moment if there are any.
func (n *Node) Stuck() []Stuck {
	n.stuck.mu.Lock()
	found := make([]stuckEntry, 0, len(n.stuck.procs))
	for _, e := range n.stuck.procs {
		found = append(found, *e)
	}
	n.stuck.mu.Unlock()
	if len(found) == 0 {
		return nil
	}
	stacks := goroutineStacks()
	var all []Stuck
	for _, e := range found {
		info, release := e.p.info(), ""
		if e.release != nil {
			release = fmt.Sprintf("%T", e.release)
		}
		all = append(all, Stuck{
			PID: PID{e.p}, Name: cmp.Or(info.Name, info.Label), Reason: info.ExitReason, Since: e.since,
			Zombie: time.Since(e.since) >= e.grace, Killed: e.p.dead.Load(), Release: release, Stack: codeOf(stacks[e.goid]),
		})
	}
	slices.SortFunc(all, func(a, b Stuck) int {
		return cmp.Or(a.Since.Compare(b.Since), a.PID.Compare(b.PID))
	})
	return all
}

// Stacks returns the stacks of the processes that have a goroutine at the
// moment: they run, or wait within a callback or a body. It stops the program
// for a moment, the longer the more goroutines there are.
func (n *Node) Stacks() map[PID]string {
	byGoroutine := goroutineStacks()
	stacks := make(map[PID]string)
	for p := range n.table.all() {
		p.mu.Lock()
		if r := p.runner.Load(); p.state == active && r != nil && !p.dead.Load() {
			stacks[PID{p}] = codeOf(byGoroutine[r.ID()])
		}
		p.mu.Unlock()
	}
	return stacks
}

// Zombies returns the processes that [Node.Stuck] tells of as zombies, in no
// order, without what is costly about them.
func (n *Node) Zombies() (pids []PID) {
	n.stuck.mu.Lock()
	defer n.stuck.mu.Unlock()
	for _, e := range n.stuck.procs {
		if time.Since(e.since) >= e.grace {
			pids = append(pids, PID{e.p})
		}
	}
	return pids
}

// goroutineStacks returns the stack of each goroutine by its number. All stand
// still until the last has been written down, so that is done once: the buffer is
// made large enough for ordinary stacks at once.
func goroutineStacks() map[uint64]string {
	const ordinary, most = 1 << 10, 1 << 28
	buf := make([]byte, min(1<<16+ordinary*runtime.NumGoroutine(), most))
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) || len(buf) >= most {
			buf = buf[:n]
			break
		}
		buf = make([]byte, min(4*len(buf), most))
	}
	stacks := make(map[uint64]string)
	for len(buf) > 0 {
		var text []byte
		text, buf, _ = bytes.Cut(buf, []byte("\n\n"))
		head, frames, _ := bytes.Cut(text, []byte("\n"))
		number, _, _ := bytes.Cut(bytes.TrimPrefix(head, []byte("goroutine ")), []byte(" "))
		if id, err := strconv.ParseUint(string(number), 10, 64); err == nil {
			stacks[id] = string(frames)
		}
	}
	return stacks
}

// codeOf cuts off the end of a stack, which is the kernel's and the same for all
// processes: what is of interest is what it has called.
func codeOf(frames string) string {
	kernel := reflect.TypeFor[proc]().PkgPath()
	lines := strings.Split(strings.TrimSuffix(frames, "\n"), "\n")
	for end := len(lines) - 2; end > 0; end -= 2 { // two lines a frame
		if f := lines[end]; !strings.HasPrefix(f, "created by ") && !strings.HasPrefix(f, kernel+".(*proc).") && !strings.HasPrefix(f, kernel+"/internal/sched.") {
			return strings.Join(lines[:end+2], "\n")
		}
	}
	return frames
}
