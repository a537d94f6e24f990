package coppicetest

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A Callback says at which callback of a process a fault strikes.
type Callback uint8

const (
	AtHandle    Callback = iota // before a message is handled, by a Behaviour or a server
	AtInit                      // before Init, a constructor or a body
	AtTerminate                 // before Terminate
)

// String gives the word for it.
func (c Callback) String() string {
	names := [...]string{"handle", "init", "terminate"}
	if int(c) < len(names) {
		return names[c]
	}
	return fmt.Sprintf("Callback(%d)", c)
}

// A Fault says what goes wrong, and when. It strikes in place of the callback,
// on the goroutine of the process. Occasions are counted over all incarnations
// of a process; probes have none.
type Fault struct {
	Process string       // registered name, label (for a server its type) or text of the PID; "": any, supervisors too
	At      Callback     // AtHandle, if not said
	Message reflect.Type // of the messages that count, AtHandle; nil: any
	Nth     int          // at which occasion it strikes first; the first, if 0
	Times   int          // at how many in a row; one, if 0; negative: at all
	Do      Effect       // what happens
}

// String says it in words.
func (f Fault) String() string {
	of, process := "", "any process"
	if f.Message != nil {
		of = " of " + f.Message.String()
	}
	if f.Process != "" {
		process = f.Process
	}
	return fmt.Sprintf("%v%s number %d of %s", f.At, of, max(f.Nth, 1), process)
}

// validate reports what is wrong.
func (f Fault) validate() error {
	switch {
	case f.Do == nil:
		return errors.New("it has no Do")
	case f.At > AtTerminate:
		return fmt.Errorf("it has the At %v", f.At)
	case f.Message != nil && f.At != AtHandle:
		return errors.New("a Message is for AtHandle only")
	case f.Nth < 0:
		return fmt.Errorf("it has the Nth %d", f.Nth)
	}
	return nil
}

// An Effect is what a fault does: it runs as the process, and its error is taken
// for that of the callback, which does not run then. One that returns nil lets
// the callback run.
type Effect func(p *coppice.Process) error

// Fail has the callback return err: at init the start fails with it, at a
// message the process ends with it.
func Fail(err error) Effect { return func(*coppice.Process) error { return err } }

// Panic has it panic.
func Panic(value any) Effect { return func(*coppice.Process) error { panic(value) } }

// Exit has it end the process by Process.Exit.
func Exit(reason error) Effect {
	return func(p *coppice.Process) error { p.Exit(reason); return nil }
}

// Goexit has it call runtime.Goexit.
func Goexit() Effect { return func(*coppice.Process) error { runtime.Goexit(); return nil } }

// Hang has it wait, deaf to whatever the process is told, until the test is
// over. So only a kill ends the process, and it becomes a zombie.
func Hang() Effect {
	return func(p *coppice.Process) error {
		l, _ := p.Node().Value(labKey{}).(*lab)
		<-l.release
		p.Exit(coppice.Shutdown)
		return nil
	}
}

// Delay has it take d longer, on the fake clock, and then run. A process that is
// told to end meanwhile ends at once.
func Delay(d time.Duration) Effect {
	return func(p *coppice.Process) error { p.Sleep(d); return nil }
}

// An Injected is a fault in a test.
type Injected struct {
	l     *lab
	fault Fault

	// Guarded by l.mu.
	met     int // occasions
	fired   int // times that it struck
	removed bool
}

// Inject has a fault strike from now on. The crash that it causes in the process
// that it strikes is expected; the test fails at its end if it never struck.
func Inject(t testing.TB, n *coppice.Node, fault Fault) *Injected {
	t.Helper()
	if err := fault.validate(); err != nil {
		t.Fatalf("coppicetest: the fault cannot be injected: %v", err)
	}
	l := labOf(t, n)
	f := &Injected{l: l, fault: fault}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = append(l.faults, f)
	return f
}

// Fired returns how many times the fault has struck.
func (f *Injected) Fired() int {
	f.l.mu.Lock()
	defer f.l.mu.Unlock()
	return f.fired
}

// Remove ends it: it does not strike any more, and need not have.
func (f *Injected) Remove() {
	f.l.mu.Lock()
	defer f.l.mu.Unlock()
	f.removed = true
}

// strikes reports whether it is due, and counts; l.mu is held.
func (f *Injected) strikes() bool {
	f.met++
	first, times := max(f.fault.Nth, 1), f.fault.Times
	if times == 0 {
		times = 1
	}
	if f.met < first || times > 0 && f.met >= first+times {
		return false
	}
	f.fired++
	return true
}

// strike lets the faults that are due at a callback have their effect.
func (l *lab) strike(p *coppice.Process, at Callback, m coppice.Message) error {
	if _, isProbe := p.Behaviour().(probing); isProbe {
		return nil
	}
	for _, do := range l.due(p, at, m) {
		if err := do(p); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) due(p *coppice.Process, at Callback, m coppice.Message) (effects []Effect) {
	l.mu.Lock()
	faults := slices.Clone(l.faults)
	l.mu.Unlock()
	for _, f := range faults {
		if f.fault.At != at || f.fault.Message != nil && f.fault.Message != reflect.TypeOf(m.Body) || !isProcess(p, f.fault.Process) {
			continue
		}
		l.mu.Lock()
		if !f.removed && !l.over && f.strikes() {
			effects = append(effects, f.fault.Do)
			l.faulted[p.Self()] = true
		}
		l.mu.Unlock()
	}
	return effects
}

// isProcess reports whether p is meant.
func isProcess(p *coppice.Process, name string) bool {
	if name == "" {
		return true
	}
	info, _ := coppice.Lookup(p.Self())
	return name == info.Name || name == info.Label || name == info.PID.String()
}

// before is the Options.Before of the node.
type before struct{ *lab }

func (b before) Init(p *coppice.Process) error {
	if info, _ := coppice.Lookup(p.Self()); info.Name != "" {
		b.mu.Lock()
		b.starts = append(b.starts, started{pid: info.PID, name: info.Name})
		b.mu.Unlock()
	}
	if b.also.Before != nil {
		if err := b.also.Before.Init(p); err != nil {
			return err
		}
	}
	return b.strike(p, AtInit, coppice.Message{})
}

func (b before) Handle(p *coppice.Process, m coppice.Message) error {
	if b.also.Before != nil {
		if err := b.also.Before.Handle(p, m); err != nil {
			return err
		}
	}
	return b.strike(p, AtHandle, m)
}

func (b before) Terminate(p *coppice.Process, reason error) error {
	if b.also.Before != nil {
		if err := b.also.Before.Terminate(p, reason); err != nil {
			return err
		}
	}
	return b.strike(p, AtTerminate, coppice.Message{})
}
