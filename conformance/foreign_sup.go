package conformance

import (
	"fmt"
	"strings"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// What follows is about requests to supervisors that reach something else, or
// nothing.

// caseClause and undefined are what the reference makes of an answer that is none
// of a supervisor's.
const (
	caseClause = "error(CaseClauseError)"
	undefined  = "error(UndefinedError)"
)

// noDefinition is the result where there is no definition of a child.
const noDefinition = "error(KeyError)"

// supervisorAnswers says, for each request to a supervisor, what the reference
// makes of the answer ok.
var supervisorAnswers = map[string]string{
	"start_child":     caseClause,
	"restart_child":   caseClause,
	"get_childspec":   caseClause,
	"terminate_child": "ok",
	"delete_child":    "ok",
	"which_children":  undefined,
	"count_children":  undefined,
}

// supervisorRequest is the term that OTP sends for a step.
func (a *actor) supervisorRequest(s *Step) Term {
	verb := Atom(s.Verb)
	switch s.Verb {
	case "which_children", "count_children":
		return verb
	case "start_child":
		d := a.run.scenario.Defs[s.Args[1]]
		id, restart := Term(Atom(d.Name)), Term(Atom("nil"))
		if d.ID != nil {
			id = d.ID
		}
		if d.Restart != nil {
			restart = d.Restart
		}
		return Tuple{verb, Atom("spec(" + id.trace() + "," + restart.trace() + ")")}
	}
	id, _ := ParseTerm(strings.TrimPrefix(s.Args[1], "id:"))
	return Tuple{verb, a.run.resolve(id)}
}

// lacksDefinition tells whether a step cannot be executed because there is no
// definition of the child that it is to start.
func (a *actor) lacksDefinition(s *Step) bool {
	return s.Verb == "start_child" && a.run.scenario.Defs[s.Args[1]] == nil &&
		!a.run.definitionOf(s.Args[0]).isSimple() && a.addr(s.Args[0]) != nil
}

// misdirected gives the result of a request to a supervisor that reaches
// something else; otherwise it is not ok.
func (a *actor) misdirected(s *Step, to coppice.Addr) (result string, ok bool) {
	pid := coppice.Whereis(a.p, to)
	if pid == a.p.Self() || !coppice.Alive(pid) {
		return "", false
	}
	switch kind := a.run.kindOf(pid); kind {
	case Worker, Proc:
		ask := func() (Term, error) { return a.ask(to, a.supervisorRequest(s), infinite) }
		if s.Verb != "start_child" { // the reference waits for it as for an answer that comes
			ask = func() (Term, error) { return a.askNow(to, a.supervisorRequest(s)) }
		}
		if _, err := ask(); err != nil {
			return a.refused(s, err), true
		}
		return supervisorAnswers[s.Verb], true
	case Registry:
		return a.ofRegistry(s, pid)
	case DynSup, TaskSup:
		byEntry := s.Verb == "start_child" && strings.Contains(s.Args[0], ":") // takes it for Erlang's supervisor
		refused := byEntry || s.Verb == "restart_child" || s.Verb == "delete_child" || s.Verb == "get_childspec"
		if refused || kind == TaskSup && s.Verb == "start_child" {
			return a.refused(s, a.crashes(to, functionClause)), true
		}
	}
	return "", false
}

// ofRegistry is misdirected for a registry: that of Elixir is a supervisor, of
// its partitions.
func (a *actor) ofRegistry(s *Step, pid coppice.PID) (result string, ok bool) {
	switch s.Verb {
	case "start_child", "which_children":
		return "", false
	case "count_children":
		partitions := a.run.codes.number(a.run.definitionOf(a.run.name(pid)).Partitions, 1)
		return fmt.Sprintf("specs=%d active=%d supervisors=0 workers=%d", partitions, partitions, partitions), true
	}
	return "error " + answers[supervisor.ErrNotFound], true
}

// supervisorNowhere is the result of a request to a supervisor by the address
// reg:key that cannot be looked for. Elixir's functions raise what Erlang's exit
// with.
func (a *actor) supervisorNowhere(s *Step) (result string, ok bool) {
	d := a.run.definitionOf(s.Args[0])
	if !strings.Contains(s.Args[0], ":") || d == nil {
		return "", false
	}
	if d.Kind == PartSup && (s.Verb == "which_children" || s.Verb == "count_children") {
		return "exit(noproc)", true // the functions of PartitionSupervisor take its name
	}
	result, _ = a.nowhere(s.Args[0])
	if result == "" {
		return "", false
	}
	elixir := d.Kind == DynSup || d.Kind == TaskSup && s.Verb != "count_children"
	switch {
	case s.Verb == "terminate_child" && d.isDynamic():
		pid, _, known := a.child(d, s.Args[1])
		if !known {
			return unknown, true
		}
		if elixir && pid.IsZero() {
			return notAProcess, true
		}
	case s.Verb == "start_child":
		elixir = !d.isSimple()
	case s.Verb == "restart_child", s.Verb == "delete_child", s.Verb == "get_childspec":
		elixir = false
	}
	if result == badArgument && !elixir {
		result = "exit(" + badArgument + ")"
	}
	return result, true
}
