package faults

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A fault is something that code of a user's does wrong. p is nil where the
// library calls code that belongs to no process.
type fault struct {
	name    string
	process bool // it needs one
	hangs   bool
	strike  func(f *fixture, p *coppice.Process) error
}

var errFault = errors.New("a fault")

type panics struct{}

func (panics) Error() string  { panic("Error panics") }
func (panics) String() string { panic("String panics") }

var faults = []fault{
	{name: "panic", strike: func(*fixture, *coppice.Process) error { panic("a fault") }},
	{name: "panic nil", strike: func(*fixture, *coppice.Process) error { panic(nil) }},
	{name: "panic with an error whose Error panics", strike: func(*fixture, *coppice.Process) error { panic(panics{}) }},
	{name: "Goexit", strike: func(*fixture, *coppice.Process) error { runtime.Goexit(); return nil }},
	{name: "nil dereference", strike: func(*fixture, *coppice.Process) error {
		var none *fixture
		return errors.New(none.name)
	}},
	{name: "index out of range", strike: func(f *fixture, _ *coppice.Process) error {
		return errors.New(f.name[len(f.name)*2 : len(f.name)*2+1])
	}},
	{name: "send on a closed channel", strike: func(*fixture, *coppice.Process) error {
		c := make(chan int)
		close(c)
		c <- 1
		return nil
	}},
	{name: "return an error", strike: func(*fixture, *coppice.Process) error { return errFault }},
	{name: "return an error whose Error panics", strike: func(*fixture, *coppice.Process) error { return panics{} }},
	{name: "return Normal", strike: func(*fixture, *coppice.Process) error { return coppice.Normal }},
	{name: "return Shutdown", strike: func(*fixture, *coppice.Process) error { return coppice.Shutdown }},
	{name: "return {shutdown, x}", strike: func(*fixture, *coppice.Process) error { return &coppice.ShutdownError{Detail: "x"} }},
	{name: "return Kill", strike: func(*fixture, *coppice.Process) error { return coppice.Kill }},
	{name: "return Stop", strike: func(*fixture, *coppice.Process) error { return genserver.Stop(errFault) }},
	{name: "slow", strike: func(*fixture, *coppice.Process) error { time.Sleep(3 * time.Second); return nil }},
	{name: "64 MiB of stack", strike: func(*fixture, *coppice.Process) error { deep(1 << 16); return nil }},
	{name: "hang", hangs: true, strike: func(f *fixture, _ *coppice.Process) error { <-f.release; return nil }},
	{name: "hang and then panic", hangs: true, strike: func(f *fixture, _ *coppice.Process) error { <-f.release; panic("late") }},
	{name: "hang until told to end", process: true, hangs: true, strike: func(_ *fixture, p *coppice.Process) error {
		<-p.Done()
		return p.Err()
	}},
	{name: "wait for a message that never comes", process: true, hangs: true, strike: func(_ *fixture, p *coppice.Process) error {
		p.ReceiveMatch(func(coppice.Message) bool { return false }, -1)
		return nil
	}},
	{name: "exit", process: true, strike: func(_ *fixture, p *coppice.Process) error { p.Exit(errFault); return nil }},
	{name: "call itself", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		_, err := genserver.Call(p, p.Self(), ping{})
		return err
	}},
	{name: "ask its supervisor to end it", process: true, hangs: true, strike: func(f *fixture, p *coppice.Process) error {
		return supervisor.TerminateChild(p, f.sup, "subject")
	}},
	{name: "ask its supervisor for its children", process: true, hangs: true, strike: func(f *fixture, p *coppice.Process) error {
		_, err := supervisor.Children(p, f.sup)
		return err
	}},
	{name: "call in a circle of three", process: true, hangs: true, strike: func(_ *fixture, p *coppice.Process) error {
		_, err := genserver.Call(p, coppice.Name("relay"), relayed{back: p.Self(), n: 1})
		return err
	}},
	{name: "kill itself", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		return coppice.Exit(p, p.Self(), coppice.Kill)
	}},
	{name: "kill its parent", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		return coppice.Exit(p, p.Parent(), coppice.Kill)
	}},
	{name: "kill its sibling", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		return coppice.Exit(p, coppice.Name("sibling"), coppice.Kill)
	}},
	{name: "recover and go on when it should end", process: true, strike: func(f *fixture, p *coppice.Process) error {
		defer func() {
			_ = recover()
			f.haunt(p)
		}()
		p.Exit(errFault)
		return nil
	}},
	{name: "leave a lock locked", process: true, strike: func(f *fixture, p *coppice.Process) error {
		f.lock <- struct{}{}
		p.Exit(errFault)
		return nil
	}},
	{name: "end within a sync.Once", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		var once sync.Once
		defer once.Do(func() {})
		once.Do(func() { p.Exit(errFault) })
		return nil
	}},
	{name: "end within a OnceValue", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		value := sync.OnceValue(func() int { p.Exit(errFault); return 1 })
		defer func() {
			defer func() { _ = recover() }()
			value()
		}()
		value()
		return nil
	}},
	{name: "leave a goroutine that uses it after its end", process: true, strike: func(f *fixture, p *coppice.Process) error {
		f.goroutines.Go(func() {
			<-f.after
			f.haunt(p)
		})
		panic("a fault")
	}},
}

// deep needs a kilobyte of stack for each step.
func deep(n int) byte {
	var a [1 << 10]byte
	if n > 0 {
		a[n%len(a)] = deep(n-1) + 1
	}
	return a[n%len(a)]
}

// haunt does all that a process can do, as p. Once that has ended it must have
// no effect.
func (f *fixture) haunt(p *coppice.Process) {
	dead := !coppice.Alive(p.Self())
	ctx, cancel := context.WithTimeout(context.WithoutCancel(f.node), time.Second)
	defer cancel()
	_ = coppice.Send(p, coppice.Name("bystander"), ghost{dead})
	_ = coppice.Cast(p, coppice.Name("bystander"), ghost{dead})
	_, _ = genserver.Call(ctx, coppice.Name("bystander"), ping{})
	if dead {
		if pid, _ := coppice.Spawn(p, func(*coppice.Process) error { return nil }); !pid.IsZero() {
			f.t.Errorf("the dead %v has started %v", p.Self(), pid)
		}
		if err := p.Register("ghost"); err == nil {
			f.t.Errorf("the dead %v has a name", p.Self())
		}
	}
}
