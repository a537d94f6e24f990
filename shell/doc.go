// Package shell is the language in which people talk to a node: commands, and
// expressions over what the node shows. It is for those who make a command line
// of it; cmd/coppice is one.
//
//	call cache Get
//	cast cache Save {Value: "hola"}
//	old = whereis cache
//	exit (old) kill
//	watch cart:42 .Total
//	trace cart:42 --max 50 --for 10s | group(.Message)
//	procs() | filter(.Mailbox > 5) | sort(-.Mailbox) | map(.Name) | take(3)
//
// A line is a command with its arguments, or an expression; a bar hands the
// result on to a function. Arguments are plain data, as a person types it: the
// node knows which type is wanted, and makes "home_goal" a string or "12" a
// number accordingly. An expression in parentheses can stand in place of any
// argument. Expressions are checked before anything runs, so that a slip shows
// at once and with its place; they are worked out here and not in the node,
// can be cancelled, and take a bounded number of steps.
//
// The package does no input or output of its own: [Session.Eval] and
// [Session.Complete] ask a [Source]. It answers to IEx and to the Erlang shell,
// but no code can be typed into it.
package shell
