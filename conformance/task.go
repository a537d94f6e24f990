package conformance

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

// taskKinds are the supervisors of tasks.
var taskKinds = map[Kind]kind{TaskSup: {start: startTaskSup, supervises: true}}

func startTaskSup(r *run, p *coppice.Process, d *Def, name string, _ time.Duration) (coppice.PID, error) {
	sup := task.Supervisor{Restarts: r.limit(d), Options: r.options(d)}
	if d.MaxChildren != nil {
		sup.MaxChildren = supervisor.Max(r.codes.number(d.MaxChildren, 0))
	}
	pid, err := sup.StartLink(p)
	if err == nil {
		a := r.enroll(p, name, pid)
		r.write(p, a.lane, "init "+a.lane.String())
	}
	return pid, err
}

// taskOps are the operations on tasks.
var taskOps = map[string]operation{
	"task":          startTask,
	"task_sup":      startTask,
	"task_nolink":   startTask,
	"task_child":    startTaskChild,
	"await":         await,
	"await!":        await,
	"await_many":    awaitMany,
	"await_many!":   awaitMany,
	"yield":         yield,
	"yield_many":    yieldMany,
	"shutdown_task": shutdownTask,
	"ignore_task":   ignoreTask,
	"go":            open,
	"stream":        stream,
}

// The tasks of a run that somebody may await, by label.
type tasks struct {
	mu      sync.Mutex // guards what follows
	byLabel map[string]task.Task[Term]
}

// keep gives a task of a its label, under which its messages are shown.
func (a *actor) keep(label string, t task.Task[Term]) {
	a.run.books.showRef(label, t.Ref())
	if a.tasks == nil {
		a.tasks = map[coppice.Ref]bool{}
	}
	a.tasks[t.Ref()] = true
	all := &a.run.tasks
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.byLabel == nil {
		all.byLabel = map[string]task.Task[Term]{}
	}
	all.byLabel[label] = t
}

func (a *actor) task(label string) task.Task[Term] {
	all := &a.run.tasks
	all.mu.Lock()
	defer all.mu.Unlock()
	return all.byLabel[label]
}

func (a *actor) tasksOf(labels string) (list []task.Task[Term]) {
	for label := range strings.SplitSeq(labels, ",") {
		list = append(list, a.task(label))
	}
	return list
}

// ofTask reports whether a message is of one of the actor's own tasks: a plain
// process leaves them where they are.
func (a *actor) ofTask(m coppice.Message) bool {
	switch body := m.Body.(type) {
	case coppice.Aliased:
		return a.tasks[body.Ref]
	case coppice.Down:
		return a.tasks[body.Ref]
	}
	return false
}

func startTask(a *actor, s *Step) string {
	label, body := s.Args[len(s.Args)-2], s.Args[len(s.Args)-1]
	f := a.run.taskBody(label, body)
	if s.Verb == "task" {
		t, err := task.Async(a.p, f)
		if err != nil {
			return a.refusedTask(s, err)
		}
		a.keep(label, t)
		return ""
	}
	start := task.AsyncUnder[Term]
	if s.Verb == "task_nolink" {
		start = task.AsyncNoLink[Term]
	}
	return a.withTaskSupervisor(s, func(sup coppice.Addr) string {
		t, err := start(a.p, sup, f, a.taskOptions(s)...)
		if err != nil {
			return a.refusedTask(s, err)
		}
		a.keep(label, t)
		return ""
	})
}

// taskSupervisor is the process that a step takes for a task supervisor. What
// was never started, or has another form of address, is nobody: it is not unknown.
func (a *actor) taskSupervisor(target string) (pid coppice.PID) {
	if t, err := parseTarget(target); err == nil && t.form == byName {
		if who := a.run.books.get(t.name, t.inc); who != nil {
			return who.pid
		}
	}
	return pid
}

// withTaskSupervisor executes f with the address of a task supervisor, or has
// something else get the request.
func (a *actor) withTaskSupervisor(s *Step, f func(coppice.Addr) string) string {
	sup := a.taskSupervisor(s.Args[0])
	if sup.IsZero() {
		return "exit(noproc)"
	}
	if err := a.noTaskSupervisor(s, sup); err == caseClauseOK {
		return caseClause
	} else if err != nil {
		return a.refused(s, err)
	}
	return f(sup)
}

func startTaskChild(a *actor, s *Step) string {
	return a.withTaskSupervisor(s, func(sup coppice.Addr) string {
		f := a.run.taskBody(s.Args[1], s.Args[2])
		_, err := task.StartChild(a.p, sup, func(p *coppice.Process) error {
			_, err := f(p)
			return err
		}, a.taskOptions(s)...)
		var call *coppice.CallError
		switch {
		case err == nil:
			return ""
		case errors.As(err, &call):
			return a.run.exit(call)
		}
		return "error " + a.run.reason(err)
	})
}

func (a *actor) taskOptions(s *Step) (options []task.Option) {
	if word, ok := s.Options["restart"]; ok {
		options = append(options, task.Restart(choose(&a.run.codes, Term(Atom(word)), restarts)))
	}
	if word, ok := s.Options["shutdown"]; ok {
		if t, err := ParseTerm(word); err == nil {
			options = append(options, task.Shutdown(a.run.shutdown(t)))
		}
	}
	return options
}

// taskBody is what a task runs.
func (r *run) taskBody(label, text string) func(*coppice.Process) (Term, error) {
	actions := parseBody(text)
	return func(p *coppice.Process) (Term, error) {
		a := r.enrollSelf(p, label)
		a.say("run")
		value := Term(Atom("nil"))
		for _, action := range actions {
			value = a.act(action, value)
		}
		return value, nil
	}
}

// act does one action, and gives the value of the body so far.
func (a *actor) act(action action, value Term) Term {
	switch action.verb {
	case "value":
		return a.run.resolve(action.term)
	case "sleep":
		a.nap(action.ms)
	case "say":
		a.say("say", action.text)
	case "crash":
		panic(crash(action.text))
	case "exit":
		a.p.Exit(reasonOf(a.run.resolve(action.term)))
	case "throw":
		a.p.Exit(scripted("throw(" + a.run.resolve(action.term).trace() + ")"))
	case "trap":
		if !a.p.TrapExit(true) {
			return Atom("false")
		}
	case "gate":
		a.in(hung, func() {
			m, _ := a.p.ReceiveMatch(func(m coppice.Message) bool { _, ok := m.Body.(gate); return ok }, -1)
			value = m.Body.(gate).value
		})
	case "hang":
		a.hang()
	}
	return value
}

// A gate is the message that a task waits for in its gate.
type gate struct{ value Term }

func open(a *actor, s *Step) string {
	return a.withPID(s.Args[0], func(pid coppice.PID) string {
		_ = coppice.Send(a.p, pid, gate{a.term(s, 1)})
		return ""
	})
}

// refusedTask gives the result of an operation on tasks that failed, or ends the
// process if it is one of those that are not caught.
func (a *actor) refusedTask(s *Step, err error) string {
	if _, ok := err.(*coppice.CallError); ok || s.Verb[len(s.Verb)-1] == '!' {
		return a.refused(s, err)
	}
	if _, ok := err.(*task.NotOwnerError); ok {
		return badArgument
	}
	return "error(" + a.run.reason(err) + ")"
}

func await(a *actor, s *Step) string {
	var value Term
	var err error
	a.waiting(s.limit(1, standard), func(p *coppice.Process) { value, err = a.task(s.Args[0]).Await(p) })
	if err != nil {
		return a.refusedTask(s, err)
	}
	return value.trace()
}

func awaitMany(a *actor, s *Step) string {
	var values []Term
	var err error
	a.waiting(s.limit(1, standard), func(p *coppice.Process) { values, err = task.AwaitMany(p, a.tasksOf(s.Args[0])...) })
	if err != nil {
		return a.refusedTask(s, err)
	}
	return List(values).trace()
}

// duration is a time limit as the functions on tasks take it.
func duration(limit int) time.Duration {
	if limit == infinite {
		return -1
	}
	return milliseconds(limit)
}

// outcome gives what has become of a task.
func (a *actor) outcome(s *Step, value Term, done bool, err error) string {
	switch e := err.(type) {
	case *coppice.CallError:
		return "{exit," + a.run.reason(e.Reason) + "}"
	case error:
		return a.refusedTask(s, e)
	}
	if !done {
		return "nil"
	}
	return "{ok," + value.trace() + "}"
}

func yield(a *actor, s *Step) string {
	limit := s.limit(1, standard)
	var value Term
	var done bool
	var err error
	wait := func() { value, done, err = a.task(s.Args[0]).Yield(a.p, duration(limit)) }
	if limit == infinite {
		a.in(blocked, wait)
	} else {
		wait()
	}
	return a.outcome(s, value, done, err)
}

func yieldMany(a *actor, s *Step) string {
	outcomes, err := task.YieldMany(a.p, duration(s.limit(1, standard)), a.tasksOf(s.Args[0])...)
	if err != nil { // nothing catches it
		a.p.Exit(err)
	}
	var list []string
	for _, o := range outcomes {
		list = append(list, a.outcome(s, o.Value, o.Done, o.Err))
	}
	return "[" + strings.Join(list, ",") + "]"
}

func shutdownTask(a *actor, s *Step) string {
	t := a.task(s.Args[0])
	if len(s.Args) > 1 && s.Args[1] == "brutal_kill" {
		value, done, err := t.Kill(a.p)
		return a.outcome(s, value, done, err)
	}
	value, done, err := t.Shutdown(a.p, duration(s.limit(1, standard)))
	return a.outcome(s, value, done, err)
}

func ignoreTask(a *actor, s *Step) string {
	value, done, err := a.task(s.Args[0]).Ignore(a.p)
	return a.outcome(s, value, done, err)
}
