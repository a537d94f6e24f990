// Package coppice runs processes: small servers and tasks that share nothing,
// crash alone, and learn of each other's end.
//
// A process has a mailbox, a goroutine while it has something to do, and an
// address, its [PID]. It is started with [Spawn] or [StartProcess], or, more
// often, as a server by package genserver and under a supervisor by package
// supervisor. Everything lives on a [Node]:
//
//	node := coppice.NewNode(coppice.Options{})
//	defer node.Stop(context.Background())
//
//	pid, err := coppice.Spawn(node, func(p *coppice.Process) error {
//		for {
//			switch m := p.Receive(); body := m.Body.(type) {
//			case string:
//				fmt.Println(body)
//			case error:
//				return body // the reason of the exit
//			}
//		}
//	})
//	err = coppice.Send(node, pid, "hello")
//
// # The end of a process
//
// A process ends when its code returns, with what that returned as the reason
// (nil: [Normal]); when it panics, with a [*PanicError]; when it calls
// [Process.Exit]; or when it is told to, by an exit signal. Nothing else ends
// with it but what is linked to it.
//
// Processes that are linked ([SpawnLink], [Process.Link]) end together: an
// abnormal end of one sends an exit signal to the other, which ends with the
// same reason, unless it traps exits ([Process.TrapExit]); then it gets an
// [Exited] message instead. A monitor ([Process.Monitor]) is one-way: it sends
// one [Down] message. Links and monitors are what supervisors are made of.
//
// # Two forms
//
// A process of the function form runs a function that calls [Process.Receive],
// on a goroutine of its own. One of the callback form, a [Behaviour], has a
// goroutine only while it handles a message; idle, it is a struct of some
// hundred bytes. Both may block, in this library and elsewhere, without holding
// up any other.
//
// # Waiting and being told to end
//
// A [*Process] is a [context.Context], and most functions take a context: given
// a *Process they act as that process, given a [*Node] or a context derived
// from either they act for a plain goroutine. Go cannot stop a goroutine, so
// stopping is cooperative: the context of a process that is told to end is
// done, and functions of this library that would block do not return to its
// code any more. What was killed ([Kill]) is dead to all others at once, even
// while its code still runs: nothing that it does through the library has an
// effect any more, and [Node.Stuck] shows it until it returns.
//
// # The packages
//
//   - genserver: servers with typed calls and casts
//   - statem: state machines
//   - supervisor: starts, restarts and stops children, listed or on demand
//   - registry: processes by key, and what they say of themselves
//   - pubsub: what is published to a topic, to all who have subscribed
//   - application: the parts of a program, started and stopped in order
//   - httpserver: an http.Server as a child, which answers what it has accepted
//   - program: the frame of a main function: signals, a total time, what hangs
//   - task: one piece of work in a process of its own, awaited or not
//   - agent: a value behind functions
//   - sys: looks into running servers, suspends and traces them
//   - observer: the live web page of a node, an http.Handler
//   - coppicetest: tests on a node of their own, expectations, injected faults
//   - conformance: scenarios with the traces of OTP itself, and their runner
//
// What is promised, each promise with its test, is listed in
// docs/guarantees.md, and what is what in OTP in docs/otp-terms.md.
package coppice
