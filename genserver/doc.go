// Package genserver is for servers: processes that keep a state, and change and
// tell it one message after the other, so that nothing needs a lock.
//
// A server is a plain struct with a method for each message. The messages are
// plain structs too; one that wants a reply says of which type, by embedding
// [Returns]. [Define] makes a table of both, once for each type of server, and
// the compiler checks that they fit:
//
//	type Score struct{ genserver.Returns[Result] } // a call
//	type Event struct{ Kind string }               // a cast
//
//	var tracker = genserver.Define(newTracker,
//		genserver.OnCall((*Tracker).score),
//		genserver.OnCast((*Tracker).event),
//	)
//
//	ref, err := tracker.Start(ctx, "match_123")
//	result, err := genserver.Call(ctx, ref, Score{}) // result is a Result
//
// A call goes to any [coppice.Addr]: a PID, a name, or a [Ref], which knows of
// which type the server is. What other packages call a server with are best
// functions that take a Ref: then they cannot be given the wrong server.
//
// # What the error of a handler means
//
// The error of a call's handler is part of the reply, and the server goes on.
// With [Stop] it replies and ends, with [StopNoReply] it ends without. The
// error of any other handler ends the server with it as the reason
// ([coppice.Normal] quietly). A panic ends the server and nobody else, with a
// crash report. In each of these cases the handler of [OnTerminate] runs first.
// The error of a constructor fails the start, and [Ignore] does so without a
// failure; there is nothing to terminate then.
//
// # What ends a call
//
// The reply; the end of the server, at once, with its reason; the end of the
// caller's context; or the time limit, which is five seconds where the context
// has no deadline. A reply that comes later goes nowhere.
//
// What a handler does for its caller it does best with [coppice.Process.ForCaller]
// as the context: then it takes no longer than he waits, and what it calls with
// that knows it too.
//
// It answers to Erlang's gen_server and Elixir's GenServer.
package genserver
