package coppicetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-7832d3a3/coppice"
)

// A Probe is a process whose mailbox the test reads: what it is sent, asked or
// told waits there until the test takes it. It traps exits, so that the ends of
// processes that it is linked with or monitors are messages too. It is a
// coppice.Addr. Its methods are for the goroutine of the test.
type Probe struct {
	t   testing.TB
	l   *lab
	pid coppice.PID

	mu    sync.Mutex // guards inbox
	inbox []coppice.Message
}

// NewProbe starts a probe, which ends with the node.
func NewProbe(t testing.TB, n *coppice.Node) *Probe {
	t.Helper()
	b := &Probe{t: t, l: labOf(t, n)}
	pid, _, err := coppice.StartProcess(n, coppice.Spec{Behaviour: probing{b}, Label: "probe"})
	if err != nil {
		t.Fatalf("the probe does not start: %v", err)
	}
	b.pid = pid
	return b
}

// PID returns the address of the probe.
func (b *Probe) PID() coppice.PID { return b.pid }

// Whereis implements coppice.Addr.
func (b *Probe) Whereis(context.Context) (coppice.PID, error) { return b.pid, nil }

// String gives the PID.
func (b *Probe) String() string { return b.pid.String() }

// Do runs f as the probe, on the goroutine of its process, and waits until it
// has returned: so the test links, monitors, calls and sends as a process.
func (b *Probe) Do(f func(p *coppice.Process)) {
	b.t.Helper()
	done := make(chan bool, 1)
	task := do{func(p *coppice.Process) {
		returned := false
		defer func() { done <- returned }()
		f(p)
		returned = true
	}}
	if !coppice.Alive(b.pid) {
		b.t.Fatalf("the probe %v has ended", b)
	}
	_, err := coppice.RequestSystem(coppice.NoTimeout(b.l.node), b.pid, task)
	select {
	case returned := <-done:
		if !returned {
			b.t.Fatalf("what the probe %v did ended it: %v", b, err)
		}
	default:
		b.t.Fatalf("the probe %v ended meanwhile: %v", b, err)
	}
}

// Next waits for the next message and takes it out of the mailbox. A request is
// answered by its From.
func (b *Probe) Next() coppice.Message {
	b.t.Helper()
	return b.take("a message", func(coppice.Message) bool { return true })
}

// Expect waits for the next message, which has to be equal to want, by
// reflect.DeepEqual.
func (b *Probe) Expect(want any) {
	b.t.Helper()
	m := b.take(fmt.Sprintf("%T %+v", want, want), func(coppice.Message) bool { return true })
	if !reflect.DeepEqual(m.Body, want) {
		b.t.Fatalf("the probe %v got %T %+v, want %T %+v", b, m.Body, m.Body, want, want)
	}
}

// None fails the test if, once all processes have come to rest, a message is
// there. The clock does not move on.
func (b *Probe) None() {
	b.t.Helper()
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.inbox) > 0 {
		b.t.Fatalf("want no message for the probe %v, saw %s", b, listed(b.inbox))
	}
}

// NoneFor is None after d, on the fake clock.
func (b *Probe) NoneFor(d time.Duration) {
	b.t.Helper()
	time.Sleep(d)
	b.None()
}

// Receive waits for the next message of a probe, which has to be a T.
func Receive[T any](b *Probe) T {
	b.t.Helper()
	m := b.take("a "+reflect.TypeFor[T]().String(), func(coppice.Message) bool { return true })
	body, ok := m.Body.(T)
	if !ok {
		b.t.Fatalf("the probe %v got %T %+v, want a %v", b, m.Body, m.Body, reflect.TypeFor[T]())
	}
	return body
}

// ReceiveMatch waits for the first message of a probe that is a T and that match
// accepts (nil: any), as a selective receive does. All others stay.
func ReceiveMatch[T any](b *Probe, match func(T) bool) T {
	b.t.Helper()
	m := b.take("a "+reflect.TypeFor[T]().String()+" that matches", func(m coppice.Message) bool {
		body, ok := m.Body.(T)
		return ok && (match == nil || match(body))
	})
	return m.Body.(T)
}

// take waits for the first message that fits, and takes it out.
func (b *Probe) take(what string, fits func(coppice.Message) bool) (m coppice.Message) {
	b.t.Helper()
	err := b.l.until(func() error {
		b.mu.Lock()
		defer b.mu.Unlock()
		i := slices.IndexFunc(b.inbox, fits)
		if i < 0 {
			return fmt.Errorf("want %s for the probe %v, saw %s", what, b, listed(b.inbox))
		}
		m = b.inbox[i]
		b.inbox = slices.Delete(b.inbox, i, i+1)
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

func listed(inbox []coppice.Message) string {
	if len(inbox) == 0 {
		return "none"
	}
	var b strings.Builder
	for i, m := range inbox {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%T %+v", m.Body, m.Body)
	}
	return b.String()
}

// probing is the behaviour of a probe.
type probing struct{ *Probe }

// do is the system request of Probe.Do.
type do struct{ f func(*coppice.Process) }

func (b probing) Init(p *coppice.Process) error {
	p.TrapExit(true)
	return nil
}

func (b probing) Handle(p *coppice.Process, m coppice.Message) error {
	if m.Kind() == coppice.SysMsg {
		task, ok := m.Body.(do)
		if !ok {
			m.From().Reply(nil, coppice.ErrNotSystem)
			return nil
		}
		task.f(p)
		m.From().Reply(nil, nil)
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inbox = append(b.inbox, m)
	return nil
}

func (b probing) Terminate(*coppice.Process, error) error { return nil }
