package main

import (
	"fmt"
	"time"
)

// A fault is something that goes wrong in a worker, or is done to the program.
type fault struct {
	name  string
	what  string
	way   func(*trial) // how it comes about; nil: a client's order
	lives bool         // the worker may live on, with its state
	quiet bool         // it needs no report, or none that says where
	last  bool         // the program has ended then
}

func faults() []fault {
	return []fault{
		{name: "panic", what: "panic in a handler"},
		{name: "nil", what: "nil dereference in a handler"},
		{name: "error", what: "panic with an error whose `Error` panics"},
		{name: "goexit", what: "`runtime.Goexit` in a handler", quiet: true},
		{name: "init", what: "panic, and another in the init that follows"},
		{name: "clean-up", what: "panic, and another in the clean-up that follows"},
		{name: "hang", what: "handler hangs, an operator restarts the worker", way: (*trial).hang, quiet: true},
		{name: "heed", what: "the same, and it heeds its context", way: (*trial).hang, quiet: true},
		{name: "spin", what: "the same, in an endless loop", way: (*trial).hang, quiet: true},
		{name: "self", what: "worker calls itself", lives: true, quiet: true},
		{name: "circle", what: "two workers call each other", lives: true, quiet: true},
		{name: "kill-self", what: "worker kills itself", quiet: true},
		{name: "kill-parent", what: "worker kills its supervisor", quiet: true},
		{name: "storm", what: "a message that crashes it, ten times in a second", way: (*trial).storm},
		{name: "init-always", what: "panic, and one in each init from then on"},
		{name: "stack", what: "64 MiB of stack", lives: true, quiet: true},
		{name: "helpers", what: "panic when it has a hundred helpers"},
		{name: "lock", what: "panic under a lock that all use, unlocked by a `defer`"},
		{name: "flood", what: "ten times the requests that it can do", way: (*trial).flood, lives: true, quiet: true},
		{name: "stop", what: "SIGTERM while a handler hangs", way: (*trial).stopStuck, last: true},
		{name: "load", what: "SIGTERM with 20 requests under way", way: (*trial).stopLoaded, last: true, quiet: true},
		{name: "left-locked", what: "panic under a lock that all use, left locked"},
		{name: "goroutine", what: "panic in a goroutine of the handler's own", lives: true},
		{name: "map", what: "concurrent writes to a map"},
		{name: "recursion", what: "endless recursion", quiet: true},
	}
}

// strike has a client send the order, and waits until it is told what became of it.
func (t *trial) strike() {
	sent := time.Now()
	reply := t.send(t.fault.name, victim)
	time.Sleep(100 * time.Millisecond)
	t.lookAtOthers()
	t.told(reply, sent)
}

// told takes the answer to the order.
func (t *trial) told(reply <-chan string, since time.Time) {
	said, ok := t.await(reply, 2*patience)
	took := time.Since(since).Milliseconds()
	t.o.Answer, t.o.Told, t.o.ToldMs = said, t.o.Told && ok, max(t.o.ToldMs, took)
}

// hang has the worker hang, and an operator restart it.
func (t *trial) hang() {
	sent := time.Now()
	reply := t.send(t.fault.name, victim)
	time.Sleep(300 * time.Millisecond)
	restarted := t.send("restart", victim)
	t.told(reply, sent)
	t.lookAtOthers()
	t.o.Operator, _ = t.await(restarted, 2*patience)
}

// storm has a client try again and again.
func (t *trial) storm() {
	for range 10 {
		sent := time.Now()
		reply := t.send(t.fault.name, victim)
		time.Sleep(100 * time.Millisecond)
		t.told(reply, sent)
	}
	t.lookAtOthers()
}

// flood has far more clients than the worker can serve.
func (t *trial) flood() {
	reply := t.send("flood", victim)
	time.Sleep(time.Second)
	t.lookAtOthers()
	said, ok := t.await(reply, 20*time.Second)
	f := &flooded{}
	_, err := fmt.Sscanf(said, "ok %d %d %d %d %d", &f.Answered, &f.Refused, &f.Late, &f.MiB, &f.BackMs)
	if !ok || err != nil {
		t.o.Told = false
		return
	}
	t.o.Flood = f
}

// stopStuck ends the program while a handler hangs.
func (t *trial) stopStuck() {
	t.send(t.fault.name, victim)
	time.Sleep(300 * time.Millisecond)
	t.terminate()
}

// stopLoaded ends the program while each worker has five requests of 50 ms.
func (t *trial) stopLoaded() {
	var replies []<-chan string
	for range 5 {
		for _, w := range workers() {
			replies = append(replies, t.send("work", w))
		}
	}
	time.Sleep(30 * time.Millisecond)
	t.terminate()
	l := &loaded{}
	for _, r := range replies {
		said, ok := t.await(r, 0)
		switch {
		case !ok:
			l.Lost++
		case said == "ok" || len(said) > 2 && said[:3] == "ok ":
			l.Answered++
		default:
			l.Refused++
		}
	}
	t.o.Load = l
}
