package supervisor

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"strings"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
)

// A Starter starts a process, linked with the process that ctx is, and returns
// when it has initialised itself. The error coppice.Ignore says that it does
// not want to run. genserver's Definition.With is one, and so are Supervisor,
// Dynamic, [Body] and [Serve]. It runs in the supervisor, so what takes long or
// may fail belongs into the process that it starts. It answers to the start
// function of a child_spec().
//
// A Starter of supervisors has the method IsSupervisor() bool too, for the Type
// of a ChildSpec that does not say it.
type Starter interface {
	StartLink(ctx context.Context) (coppice.PID, error)
}

// An Option says how to start a supervisor or a body: [Name].
type Option = genserver.Option

// Name registers what is started under a coppice.Name, or by a coppice.Via.
func Name(addr coppice.Addr) Option { return genserver.Name(addr) }

// Body makes a child of a function: it is what the process runs, and what it
// returns is the exit reason. The child counts as started at once.
//
// A permanent child, which is the default, is started again whatever it
// returns: a body that comes to an end of its own is Transient or Temporary.
func Body(body func(*coppice.Process) error, options ...Option) Starter {
	if body == nil {
		panic("supervisor: Body(nil): a child needs a function to run")
	}
	return bodyStarter{body, nameOf(body), options}
}

type bodyStarter struct {
	body    func(*coppice.Process) error
	label   string
	options []Option
}

// nameOf is the name of a function, for tools and reports.
func nameOf(f any) string {
	return strings.TrimSuffix(runtime.FuncForPC(reflect.ValueOf(f).Pointer()).Name(), "-fm")
}

// String names the function.
func (b bodyStarter) String() string { return b.label }

func (b bodyStarter) StartLink(ctx context.Context) (coppice.PID, error) {
	spec := coppice.Spec{Link: true, Label: b.label, Body: func(p *coppice.Process) error {
		p.InitAck()
		return b.body(p)
	}}
	for _, option := range b.options {
		option(&spec)
	}
	pid, _, err := coppice.StartProcess(ctx, spec)
	return pid, err
}

// Serve makes a child of a function that runs until its context ends. One that
// does not heed its context, as http.Server.Serve, goes on until it is killed,
// and as a zombie then: for HTTP there is package httpserver. The context is the
// *coppice.Process, so it has the values of the supervisor's and ends when the
// child is told to.
func Serve(serve func(context.Context) error, options ...Option) Starter {
	if serve == nil {
		panic("supervisor: Serve(nil): a child needs a function to run")
	}
	return bodyStarter{func(p *coppice.Process) error { return serve(p) }, nameOf(serve), options}
}

// start calls a Starter; its panic is a failed start and not the end of the
// supervisor.
func start(p *coppice.Process, s Starter) (pid coppice.PID, err error) {
	defer func() {
		if v := recover(); v != nil {
			pid, err = coppice.PID{}, panicked(v)
		}
	}()
	pid, err = s.StartLink(p)
	if err == nil && pid.IsZero() {
		err = fmt.Errorf("the Starter %T returned neither a process nor an error", s)
	}
	// What ends a server is for the child to return, not for its supervisor.
	for st, ok := err.(stops); ok; st, ok = err.(stops) {
		err, _ = st.Stops()
	}
	return pid, err
}

// stops is what genserver.Stop returns.
type stops interface {
	Stops() (reason error, reply bool)
}

// panicked makes an error of what a deferred function has recovered.
func panicked(v any) error {
	stack := make(coppice.Stack, 64)
	return &coppice.PanicError{Value: v, Stack: stack[:runtime.Callers(3, stack)]}
}
