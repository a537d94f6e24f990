// Package application starts and stops the parts of a program in the right
// order: each part, an application, is a supervision tree with a name, a
// configuration, and the names of the applications that have to run before it.
//
// An application is described once, as data:
//
//	var web = application.Define(application.Spec[WebEnv]{
//		Name:      "web",
//		DependsOn: []string{"store"},
//		Env:       WebEnv{Addr: ":8080"},
//		Start: func(p *coppice.Process, env WebEnv) (application.Tree, error) {
//			return application.Tree{Top: supervisor.New(children(env))}, nil
//		},
//	})
//
// and the main function of a program says which there are:
//
//	err := program.Run(node, application.All(application.Permanent, store, web), program.Options{})
//
// Dependencies are names, so that a test or another program can give an
// application of the same name in place of the usual one.
//
// # What runs where
//
// On each node one process, the [Controller], keeps the books; it is started by
// the first [Start]. It runs no code of the user's and always answers. Each
// application has a process of its own, its master, which is a child of the
// controller and the parent of the tree's top. Spec.Start runs in it, so a
// crash there fails the start and nothing else.
//
// # What is promised
//
//   - What is missing or depends on itself is found before anything is started.
//   - Applications start one by one (or with StartConcurrently all that can at a
//     time), dependencies first; one has started when
//     its tree has, and its phases have run. If one fails, those that the same
//     call started are stopped again in reverse order.
//   - An application stops in three steps: PrepStop, its tree, Stop.
//   - When the controller ends, by Node.Stop too, it stops all applications in
//     reverse start order and waits for each.
//   - What the end of an application means to the others is said by its [Type].
//   - Stopping an application does not stop those that depend on it.
//
// It answers to Erlang's application.
package application
