package conformance

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/agent"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

// A streamItem is an input of a stream.
type streamItem struct{ label, body string }

func stream(a *actor, s *Step) string {
	options := task.StreamOptions{MaxConcurrency: 2}
	if max, ok := s.optionNumber("max"); ok {
		if max < 1 { // 0 is the default of the library
			return badArgument
		}
		options.MaxConcurrency = max
	}
	if limit, ok := s.optionNumber("timeout"); ok {
		options.Timeout = max(milliseconds(limit), 1) // 0 is the default of the library
	} else if s.Options["timeout"] == "infinity" {
		options.Timeout = -1
	}
	if s.Options["on_timeout"] == "kill_task" {
		options.OnTimeout = task.KillTask
	}
	options.Unordered = s.Options["ordered"] == "false"
	options.NoLink = s.Options["nolink"] == "true"
	sup, ok := s.Options["tasksup"]
	if !ok {
		return a.stream(s, options)
	}
	pid := a.taskSupervisor(sup)
	options.Supervisor = pid
	if err := a.noTaskSupervisor(s, pid); err != nil {
		return a.streamEnds(err)
	}
	return a.stream(s, options)
}

func (a *actor) stream(s *Step, options task.StreamOptions) string {
	var items []streamItem
	for i, body := range s.Args {
		items = append(items, streamItem{s.streamPrefix() + strconv.Itoa(i+1), body})
	}
	most := len(items) + 1
	if take, ok := s.optionNumber("take"); ok {
		most = take
	}
	var list []string
	if most > 0 {
		f := func(p *coppice.Process, item streamItem) (Term, error) {
			return a.run.taskBody(item.label, item.body)(p)
		}
		for value, err := range task.Stream(a.p, slices.Values(items), f, options) {
			item, isItem := err.(*task.ItemError[streamItem])
			switch {
			case err == nil:
				list = append(list, "{ok,"+value.trace()+"}")
			case isItem && s.Options["zip"] == "true":
				list = append(list, "{exit,{"+item.Input.label+","+a.run.reason(item.Reason)+"}}")
			case isItem:
				list = append(list, "{exit,"+a.run.reason(item.Reason)+"}")
			case errors.Is(err, supervisor.ErrMaxChildren):
				return "error(max_children)"
			default:
				a.leaveStream(err)
				return a.refused(s, err)
			}
			if len(list) == most {
				break
			}
		}
	}
	return "[" + strings.Join(list, ",") + "]"
}

// leaveStream does what is seen of it that Elixir leaves a stream which took too
// long as it is: the process that has started its tasks stays, linked with the
// owner.
func (a *actor) leaveStream(err error) {
	if call, ok := err.(*coppice.CallError); ok && call.Reason == coppice.Timeout {
		_, _ = agent.Func(func(*coppice.Process) (int, error) { return 0, nil }).StartLink(a.p)
	}
}

// optionNumber is an option that the parser has checked to be a number, if it is
// one.
func (s *Step) optionNumber(key string) (int, bool) {
	n, err := strconv.Atoi(s.Options[key])
	return n, err == nil
}
