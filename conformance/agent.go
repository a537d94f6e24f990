package conformance

import (
	"fmt"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/agent"
)

var agentKinds = map[Kind]kind{Agent: {start: startAgent}}

func startAgent(r *run, p *coppice.Process, d *Def, name string, limit time.Duration) (coppice.PID, error) {
	var options []agent.Option
	if addr := r.register(d); addr != nil {
		options = append(options, agent.Name(addr))
	}
	if limit > 0 {
		options = append(options, agent.StartTimeout(limit))
	}
	return agent.Func(func(p *coppice.Process) (int, error) {
		r.enrollSelf(p, name).say("init")
		value, _ := d.Value.(Int)
		return int(value), nil
	}, options...).StartLink(p)
}

// agentOps are the operations on agents.
var agentOps = map[string]operation{
	"agent_get": onAgent(func(a *actor, _ *Step, to agent.Ref[int]) (any, error) {
		return agent.Get(a.p, to, func(n int) int { return n })
	}),
	"agent_add": onAgent(func(a *actor, s *Step, to agent.Ref[int]) (any, error) {
		return "ok", agent.Update(a.p, to, add(s))
	}),
	"agent_get_add": onAgent(func(a *actor, s *Step, to agent.Ref[int]) (any, error) {
		return agent.GetAndUpdate(a.p, to, func(n int) (int, int) { return n, add(s)(n) })
	}),
	"agent_cast": onAgent(func(a *actor, s *Step, to agent.Ref[int]) (any, error) {
		return "ok", agent.Cast(a.p, to, add(s))
	}),
	"agent_raise": onAgent(func(a *actor, _ *Step, to agent.Ref[int]) (any, error) {
		return "ok", agent.Update(a.p, to, func(int) int { panic(crash("boom")) })
	}),
}

func add(s *Step) func(int) int { return func(n int) int { return n + s.number(1) } }

// onAgent makes an operation of one on an agent, which may fail as a call does.
func onAgent(f func(*actor, *Step, agent.Ref[int]) (any, error)) operation {
	return func(a *actor, s *Step) string {
		if result, _ := a.nowhere(s.Args[0]); result != "" {
			if s.Verb == "agent_cast" {
				return "ok"
			}
			return result
		}
		return a.withAddr(s.Args[0], func(to coppice.Addr) string {
			result, err := f(a, s, agent.At[int](to))
			if err != nil {
				return a.refused(s, a.unanswered(to, err))
			}
			return fmt.Sprint(result)
		})
	}
}
