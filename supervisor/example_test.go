package supervisor_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/genserver"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// A counter counts; it is the child of most examples.
type counter struct{ n int }

type add struct{ genserver.Returns[int] }

var counters = genserver.Define(
	func(_ *coppice.Process, from int) (*counter, error) { return &counter{from}, nil },
	genserver.OnCall(func(c *counter, _ *coppice.Process, _ add) (int, error) {
		c.n++
		return c.n, nil
	}),
)

// node is a node that does not log, for the output of the examples.
func node() *coppice.Node {
	return coppice.NewNode(coppice.Options{Logger: slog.New(slog.DiscardHandler)})
}

// A child that crashes is started again, with a new state and the same name.
func Example() {
	n := node()
	defer n.Stop(context.Background())
	name := coppice.Name("counter")
	sup, err := supervisor.New(supervisor.Spec{
		Children: []supervisor.ChildSpec{
			{ID: "counter", Start: counters.With(41, genserver.Name(name))},
		},
	}).Start(n)
	if err != nil {
		fmt.Println(err)
		return
	}

	fmt.Println(genserver.Call(n, name, add{}))
	fmt.Println(genserver.Call(n, name, add{}))

	first := coppice.Whereis(n, name)
	_ = coppice.Exit(n, first, coppice.Kill)
	_, _ = supervisor.Count(n, sup) // is answered after the restart

	fmt.Println(genserver.Call(n, name, add{}))
	fmt.Println("the same process:", coppice.Whereis(n, name) == first)
	// Output:
	// 42 <nil>
	// 43 <nil>
	// 42 <nil>
	// the same process: false
}

// speaker is a child that says when it starts.
func speaker(id string) supervisor.ChildSpec {
	return supervisor.ChildSpec{ID: id, Start: speakers.With(id)}
}

var speakers = genserver.Define(func(_ *coppice.Process, id string) (string, error) {
	fmt.Println("start", id)
	return id, nil
})

// The children behind one that ends are restarted with it: they build on it.
func ExampleNew_restForOne() {
	n := node()
	defer n.Stop(context.Background())
	sup, _ := supervisor.New(supervisor.Spec{
		Strategy: supervisor.RestForOne,
		Children: []supervisor.ChildSpec{speaker("database"), speaker("cache"), speaker("web")},
	}).Start(n)

	children, _ := supervisor.Children(n, sup) // the last one first
	fmt.Println("kill", children[1].ID)
	_ = coppice.Exit(n, children[1].PID, coppice.Kill)
	_, _ = supervisor.Count(n, sup)
	// Output:
	// start database
	// start cache
	// start web
	// kill cache
	// start cache
	// start web
}

// A start that fails stops what has been started, and tells which child it was.
func ExampleSupervisor_Start() {
	n := node()
	defer n.Stop(context.Background())
	_, err := supervisor.New(supervisor.Spec{
		Children: []supervisor.ChildSpec{
			speaker("database"),
			{ID: "web", Start: failing.With("no port is free")},
		},
	}).Start(n)
	fmt.Println(err)

	var shutdown *coppice.ShutdownError
	if errors.As(err, &shutdown) {
		fmt.Println(shutdown.Detail.(*supervisor.StartError).ID)
	}
	// Output:
	// start database
	// shutdown: child "web" failed to start: no port is free
	// web
}

var failing = genserver.Define(func(_ *coppice.Process, why string) (string, error) {
	return "", errors.New(why)
})

// The specification may depend on what is the case when the supervisor starts.
func ExampleFunc() {
	n := node()
	defer n.Stop(context.Background())
	enabled := false
	sup := supervisor.Func(func(*coppice.Process) (supervisor.Spec, error) {
		if !enabled {
			return supervisor.Spec{}, coppice.Ignore
		}
		return supervisor.Spec{Children: []supervisor.ChildSpec{speaker("metrics")}}, nil
	})

	_, err := sup.Start(n)
	fmt.Println(err)
	enabled = true
	_, err = sup.Start(n)
	fmt.Println(err)
	// Output:
	// ignore
	// start metrics
	// <nil>
}

// Children that are made of an argument each: a counter for each match.
func ExampleDynamic() {
	n := node()
	defer n.Stop(context.Background())
	matches := supervisor.Dynamic[int]{
		Template: func(from int) supervisor.ChildSpec {
			return supervisor.ChildSpec{Start: counters.With(from), Restart: supervisor.Transient}
		},
		MaxChildren: supervisor.Max(2),
	}
	sup, _ := matches.Start(n)

	for _, from := range []int{10, 20, 30} {
		pid, err := matches.StartChild(n, sup, from)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(genserver.Call(n, pid, add{}))
	}
	// Output:
	// 11 <nil>
	// 21 <nil>
	// supervisor: max_children: the supervisor has as many children as it may have
}

// Without a template each child brings its own specification.
func ExampleDynamic_specs() {
	n := node()
	defer n.Stop(context.Background())
	any := supervisor.Dynamic[supervisor.ChildSpec]{}
	sup, _ := any.Start(n)

	pid, _ := any.StartChild(n, sup, supervisor.ChildSpec{Start: counters.With(1)})
	_, _ = any.StartChild(n, sup, supervisor.ChildSpec{
		Start:   supervisor.Body(func(p *coppice.Process) error { p.Receive(); return nil }),
		Restart: supervisor.Temporary,
	})
	count, _ := supervisor.Count(n, sup)
	fmt.Println(count.Active, "children")
	fmt.Println(supervisor.TerminateChild(n, sup, pid))
	count, _ = supervisor.Count(n, sup)
	fmt.Println(count.Active, "child")
	// Output:
	// 2 children
	// <nil>
	// 1 child
}

// A function that receives is the smallest child.
func ExampleBody() {
	n := node()
	defer n.Stop(context.Background())
	printed := make(chan bool)
	printer := supervisor.Body(func(p *coppice.Process) error {
		for {
			fmt.Println("got", p.Receive().Body)
			printed <- true
		}
	}, supervisor.Name(coppice.Name("printer")))
	_, _ = supervisor.New(supervisor.Spec{
		Children: []supervisor.ChildSpec{{ID: "printer", Start: printer}},
	}).Start(n)

	_ = coppice.Send(n, coppice.Name("printer"), "a message")
	<-printed
	// Output:
	// got a message
}

// Whatever runs until its context ends can be a child, a web server for one.
func ExampleServe() {
	n := node()
	server := &http.Server{Addr: "127.0.0.1:0"}
	web := supervisor.Serve(func(ctx context.Context) error {
		stop := context.AfterFunc(ctx, func() { _ = server.Shutdown(context.WithoutCancel(ctx)) })
		defer stop()
		if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		fmt.Println("closed:", context.Cause(ctx))
		return nil
	})
	_, _ = supervisor.New(supervisor.Spec{
		Children: []supervisor.ChildSpec{{ID: "web", Start: web, Shutdown: supervisor.Within(time.Minute)}},
	}).Start(n)
	n.Stop(context.Background())
	// Output:
	// closed: shutdown
}

// A supervisor that is there for one piece of work ends when that is done.
func ExampleAutoShutdown() {
	n := node()
	defer n.Stop(context.Background())
	work := make(chan string)
	sup, _ := supervisor.New(supervisor.Spec{
		AutoShutdown: supervisor.AnySignificant,
		Children: []supervisor.ChildSpec{
			{ID: "helper", Start: counters.With(0)},
			{
				ID:          "work",
				Start:       supervisor.Body(func(*coppice.Process) error { fmt.Println("done:", <-work); return nil }),
				Restart:     supervisor.Transient,
				Significant: true,
			},
		},
	}).Start(n)

	work <- "the dishes"
	_, _ = coppice.Await(n, sup)
	fmt.Println("alive:", coppice.Alive(sup))
	// Output:
	// done: the dishes
	// alive: false
}

// A child of a Supervisor that was terminated keeps its place until it is
// deleted.
func ExampleStartChild() {
	n := node()
	defer n.Stop(context.Background())
	sup, _ := supervisor.New(supervisor.Spec{}).Start(n)

	_, err := supervisor.StartChild(n, sup, speaker("cache"))
	fmt.Println(err)
	fmt.Println(supervisor.DeleteChild(n, sup, "cache"))
	fmt.Println(supervisor.TerminateChild(n, sup, "cache"))
	_, err = supervisor.RestartChild(n, sup, "cache")
	fmt.Println(err)
	// Output:
	// start cache
	// <nil>
	// supervisor: running: the child is running
	// <nil>
	// start cache
	// <nil>
}

func ExampleChildren() {
	n := node()
	defer n.Stop(context.Background())
	sup, _ := supervisor.New(supervisor.Spec{
		Children: []supervisor.ChildSpec{
			{ID: "counter", Start: counters.With(0)},
			{ID: "pool", Start: &supervisor.Dynamic[supervisor.ChildSpec]{}},
		},
	}).Start(n)
	_ = supervisor.TerminateChild(n, sup, "counter")

	children, _ := supervisor.Children(n, sup)
	for _, c := range children {
		fmt.Println(c.ID, c.Type, "runs:", coppice.Alive(c.PID))
	}
	// Output:
	// pool supervisor runs: true
	// counter worker runs: false
}
