package application

import (
	"context"
	"errors"
	"slices"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// Controller is the address of the process that keeps the books of a node's
// applications. It is there from the first [Start] on. Its end is the end of all
// applications: coppice.Stop(ctx, application.Controller, nil) stops them. It
// answers to application_controller.
const Controller = coppice.Name("application_controller")

// Start starts applications on the node of ctx, dependencies first and
// otherwise in the order given, and waits until all have started. It returns
// the names of those that this call has started, in start order: one that runs
// already is left alone, and one that is being started is waited for. A
// dependency has to be given too if it does not run.
//
// The error is a *NotRunningError, a *CycleError or a *DuplicateError, and then
// nothing has been started; or a *StartError, and then what this call had
// started has been stopped in reverse order. If ctx ends before all have started
// the error is a *coppice.CallError, and what this call started is stopped
// again, once the application that is just being started has; without a
// deadline it waits for ever. An application may start others while it starts;
// waiting for itself is coppice.CallingSelf.
//
// It answers to application:ensure_all_started/2.
func Start(ctx context.Context, how Type, apps ...Application) ([]string, error) {
	return startAll{how: how}.start(ctx, apps)
}

// StartConcurrently is Start, but for applications that do not depend on each
// other, which start at the same time. If one fails, those that start meanwhile
// are waited for before all are stopped. They stop in the reverse of the order
// in which they have become ready. It answers to application:ensure_all_started/3
// with the mode concurrent.
func StartConcurrently(ctx context.Context, how Type, apps ...Application) ([]string, error) {
	return startAll{how: how, atOnce: true}.start(ctx, apps)
}

// All is a program that consists of these applications, for program.Run: it
// starts them as [Start] does, and lasts until everything ends, be it because an
// application has (an *EndedError) or by Node.Stop. It is the top of a program,
// and nobody's child.
func All(how Type, apps ...Application) supervisor.Starter { return all{how, apps} }

type all struct {
	how  Type
	apps []Application
}

// StartLink implements supervisor.Starter.
func (a all) StartLink(ctx context.Context) (coppice.PID, error) {
	if _, ok := ctx.(*coppice.Process); ok {
		return coppice.PID{}, errors.New("application: All is the top of a program and cannot be a child: a process uses Start")
	}
	pid, err := controllerOf(ctx)
	if err == nil {
		_, err = startAll{how: a.how}.at(ctx, pid, a.apps)
	}
	return pid, err
}

func (s startAll) start(ctx context.Context, apps []Application) ([]string, error) {
	pid, err := controllerOf(ctx)
	if err != nil {
		return nil, err
	}
	return s.at(ctx, pid, apps)
}

// at asks the controller pid.
func (s startAll) at(ctx context.Context, pid coppice.PID, apps []Application) ([]string, error) {
	s.defs, s.by = make([]definition, len(apps)), caller(ctx)
	for i, app := range apps {
		s.defs[i] = app.definition()
	}
	return genserver.Call(unhurried(ctx), pid, s)
}

// Stop stops an application: PrepStop, its tree, Stop; and waits until that is
// done, without a deadline as long as it takes. Those that depend on it go on.
// The error is a *NotRunningError. A process may stop the application that it
// belongs to: the call ends when the process does. PrepStop and Stop may not;
// the error there is coppice.CallingSelf. It answers to application:stop/1.
func Stop(ctx context.Context, name string) error {
	_, err := genserver.Call(unhurried(ctx), Controller, stopOne{name: name, by: caller(ctx)})
	if isAbsent(err) {
		return &NotRunningError{Application: name}
	}
	return err
}

// An Info is what [Running] tells of an application.
type Info struct {
	Name      string
	Type      Type
	DependsOn []string
	Master    coppice.PID // the application's own process
	Top       coppice.PID // the top of its tree, or zero
}

// Running lists the applications that have started on the node of ctx, in start
// order. One that is being stopped is among them until it has. It answers to
// application:which_applications/0.
func Running(ctx context.Context) ([]Info, error) {
	list, err := genserver.Call(ctx, Controller, askRunning{})
	if isAbsent(err) {
		return nil, nil
	}
	return list, err
}

// Of returns the name of the application that a process belongs to, which is the
// one whose master it descends from, or false. A process whose parent has ended
// belongs to none. It answers to application:get_application/1.
func Of(ctx context.Context, pid coppice.PID) (string, bool, error) {
	name, err := genserver.Call(ctx, Controller, ownerOf{pid: pid})
	if isAbsent(err) {
		return "", false, nil
	}
	return name, name != "", err
}

// isAbsent reports whether a call failed as there is no controller.
func isAbsent(err error) bool {
	var call *coppice.CallError
	return errors.As(err, &call) && (call.Reason == coppice.NoProc || call.Reason == coppice.ErrNoName)
}

// controllerOf finds the controller, or starts it: from a plain goroutine, so to
// speak, as it belongs to the node and not to whoever happens to be first.
func controllerOf(ctx context.Context) (coppice.PID, error) {
	n, err := coppice.NodeOf(ctx)
	if err != nil {
		return coppice.PID{}, err
	}
	if pid := n.Whereis(string(Controller)); !pid.IsZero() {
		return pid, nil
	}
	ref, err := controllers().Start(n, genserver.None{}, genserver.Name(Controller))
	var already *coppice.AlreadyStartedError
	if errors.As(err, &already) {
		return already.PID, nil
	}
	return ref.PID(), err
}

// unhurried is ctx, without the usual limit where it has no deadline.
func unhurried(ctx context.Context) context.Context {
	if _, ok := ctx.Deadline(); ok {
		return ctx
	}
	return coppice.NoTimeout(ctx)
}

// caller is the process that calls, or zero.
func caller(ctx context.Context) coppice.PID {
	if p, ok := ctx.(*coppice.Process); ok {
		return p.Self()
	}
	return coppice.PID{}
}

// What the controller is asked.
type (
	startAll struct {
		genserver.Returns[[]string]
		how    Type
		defs   []definition
		by     coppice.PID
		atOnce bool // what does not depend on each other
	}
	startOne struct {
		genserver.Returns[bool] // whether it has not run before
		how                     Type
		def                     definition
	}
	stopOne struct {
		genserver.Returns[genserver.None]
		name string
		by   coppice.PID
	}
	askRunning struct{ genserver.Returns[[]Info] }
	ownerOf    struct {
		genserver.Returns[string]
		pid coppice.PID
	}
)

// A starter carries out a plan: it is a process of its own, so that the
// controller never waits, and nothing is left half done when a caller ends.
type starter struct {
	startAll
	controller coppice.PID
	waiting    []definition // each after those that it depends on
	missing    map[string]bool
	pending    genserver.PendingSet[bool, string]
	names      []string // those that it has started, in start order
}

func (s startAll) run(p *coppice.Process, controller coppice.PID, order []definition, reply genserver.Reply[[]string]) error {
	p = p.WithoutTimeout()
	p.SetLabel("application starter")
	st := &starter{startAll: s, controller: controller, waiting: order, missing: make(map[string]bool), names: []string{}}
	for _, def := range order {
		st.missing[def.name] = true
	}
	for len(st.missing) > 0 {
		if !reply.Waiting() {
			st.undo(p)
			return nil
		}
		st.launch(p)
		if err := st.wait(p); err != nil {
			st.undo(p)
			reply.Fail(err)
			return nil
		}
	}
	if !reply.Send(st.names) {
		st.undo(p)
	}
	return nil
}

// launch begins to start the next, or all that depend on nothing that is
// missing.
func (st *starter) launch(p *coppice.Process) {
	isMissing := func(name string) bool { return st.missing[name] }
	st.waiting = slices.DeleteFunc(st.waiting, func(def definition) bool {
		if st.pending.Len() > 0 && !st.atOnce || slices.ContainsFunc(def.dependsOn, isMissing) {
			return false
		}
		st.pending.Send(p, st.controller, startOne{how: st.how, def: def}, def.name)
		return true
	})
}

// wait waits until one has started, or has failed to.
func (st *starter) wait(p *coppice.Process) error {
	name, fresh, _, err := st.pending.Wait(p)
	if err != nil {
		return err
	}
	delete(st.missing, name)
	if fresh {
		st.names = append(st.names, name)
	}
	return nil
}

// undo stops what was started, when that which still starts has.
func (st *starter) undo(p *coppice.Process) {
	for st.pending.Len() > 0 {
		_ = st.wait(p) // what fails now leaves nothing to undo
	}
	for _, name := range slices.Backward(st.names) {
		_, _ = genserver.Call(p, st.controller, stopOne{name: name})
	}
}
