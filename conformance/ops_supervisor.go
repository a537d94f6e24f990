package conformance

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// supervisorOps are the operations on supervisors.
var supervisorOps = map[string]operation{
	"start_child":     startChild,
	"terminate_child": terminateChild,
	"restart_child":   restartChild,
	"delete_child":    deleteChild,
	"which_children":  whichChildren,
	"count_children":  countChildren,
	"get_childspec":   getChildSpec,
}

// definitionOf gives the definition of a supervisor that a step names, or nil.
func (r *run) definitionOf(target string) *Def {
	if name, ok := strings.CutPrefix(target, "@"); ok {
		for _, d := range r.scenario.Defs {
			if d.Registered == name {
				return d
			}
		}
		return nil
	}
	return r.scenario.Defs[definition(target)]
}

// isSimple tells whether a definition is a supervisor of the strategy
// simple_one_for_one.
func (d *Def) isSimple() bool {
	return d != nil && d.Kind == Sup && d.Strategy == Term(Atom("simple_one_for_one"))
}

// isDynamic tells whether children of a supervisor are told by process.
func (d *Def) isDynamic() bool {
	return d != nil && (d.Kind == DynSup || d.Kind == TaskSup) || d.isSimple()
}

// supervised executes f with the address and the definition of a supervisor. An
// error of f is its result: one for want of an answer as an exit, else as the
// text of what the supervisor answered.
func (a *actor) supervised(s *Step, f func(coppice.Addr, *Def) (string, error)) string {
	if a.lacksDefinition(s) {
		return noDefinition
	}
	if result, ok := a.supervisorNowhere(s); ok {
		return result
	}
	return a.withAddr(s.Args[0], func(sup coppice.Addr) string {
		if result, ok := a.misdirected(s, sup); ok {
			return result
		}
		result, err := f(sup, a.run.definitionOf(s.Args[0]))
		switch e := a.unanswered(sup, err).(type) {
		case nil:
			return result
		case *coppice.CallError:
			return a.run.exit(e)
		case *supervisor.SpecError:
			return "error " + a.run.codes.badSpec(e)
		}
		return a.run.started(coppice.PID{}, err)
	})
}

func startChild(a *actor, s *Step) string {
	return a.supervised(s, func(sup coppice.Addr, d *Def) (string, error) {
		var pid coppice.PID
		var err error
		a.in(blocked, func() {
			if d.isSimple() {
				pid, err = supervisor.StartChild(a.p, sup, s.Args[1])
				return
			}
			spec := a.run.spec(s.Args[1])
			if d != nil && d.Kind == DynSup && spec.Shutdown == supervisor.Within(0) {
				err = scripted("{invalid_shutdown,0}") // only Elixir's supervisor refuses it
				return
			}
			pid, err = supervisor.StartChild(a.p, sup, spec)
		})
		return a.run.started(pid, err), err
	})
}

// child gives what a step calls a child: a process with those supervisors that
// tell their children by process, and otherwise an id.
func (a *actor) child(d *Def, text string) (pid coppice.PID, id string, known bool) {
	text, isID := strings.CutPrefix(text, "id:")
	if isID || !d.isDynamic() {
		return coppice.PID{}, text, true
	}
	if who := a.run.books.find(text); who != nil {
		return who.pid, "", true
	}
	return coppice.PID{}, text, false
}

// notAProcess is the result where a function takes only processes.
const notAProcess = "error(FunctionClauseError)"

func terminateChild(a *actor, s *Step) string {
	return a.supervised(s, func(sup coppice.Addr, d *Def) (string, error) {
		pid, id, known := a.child(d, s.Args[1])
		switch {
		case !known:
			return unknown, nil
		case !pid.IsZero():
			return "ok", supervisor.TerminateChild(a.p, sup, pid)
		case d.isDynamic() && !d.isSimple(): // in Elixir the function takes only processes
			return notAProcess, nil
		}
		return "ok", supervisor.TerminateChild(a.p, sup, id)
	})
}

func restartChild(a *actor, s *Step) string {
	return a.supervised(s, func(sup coppice.Addr, d *Def) (string, error) {
		_, id, _ := a.child(d, s.Args[1])
		pid, err := supervisor.RestartChild(a.p, sup, id)
		return a.run.started(pid, err), err
	})
}

func deleteChild(a *actor, s *Step) string {
	return a.supervised(s, func(sup coppice.Addr, d *Def) (string, error) {
		_, id, _ := a.child(d, s.Args[1])
		return "ok", supervisor.DeleteChild(a.p, sup, id)
	})
}

func whichChildren(a *actor, s *Step) string {
	return a.supervised(s, func(sup coppice.Addr, d *Def) (string, error) {
		children, err := supervisor.Children(a.p, sup)
		var list []string
		for _, c := range children {
			if d != nil && d.Kind == TaskSup {
				list = append(list, a.run.name(c.PID)) // as task.Children has it
				continue
			}
			list = append(list, a.run.child(c, d.isDynamic()))
		}
		if d.isDynamic() || d != nil && d.Kind == PartSup {
			slices.Sort(list)
		}
		return "[" + strings.Join(list, " ") + "]", err
	})
}

// child gives the text of an element of which_children.
func (r *run) child(c supervisor.Child, dynamic bool) string {
	id, who := c.ID, r.name(c.PID)
	if dynamic {
		id = "undefined"
	}
	switch {
	case c.Restarting:
		who = "restarting"
	case c.PID.IsZero():
		who = "undefined"
	}
	return fmt.Sprintf("%s=%s/%s", id, who, c.Type)
}

func countChildren(a *actor, s *Step) string {
	return a.supervised(s, func(sup coppice.Addr, _ *Def) (string, error) {
		n, err := supervisor.Count(a.p, sup)
		return fmt.Sprintf("specs=%d active=%d supervisors=%d workers=%d", n.Specs, n.Active, n.Supervisors, n.Workers), err
	})
}

func getChildSpec(a *actor, s *Step) string {
	return a.supervised(s, func(sup coppice.Addr, d *Def) (string, error) {
		pid, id, _ := a.child(d, s.Args[1])
		var c supervisor.ChildSpec
		var err error
		if pid.IsZero() {
			c, err = supervisor.SpecOf(a.p, sup, id)
		} else {
			c, err = supervisor.SpecOf(a.p, sup, pid)
		}
		if t := a.run.template(d); err == supervisor.ErrNotFound && t.ID != "" && t.ID == id {
			c, err = t, nil
		}
		return fmt.Sprintf("id=%s restart=%v shutdown=%v significant=%v type=%v", c.ID, c.Restart, c.Shutdown, c.Significant, c.Type), err
	})
}

// report traces what a supervisor reports. It is called by the supervisor.
func (r *run) report(report coppice.Report) {
	e, ok := report.(*coppice.SupervisorReport)
	if !ok {
		return
	}
	from := lane{name: "unknown"}
	if a := r.books.of(e.Supervisor); a != nil {
		from = a.lane
	}
	r.pause(time.Sleep)
	words := []string{"report", from.String(), e.Context}
	if e.Context != "unexpected_msg" {
		words = append(words, r.reported(e))
	}
	words = append(words, r.reason(e.Reason))
	r.events.addIf(func() bool { return coppice.Alive(e.Supervisor) }, from, strings.Join(words, " "))
}

// reported gives the child that a report is about: the process if there is or
// was one, else its id.
func (r *run) reported(e *coppice.SupervisorReport) string {
	switch {
	case e.Children > 0:
		return fmt.Sprintf("%s*%d", e.Child, e.Children)
	case e.ChildPID.IsZero():
		return e.Child
	}
	return r.name(e.ChildPID)
}
