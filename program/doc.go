// Package program is the frame of a main function: it runs the top of a
// supervision tree until the program is to end, and ends it in order.
//
//	func main() {
//		node := coppice.NewNode(coppice.Options{})
//		err := program.Run(node, tree, program.Options{})
//		if err != nil {
//			fmt.Fprintln(os.Stderr, err)
//		}
//		os.Exit(program.ExitStatus(err))
//	}
//
// The top is a supervisor, any other Starter, or application.All with the
// applications that the program consists of.
//
// # How it ends
//
//   - By a signal (SIGINT or SIGTERM), by the end of the context, or by
//     Node.Stop: the node is stopped, in the reverse of the start order, and Run
//     returns nil. So Run fits into an errgroup and behind
//     signal.NotifyContext.
//   - By the end of the top: with coppice.Normal it was done, and Run returns
//     nil; with any other reason it has given up, and Run returns a
//     *[GaveUpError] when the rest has ended too.
//   - By force: what has not ended when Options.Total is over is killed, and Run
//     returns a *[CutOffError] that names it.
//
// A program that seems to hang in its end tells why: after Options.ShowAfter,
// or at a second signal, Run shows which processes are waited for, where in the
// tree they are, what they do, how much time they have left, and their stacks. A
// third signal ends it by force.
//
// It answers to what init and a release's start script do for an Erlang
// program, and to init:stop/0.
package program
