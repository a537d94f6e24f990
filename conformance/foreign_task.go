package conformance

import (
	"strings"

	"github.com/seed-7832d3a3/coppice"
)

// What follows is about requests to task supervisors that reach something else.

// caseClauseOK is the error of who does not know what to do with the answer ok.
const caseClauseOK = scripted("error({case_clause,ok})")

// noTaskSupervisor has something else get the request to start a task; it is nil
// for a task supervisor, and where nobody is.
func (a *actor) noTaskSupervisor(s *Step, to coppice.PID) error {
	kind := a.run.kindOf(to)
	switch {
	case kind == "" || kind == TaskSup || to == a.p.Self() || !coppice.Alive(to):
		return nil
	case kind == DynSup:
		return a.crashes(to, "{badmatch,nil}")
	case kind != Worker && kind != Proc:
		return a.crashes(to, functionClause)
	case s.Verb == "task_child":
		return a.crashes(to, "UndefinedError") // the reference cannot write this request
	}
	if _, err := a.askNow(to, a.taskRequest(s)); err != nil {
		return err
	}
	return caseClauseOK
}

// taskRequest is the term that Elixir sends.
func (a *actor) taskRequest(s *Step) Term {
	self, name := a.lane.String(), a.lane.String()
	if info, ok := coppice.Lookup(a.p.Self()); ok && info.Name != "" {
		name = info.Name
	}
	shutdown := "nil"
	if word, ok := s.Options["shutdown"]; ok && !strings.HasPrefix(s.Verb, "stream") {
		shutdown = word
	}
	owner := Tuple{Atom("nonode@nohost"), Atom(name), Atom(self)}
	return Tuple{Atom("start_task"), List{owner, Atom("monitor")}, Atom("temporary"), Atom(shutdown)}
}

// streamEnds does what the end of the process that makes the requests of a stream
// does to its owner.
func (a *actor) streamEnds(err error) string {
	if info, _ := coppice.Lookup(a.p.Self()); info.Trapping {
		return "exit(" + a.run.reason(err) + ")"
	}
	_ = coppice.Exit(a.p, a.p.Self(), err)
	return ""
}
