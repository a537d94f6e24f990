package application

import (
	"context"
	"fmt"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/internal/running"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A Spec says what an application is; E is the type of its configuration. It
// answers to an application resource file (.app) and the callback module that
// this names.
type Spec[E any] struct {
	Name      string
	DependsOn []string // the applications that have to run before it starts
	Env       E        // its configuration, where App.With gives no other

	// Start makes the tree of the application: anew at each start, in the
	// application's own process, before anything of it runs. Its error or crash
	// fails the start; if all applications are stopped meanwhile it ends in the
	// next call that waits. nil is an application without processes. It answers
	// to the callback start/2.
	Start func(p *coppice.Process, env E) (Tree, error)
}

// A Tree is what an application consists of while it runs. Its functions are
// made together with it by Spec.Start, so what they share are variables there;
// they answer to the callbacks that pass a state on.
type Tree struct {
	Top    supervisor.Starter // by custom a supervisor; nil for none
	Phases []Phase            // run in their order, after Top has started

	// PrepStop runs before the tree is stopped, or when it has ended by itself,
	// if the application had started. It answers to prep_stop/1.
	PrepStop func(p *coppice.Process)

	// Stop runs after the tree has ended; also if the tree, or a phase, failed
	// to start, as then it is the only one who can release what Spec.Start has
	// opened. It answers to stop/1.
	Stop func(p *coppice.Process)
}

// A Phase is a step of the start that comes after all processes of the tree have
// started. Its error, or its crash, fails the start. Like PrepStop and Stop it
// runs in a process of its own. It answers to the callback start_phase/3.
type Phase struct {
	Name string
	Run  func(p *coppice.Process) error
}

// A Type says what the end of an application by itself, that is not by [Stop],
// means to the others. Whatever the type, its end is reported by an
// *ExitReport. It answers to the restart types of OTP's applications, which are
// not restarted either.
type Type uint8

// The three types. The end of a permanent application, whatever its reason, ends
// everything: all applications are stopped in reverse start order, and the node
// is. So does the end of a transient one with any reason but coppice.Normal,
// even coppice.Shutdown, with which supervisors give up.
const (
	Temporary Type = iota // nothing
	Transient             // everything ends, if its reason was not Normal
	Permanent             // everything ends
)

// String gives OTP's word.
func (t Type) String() string {
	switch t {
	case Temporary:
		return "temporary"
	case Transient:
		return "transient"
	case Permanent:
		return "permanent"
	}
	return fmt.Sprintf("Type(%d)", t)
}

// ends reports whether an end with reason ends everything.
func (t Type) ends(reason error) bool {
	return t == Permanent || t == Transient && reason != coppice.Normal
}

// An Application can be started: it is an *App, or what App.With returns.
type Application interface {
	definition() definition
}

// A definition is an application with its configuration.
type definition struct {
	name      string
	dependsOn []string
	start     func(p *coppice.Process) (Tree, error)
}

// An App is an application whose configuration is an E. It is the recipe, not
// what runs: made once, by [Define], it can be started on any number of nodes,
// once on each.
type App[E any] struct {
	spec    Spec[E]
	running running.Table[E]
}

// Define makes an application of its specification. It panics if that has no
// name.
func Define[E any](spec Spec[E]) *App[E] {
	if spec.Name == "" {
		panic("application: an application needs a name")
	}
	a := &App[E]{spec: spec}
	a.running.What = "application " + spec.Name
	return a
}

// Name returns the name of the application.
func (a *App[E]) Name() string { return a.spec.Name }

// Defaults returns the configuration of the specification, to be changed and
// given to With.
func (a *App[E]) Defaults() E { return a.spec.Env }

// With returns the application with another configuration, for [Start]. It
// answers to what a system's configuration file (sys.config) says of an
// application.
func (a *App[E]) With(env E) Application { return configured[E]{a, env} }

// Env returns the configuration with which the application runs, or starts or
// stops, on the node of ctx. It takes no message. The error wraps ErrNotRunning.
// The configuration does not change while the application runs. It answers to
// application:get_all_env/1.
func (a *App[E]) Env(ctx context.Context) (env E, err error) {
	n, err := coppice.NodeOf(ctx)
	if err != nil {
		return env, err
	}
	if is := a.running.On(n); is != nil {
		return *is, nil
	}
	return env, &NotRunningError{Application: a.spec.Name}
}

func (a *App[E]) definition() definition { return configured[E]{a, a.spec.Env}.definition() }

// configured is an application with a configuration.
type configured[E any] struct {
	app *App[E]
	env E
}

func (c configured[E]) definition() definition {
	return definition{c.app.spec.Name, c.app.spec.DependsOn, c.start}
}

func (c configured[E]) start(p *coppice.Process) (Tree, error) {
	if err := c.app.running.Set(p, &c.env); err != nil {
		return Tree{}, err
	}
	if c.app.spec.Start == nil {
		return Tree{}, nil
	}
	return c.app.spec.Start(p, c.env)
}
