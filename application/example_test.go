package application_test

import (
	"context"
	"fmt"
	"os"

	"github.com/seed-7832d3a3/coppice"
	"github.com/seed-7832d3a3/coppice/application"
	"github.com/seed-7832d3a3/coppice/program"
	"github.com/seed-7832d3a3/coppice/supervisor"
)

// StoreEnv is the configuration of the application store.
type StoreEnv struct{ Dir string }

var store = application.Define(application.Spec[StoreEnv]{
	Name: "store",
	Env:  StoreEnv{Dir: "/var/lib/store"},
	Start: func(p *coppice.Process, env StoreEnv) (application.Tree, error) {
		fmt.Println("store opens", env.Dir)
		return application.Tree{
			Top: supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
				{ID: "writer", Start: supervisor.Body(wait)},
			}}),
			Stop: func(*coppice.Process) { fmt.Println("store closes", env.Dir) },
		}, nil
	},
})

// WebEnv is the configuration of the application web.
type WebEnv struct{ Addr string }

var web = application.Define(application.Spec[WebEnv]{
	Name:      "web",
	DependsOn: []string{"store"},
	Env:       WebEnv{Addr: ":80"},
	Start: func(p *coppice.Process, env WebEnv) (application.Tree, error) {
		return application.Tree{
			Top: supervisor.New(supervisor.Spec{Children: []supervisor.ChildSpec{
				{ID: "listener", Start: supervisor.Body(wait)},
			}}),
			Phases:   []application.Phase{{Name: "warm up", Run: func(*coppice.Process) error { fmt.Println("web warms up"); return nil }}},
			PrepStop: func(*coppice.Process) { fmt.Println("web drains", env.Addr) },
		}, nil
	},
})

func wait(p *coppice.Process) error {
	for {
		p.Receive()
	}
}

// Dependencies start first, whatever the order in which they are given, and
// everything stops in reverse.
func ExampleStart() {
	node := coppice.NewNode(coppice.Options{})
	names, err := application.Start(node, application.Permanent, web.With(WebEnv{Addr: ":8080"}), store)
	fmt.Println(names, err)
	env, _ := web.Env(node)
	fmt.Println(env.Addr)
	node.Stop(context.Background())
	// Output:
	// store opens /var/lib/store
	// web warms up
	// [store web] <nil>
	// :8080
	// web drains :8080
	// store closes /var/lib/store
}

// A program that consists of applications runs until it is interrupted, or until
// a permanent application has ended.
func ExampleAll() {
	node := coppice.NewNode(coppice.Options{})
	interrupt := make(chan os.Signal, 1) // without it: SIGINT and SIGTERM

	batch := application.Define(application.Spec[struct{}]{
		Name:      "batch",
		DependsOn: []string{"store"},
		Start: func(p *coppice.Process, _ struct{}) (application.Tree, error) {
			return application.Tree{Top: supervisor.Body(func(p *coppice.Process) error {
				fmt.Println("batch works")
				interrupt <- os.Interrupt
				return wait(p)
			})}, nil
		},
	})
	err := program.Run(node, application.All(application.Permanent, store, batch),
		program.Options{Signals: interrupt, Out: os.Stdout})
	fmt.Println("the end:", err)
	// Output:
	// store opens /var/lib/store
	// batch works
	// interrupt: stopping within 25s
	// store closes /var/lib/store
	// the end: <nil>
}

// A start that fails says which application failed, and leaves nothing behind.
func ExampleStartError() {
	node := coppice.NewNode(coppice.Options{})
	defer node.Stop(context.Background())
	broken := application.Define(application.Spec[struct{}]{
		Name:      "broken",
		DependsOn: []string{"store"},
		Start: func(*coppice.Process, struct{}) (application.Tree, error) {
			return application.Tree{}, fmt.Errorf("no licence")
		},
	})
	_, err := application.Start(node, application.Permanent, broken, store)
	fmt.Println(err)
	_, err = application.Start(node, application.Permanent, web)
	fmt.Println(err)
	// Output:
	// store opens /var/lib/store
	// store closes /var/lib/store
	// application broken did not start: no licence
	// application web depends on store, which neither runs nor was given to be started
}
