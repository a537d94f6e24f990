package faults

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// deeds are faults of what a process does with the library before it ends.
var deeds = []fault{
	{name: "panic with its thread locked", strike: func(*fixture, *coppice.Process) error {
		runtime.LockOSThread()
		panic("a fault")
	}},
	{name: "leave its thread locked by Goexit", strike: func(*fixture, *coppice.Process) error {
		runtime.LockOSThread()
		runtime.Goexit()
		return nil
	}},
	{name: "take names, start and link others, and panic", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		waits := func(p *coppice.Process) error { p.Receive(); return nil }
		for range 10 {
			if _, err := coppice.SpawnLink(p, waits); err != nil {
				return err
			}
			if _, _, err := coppice.SpawnMonitor(p, func(*coppice.Process) error { return errFault }); err != nil {
				return err
			}
		}
		_ = p.Register("taken")
		_ = p.Register("bystander") // is another's
		_, _ = coppice.SendEvery(p, p.Self(), time.Millisecond, ghost{})
		_, _ = coppice.ExitAfter(p, p.Self(), time.Hour, errFault)
		panic("a fault")
	}},
	{name: "link with what ends at once", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		if _, err := coppice.SpawnLink(p, func(*coppice.Process) error { return errFault }); err != nil {
			return err
		}
		p.Sleep(time.Minute)
		return nil
	}},
	{name: "link with the dead", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		dead, ref, err := coppice.SpawnMonitor(p, func(*coppice.Process) error { return nil })
		if err != nil {
			return err
		}
		p.ReceiveRef(ref, -1)
		return p.Link(dead)
	}},
	{name: "monitor a thousand times, and panic", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		for range 1000 {
			if _, err := p.MonitorAlias(coppice.Name("bystander"), true); err != nil {
				return err
			}
			_, _ = p.Monitor(p.Self())
			_, _ = p.Monitor(coppice.Name("nobody"))
		}
		panic("a fault")
	}},
	{name: "flood itself, and panic", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		for range 10_000 {
			_ = coppice.Send(p, p.Self(), ghost{})
		}
		panic("a fault")
	}},
	{name: "wait with a context that has ended, and panic", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		ctx, cancel := context.WithCancel(p)
		cancel()
		_, err := genserver.Call(ctx, coppice.Name("bystander"), ping{})
		panic(err)
	}},
	{name: "trap exits, and be told to end by all", process: true, strike: func(f *fixture, p *coppice.Process) error {
		p.TrapExit(true)
		for range 100 {
			_ = coppice.Exit(f.node, p.Self(), errFault)
			_ = coppice.Exit(p, p.Self(), coppice.Normal)
		}
		p.TrapExit(false)
		return errFault
	}},
	{name: "exit with Kill", process: true, strike: func(_ *fixture, p *coppice.Process) error { p.Exit(coppice.Kill); return nil }},
	{name: "wait for a request that it has abandoned", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		pending := genserver.SendRequest(p, coppice.Name("bystander"), ping{})
		pending.Abandon()
		if _, err := pending.Wait(p); err == nil {
			return errors.New("an abandoned request was answered")
		}
		return errFault
	}},
	{name: "start a tree and leave it", process: true, strike: func(_ *fixture, p *coppice.Process) error {
		inner := supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "x", Start: supervisor.Body(func(p *coppice.Process) error {
			p.TrapExit(true)
			for {
				if e, ok := p.Receive().Body.(coppice.Exited); ok {
					return e.Reason
				}
			}
		})}}})
		if _, err := inner.StartLink(p); err != nil {
			return err
		}
		panic("a fault")
	}},
	{name: "stop its supervisor", process: true, hangs: true, strike: func(f *fixture, p *coppice.Process) error {
		return supervisor.Stop(p, f.sup, errFault)
	}},
}
