package coppice

import (
	"context"
	"testing"
	"unsafe"
)

// The library asks for no context of a process for itself, and a process that
// only waits, for messages or for replies, has nothing that is rare. Requests
// that it has sent ahead are.
func TestProcessStaysSmall(t *testing.T) {
	n := NewNode(Options{})
	defer n.Stop(context.Background())
	pid, _, _ := StartProcess(n, Spec{Behaviour: echoBehaviour{}})
	if pid.p.more != nil {
		t.Errorf("after its start: %+v", pid.p.more)
	}
	if size := unsafe.Sizeof(proc{}) + unsafe.Sizeof(place{}); size > 330 {
		t.Errorf("%d bytes a process", size)
	}
	caller := make(chan *proc)
	release := make(chan struct{})
	Spawn(n, func(p *Process) error {
		for range 3 {
			Request(p, pid, 1)
			Request(p.WithTimeout(0), pid, 1)
			p.ReceiveTimeout(1)
			p.Sleep(1)
			Await(p.WithTimeout(1), pid)
			Spawn(p, func(*Process) error { return nil })
		}
		caller <- p.proc
		<-release
		return nil
	})
	p := <-caller
	p.mu.Lock()
	if p.more != nil {
		t.Errorf("after waiting: %+v", p.more)
	}
	p.mu.Unlock()
	close(release)
}

type echoBehaviour struct{}

func (echoBehaviour) Init(*Process) error             { return nil }
func (echoBehaviour) Terminate(*Process, error) error { return nil }
func (echoBehaviour) Handle(p *Process, m Message) error {
	m.From().Reply(m.Body, nil)
	return nil
}

// A slot that goes back to the pool has no token, no result and no place in any
// list, in whatever way the request ended.
func TestFreedSlotsAreClean(t *testing.T) {
	n := NewNode(Options{})
	defer n.Stop(context.Background())
	pid, _, _ := StartProcess(n, Spec{Behaviour: echoBehaviour{}})
	for i := range 20_000 {
		switch i % 4 {
		case 0:
			Request(n, pid, i)
		case 1:
			ctx, cancel := context.WithCancel(n)
			go cancel()
			Request(ctx, pid, i)
		case 2:
			SendRequest(n, pid, i).Abandon()
		case 3:
			other, _, _ := StartProcess(n, Spec{Behaviour: echoBehaviour{}})
			r := SendRequest(n, other, i)
			Exit(n, other, Kill)
			r.Wait(n)
		}
		s := n.getSlot()
		if s.ready.Soon() || s.word.Load()&3 != slotFree || s.value != nil || s.err != nil || s.fail != nil || s.to != nil ||
			s.set != nil || s.asker != nil || s.owedBy != nil || s.next != nil || s.prev != nil || s.nextWaiting != nil || s.settled || s.ended || s.expired {
			t.Fatalf("request %d left %+v", i, s)
		}
		n.slots.Put(s)
	}
}
