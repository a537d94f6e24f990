package conformance

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/registry"
)

// processOps are the operations on processes.
var processOps = map[string]operation{
	"sleep":         func(a *actor, s *Step) string { a.nap(s.number(0)); return "" },
	"settle":        func(*actor, *Step) string { return "" },
	"wait":          wait,
	"start":         startNamed,
	"spawn":         spawn,
	"spawn_link":    spawn,
	"spawn_monitor": spawn,
	"exit":          exit,
	"link":          link,
	"unlink":        unlink,
	"monitor":       monitor,
	"demonitor":     demonitor,
	"trap":          trap,
	"send":          send,
	"alive":         alive,
	"links":         links,
	"die":           die,
	"crash":         func(_ *actor, s *Step) string { panic(crash(s.Args[0])) },
	"return":        leave,
	"hang":          hang,
}

func wait(a *actor, s *Step) string {
	ctx, cancel := context.WithTimeout(a.p, 5*time.Second)
	defer cancel()
	if !a.run.events.wait(ctx, strings.Join(s.Args, " ")) {
		return "wait timed out"
	}
	return ""
}

func startNamed(a *actor, s *Step) string {
	var limit time.Duration
	if text, ok := s.Options["timeout"]; ok {
		limit, _ = time.ParseDuration(text + "ms")
	}
	pid, err := a.run.start(a.p, s.Args[0], limit)
	if noName(err) {
		return badArgument
	}
	return a.run.started(pid, err)
}

// noName tells whether a start failed because a name in a registry could not be
// looked for: that raises an exception in the starter, before there is a process.
func noName(err error) bool { return err == registry.ErrNotRunning || err == registry.ErrDuplicate }

// spawn starts a plain process, which waits until its parent has given it its
// name.
func spawn(a *actor, s *Step) string {
	var pid coppice.PID
	var ref coppice.Ref
	var err error
	switch s.Verb {
	case "spawn":
		pid, err = coppice.Spawn(a.p, a.run.proc)
	case "spawn_link":
		pid, err = coppice.SpawnLink(a.p, a.run.proc)
	case "spawn_monitor":
		pid, ref, err = coppice.SpawnMonitor(a.p, a.run.proc)
	}
	if err != nil {
		return "error " + err.Error()
	}
	if !ref.IsZero() {
		a.run.books.labelRef(monitorLabel(s), ref)
	}
	child := a.run.enroll(a.p, s.Args[0], pid)
	_, _ = coppice.Request(a.p.WithoutTimeout(), pid, child)
	return child.lane.String()
}

func monitorLabel(s *Step) string {
	if s.As == "" {
		return "mon"
	}
	return s.As
}

func exit(a *actor, s *Step) string {
	return a.withPID(s.Args[0], func(pid coppice.PID) string {
		_ = coppice.Exit(a.p, pid, reasonOf(a.term(s, 1)))
		for range unwinding {
			info, alive := coppice.Lookup(pid)
			if !alive || info.ExitReason == nil {
				break
			}
			a.p.Sleep(100 * time.Microsecond)
		}
		return ""
	})
}

// unwinding is how often is looked whether a process that was told to end has
// ended. In OTP it is gone before whoever told it can meet it, while here its code
// unwinds first; as the runner's has nothing to do then, that takes no time.
const unwinding = 100

func link(a *actor, s *Step) string {
	return a.withPID(s.Args[0], func(pid coppice.PID) string {
		if err := a.p.Link(pid); err != nil {
			return failed(err)
		}
		return "ok"
	})
}

func unlink(a *actor, s *Step) string {
	return a.withPID(s.Args[0], func(pid coppice.PID) string {
		if err := a.p.Unlink(pid); err != nil {
			return failed(err)
		}
		return "ok"
	})
}

func monitor(a *actor, s *Step) string {
	return a.withAddr(s.Args[0], func(to coppice.Addr) string {
		ref, err := a.p.Monitor(to)
		if err != nil {
			return failed(err)
		}
		a.run.books.labelRef(monitorLabel(s), ref)
		return "ok"
	})
}

// demonitor is true whether or not the monitor was still there, as in OTP.
func demonitor(a *actor, s *Step) string {
	a.p.Demonitor(a.run.books.ref(s.Args[0]), len(s.Args) > 1 && s.Args[1] == "flush")
	return "true"
}

func trap(a *actor, s *Step) string {
	if a.p.TrapExit(s.Args[0] == "on") {
		return "was_on"
	}
	return "was_off"
}

func send(a *actor, s *Step) string {
	if s.Args[0] == "self" {
		return unknown
	}
	if result, _ := a.nowhere(s.Args[0]); result != "" {
		return result
	}
	return a.withAddr(s.Args[0], func(to coppice.Addr) string {
		if err := coppice.Send(a.p, to, a.sendable(a.term(s, 1))); err != nil {
			return badArgument
		}
		return ""
	})
}

// sendable is the message that a term is: one that looks like an exit message is
// one, only that it was sent and no signal has become it.
func (a *actor) sendable(t Term) any {
	x, ok := tagged(t, "EXIT", 2)
	if !ok {
		return t
	}
	name, _ := x[0].(PIDName)
	who := a.run.books.find(string(name))
	if who == nil {
		return t
	}
	return coppice.Exited{PID: who.pid, Reason: reasonOf(x[1])}
}

func alive(a *actor, s *Step) string {
	return a.withPID(s.Args[0], func(pid coppice.PID) string {
		if coppice.Alive(pid) {
			return "true"
		}
		return "false"
	})
}

func links(a *actor, s *Step) string {
	return a.withPID(s.Args[0], func(pid coppice.PID) string {
		info, ok := coppice.Lookup(pid)
		if !ok {
			return "dead"
		}
		var names []string
		for _, other := range info.Links {
			names = append(names, a.run.name(other))
		}
		slices.Sort(names)
		return "[" + strings.Join(names, ",") + "]"
	})
}

func die(a *actor, s *Step) string {
	a.p.Exit(reasonOf(a.term(s, 0)))
	return ""
}

func leave(a *actor, s *Step) string {
	a.leaving = coppice.Normal
	if len(s.Args) > 0 {
		a.leaving = reasonOf(a.term(s, 0))
	}
	return ""
}

func hang(a *actor, s *Step) string {
	if len(s.Args) > 0 {
		a.nap(s.number(0))
	} else {
		a.hang()
	}
	return ""
}

// nameOps are the operations on registered names.
var nameOps = map[string]operation{
	"register":   register,
	"unregister": unregister,
	"whereis":    whereis,
}

func register(a *actor, s *Step) string {
	target, name := "self", s.Args[0]
	if len(s.Args) > 1 {
		target, name = s.Args[0], s.Args[1]
	}
	return a.withPID(target, func(pid coppice.PID) string {
		if coppice.Register(a.p, name, pid) != nil {
			return badArgument
		}
		return "true"
	})
}

func unregister(a *actor, s *Step) string {
	if coppice.Unregister(a.p, s.Args[0]) != nil {
		return badArgument
	}
	return "true"
}

func whereis(a *actor, s *Step) string {
	target := s.Args[0]
	if !strings.ContainsAny(target, "@:") {
		target = "@" + target
	}
	return a.withAddr(target, func(addr coppice.Addr) string { return a.run.name(coppice.Whereis(a.p, addr)) })
}
