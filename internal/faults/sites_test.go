package faults

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/agent"
	"github.com/seed-7832d3a3/coppice/application"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/registry"
	"github.com/seed-7832d3a3/coppice/statem"
	"github.com/seed-7832d3a3/coppice/supervisor"
	"github.com/seed-7832d3a3/coppice/task"
)

// A site is a place where the library calls code of the user's.
type site struct {
	name      string
	start     func(f *fixture) supervisor.Starter // of the subject
	poke      func(f *fixture)                    // has the site run; nil: it does at each start
	ends      bool                                // it runs when the subject ends
	plain     bool                                // it runs on behalf of no process
	waitedFor bool                                // by the end of a process, for the node's KillGrace
}

// The messages.
type (
	ping    struct{ genserver.Returns[string] }
	doCall  struct{ genserver.Returns[int] }
	doCast  struct{}
	doInfo  struct{}
	doNext  struct{}
	more    struct{}
	wait    struct{}
	end     struct{}
	run     struct{ do func(*coppice.Process) error }
	ghost   struct{ dead bool }
	relayed struct {
		genserver.Returns[int]
		back coppice.PID
		n    int
	}
)

// A host is the subject of most sites.
type host struct {
	f    *fixture
	show shown
}

// A shown is what a report shows of a host.
type shown struct{ f *fixture }

func (s shown) LogValue() slog.Value {
	if s.f.site.name == "LogValue of a state" {
		_ = s.f.at(nil)
	}
	return slog.StringValue("state")
}

// StateView implements coppice.StateViewer.
func (h *host) StateView() any {
	if h.f.site.name == "StateView" {
		_ = h.f.at(nil)
	}
	return h.show
}

func answer(*host, *coppice.Process, ping) (string, error) { return "pong", nil }

// hosted starts a host whose constructor runs made.
func (f *fixture) hosted(made func(p *coppice.Process) error, entries ...genserver.Handler[*host]) supervisor.Starter {
	def := genserver.Define(func(p *coppice.Process, f *fixture) (*host, error) {
		f.begin(p)
		if made != nil {
			if err := made(p); err != nil {
				return nil, err
			}
		}
		return &host{f, shown{f}}, nil
	}, append([]genserver.Handler[*host]{
		genserver.OnCall(answer),
		genserver.OnCast(func(_ *host, p *coppice.Process, m run) error { return m.do(p) }),
		genserver.OnCast(func(*host, *coppice.Process, end) error { return errFault }),
	}, entries...)...)
	return def.With(f, genserver.Name(subject))
}

const subject = coppice.Name("subject")

// doing is a site at which a host runs do.
func doing(name string, do func(f *fixture, p *coppice.Process) error) site {
	return site{
		name:  name,
		start: func(f *fixture) supervisor.Starter { return f.hosted(nil) },
		poke: func(f *fixture) {
			_ = genserver.Cast(f.node, subject, run{func(p *coppice.Process) error { return do(f, p) }})
		},
	}
}

func with(h func(f *fixture) genserver.Handler[*host]) func(*fixture) supervisor.Starter {
	return func(f *fixture) supervisor.Starter { return f.hosted(nil, h(f)) }
}

func cast(m any) func(*fixture) { return func(f *fixture) { _ = genserver.Cast(f.node, subject, m) } }

// call asks in the background: the caller is not what is looked at.
func call[R any](m genserver.Request[R]) func(*fixture) {
	return func(f *fixture) {
		f.goroutines.Go(func() { _, _ = genserver.Call(f.node, subject, m) })
	}
}

func sites() []site {
	return slices.Concat(serverSites(), otherSites(), reportSites(), elsewhereSites())
}

func serverSites() []site {
	return []site{
		{name: "init", start: func(f *fixture) supervisor.Starter { return f.hosted(f.at) }},
		{name: "call handler", poke: call(doCall{}), start: with(func(f *fixture) genserver.Handler[*host] {
			return genserver.OnCall(func(_ *host, p *coppice.Process, _ doCall) (int, error) { return 0, f.at(p) })
		})},
		{name: "call handler that replies later", poke: call(doCall{}), start: with(func(f *fixture) genserver.Handler[*host] {
			return genserver.OnCallLater(func(_ *host, p *coppice.Process, _ doCall, r genserver.Reply[int]) error {
				err := f.at(p)
				r.Send(1)
				return err
			})
		})},
		{name: "cast handler", poke: cast(doCast{}), start: with(func(f *fixture) genserver.Handler[*host] {
			return genserver.OnCast(func(_ *host, p *coppice.Process, _ doCast) error { return f.at(p) })
		})},
		{name: "info handler", poke: func(f *fixture) { _ = coppice.Send(f.node, subject, doInfo{}) }, start: with(func(f *fixture) genserver.Handler[*host] {
			return genserver.OnInfo(func(_ *host, p *coppice.Process, _ doInfo) error { return f.at(p) })
		})},
		{name: "continue", poke: cast(doNext{}), start: func(f *fixture) supervisor.Starter {
			return f.hosted(nil, genserver.OnCast(func(_ *host, p *coppice.Process, _ doNext) error {
				genserver.Continue(p, more{})
				return nil
			}), genserver.OnContinue(func(_ *host, p *coppice.Process, _ more) error { return f.at(p) }))
		}},
		{name: "server time-out", poke: cast(wait{}), start: func(f *fixture) supervisor.Starter {
			return f.hosted(nil, genserver.OnCast(func(_ *host, p *coppice.Process, _ wait) error {
				genserver.SetTimeout(p, time.Millisecond)
				return nil
			}), genserver.OnInfo(func(_ *host, p *coppice.Process, _ genserver.Timeout) error { return f.at(p) }))
		}},
		{name: "terminate", poke: cast(end{}), ends: true, start: func(f *fixture) supervisor.Starter {
			return f.hosted(func(p *coppice.Process) error { p.TrapExit(true); return nil },
				genserver.OnTerminate(func(_ *host, p *coppice.Process, _ error) error { return f.at(p) }))
		}},
	}
}

func otherSites() []site {
	return []site{
		{name: "body", poke: func(f *fixture) { _ = coppice.Send(f.node, subject, doInfo{}) }, start: func(f *fixture) supervisor.Starter {
			return supervisor.Body(func(p *coppice.Process) error {
				f.begin(p)
				for {
					m := p.Receive()
					switch m.Body.(type) {
					case ping:
						m.From().Reply("pong", nil)
					case doInfo:
						if err := f.at(p); err != nil {
							return err
						}
					}
				}
			}, supervisor.Name(subject))
		}},
		{name: "handler of a state", poke: call(doCall{}), start: func(f *fixture) supervisor.Starter { return f.machine() }},
		{name: "entry of a state", poke: cast(doNext{}), start: func(f *fixture) supervisor.Starter { return f.machine() }},
		{name: "agent function", poke: func(f *fixture) {
			f.goroutines.Go(func() {
				_ = agent.Update(f.node, agent.At[int](subject), func(n int) int {
					if f.at(f.running()) != nil {
						panic("a fault")
					}
					return n
				})
			})
		}, start: func(f *fixture) supervisor.Starter {
			return agent.Func(func(p *coppice.Process) (int, error) { f.begin(p); return 0, nil }, agent.Name(subject))
		}},
		{name: "child start function", start: func(f *fixture) supervisor.Starter { return starter{f, f.hosted(nil)} }},
		{name: "init of a supervisor", start: func(f *fixture) supervisor.Starter {
			return supervisor.Func(func(p *coppice.Process) (supervisor.Spec, error) {
				f.begin(p)
				err := f.at(p)
				return supervisor.Spec{Children: []supervisor.ChildSpec{{ID: "inner", Start: f.hosted(nil)}}}, err
			})
		}},
		{name: "init of a dynamic supervisor", start: func(f *fixture) supervisor.Starter {
			d := &supervisor.Dynamic[int]{Init: func(p *coppice.Process) error { f.begin(p); return f.at(p) }}
			d.Template = func(int) supervisor.ChildSpec { return supervisor.ChildSpec{Start: f.hosted(nil)} }
			d.Options = []supervisor.Option{supervisor.Name(subject)}
			return d
		}},
		{name: "application start", start: func(f *fixture) supervisor.Starter {
			return f.app(func(p *coppice.Process, tree application.Tree) (application.Tree, error) { return tree, f.at(p) })
		}},
		{name: "application phase", start: func(f *fixture) supervisor.Starter {
			return f.app(func(_ *coppice.Process, tree application.Tree) (application.Tree, error) {
				tree.Phases = []application.Phase{{Name: "warm", Run: f.at}}
				return tree, nil
			})
		}},
		{name: "application stop", ends: true, poke: cast(end{}), start: func(f *fixture) supervisor.Starter {
			return f.app(func(_ *coppice.Process, tree application.Tree) (application.Tree, error) {
				tree.PrepStop = func(p *coppice.Process) { _ = f.at(p) }
				return tree, nil
			})
		}},
		{name: "subscriber's function", poke: func(f *fixture) { _ = f.bus.Publish(f.node, "news", 1) }, start: func(f *fixture) supervisor.Starter {
			return starter{f, f.hosted(func(p *coppice.Process) error { return f.bus.Subscribe(p, "news") },
				genserver.OnInfo(func(_ *host, p *coppice.Process, _ int) error { return f.at(p) }))}
		}},
	}
}

// machine is a state machine whose sites are the handler of a call and the
// entry of a state.
func (f *fixture) machine() supervisor.Starter {
	at := func(name string, p *coppice.Process) error {
		if f.site.name == name {
			return f.at(p)
		}
		return nil
	}
	pong := statem.OnCall(func(*host, *coppice.Process, ping) (string, error) { return "pong", nil })
	def := statem.Define(func(p *coppice.Process, f *fixture) (*host, error) { f.begin(p); return &host{f: f}, nil }, pong,
		statem.State("first",
			statem.OnCall(func(_ *host, p *coppice.Process, _ doCall) (int, error) { return 0, at("handler of a state", p) }),
			statem.OnCast(func(_ *host, p *coppice.Process, _ doNext) error { statem.Next(p, "second"); return nil })),
		statem.State("second",
			statem.OnEnter(func(_ *host, p *coppice.Process, _ string) error { return at("entry of a state", p) })))
	return def.With(f, statem.Name(subject))
}

// app is an application with the subject in its tree, and a child that starts
// it, and ends when it does.
func (f *fixture) app(change func(*coppice.Process, application.Tree) (application.Tree, error)) supervisor.Starter {
	app := application.Define(application.Spec[int]{
		Name: "app",
		Start: func(p *coppice.Process, _ int) (application.Tree, error) {
			f.begin(p)
			return change(p, application.Tree{Top: supervisor.New(supervisor.Spec{
				Restarts: supervisor.AtMost(0, time.Second),
				Children: []supervisor.ChildSpec{{ID: "inner", Start: f.hosted(nil)}},
			})})
		},
	})
	return supervisor.Body(func(p *coppice.Process) error {
		_ = application.Stop(p, "app")
		if _, err := application.Start(p, application.Temporary, app); err != nil {
			return err
		}
		ref, err := p.Monitor(subject)
		if err != nil {
			return err
		}
		p.ReceiveRef(ref, -1)
		return errFault
	})
}

// A starter is a Starter of the user's.
type starter struct {
	f *fixture
	supervisor.Starter
}

func (s starter) StartLink(ctx context.Context) (coppice.PID, error) {
	if s.f.site.name == "child start function" {
		if err := s.f.at(ctx.(*coppice.Process)); err != nil {
			return coppice.PID{}, err
		}
	}
	return s.Starter.StartLink(ctx)
}

// reportSites are what is called while a report is put in words.
func reportSites() []site {
	reported := func(name string, reason func(f *fixture) any) site {
		s := doing(name, func(f *fixture, _ *coppice.Process) error { panic(reason(f)) })
		s.plain = true
		return s
	}
	return []site{
		reported("StateView", func(*fixture) any { return "x" }),
		reported("LogValue of a state", func(*fixture) any { return "x" }),
		reported("String of a panic's value", func(f *fixture) any { return stringer{f} }),
		reported("Error of a reason", func(f *fixture) any { return failing{f} }),
		reported("Format of a panic's value", func(f *fixture) any { return formatter{f} }),
	}
}

type stringer struct{ f *fixture }

func (s stringer) String() string { _ = s.f.at(nil); return "words" }

type failing struct{ f *fixture }

func (s failing) Error() string { _ = s.f.at(nil); return "words" }

type formatter struct{ f *fixture }

func (s formatter) Format(fmt.State, rune) { _ = s.f.at(nil) }

// elsewhereSites are functions that a process hands to the library.
func elsewhereSites() []site {
	return []site{
		doing("task", func(f *fixture, p *coppice.Process) error {
			t, err := task.Async(p, func(p *coppice.Process) (int, error) { return 0, f.at(p) })
			if err != nil {
				return err
			}
			_, err = t.Await(p)
			return err
		}),
		doing("task under a supervisor", func(f *fixture, p *coppice.Process) error {
			t, err := task.AsyncNoLink(p, coppice.Name("tasks"), func(p *coppice.Process) (int, error) { return 0, f.at(p) })
			if err != nil {
				return err
			}
			_, _, err = t.Yield(p, 10*time.Second)
			return err
		}),
		doing("stream function", func(f *fixture, p *coppice.Process) error {
			for _, err := range task.Stream(p, slices.Values([]int{1, 2, 3}), func(p *coppice.Process, _ int) (int, error) {
				return 0, f.at(p)
			}, task.StreamOptions{}) {
				if err != nil {
					return err
				}
			}
			return nil
		}),
		doing("input of a stream", func(f *fixture, p *coppice.Process) error {
			for range task.Stream(p, f.inputs(p), func(*coppice.Process, int) (int, error) { return 0, nil }, task.StreamOptions{}) {
			}
			return nil
		}),
		doing("function on an entry of a registry", func(f *fixture, p *coppice.Process) error {
			_ = f.unique.Register(p, "key", 1)
			var err error
			_, _, _ = f.unique.Update(p, "key", func(n int) int { err = f.at(p); return n })
			return err
		}),
		doing("function of a dispatch", func(f *fixture, p *coppice.Process) error {
			_ = f.keys.Register(p, "key", 1)
			var err error
			_ = f.keys.Dispatch(p, "key", func([]registry.Entry[int]) { err = f.at(p) })
			return err
		}),
		doing("function under a lock by key", func(f *fixture, p *coppice.Process) error {
			return f.keys.Lock(p, "key", func() error { return f.at(p) })
		}),
		doing("function of a selective receive", func(f *fixture, p *coppice.Process) error {
			_ = coppice.Send(p, p.Self(), 1)
			var err error
			p.ReceiveMatch(func(coppice.Message) bool { err = f.at(p); return true }, time.Second)
			return err
		}),
		{name: "Register of a resolver", start: func(f *fixture) supervisor.Starter { return f.resolved() }},
		{name: "Release of a resolver", ends: true, plain: true, waitedFor: true, poke: cast(end{}), start: func(f *fixture) supervisor.Starter { return f.resolved() }},
	}
}

// inputs are the inputs of a stream.
func (f *fixture) inputs(p *coppice.Process) iter.Seq[int] {
	return func(yield func(int) bool) {
		if yield(1) && f.at(p) == nil {
			yield(2)
		}
	}
}

// resolved is a host with a name that a Resolver of the user's keeps.
func (f *fixture) resolved() supervisor.Starter {
	def := genserver.Define(func(p *coppice.Process, f *fixture) (*host, error) {
		f.begin(p)
		return &host{f: f}, p.Register(string(subject))
	}, genserver.OnCall(answer), genserver.OnCast(func(*host, *coppice.Process, end) error { return errFault }))
	return def.With(f, genserver.Name(coppice.Via{Resolver: resolver{f}, Key: "subject"}))
}

type resolver struct{ f *fixture }

func (r resolver) Register(ctx context.Context, _ any, _ coppice.PID) error {
	if r.f.site.name == "Register of a resolver" {
		return r.f.at(ctx.(*coppice.Process))
	}
	return nil
}

func (r resolver) Release(any, coppice.PID) {
	if r.f.site.name == "Release of a resolver" {
		_ = r.f.at(nil)
	}
}

func (r resolver) Whereis(context.Context, any) coppice.PID { return coppice.PID{} }
